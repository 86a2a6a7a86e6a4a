"""What the program works out by itself about an application: zone, territory, shares of a funding plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from maillage.accounts.models import Authority
from maillage.rules.calendar import day_text
from maillage.rules.reading import decimal_of
from maillage.territories import keys
from maillage.territories.geography import FOLLOWED, MAX_STEPS
from maillage.territories.models import Commune, Movement, Zone

# The zoning that serves a profession. Doctors' serves every specialty (CSP L1434-4, L-09); a profession
# absent here has no national zoning.
ZONINGS: Final[Mapping[str, str]] = {
    "medecin": "mg",
    "chirurgien_dentiste": "cd",
    "sage_femme": "sf",
    "infirmier": "inf",
    "masseur_kinesitherapeute": "mk",
    "orthophoniste": "orthophonistes",
}
DOCTORS: Final = "medecin"
SHARE_DIGITS: Final = Decimal("0.0001")


@dataclass(frozen=True)
class ZoneFound:
    """The class of a commune for a profession on a day, and the text that says so.

    :ivar category: None when nothing loaded tells it: unknown is not « out of the zoning ».
    :ivar sentence: French.
    """

    category: str | None
    sentence: str
    decree: str = ""
    dataset: str = ""
    valid_from: date | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "category": self.category,
            "sentence": self.sentence,
            "decree": self.decree,
            "dataset": self.dataset,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
        }


def gather(
    *,
    authority: Authority,
    answers: Mapping[str, Any],
    commune: str,
    profession: str,
    on: date,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts to judge on (plain JSON values), and where the zone came from.

    :param commune: INSEE code of the place of practice, empty when it is not known.
    :param profession: as in the rules (`medecin`…), empty when there is none.
    """
    facts: dict[str, Any] = {**answers, "judged_on": on.isoformat()}
    facts |= _shares(answers)
    zoning: dict[str, Any] = {}
    asked = profession or (DOCTORS if answers.get("structure_kind") else "")
    for place, code in (("practice", commune), ("placement", answers.get("placement_commune") or "")):
        if code:
            found, zone = _place(authority, code, asked, on)
            names = _NAMES[place]
            facts |= {names[key]: value for key, value in found.items() if key in names and value is not None}
            zoning[place] = {"commune": code, "on": on.isoformat(), **zone.to_json()}
    if commune:
        facts["practice_commune"] = commune
    return facts, zoning


_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "practice": {
        "zone": "zone_category",
        "within": "in_territory",
        "name": "practice_commune_name",
    },
    "placement": {"zone": "placement_zone", "within": "placement_in_territory"},
}


def zone_of(*, commune: str, profession: str, on: date) -> ZoneFound:
    """The class of a commune in the zoning of a profession in force on a day (CSP L1434-4).

    Zones are read by commune; by quartier when all those of the commune have the same class. Zones by
    territoire de vie-santé need the list of its communes, which no loaded file gives: unknown.
    """
    zoning = ZONINGS.get(profession)
    if zoning is None:
        return ZoneFound(
            None, "Aucun zonage n'est connu pour cette profession : le classement est à prouver."
        )
    fictional = keys.Key("commune", commune).is_fictional
    zones = Zone.objects.in_force(on).filter(profession=zoning, dataset__is_fictional=fictional)
    zones = zones.select_related("dataset").order_by("-valid_from", "unit_code", "pk")
    found = list(zones.filter(unit_type="commune", unit_code__in=_names_of(commune)))
    own = [zone for zone in found if zone.unit_code == commune] or found
    quarters = own or list(zones.filter(unit_type="quartier", unit_code__startswith=commune))
    categories = {zone.category for zone in quarters}
    if not categories:
        units = zones.exclude(unit_type__in=["commune", "quartier"]).exists()
        reason = (
            "Le zonage en vigueur est établi par territoire de vie-santé, dont la liste des communes n'est "
            "pas chargée"
            if units
            else f"Le zonage chargé au {day_text(on)} ne dit rien de cette commune"
        )
        return ZoneFound(None, f"{reason} : le classement est à prouver.")
    if len(categories) > 1:
        several = ", ".join(sorted(categories))
        return ZoneFound(
            None, f"La commune est classée différemment selon ses secteurs ({several}) : précisez l'adresse."
        )
    zone = quarters[0]
    sentence = f"Commune classée {zone.category} au {day_text(on)}"
    return ZoneFound(
        zone.category,
        f"{sentence} ({zone.decree})." if zone.decree else f"{sentence}.",
        zone.decree,
        str(zone.dataset),
        zone.valid_from,
    )


def is_within(authority: Authority, commune: Commune) -> bool:
    """Whether a commune lies in the territory of an authority."""
    key = keys.parse(authority.territory)
    return key.code == (commune.epci_id if key.level == "epci" else commune.departement_id)


def _place(authority: Authority, code: str, profession: str, on: date) -> tuple[dict[str, Any], ZoneFound]:
    zone = (
        zone_of(commune=code, profession=profession, on=on)
        if profession
        else ZoneFound(
            None, "La profession n'est pas renseignée : le classement de la commune est à prouver."
        )
    )
    commune = Commune.objects.filter(pk=code).first()
    if commune is None:
        return {"zone": zone.category}, zone
    return {"zone": zone.category, "within": is_within(authority, commune), "name": commune.name}, zone


def _names_of(code: str) -> set[str]:
    """The code of a commune and those it had before: a zoning may be older than a merger."""
    found, fresh = {code}, {code}
    for _ in range(MAX_STEPS):
        former = Movement.objects.filter(dataset__active=True, mod__in=FOLLOWED, after__in=fresh)
        fresh = set(former.order_by().values_list("before", flat=True)) - found
        if not fresh:
            break
        found |= fresh
    return found


def _shares(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Public and own shares of the cost, from the funding plan when there is one, or from the totals."""
    plan = answers.get("funding_plan") or []
    amounts = [(row["kind"], decimal_of(row["amount"]) or Decimal(0)) for row in plan]
    total = sum((amount for _, amount in amounts), Decimal(0))
    parts: dict[str, Decimal | None] = {
        "public": sum((amount for kind, amount in amounts if kind == "public"), Decimal(0)),
        "own": sum((amount for kind, amount in amounts if kind == "own"), Decimal(0)),
    }
    if not plan:
        total = decimal_of(answers.get("total_budget")) or Decimal(0)
        parts = {name: decimal_of(answers.get(f"{name}_funding")) for name in parts}
    if total <= 0:
        return {}
    return {
        f"{name}_share": str((part / total).quantize(SHARE_DIGITS))
        for name, part in parts.items()
        if part is not None and 0 <= part <= total
    }
