"""The fictional territory as a whole: everything that its files say, drawn from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from maillage.demo.access import PublishedApl, make_noise, publish_apl, zones
from maillage.demo.care import Care, make_care
from maillage.demo.geography import DEPARTEMENTS, HOME, Floats, Integers, Land, make_land
from maillage.demo.names import commune_names, of
from maillage.demo.people import YEARS, Population, make_population
from maillage.demo.roads import all_leaders, make_epci, road_minutes
from maillage.diagnosis.professions import PROFESSIONS

REGION, REGION_NAME = "00", "Sarelle-et-Thilme (région fictive)"
DEPARTEMENT_NAMES = {
    "00": "Haute-Sarelle (fictif)",
    "00N": "Monts-d'Orvène (fictif)",
    "00E": "Basse-Sarelle (fictif)",
    "00S": "Val-de-Gardouze (fictif)",
    "00O": "Côtes-de-Thilme (fictif)",
}
# Communes that merged into another one on 1 January 2022, and what they weighed in it.
FORMER = (("00280", "Mervande"), ("00281", "Ostreville-les-Hêtres"))
FORMER_SHARE = 0.2
AGGLOMERATION_FROM = 15_000

OLD_ZONING = ("2019-03-01", "2023-06-30", "Arrêté fictif de démonstration n° 2019-00")
NEW_ZONING = ("2023-07-01", "", "Arrêté fictif de démonstration n° 2023-00")
OTHER_ZONING = ("2022-01-01", "", "Arrêté fictif de démonstration n° 2022-00")


@dataclass(frozen=True)
class Territory:
    """:ivar names: of the communes, in the order of `land`.
    :ivar minutes: by road between communes, infinite beyond reach.
    :ivar epci: index of the EPCI of each commune.
    :ivar host: the commune that `FORMER` merged into.
    :ivar published: the APL by profession and year.
    """

    seed: int
    land: Land
    people: Population
    names: list[str]
    minutes: Floats
    epci: Integers
    care: Care
    host: int
    published: dict[tuple[str, int], PublishedApl]

    def departement(self, commune: int) -> str:
        return DEPARTEMENTS[int(self.land.departement[commune])]

    def postal_code(self, commune: int) -> str:
        """Invented: one per EPCI, as real ones are shared by neighbours."""
        return f"00{100 + 10 * int(self.epci[commune]):03d}"

    @cached_property
    def leaders(self) -> list[int]:
        return all_leaders(self.people)

    @property
    def epci_codes(self) -> list[str]:
        """Nine digits that no SIREN begins with."""
        return [f"0000000{number + 1:02d}" for number in range(len(self.leaders))]

    @property
    def epci_natures(self) -> list[str]:
        return ["CA" if self.people.base[town] >= AGGLOMERATION_FROM else "CC" for town in self.leaders]

    @property
    def epci_names(self) -> list[str]:
        """Named after their leading town."""
        forms = {"CA": "CA {}", "CC": "CC du Pays {}"}
        return [
            forms[nature].format(self.names[town] if nature == "CA" else of(self.names[town]))
            for nature, town in zip(self.epci_natures, self.leaders, strict=True)
        ]

    def shares_before_merger(self, year: int) -> list[tuple[str, str, float]]:
        """Code, name and share of the communes that made up the host in a year, none once merged."""
        if year > YEARS[0]:
            return []
        kept = 1 - FORMER_SHARE * len(FORMER)
        host = (self.land.codes[self.host], self.names[self.host], kept)
        return [host, *((code, name, FORMER_SHARE) for code, name in FORMER)]

    def zoning_rows(self) -> Iterator[tuple[str, ...]]:
        """Profession, unit, type, category, first and last day, decree."""
        latest = YEARS[-1]
        for profession in PROFESSIONS:
            decrees = [(latest, OTHER_ZONING)]
            if profession == "mg":
                decrees = [(YEARS[0], OLD_ZONING), (latest, NEW_ZONING)]
            for year, (start, end, decree) in decrees:
                for code, category in zip(
                    self.land.codes, zones(self.published[profession, year]), strict=True
                ):
                    yield profession, code, "commune", category, start, end, decree


def make_territory(seed: int) -> Territory:
    """The whole territory: the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    land = make_land(rng)
    people = make_population(land, rng)
    names = _short_for_towns(commune_names(rng, len(land)), people)
    minutes = road_minutes(land, people)
    care = make_care(land, people, names, rng)
    published = {}
    for profession in PROFESSIONS:
        noise = make_noise(len(land), rng)
        for year in YEARS:
            published[profession, year] = publish_apl(people, care, minutes, year, profession, noise)
    return Territory(
        seed=seed,
        land=land,
        people=people,
        names=names,
        minutes=minutes,
        epci=make_epci(land, people, minutes),
        care=care,
        host=people.towns[HOME][-1],
        published=published,
    )


def _short_for_towns(names: list[str], people: Population) -> list[str]:
    """The same names, exchanged so that towns bear plain ones: their EPCI are named after them."""
    names = list(names)
    towns = [town for code in DEPARTEMENTS for town in people.towns[code]]
    plain = iter([index for index, name in enumerate(names) if name.isalpha()])
    for town, index in zip(towns, plain, strict=False):
        names[town], names[index] = names[index], names[town]
    return names
