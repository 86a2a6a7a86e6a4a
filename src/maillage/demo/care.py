"""Who cares where: practitioners of five professions and some specialties, and the structures around them.

The story told: doctors gather in towns, fewer every year and older in the south; one country of villages
has almost none left; the main town is well served.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from maillage.demo.geography import DEPARTEMENTS, HOME, Floats, Land
from maillage.demo.names import person_name
from maillage.demo.people import BASE_YEAR, YEARS, Population

# The desert: centre (km) and radius of the country that doctors have left.
DESERT_AT, DESERT_KM = (-17.0, -24.0), 17.0
DESERT_PULL = 0.3
CAPITAL_PULL = 1.3
PULL_EXPONENT = 1.0

OLDEST = 74
# Years that practitioners of the south have over the mean, and those of the north under it.
OLDER_SOUTH = 4.0
TWO_SITES = 0.05
ARRIVALS_AT = (30, 39)


@dataclass(frozen=True, slots=True)
class Trade:
    """A profession or specialty: practitioners per 10,000 inhabitants in `YEARS[0]`, the smallest commune
    where one settles, mean age, and how many of them go and come in a year.
    """

    profession: str
    per_10000: float
    least_population: int
    mean_age: float
    leaving: float
    arriving: float
    specialty: str = ""


TRADES = (
    Trade("mg", 8.0, 400, 53.5, 0.075, 0.02, "SM54"),
    Trade("inf", 16.5, 300, 44.0, 0.03, 0.045),
    Trade("mk", 9.5, 900, 41.0, 0.03, 0.055),
    Trade("sf", 1.4, 1_800, 41.0, 0.03, 0.04),
    Trade("cd", 4.6, 1_300, 48.0, 0.035, 0.03),
    Trade("specialist", 0.55, 15_000, 55.0, 0.04, 0.02, "SM04"),
    Trade("specialist", 0.35, 15_000, 57.0, 0.08, 0.0, "SM15"),
    Trade("specialist", 0.65, 9_000, 55.0, 0.04, 0.02, "SM38"),
    Trade("specialist", 0.30, 15_000, 54.0, 0.04, 0.02, "SM39"),
    Trade("specialist", 0.40, 15_000, 52.0, 0.04, 0.02, "SM40"),
    Trade("specialist", 0.60, 9_000, 57.0, 0.05, 0.01, "SM42"),
    Trade("specialist", 0.45, 15_000, 54.0, 0.04, 0.02, "SM20"),
    Trade("specialist", 0.60, 9_000, 53.0, 0.03, 0.02, "SM44"),
)
PROFESSION_CODES = {"mg": "10", "inf": "60", "mk": "70", "sf": "50", "cd": "40", "specialist": "10"}


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A person: where they practise (one or two communes), and in which years.

    `activity` is a year of acts for a GP, a full-time equivalent for the others.
    """

    rpps: str
    given_name: str
    family_name: str
    profession: str
    specialty: str
    sites: tuple[int, ...]
    born: int
    first_year: int
    last_year: int
    activity: float

    def active_in(self, year: int) -> bool:
        return self.first_year <= year <= self.last_year

    def age_in(self, year: int) -> int:
        return year - self.born


@dataclass(frozen=True, slots=True)
class Place:
    """A structure of care, at one commune, between two years."""

    kind: str
    name: str
    commune: int
    opened: int
    closed: int | None = None

    def open_in(self, year: int) -> bool:
        return self.opened <= year and (self.closed is None or year < self.closed)


@dataclass(frozen=True, slots=True)
class Care:
    practitioners: list[Practitioner]
    places: list[Place]

    def active(self, profession: str, year: int) -> list[Practitioner]:
        return [p for p in self.practitioners if p.profession == profession and p.active_in(year)]


def make_care(land: Land, people: Population, names: list[str], rng: np.random.Generator) -> Care:
    return Care(_practitioners(land, people, rng), _places(land, people, names, rng))


def in_desert(land: Land) -> Floats:
    """1 for the communes of the desert, else 0."""
    near = np.hypot(*(land.points - DESERT_AT).T) < DESERT_KM
    return (near & (land.departement == DEPARTEMENTS.index(HOME))).astype(float)


def _practitioners(land: Land, people: Population, rng: np.random.Generator) -> list[Practitioner]:
    found: list[Practitioner] = []
    for trade in TRADES:
        pull = _pull(land, people, trade)
        for departement in range(len(DEPARTEMENTS)):
            own = pull * (land.departement == departement)
            if own.sum() > 0:
                inhabitants = int(people.base[land.departement == departement].sum())
                found += _settled(trade, own / own.sum(), inhabitants, land, len(found), rng)
    return found


def _pull(land: Land, people: Population, trade: Trade) -> Floats:
    """How much each commune attracts this trade."""
    pull = people.base.astype(float) ** PULL_EXPONENT
    pull[people.base < trade.least_population] = 0.0
    pull *= 1 - (1 - DESERT_PULL) * in_desert(land)
    pull[people.towns[HOME][0]] *= CAPITAL_PULL
    return pull


