"""What the form of an application asks, step by step: worked out from the rules it pins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from maillage.applications.models import Application, Call, Recipient
from maillage.rules.eligibility import fields_needed
from maillage.rules.fields import Field, FieldType, Source
from maillage.rules.scheme import SchemeRules
from maillage.rules.vocabulary import STANDARD

PERSONS: Final = (Recipient.Kind.STUDENT.value, Recipient.Kind.PROFESSIONAL.value)

# Who one is, asked whatever the rules; `*` marks what a letter and an agreement cannot do without.
_PERSON: Final = ("last_name*", "first_name*", "email*", "phone", "address*")
_IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "student": _PERSON,
    "professional": ("rpps", *_PERSON),
    "association": ("structure_name*", "siret", "rna", *_PERSON),
}
_BODY: Final = ("structure_name*", "siret*", *_PERSON)

_SITUATION: Final = frozenset(
    {
        "profession",
        "specialty",
        "situation",
        "practice_mode",
        "sector",
        "is_employed_by_non_profit",
        "study_level",
        "year_of_study",
        "years_left",
        "third_cycle_years",
        "school",
        "diploma_date",
        "is_admitted_in_medicine",
        "is_repeating",
        "birth_date",
        "home_commune",
    }
)
_OTHER_AIDS: Final = frozenset(
    {"commitments", "has_previous_aid", "other_aids", "other_aids_total", "de_minimis_total"}
)
_MONEY: Final = (FieldType.MONEY, FieldType.FUNDING_PLAN, FieldType.YEAR_AMOUNTS)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form; those without questions are made of something else (documents, recap)."""

    key: str
    title: str
    fields: tuple[Field, ...] = ()


def kind_of(application: Application) -> str:
    """Nature of the recipient: the only one the rules admit, or what was answered; "" until then."""
    kinds = application.version.parsed.recipients
    if len(kinds) == 1:
        return kinds[0].value
    answered = application.answers.get("recipient_kind", "")
    return answered if not kinds or answered in kinds else ""


def steps(application: Application) -> list[Step]:
    """The steps of the form, in order; a step of questions without any is left out."""
    rules = application.version.parsed
    identity = tuple(_identity(rules, kind_of(application)))
    known = {field.key for field in identity}
    asked = [field for field in _asked(rules, application.call) if field.key not in known]
    parts: dict[str, list[Field]] = {"situation": [], "projet": [], "budget": [], "aides": []}
    for field in asked:
        parts[_part(field)].append(field)
    found = [
        Step("identite", "Identité et coordonnées", identity),
        Step("situation", "Situation", tuple(parts["situation"])),
        Step("projet", "Projet", tuple(parts["projet"])),
        Step("budget", "Budget", tuple(parts["budget"])),
    ]
    return [
        *(step for step in found if step.fields),
        Step("aides", "Autres aides", tuple(parts["aides"])),
        *([Step("pieces", "Pièces")] if rules.documents else []),
        Step("recapitulatif", "Récapitulatif"),
    ]


def questions(application: Application) -> dict[str, Field]:
    """Every question of the form, by key."""
    return {field.key: field for step in steps(application) for field in step.fields}


def practice_commune(application: Application) -> str:
    """The commune where the aid takes place, other than that of a placement; "" when it is not known."""
    answers = application.answers
    own = [
        key
        for key, field in questions(application).items()
        if field.type is FieldType.COMMUNE and key not in ("home_commune", "placement_commune")
    ]
    given = [answers.get(key) for key in ("practice_commune", *own)]
    return next((str(code) for code in given if code), "")


def commune_of(application: Application) -> str:
    """The commune an application is about: of practice, of placement, else of residence."""
    answers = application.answers
    given = [practice_commune(application), answers.get("placement_commune"), answers.get("home_commune")]
    return next((str(code) for code in given if code), "")


def _identity(rules: SchemeRules, kind: str) -> Iterator[Field]:
    if len(rules.recipients) != 1:
        yield _recipient_kind(rules)
    for name in _IDENTITY.get(kind, _BODY if kind else _PERSON):
        field = _declared(rules, name.rstrip("*"))
        yield replace(field, required=True) if name.endswith("*") else field


def _recipient_kind(rules: SchemeRules) -> Field:
    admitted = {str(kind): Recipient.Kind(kind).label for kind in rules.recipients}
    return replace(
        STANDARD["recipient_kind"],
        label="Vous déposez cette demande en tant que",
        choices=admitted or dict(Recipient.Kind.choices),
        source=Source.ASKED,
        required=True,
    )


def _declared(rules: SchemeRules, key: str) -> Field:
    """A field as the scheme words it, or as everyone does."""
    return next((field for field in rules.fields if field.key == key), STANDARD[key])


def _asked(rules: SchemeRules, call: Call | None) -> list[Field]:
    """What the rules judge on and what the scheme asks besides, in the order of the vocabulary."""
    wanted = {field.key for field in fields_needed(rules)}
    if call is not None and call.themes:
        wanted.add("themes")
    found = [field for key, field in rules.vocabulary.items() if key in wanted]
    return [_themed(field, call) for field in found if field.source is not Source.COMPUTED]


def _themed(field: Field, call: Call | None) -> Field:
    """The question about themes offers those of the call."""
    if field.key != "themes" or call is None or not call.themes:
        return field
    themes: list[dict[str, Any]] = call.themes
    return replace(field, choices={theme["key"]: theme["label"] for theme in themes}, required=True)


def _part(field: Field) -> str:
    if field.key in _SITUATION:
        return "situation"
    if field.key in _OTHER_AIDS:
        return "aides"
    return "budget" if field.type in _MONEY else "projet"
