"""Promises that the database itself keeps, on SQLite and PostgreSQL alike: for migrations."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def refuse(
    name: str, *, table: str, on: str, when: str = "", message: str
) -> migrations.operations.base.Operation:
    """A migration operation: the database refuses what matches.

    :param name: of the trigger, unique in the database.
    :param on: `UPDATE`, `UPDATE OF column, column` or `DELETE`.
    :param when: an SQL condition over OLD (and NEW) valid on both databases; empty for always.
    :param message: what the error says, without quotes.
    """
    condition = f" WHEN ({when})" if when else ""

    def install(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            statements = [
                f"CREATE TRIGGER {name} BEFORE {on} ON {table}{' FOR EACH ROW' if when else ''}{condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            ]
        else:
            statements = [
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
                f"CREATE TRIGGER {name} BEFORE {on} ON {table} FOR EACH ROW{condition} "
                f"EXECUTE FUNCTION {name}()",
            ]
        for statement in statements:
            schema_editor.execute(statement, params=None)

    def remove(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {name}")
        else:
            schema_editor.execute(f"DROP FUNCTION {name}() CASCADE")

    return migrations.RunPython(install, remove)
