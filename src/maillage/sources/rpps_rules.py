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

from maillage.sources.values import plain

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

# Sites registered as practices or health centres where one cannot get an ordinary appointment. Names are
# compared without case or accents.
EXCLUDED_SITES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"\btele ?(consultation|medecine|sante)|\b(livi|qare|medadom|mediksante|tessan)\b"),
        "plateforme de téléconsultation",
    ),
    (re.compile(r"\bsos[ -]medecins?\b|\bmaison medicale de garde\b|\bpoint de garde\b"), "lieu de garde"),
    (re.compile(r"\burgences?\b|\bsamu\b|\bsmur\b"), "service d'urgences"),
    (
        re.compile(r"\bsante etudiante\b|\bmedecine (preventive )?universitaire\b|\baeroport\b"),
        "service réservé à une population",
    ),
)


def excluded_site(*names: str) -> str | None:
    """Why a site of these names is left out of the count, or None when it is an ordinary one."""
    name = plain(" ".join(names))
    return next((why for pattern, why in EXCLUDED_SITES if pattern.search(name)), None)


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
