"""Promises that the database itself keeps, on SQLite and PostgreSQL alike: for migrations."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation


class refuse(Operation):  # noqa: N801 (migrations read as sentences: `refuse(name, table=…, on="DELETE")`)
    """A migration operation: the database refuses what matches.

    Not a `RunPython`, which would make Django rebuild every model once for each trigger.

    :param name: of the trigger, unique in the database.
    :param on: `UPDATE`, `UPDATE OF column, column` or `DELETE`.
    :param when: an SQL condition over OLD (and NEW) valid on both databases; empty for always.
    :param message: what the error says, without quotes.
    """

    reversible = True

    def __init__(self, name: str, *, table: str, on: str, message: str, when: str = "") -> None:
        self.name, self.table, self.on, self.message, self.when = name, table, on, message, when

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models know nothing of it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        sqlite = schema_editor.connection.vendor == "sqlite"
        for statement in self._for_sqlite() if sqlite else self._for_postgresql():
            schema_editor.execute(statement, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {self.name}")
        else:
            schema_editor.execute(f"DROP FUNCTION {self.name}() CASCADE")

    def describe(self) -> str:
        return f"Refuse {self.on} on {self.table}"

    @property
    def _condition(self) -> str:
        return f" WHEN ({self.when})" if self.when else ""

    def _for_sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {self.name} BEFORE {self.on} ON {self.table} FOR EACH ROW{self._condition} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        ]

    def _for_postgresql(self) -> list[str]:
        return [
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"CREATE TRIGGER {self.name} BEFORE {self.on} ON {self.table} FOR EACH ROW{self._condition} "
            f"EXECUTE FUNCTION {self.name}()",
        ]
