"""What official files say of places of care, as stored."""

from datetime import date
from typing import Any

import pytest

from maillage.care.actions import store_facilities, store_practitioners, store_structures
from maillage.care.models import FacilityCount, Practice, Structure
from maillage.sources.schemas import SCHEMAS, check
from maillage.sources.tables import Table
from maillage.territories.models import Dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset() -> Dataset:
    return Dataset.objects.create(
        slot="essai", kind="essai", source="t", title="Essai", file="f", sha256="0", size=1, rows=1, defects=0
    )


def table(kind: str, *rows: dict[str, Any]) -> Table:
    """Rows of a kind, what they do not say being unknown, held to their schema."""
    names = [field.name for field in SCHEMAS[kind].fields]
    made = Table(kind, {name: [row.get(name) for row in rows] for name in names})
    check(made, file="essai")
    return made


def test_a_type_counted_zero_needs_no_row(dataset: Dataset) -> None:
    rows = [{"code": "20001", "type": "D201", "count": 3}, {"code": "20002", "type": "D201", "count": 0}]
    store_facilities(dataset, table("facilities", *rows))
    assert list(FacilityCount.objects.values_list("code", "type", "count")) == [("20001", "D201", 3)]


def test_a_structure_keeps_what_is_known_and_no_more(dataset: Dataset) -> None:
    store_structures(
        dataset,
        table(
            "structures",
            {
                "finess": "000000001",
                "name": "MAISON DE SANTÉ IMAGINAIRE",
                "category_code": "603",
                "commune": "20001",
                "lon": 2.05,
                "lat": 47.05,
                "opened_on": date(2015, 9, 1),
            },
            {"finess": "000000002", "name": "SANS LIEU", "category_code": "620"},
        ),
    )
    placed, bare = Structure.objects.order_by("finess")
    assert (placed.opened_on, placed.closed_on, placed.lon) == (date(2015, 9, 1), None, 2.05)
    assert (bare.commune, bare.category_label, bare.lat) == ("", "", None)


def test_a_person_is_split_over_sites_and_sums_to_one(dataset: Dataset) -> None:
    person = {"rpps": "10000000001", "family_name": "IMAGINAIRE", "profession_code": "10", "share": 0.5}
    rows = [person | {"site": "R1", "commune": "20001"}, person | {"site": "R2", "commune": None}]
    store_practitioners(dataset, table("practitioners", *rows))
    practices = Practice.objects.order_by("site")
    assert [(practice.site, practice.commune) for practice in practices] == [("R1", "20001"), ("R2", "")]
    assert sum(practice.share for practice in practices) == 1.0


def test_no_contact_of_a_person_has_a_column() -> None:
    names = {field.name for field in Practice._meta.get_fields()}
    assert not {name for name in names if any(word in name for word in ("phone", "mail", "address", "birth"))}
