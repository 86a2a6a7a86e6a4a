"""Storing published indicators, and computing snapshots from everything loaded."""

from __future__ import annotations

from maillage.diagnosis.models import AgeShare, PublishedApl, PublishedDensity, SpecialtyCount
from maillage.kit.bulk import bulk_insert
from maillage.sources.tables import Table
from maillage.territories.models import Dataset


def store_apl(dataset: Dataset, table: Table) -> None:
    numbers = ["apl", "apl_65", "apl_62", "apl_60", "standardised_population", "population"]
    bulk_insert(
        PublishedApl,
        ["dataset", "code", "name", *numbers],
        ((dataset.pk, row[0], row[1] or "", *row[2:]) for row in table.rows("code", "name", *numbers)),
    )


def store_densities(dataset: Dataset, table: Table) -> None:
    fields = ["level", "code", "profession", "count", "density"]
    bulk_insert(PublishedDensity, ["dataset", *fields], ((dataset.pk, *row) for row in table.rows(*fields)))


def store_specialties(dataset: Dataset, table: Table) -> None:
    fields = ["departement", "specialty", "label", "count"]
    bulk_insert(SpecialtyCount, ["dataset", *fields], ((dataset.pk, *row) for row in table.rows(*fields)))


def store_age_shares(dataset: Dataset, table: Table) -> None:
    fields = ["departement", "group", "age", "share"]
    bulk_insert(AgeShare, ["dataset", *fields], ((dataset.pk, *row) for row in table.rows(*fields)))
