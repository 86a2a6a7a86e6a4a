"""Who counts as a practitioner one can consult, as data: the counting rule applied to RPPS rows.

Same field as the APL of the DREES (general practitioners in private practice or salaried in a health
centre, each person counted once), extended to the other professions one consults in town. Sectors are the
codes of the national nomenclature TRE_R02, professions those of TRE_G15, skills those of TRE_R38.
Pharmacists are told by the section of their order (Code de la santé publique, art. L4232-1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Skills (savoir-faire) that make a doctor a general practitioner.
GENERAL_PRACTICE = frozenset({"SM26", "SM53", "SM54"})
# The type of skill that is a specialty in the full sense; the others are competences added to one.
SPECIALTY_TYPE = "S"

PRACTICES = frozenset({"SA07", "SA08", "SA09"})
HEALTH_CENTRES = frozenset({"SA05"})
TELECONSULTATION_COMPANIES = frozenset({"SA64"})
IN_TOWN = {"L": PRACTICES, "S": PRACTICES | HEALTH_CENTRES}

# A (owners), D (assistants) and E (overseas) are the sections of community pharmacists.
COMMUNITY_PHARMACISTS = frozenset("ADE")

# Professional categories that do not see the public of a territory.
EXCLUDED_CATEGORIES = {"E": "étudiant ou interne", "M": "militaire, réservé à une population"}


@dataclass(frozen=True, slots=True)
class Profession:
    """One profession of RPPS that is counted. Without `sectors`, it is counted wherever it practises."""

    code: str
    label: str
    sectors: Mapping[str, frozenset[str]] | None = None
    sections: frozenset[str] | None = None


PROFESSIONS: dict[str, Profession] = {
    profession.code: profession
    for profession in (
        Profession("10", "Médecin", IN_TOWN),
        Profession("21", "Pharmacien", sections=COMMUNITY_PHARMACISTS),
        Profession("26", "Audioprothésiste"),
        Profession("28", "Opticien-lunetier"),
        Profession("40", "Chirurgien-dentiste", IN_TOWN),
        Profession("50", "Sage-femme", IN_TOWN),
        Profession("60", "Infirmier", IN_TOWN),
        Profession("70", "Masseur-kinésithérapeute", IN_TOWN),
        Profession("80", "Pédicure-podologue", IN_TOWN),
        Profession("91", "Orthophoniste", IN_TOWN),
        Profession("92", "Orthoptiste", IN_TOWN),
        Profession("93", "Psychologue", IN_TOWN),
    )
}

# Sites registered as practices or health centres where one cannot get an ordinary appointment.
EXCLUDED_SITES: dict[str, str] = {
    "plateforme de téléconsultation": (
        r"\bt[ée]l[ée] ?(consultation|m[ée]decine|sant[ée])|\b(livi|qare|medadom|mediksant[ée]|tessan)\b"
    ),
    "lieu de garde": r"\bsos[ -]m[ée]decins?\b|\bmaison m[ée]dicale de garde\b|\bpoint de garde\b",
    "service d'urgences": r"\burgences?\b|\bsamu\b|\bsmur\b",
    "service réservé à une population": (
        r"\bsant[ée] [ée]tudiante\b|\bm[ée]decine (pr[ée]ventive )?universitaire\b|\ba[ée]roport\b"
    ),
}
ONE_OF_THEM = re.compile("|".join(f"({pattern})" for pattern in EXCLUDED_SITES.values()), re.IGNORECASE)


def excluded_site(*names: str) -> str | None:
    """Why a site of these names is left out of the count, or None when it is an ordinary one."""
    if not (found := ONE_OF_THEM.search(" / ".join(names))):
        return None
    return next(why for why, pattern in EXCLUDED_SITES.items() if re.search(pattern, found[0], re.IGNORECASE))


def why_not_counted(
    *, profession: str, category: str, mode: str, sector: str, section: str, site_names: tuple[str, ...]
) -> str | None:
    """Why a row is left out of the count, in French; None when it counts."""
    rule = PROFESSIONS.get(profession)
    if rule is None:
        return "profession non suivie"
    if category in EXCLUDED_CATEGORIES:
        return EXCLUDED_CATEGORIES[category]
    if sector in TELECONSULTATION_COMPANIES:
        return "société de téléconsultation"
    if rule.sections is not None and section[:1] not in rule.sections:
        return "pharmacien hors officine"
    if rule.sectors is not None and sector not in rule.sectors.get(mode, frozenset()):
        return "hors exercice de ville"
    return excluded_site(*site_names)
