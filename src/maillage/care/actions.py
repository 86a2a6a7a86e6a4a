"""Storing what official files say of places of care. Called inside the loader's transaction."""

from __future__ import annotations

from typing import Any

from maillage.care.models import FacilityCount, Practice, Structure
from maillage.kit.bulk import bulk_insert
from maillage.sources.tables import Table
from maillage.territories.models import Dataset


def store_facilities(dataset: Dataset, table: Table) -> None:
    bulk_insert(
        FacilityCount,
        ["dataset", "code", "type", "count"],
        ((dataset.pk, *row) for row in table.rows("code", "type", "count") if row[2]),
    )


def store_structures(dataset: Dataset, table: Table) -> None:
    texts = ["finess", "name", "category_code", "category_label", "commune", "departement", "address"]
    others = ["lon", "lat", "opened_on", "closed_on"]
    bulk_insert(Structure, ["dataset", *texts, *others], _rows(dataset, table, texts, others))


def store_practitioners(dataset: Dataset, table: Table) -> None:
    texts = [
        "rpps",
        "family_name",
        "given_name",
        "profession_code",
        "specialty_code",
        "specialty_label",
        "practice_mode",
        "sector_code",
        "site",
        "site_name",
        "commune",
        "departement",
    ]
    bulk_insert(Practice, ["dataset", *texts, "share"], _rows(dataset, table, texts, ["share"]))


def _rows(dataset: Dataset, table: Table, texts: list[str], others: list[str]) -> Any:
    """Rows for the database: a text that is not known is empty there, a date is written as ISO."""
    for row in table.rows(*texts, *others):
        named = (value or "" for value in row[: len(texts)])
        rest = (value.isoformat() if hasattr(value, "isoformat") else value for value in row[len(texts) :])
        yield (dataset.pk, *named, *rest)
