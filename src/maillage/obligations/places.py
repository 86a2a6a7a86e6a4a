"""Where an obligation may be held: the territory or the list of communes, crossed with the zoning."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from maillage.kit.console import Refused
from maillage.obligations.models import PracticeObligation
from maillage.obligations.standing import terms_of
from maillage.rules.parts import Place
from maillage.rules.terms import Within, ZoneAt
from maillage.schemes.facts import ZoneFound, is_within, zone_of
from maillage.territories.models import Commune


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a place is accepted, in a sentence, and the zonings read.

    :ivar refusal: "" when the place is accepted.
    :ivar doubt: what could not be checked: a zoning that nothing loaded tells refuses nothing.
    """

    refusal: str = ""
    doubt: str = ""
    zoning: list[dict[str, object]] = field(default_factory=list)


def profession_of(obligation: PracticeObligation) -> str:
    """The profession whose zoning counts: the recipient's, or the one they asked the aid for."""
    agreement = obligation.agreement
    asked = agreement.decision.application.answers.get("profession")
    return agreement.recipient.profession or str(asked or "")


def zone_dates(place: Place, obligation: PracticeObligation, on: date) -> list[date]:
    """The days at which the commune may be classified: at signature, at installation, or either."""
    signed = obligation.agreement.signed_on
    wanted: dict[ZoneAt, tuple[date | None, ...]] = {
        ZoneAt.SIGNATURE: (signed,),
        ZoneAt.INSTALLATION: (on,),
        ZoneAt.EITHER: (signed, on),
    }
    return sorted({day for day in wanted[place.zone_at] if day is not None})


def verdict(obligation: PracticeObligation, code: str, on: date) -> Verdict:
    """Whether a commune may be the place of practice from a day on."""
    place = terms_of(obligation).place
    commune = Commune.objects.filter(pk=code).first()
    if commune is None:
        raise Refused(f"« {code} » n'est pas le code d'une commune chargée : choisissez-la dans la liste.")
    if place.within is Within.COMMUNES and code not in place.communes:
        return Verdict(f"{commune.name} n'est pas une des communes désignées par la convention.")
    if place.within is Within.TERRITORY and not is_within(obligation.agreement.authority, commune):
        return Verdict(f"{commune.name} n'est pas dans le territoire de {obligation.agreement.authority}.")
    return _zoned(obligation, place, commune, on) if place.zones else Verdict()


def require_accepted(obligation: PracticeObligation, code: str, on: date) -> Verdict:
    """The verdict of a place that is accepted; Refused otherwise."""
    found = verdict(obligation, code, on)
    if found.refusal:
        raise Refused(f"{found.refusal} Choisissez un autre lieu, ou modifiez la convention par un avenant.")
    return found


def _zoned(obligation: PracticeObligation, place: Place, commune: Commune, on: date) -> Verdict:
    profession, accepted = profession_of(obligation), set(place.zones or ())
    found = [
        (day, zone_of(commune=commune.pk, profession=profession, on=day))
        for day in zone_dates(place, obligation, on)
    ]
    kept = [{"commune": commune.pk, "on": day.isoformat(), **zone.to_json()} for day, zone in found]
    if any(zone.category in accepted for _, zone in found):
        return Verdict(zoning=kept)
    unknown: list[ZoneFound] = [zone for _, zone in found if zone.category is None]
    if unknown or not found:
        return Verdict(doubt=unknown[0].sentence if unknown else "", zoning=kept)
    wanted = ", ".join(sorted(accepted))
    return Verdict(f"{commune.name} : {found[-1][1].sentence} La convention demande {wanted}.", zoning=kept)
