"""Codes of any year brought to the communes of today."""

from datetime import date

import pytest

from maillage.sources.tables import Table
from maillage.territories import geography
from maillage.territories.actions import put_in_force, store_movements
from maillage.territories.geography import Geography
from maillage.territories.models import Commune, Dataset, Departement, Region


def test_a_commune_in_force_is_itself_even_when_it_once_moved() -> None:
    assert Geography(frozenset({"20001"}), {"20001": "20002"}).current("20001") == "20001"


def test_mergers_are_followed_to_the_end() -> None:
    places = Geography(frozenset({"20009"}), {"20001": "20002", "20002": "20009"})
    assert [places.current(code) for code in ("20001", "20002", "20009")] == ["20009"] * 3


def test_a_code_that_leads_nowhere_has_no_commune() -> None:
    assert Geography(frozenset({"20009"}), {"20001": "20002"}).current("20001") is None
    assert Geography(frozenset({"20009"})).current("77777") is None


def test_a_cycle_in_the_file_ends() -> None:
    assert Geography(frozenset(), {"20001": "20002", "20002": "20001"}).current("20001") is None


Move = tuple[int, date, str, str, str, str]


@pytest.fixture
def loaded(db: None) -> None:
    """Communes 20001 and 20002 stand today."""
    Departement.objects.create(code="20", name="Là", region=Region.objects.create(code="24", name="Ici"))
    for code in ("20001", "20002"):
        Commune.objects.create(code=code, name=code, search_name=code, departement_id="20")


def store(*moves: Move, in_force: bool = True) -> None:
    names = ("mod", "date", "before_type", "before", "after_type", "after")
    table = Table("movements", dict(zip(names, zip(*moves, strict=True), strict=True)))
    dataset = Dataset.objects.create(
        slot="movements",
        kind="movements",
        source="m",
        title="M",
        file="m",
        sha256="0",
        size=1,
        rows=1,
        defects=0,
    )
    store_movements(dataset, table)
    if in_force:
        put_in_force(datasets=[dataset])


def test_a_merger_is_followed_and_a_re_established_commune_never_forwards(loaded: None) -> None:
    store(
        (32, date(2016, 1, 1), "COM", "20003", "COM", "20001"),
        # 20004 was split out of 20003 again (MOD 21): nothing says how to share what 20003 was.
        (21, date(2024, 1, 1), "COM", "20003", "COM", "20004"),
        (21, date(2024, 1, 1), "COM", "20005", "COM", "20002"),
    )
    places = geography.load()
    assert places.current("20003") == "20001"
    assert places.current("20005") is None


def test_the_latest_movement_of_a_code_wins(loaded: None) -> None:
    store(
        (32, date(2019, 1, 1), "COM", "20003", "COM", "20002"),
        (31, date(1973, 1, 1), "COM", "20003", "COM", "20001"),
    )
    assert geography.load().current("20003") == "20002"


def test_delegated_communes_lead_nowhere(loaded: None) -> None:
    store((32, date(2019, 1, 1), "COMD", "20003", "COM", "20001"))
    assert geography.load().current("20003") is None


def test_movements_only_staged_do_not_count(loaded: None) -> None:
    store((32, date(2019, 1, 1), "COM", "20003", "COM", "20001"), in_force=False)
    assert geography.load().current("20003") is None


def test_the_geography_costs_two_queries(loaded: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        geography.load()
