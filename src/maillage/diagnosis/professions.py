"""The professions a diagnosis is made for, under the codes every other part uses."""

from __future__ import annotations

from dataclasses import dataclass

from maillage.kit.console import Refused
from maillage.kit.text import search_key
from maillage.sources.professions import PROFESSIONS as OFFICIAL


@dataclass(frozen=True, slots=True)
class Profession:
    """One profession: `slug` begins the codes of its indicators (gp_count…), `one` names one of them.

    `role` is its role in the BPE, `rpps` its profession code; `unit_supply` is what one practitioner
    offers in a year, in the unit of the APL, where no activity is known.
    """

    code: str
    slug: str
    one: str
    rpps: str
    unit_supply: float = 1.0

    @property
    def role(self) -> str:
        return self.slug

    @property
    def label(self) -> str:
        return OFFICIAL[self.code].label

    @property
    def densities_label(self) -> str:
        return OFFICIAL[self.code].cnam_label

    @property
    def apl_unit(self) -> str:
        return OFFICIAL[self.code].apl_unit


PROFESSIONS: dict[str, Profession] = {
    profession.code: profession
    for profession in (
        # 5 400 consultations a year are one full-time GP; DREES counts as many without known activity.
        Profession("mg", "gp", "médecin généraliste", "10", unit_supply=5400.0),
        Profession("inf", "nurse", "infirmier", "60"),
        Profession("mk", "physiotherapist", "masseur-kinésithérapeute", "70"),
        Profession("sf", "midwife", "sage-femme", "50"),
        Profession("cd", "dentist", "chirurgien-dentiste", "40"),
    )
}


def profession(code: str) -> Profession:
    """The profession of a code. Raises Refused with the list when there is none."""
    if code not in PROFESSIONS:
        known = ", ".join(f"{p.code} ({p.label.lower()})" for p in PROFESSIONS.values())
        raise Refused(f"« {code} » n'est pas une profession connue ; choisissez parmi {known}.")
    return PROFESSIONS[code]


def find_profession(text: str) -> Profession:
    """The profession of a code, or of a name that only it bears. Raises Refused with the list of codes."""
    wanted = search_key(text)
    named = [one for one in PROFESSIONS.values() if wanted and wanted in search_key(f"{one.one} {one.label}")]
    return named[0] if len(named) == 1 and text not in PROFESSIONS else profession(text)
