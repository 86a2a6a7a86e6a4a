"""The journal takes its time from the program's clock. The column is the same: only the model knows."""

from django.db import migrations, models

import maillage.kit.clock


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_append_only_journal")]
    # On SQLite an altered table is made anew, without the trigger that keeps the journal append-only.
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="event",
                    name="at",
                    field=models.DateTimeField(
                        db_index=True,
                        default=maillage.kit.clock.now,
                        editable=False,
                        verbose_name="date",
                    ),
                )
            ]
        )
    ]
