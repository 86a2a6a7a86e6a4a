"""The fictional territory: drawn from a seed, coherent with itself, over no real place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from maillage.demo.access import AGE_BOUNDS
from maillage.demo.build import DEFAULT_SEED
from maillage.demo.care import in_desert
from maillage.demo.geography import COMMUNES, COMMUNES_AROUND, DEPARTEMENTS, HOME, departement_outlines
from maillage.demo.people import YEARS
from maillage.demo.territory import FORMER, Territory, make_territory
from maillage.diagnosis.professions import PROFESSIONS
from maillage.sources.values import commune_code, departement_code

pytestmark = pytest.mark.once

OTHER_SEEDS = (0, 11)


@pytest.fixture(scope="module")
def territory() -> Territory:
    return make_territory(DEFAULT_SEED)


@pytest.fixture(scope="module", params=[DEFAULT_SEED, *OTHER_SEEDS])
def drawn(request: pytest.FixtureRequest) -> Territory:
    return make_territory(request.param)


def at_home(territory: Territory) -> np.ndarray:
    return territory.land.departement == DEPARTEMENTS.index(HOME)


def test_contours_tile_the_ground_without_gap_or_overlap(drawn: Territory) -> None:
    contours = np.array(drawn.land.contours())
    assert shapely.is_valid(contours).all()
    assert shapely.coverage_is_valid(contours)
    whole = shapely.union_all(list(departement_outlines(drawn.land).values()))
    assert shapely.area(contours).sum() == pytest.approx(whole.area, rel=1e-9)
    assert not [ring for polygon in shapely.get_parts(whole) for ring in polygon.interiors]


def test_each_town_hall_stands_in_its_commune(drawn: Territory) -> None:
    halls = shapely.points(drawn.land.lonlat)
    assert shapely.contains(np.array(drawn.land.contours()), halls).all()


def test_the_land_lies_in_the_atlantic_off_every_real_coast(drawn: Territory) -> None:
    west, south, east, north = shapely.total_bounds(np.array(drawn.land.contours()))
    assert west > -5.5
    assert east < -2.5
    assert south > 44.5
    assert north < 46.6


def test_codes_are_fictional_unique_and_readable(drawn: Territory) -> None:
    codes = drawn.land.codes
    assert len(codes) == len(set(codes)) == COMMUNES + COMMUNES_AROUND
    assert not {code for code, _ in FORMER} & set(codes)
    assert all(code.startswith("00") and commune_code(code) == code for code in codes)
    assert all(departement_code(code) == code for code in DEPARTEMENTS)


def test_every_departement_and_epci_is_in_one_piece(territory: Territory) -> None:
    contours = np.array(territory.land.contours())
    assert {shape.geom_type for shape in departement_outlines(territory.land).values()} == {"Polygon"}
    for number in range(len(territory.epci_codes)):
        members = territory.epci == number
        assert members.any()
        assert shapely.coverage_union_all(contours[members]).geom_type == "Polygon"
        assert len(set(territory.land.departement[members].tolist())) == 1


def test_names_are_all_different(drawn: Territory) -> None:
    assert len(set(drawn.names)) == len(drawn.names)
    assert len(set(drawn.epci_names)) == len(drawn.epci_names)


@pytest.mark.shared
def test_no_commune_bears_a_real_name(drawn: Territory, shared_data: Path) -> None:
    records = json.loads((shared_data / "cog" / "etalab_communes.json").read_bytes())
    real = {record["nom"] for record in records}
    assert not real & set(drawn.names)


def test_ages_sum_to_the_population_each_year(drawn: Territory) -> None:
    for year in YEARS:
        ages = drawn.people.ages(year)
        assert (ages.sum(axis=1) == drawn.people.in_year(year)).all()
        assert (ages >= drawn.people.women(year)).all()


def test_the_main_town_has_sixty_thousand_inhabitants_and_most_communes_are_villages(
    territory: Territory,
) -> None:
    people = territory.people.base[at_home(territory)]
    assert people.max() == 60_000
    assert 280_000 < people.sum() < 420_000
    assert 250 < np.median(people) < 700


def test_the_published_apl_is_believable_and_falls_with_the_age_bound(drawn: Territory) -> None:
    home = at_home(drawn)
    for year in YEARS:
        published = drawn.published["mg", year]
        means = [
            np.average(published.values[bound][home], weights=published.standardised[home])
            for bound in AGE_BOUNDS
        ]
        assert 2.3 < means[0] < 4.0
        assert means == sorted(means, reverse=True)
        assert published.standardised.sum() == pytest.approx(published.population.sum(), abs=1)


def test_the_story_holds_fewer_doctors_each_year_a_desert_and_a_well_served_main_town(
    territory: Territory,
) -> None:
    home = at_home(territory)
    counts = [sum(home[person.sites[0]] for person in territory.care.active("mg", year)) for year in YEARS]
    assert counts == sorted(counts, reverse=True)
    assert 230 < counts[-1] < 350
    apl = territory.published["mg", YEARS[-1]]
    weights = apl.standardised
    mean = np.average(apl.values[None][home], weights=weights[home])
    desert = in_desert(territory.land) > 0
    assert np.average(apl.values[None][desert], weights=weights[desert]) < 0.6 * mean
    assert apl.values[None][territory.people.towns[HOME][0]] > mean


def test_doctors_of_the_south_are_older(territory: Territory) -> None:
    land = territory.land
    doctors = [p for p in territory.care.active("mg", YEARS[0]) if at_home(territory)[p.sites[0]]]
    north, south = (
        np.mean([p.age_in(YEARS[0]) for p in doctors if (land.points[p.sites[0], 1] < 0) == below])
        for below in (False, True)
    )
    assert south > north + 2


def test_every_profession_has_practitioners_and_all_zoning_classes_but_few(territory: Territory) -> None:
    found: dict[str, set[str]] = {}
    for profession, _, _, category, _, end, _ in territory.zoning_rows():
        if not end:
            found.setdefault(profession, set()).add(category)
    assert found.keys() == PROFESSIONS.keys()
    assert found.pop("mg") == {"ZIP", "ZAC", "HZ"}
    assert all(len(classes) == 5 for classes in found.values())


def test_identifiers_of_persons_are_unique_and_plainly_fictional(territory: Territory) -> None:
    identifiers = [person.rpps for person in territory.care.practitioners]
    assert len(set(identifiers)) == len(identifiers)
    assert all(len(identifier) == 11 and identifier.startswith("000") for identifier in identifiers)
    assert any(len(person.sites) == 2 for person in territory.care.practitioners)
