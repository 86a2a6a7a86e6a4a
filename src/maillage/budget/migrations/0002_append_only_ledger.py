"""The database itself refuses to change or to delete an entry of the ledger."""

from django.db import migrations

from maillage.kit.triggers import refuse

MESSAGE = "the ledger is append-only"


class Migration(migrations.Migration):
    dependencies = [("budget", "0001_initial")]
    operations = [
        refuse("budget_entry_no_update", table="budget_entry", on="UPDATE", message=MESSAGE),
        refuse("budget_entry_no_delete", table="budget_entry", on="DELETE", message=MESSAGE),
    ]
