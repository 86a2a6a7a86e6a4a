"""Tell us once (CRPA L113-12, L114-8): what the loaded registers know of a RPPS, FINESS or SIRET number.

A register fills in what was left blank and never overwrites an answer; what differs is said to both the
applicant and the case officer, and stops nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stdnum.fr import siret as siret_number

from maillage.accounts.models import Authority
from maillage.applications.models import Recipient
from maillage.care.models import Practice, Structure
from maillage.kit.text import search_key
from maillage.rules.vocabulary import PROFESSIONS
from maillage.sources.rpps_rules import GENERAL_PRACTICE
from maillage.territories.models import Commune

# Codes of the register (nomenclature TRE_G15) and the words of the rules.
PROFESSION_OF: Final[Mapping[str, str]] = {
    "10": "medecin",
    "21": "pharmacien",
    "26": "audioprothesiste",
    "28": "opticien",
    "40": "chirurgien_dentiste",
    "50": "sage_femme",
    "60": "infirmier",
    "70": "masseur_kinesitherapeute",
    "80": "pedicure_podologue",
    "91": "orthophoniste",
    "92": "orthoptiste",
    "93": "psychologue",
    "94": "ergotherapeute",
    "95": "dieteticien",
    "96": "psychomotricien",
    "98": "manipulateur_radio",
}
_COMPARED: Final = {
    "last_name": "le nom",
    "first_name": "le prénom",
    "profession": "la profession",
    "structure_name": "le nom de la structure",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What one register says.

    :ivar sentence: what is known, in French.
    :ivar answers: answers that the form may take from it.
    """

    register: str
    sentence: str
    answers: Mapping[str, Any]


def look_up(answers: Mapping[str, Any], *, authority: Authority) -> list[Found]:
    """What the registers know of the numbers answered."""
    found = (
        _rpps(answers.get("rpps"), authority),
        _finess(answers.get("finess"), authority),
        _siret(answers.get("siret"), authority),
    )
    return [one for one in found if one is not None]


def missing_answers(answers: Mapping[str, Any], *, authority: Authority) -> dict[str, Any]:
    """What the registers can answer where nothing was."""
    filled: dict[str, Any] = {}
    for found in look_up(answers, authority=authority):
        filled |= {key: value for key, value in found.answers.items() if key not in {*answers, *filled}}
    return filled


def mismatches(answers: Mapping[str, Any], *, authority: Authority) -> list[str]:
    """What was answered and differs from the registers, or is in none: one French sentence each."""
    said = list(_unknown_numbers(answers, authority))
    for found in look_up(answers, authority=authority):
        for key, value in found.answers.items():
            held = answers.get(key)
            if key in _COMPARED and held and search_key(str(held)) != search_key(str(value)):
                told = PROFESSIONS.get(str(value), str(value))
                said.append(
                    f"{found.register} : {_COMPARED[key]} y est « {told} », contrairement à la réponse."
                )
    return said


def _unknown_numbers(answers: Mapping[str, Any], authority: Authority) -> Iterator[str]:
    """Numbers that the registers should hold and do not; nothing is said of a register never loaded."""
    for key, name, table in (
        ("rpps", "RPPS", Practice.objects),
        ("finess", "FINESS", Structure.objects),
    ):
        number = answers.get(key)
        loaded = table.filter(dataset__active=True, dataset__is_fictional=authority.is_demo)
        if number and loaded.exists() and not loaded.filter(**{key: number}).exists():
            yield f"{name} : le numéro {number} n'est pas dans le répertoire chargé."
    number = answers.get("siret")
    if number and not siret_number.is_valid(str(number)):
        yield f"SIRET : le numéro {number} n'existe pas, sa clé de contrôle est fausse."


def _rpps(number: Any, authority: Authority) -> Found | None:
    if not number:
        return None
    places = list(
        Practice.objects.filter(
            dataset__active=True, dataset__is_fictional=authority.is_demo, rpps=number
        ).order_by("-share", "commune", "pk")
    )
    if not places:
        return None
    first = places[0]
    names = dict(
        Commune.objects.filter(code__in={place.commune for place in places}).values_list("code", "name")
    )
    communes = ", ".join(dict.fromkeys(names.get(place.commune, place.commune) for place in places))
    profession = PROFESSION_OF.get(first.profession_code)
    answers = {"last_name": first.family_name, "first_name": first.given_name}
    if profession:
        answers["profession"] = profession
    if profession == "medecin":
        is_general = any(place.specialty_code in GENERAL_PRACTICE for place in places)
        answers["specialty"] = "general_practice" if is_general else "other"
    label = PROFESSIONS.get(profession or "", "profession non précisée")
    who = f"{first.given_name} {first.family_name}".strip()
    sentence = f"Répertoire RPPS : {who}, {label.lower()}, exerce à {communes or 'un lieu non précisé'}."
    return Found("Répertoire RPPS", sentence, {key: value for key, value in answers.items() if value})


def _finess(number: Any, authority: Authority) -> Found | None:
    if not number:
        return None
    structure = (
        Structure.objects.filter(dataset__active=True, dataset__is_fictional=authority.is_demo, finess=number)
        .order_by("-pk")
        .first()
    )
    if structure is None:
        return None
    closed = f", fermée le {structure.closed_on:%d/%m/%Y}" if structure.closed_on else ""
    kind = f" ({structure.category_label.lower()})" if structure.category_label else ""
    sentence = f"Répertoire FINESS : {structure.name}{kind}{closed}."
    return Found("Répertoire FINESS", sentence, {"structure_name": structure.name})


def _siret(number: Any, authority: Authority) -> Found | None:
    """A body that has already asked for an aid here. A person's number says nothing to others."""
    if not number:
        return None
    known = Recipient.objects.filter(authority=authority, siret=number)
    body = (
        known.exclude(kind__in=[Recipient.Kind.STUDENT, Recipient.Kind.PROFESSIONAL]).order_by("-pk").first()
    )
    if body is None:
        return None
    return Found("Demandes précédentes", f"SIRET {number} : {body.name}.", {"structure_name": body.name})
