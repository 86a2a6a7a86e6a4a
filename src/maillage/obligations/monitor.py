"""What a load of the register shows about those who are bound to practise: pure comparisons, nothing stored.

A person may be found nowhere, outside the territory, in a place that the agreement does not accept, or in a
new one. What is not known (a zoning that says nothing) raises nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maillage.care.models import Practice, Structure
from maillage.obligations.models import Observation, PracticeObligation
from maillage.obligations.places import profession_of, zone_dates
from maillage.obligations.standing import terms_of
from maillage.rules.parts import Place
from maillage.rules.terms import Within, ZoneLoss
from maillage.schemes.facts import ZONINGS
from maillage.territories.keys import Key
from maillage.territories.models import Commune, Dataset, Zone

Kind = Observation.Kind
PRACTITIONERS, STRUCTURES = "practitioners", "structures"


@dataclass(frozen=True, slots=True)
class Site:
    """A place where the register finds someone."""

    commune: str
    name: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the register shows about one obligation."""

    obligation: PracticeObligation
    kind: Observation.Kind
    found: dict[str, Any]

    @property
    def fingerprint(self) -> str:
        """The same fact again gives the same text."""
        communes = sorted(site["commune"] for site in self.found["sites"])
        facts = "|".join([str(self.obligation.pk), self.kind.value, self.found["cause"], *communes])
        return hashlib.sha256(facts.encode()).hexdigest()


@dataclass(frozen=True)
class Ground:
    """The territory and the zonings, read once for a whole load."""

    key: Key
    communes: Mapping[str, Commune]
    zones: Mapping[tuple[str, str], Sequence[Zone]] = field(default_factory=dict)

    def is_within(self, code: str) -> bool:
        """Whether a commune lies in the territory; one that is not known does not."""
        commune = self.communes.get(code)
        if commune is None:
            return False
        return self.key.code == (commune.epci_id if self.key.level == "epci" else commune.departement_id)

    def category(self, code: str, profession: str, on: date) -> str | None:
        """The class of a commune on a day; None when nothing loaded tells it."""
        zones = self.zones.get((ZONINGS.get(profession, ""), code), ())
        in_force = [z for z in zones if z.valid_from <= on and (z.valid_to is None or on <= z.valid_to)]
        categories = {zone.category for zone in in_force}
        return categories.pop() if len(categories) == 1 else None

    def name(self, code: str) -> str:
        commune = self.communes.get(code)
        return commune.name if commune is not None else code


def sites_of(dataset: Dataset, obligations: Iterable[PracticeObligation]) -> dict[int, list[Site]]:
    """Where the register finds the holder of each obligation: one query."""
    watched = list(obligations)
    numbers = {number_of(dataset.kind, one) for one in watched}
    places: dict[str, list[Site]] = defaultdict(list)
    rows: Iterable[tuple[str, str, str]]
    if dataset.kind == PRACTITIONERS:
        found = Practice.objects.filter(dataset=dataset, rpps__in=numbers)
        rows = found.order_by("commune", "site").values_list("rpps", "commune", "site_name")
    else:
        open_ones = Structure.objects.filter(dataset=dataset, finess__in=numbers, closed_on=None)
        rows = open_ones.order_by("commune", "pk").values_list("finess", "commune", "name")
    for number, commune, name in rows:
        places[number].append(Site(commune, name))
    return {one.pk: places[number_of(dataset.kind, one)] for one in watched}


def number_of(kind: str, obligation: PracticeObligation) -> str:
    """By which number a register knows the holder: a person's RPPS, a structure's FINESS."""
    return obligation.rpps if kind == PRACTITIONERS else obligation.finess


def ground_of(
    key: Key, obligations: Iterable[PracticeObligation], places: Iterable[Site], *, fictional: bool
) -> Ground:
    """The communes and zonings that the comparison reads: two queries."""
    watched = list(obligations)
    codes = {site.commune for site in places} | {one.commune for one in watched if one.commune}
    zonings = {ZONINGS[one] for one in map(profession_of, watched) if one in ZONINGS}
    zones: dict[tuple[str, str], list[Zone]] = defaultdict(list)
    stored = Zone.objects.filter(
        dataset__active=True,
        dataset__is_fictional=fictional,
        unit_type="commune",
        unit_code__in=codes,
        profession__in=zonings,
    )
    for zone in stored.order_by("pk"):
        zones[zone.profession, zone.unit_code].append(zone)
    return Ground(key, Commune.objects.in_bulk(sorted(codes)), dict(zones))


def finding(
    obligation: PracticeObligation, sites: Sequence[Site], ground: Ground, on: date, *, suspended: bool
) -> Finding | None:
    """What the register shows about one obligation, None when all is well or unknown."""
    if obligation.state != PracticeObligation.State.RUNNING:
        return _arrival(obligation, sites, ground, on)
    if not sites:
        # Someone on leave may be out of the register: their clock stands still anyway.
        return None if suspended else _found(obligation, Kind.NOT_IN_FILE, "absent", sites, ground)
    place = terms_of(obligation).place
    inside = [site for site in sites if _is_inside(place, site.commune, ground)]
    if not inside:
        return _found(obligation, Kind.LEFT_TERRITORY, "moved", sites, ground)
    if all(_is_out_of_zone(obligation, place, site.commune, ground, on) for site in inside):
        return _found(obligation, Kind.LEFT_ZONE, "moved", sites, ground)
    if _has_lost_its_zone(obligation, place, ground, on):
        return _found(obligation, Kind.LEFT_ZONE, "declassified", sites, ground)
    known = {row.commune for row in obligation.periods.all()} | {obligation.commune}
    if any(site.commune not in known for site in sites):
        return _found(obligation, Kind.NEW_SITE, "new", sites, ground)
    return None


def _arrival(
    obligation: PracticeObligation, sites: Sequence[Site], ground: Ground, on: date
) -> Finding | None:
    """Someone who was expected and whom the register now shows in an accepted place."""
    place = terms_of(obligation).place
    accepted = [
        site
        for site in sites
        if _is_inside(place, site.commune, ground)
        and not _is_out_of_zone(obligation, place, site.commune, ground, on)
    ]
    return _found(obligation, Kind.SEEN, "seen", accepted, ground) if accepted else None


def _is_inside(place: Place, code: str, ground: Ground) -> bool:
    return code in place.communes if place.within is Within.COMMUNES else ground.is_within(code)


def _is_out_of_zone(
    obligation: PracticeObligation, place: Place, code: str, ground: Ground, on: date
) -> bool:
    """Whether the zoning says that a commune is not accepted. The agreed one is judged by its loss alone."""
    if not place.zones or code == obligation.commune:
        return False
    profession = profession_of(obligation)
    read = [ground.category(code, profession, day) for day in zone_dates(place, obligation, on)]
    return bool(read) and all(category is not None and category not in place.zones for category in read)


def _has_lost_its_zone(obligation: PracticeObligation, place: Place, ground: Ground, on: date) -> bool:
    """Whether the agreed commune left the zone, in an agreement that draws a consequence from it (L-04)."""
    if not place.zones or terms_of(obligation).zone_loss is ZoneLoss.KEEP:
        return False
    category = ground.category(obligation.commune, profession_of(obligation), on)
    return category is not None and category not in place.zones


def _found(
    obligation: PracticeObligation,
    kind: Observation.Kind,
    cause: str,
    sites: Sequence[Site],
    ground: Ground,
) -> Finding:
    told = [{"commune": site.commune, "name": ground.name(site.commune), "site": site.name} for site in sites]
    return Finding(obligation, kind, {"cause": cause, "sites": told})
