"""What a page of the diagnosis asks of the database does not grow with the territory."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import country
from country import Place, write_communes, write_country
from maillage.intake.actions import load

pytestmark = pytest.mark.django_db

SMALL, LARGE = "departement:20", "departement:21"
# Ten times the communes of département 20, in two EPCI like it, south of the others.
PLACES_OF_LARGE = tuple(
    Place(
        f"21{rank:03}", f"Village {rank}", "21", "24", f"20000002{rank % 2}", 900, rank % 10, -1 - rank // 10
    )
    for rank in range(50)
)


@pytest.fixture
def two_sizes(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = country.PLACES + PLACES_OF_LARGE
    monkeypatch.setattr(country, "PLACES", places)
    monkeypatch.setattr(country, "DEPARTEMENTS", {**country.DEPARTEMENTS, "21": ("Grande-Plaine", "24")})
    epci = {"200000020": "CC du Levant", "200000021": "CC du Couchant"}
    monkeypatch.setattr(country, "EPCI", {**country.EPCI, **epci})
    apl = {place.code: (3.0, 2.5, 2.0) for place in PLACES_OF_LARGE}
    monkeypatch.setattr(country, "APL_2023", {**country.APL_2023, **apl})
    practitioners = {(place.code, "D201"): 1 for place in PLACES_OF_LARGE}
    folder = write_country(tmp_path / "pays")
    write_communes(folder, places)
    country.write_facilities(folder, {**country.FACILITIES, **practitioners})
    load(folder=folder, territories=[SMALL, LARGE])


def queries(name: str, territory: str, mesh: str) -> int:
    """How many queries a page asks for when nothing of its territory is remembered."""
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get(reverse(name, args=[territory]), {"maille": mesh})
    assert answer.status_code == 200
    return len(asked)


@pytest.mark.parametrize("mesh", ["commune", "epci"])
@pytest.mark.parametrize("name", ["diagnosis:map", "diagnosis:table", "diagnosis:figures"])
def test_a_page_asks_as_many_queries_for_fifty_communes_as_for_five(
    name: str, mesh: str, two_sizes: None
) -> None:
    queries(name, "region:24", "commune")
    assert queries(name, LARGE, mesh) == queries(name, SMALL, mesh)
