"""Many rows into one table at once: COPY on PostgreSQL, a prepared statement elsewhere.

`bulk_create` builds a model instance per row; a national load has half a million rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django.db import connection, models


def bulk_insert(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values (str, int, float, bool, ISO dates, None) into the columns of `fields`.

    Runs in the caller's transaction. Database constraints hold; `save`, signals and defaults do not run.
    """
    columns = [cast("models.Field[Any, Any]", model._meta.get_field(name)).column for name in fields]
    table = connection.ops.quote_name(model._meta.db_table)
    listed = ", ".join(connection.ops.quote_name(str(column)) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Errors inside the block are raised by psycopg itself: Django gives them its own types.
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)  # type: ignore[arg-type]
