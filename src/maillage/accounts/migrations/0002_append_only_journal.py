"""The database itself refuses to change an event of the journal."""

from django.db import migrations

SQLITE = """
CREATE TRIGGER accounts_event_append_only BEFORE UPDATE ON accounts_event
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
"""
POSTGRESQL = """
CREATE FUNCTION accounts_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER accounts_event_append_only BEFORE UPDATE ON accounts_event
FOR EACH ROW EXECUTE FUNCTION accounts_event_append_only();
"""


def install(apps, schema_editor):
    statement = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER accounts_event_append_only")
    else:
        schema_editor.execute("DROP FUNCTION accounts_event_append_only() CASCADE")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