def _settled(
    trade: Trade, pull: Floats, inhabitants: int, land: Land, already: int, rng: np.random.Generator
) -> list[Practitioner]:
    """The practitioners of a trade in a département: those of the first year, then those who come."""
    at_first = round(trade.per_10000 * inhabitants / 10_000)
    first_years = [YEARS[0]] * at_first
    for year in YEARS[1:]:
        first_years += [year] * int(rng.binomial(at_first, trade.arriving))
    homes = rng.choice(len(land), size=len(first_years), p=pull)
    return [
        _person(trade, int(home), first_year, f"000{already + rank + 1:08d}", land, rng)
        for rank, (home, first_year) in enumerate(zip(homes, first_years, strict=True))
    ]


def _person(
    trade: Trade, home: int, first_year: int, rpps: str, land: Land, rng: np.random.Generator
) -> Practitioner:
    south = float(np.clip(-land.points[home, 1] / 20, -1, 1))
    age = float(np.clip(rng.normal(trade.mean_age + OLDER_SOUTH * south, 10), 28, OLDEST - 2))
    if first_year > YEARS[0]:
        age = rng.uniform(*ARRIVALS_AT)
    given, family = person_name(rng)
    sites: tuple[int, ...] = (home,)
    if rng.random() < TWO_SITES:
        beside = land.adjacent[(land.adjacent == home).any(axis=1)]
        sites = (home, int(rng.choice(beside[beside != home])))
    return Practitioner(
        rpps=rpps,
        given_name=given,
        family_name=family,
        profession=trade.profession,
        specialty=trade.specialty,
        sites=sites,
        born=first_year - round(age),
        first_year=first_year,
        last_year=_last_year(trade, first_year, age, rng),
        activity=_activity(trade, age, rng),
    )


def _last_year(trade: Trade, first_year: int, age: float, rng: np.random.Generator) -> int:
    """The last year of practice: those over 64 leave more often."""
    for year in range(first_year, BASE_YEAR):
        older = age + year - first_year >= 64
        if rng.random() < trade.leaving * (2.6 if older else 0.5):
            return year
    return 9999


def _activity(trade: Trade, age: float, rng: np.random.Generator) -> float:
    """Acts of a year for a GP (fewer before 40 and after 66), else a full-time equivalent."""
    if trade.profession == "mg":
        mean = 3_700 if 40 <= age < 66 else 3_000
        return float(np.round(mean * rng.lognormal(0, 0.32)))
    return float(np.round(np.clip(rng.normal(0.86, 0.16), 0.3, 1.15), 2))


def _places(land: Land, people: Population, names: list[str], rng: np.random.Generator) -> list[Place]:
    return [
        *_hospitals(people, names),
        *_pharmacies(land, people, names, rng),
        *_health_houses(people, names, rng),
        *_laboratories(people, names),
    ]


def _hospitals(people: Population, names: list[str]) -> Iterator[Place]:
    """Emergency departments and maternities of the main towns, with a centre of salaried doctors there."""
    for code in DEPARTEMENTS:
        towns = people.towns[code]
        for rank, town in enumerate(towns[: 3 if code == HOME else 1]):
            yield Place("hospital", f"Centre hospitalier de {names[town]}", town, 1968 + 4 * rank)
            yield Place("emergency", f"Urgences de {names[town]}", town, 1968 + 4 * rank)
            if rank < 2:
                yield Place("maternity", f"Maternité de {names[town]}", town, 1971)
        yield Place("health_centre", f"Centre de santé de {names[towns[0]]}", towns[0], 2019)
    second = people.towns[HOME][4]
    yield Place("health_centre", f"Centre de santé départemental de {names[second]}", second, 2022)


def _pharmacies(
    land: Land, people: Population, names: list[str], rng: np.random.Generator
) -> Iterator[Place]:
    """One for 2,700 inhabitants from 1,200 on; some of the smallest close."""
    desert = in_desert(land)
    for commune, inhabitants in enumerate(people.base.tolist()):
        if inhabitants < 1_200 or (desert[commune] and rng.random() < 0.5):
            continue
        for rank in range(max(1, round(inhabitants / 2_700))):
            closes = 2023 if inhabitants < 1_700 and rng.random() < 0.12 else None
            suffix = f" {rank + 1}" if rank else ""
            yield Place("pharmacy", f"Pharmacie de {names[commune]}{suffix}", commune, 1985, closes)


def _health_houses(people: Population, names: list[str], rng: np.random.Generator) -> Iterator[Place]:
    """Health houses of bourgs and small towns, more of them every year."""
    suitable = np.flatnonzero((people.base >= 1_000) & (people.base <= 10_000))
    for commune in rng.choice(suitable, size=min(34, len(suitable)), replace=False).tolist():
        opened = int(rng.integers(2012, 2024))
        yield Place("health_house", f"Maison de santé de {names[commune]}", commune, opened)


def _laboratories(people: Population, names: list[str]) -> Iterator[Place]:
    for commune in np.flatnonzero(people.base >= 7_000).tolist():
        yield Place("laboratory", f"Laboratoire de {names[commune]}", commune, 1995)
