"""The database itself refuses to change a result that was kept."""

from __future__ import annotations

from django.db import migrations

from maillage.kit.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("lab", "0001_initial")]

    operations = [
        refuse("lab_result_no_update", table="lab_result", on="UPDATE", message="a kept result never changes"),
        refuse("lab_result_no_delete", table="lab_result", on="DELETE", message="a kept result never changes"),
    ]
