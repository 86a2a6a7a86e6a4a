"""What anyone reads: the catalogue of aids, an aid in plain words, « suis-je éligible ? »."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.urls import reverse

from maillage.accounts.models import Authority
from maillage.rules.describe import describe
from maillage.rules.eligibility import Eligibility, documents_needed, fields_needed
from maillage.rules.fields import Field, Source
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Recipient
from maillage.rules.vocabulary import ANSWERS, PROFESSIONS, STANDARD
from maillage.rules.wording import capital
from maillage.schemes.facts import gather
from maillage.schemes.judging import assess
from maillage.schemes.models import Scheme, SchemeVersion
from maillage.territories import keys

FIRST_QUESTIONS: Final = 7
# Sections of the rules under the heads a citizen looks for, in that order.
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "Pour qui": ("Bénéficiaires", "Conditions"),
    "Combien": ("Montant", "Versement"),
    "En contrepartie": ("Engagement", "Reversement"),
    "Avec d'autres aides": ("Cumul avec d'autres aides",),
    "Pièces à fournir": ("Pièces à fournir",),
}
RECIPIENTS: Final[Mapping[str, str]] = {recipient.value: capital(recipient.label) for recipient in Recipient}


@dataclass(frozen=True, slots=True)
class Offer:
    """An aid of the catalogue, in a few lines."""

    title: str
    url: str
    kind: str
    summary: str
    amount: str
    opening: str


@dataclass(frozen=True, slots=True)
class Head:
    """A part of the page of an aid."""

    title: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor said of themselves to narrow the catalogue; empty when not said."""

    recipient: str = ""
    profession: str = ""
    commune: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.recipient or self.profession or self.commune)


def offered(authority: Authority, on: date) -> list[Scheme]:
    """The schemes an authority offers that day, with their rules at hand."""
    return list(authority.schemes.offered(on).with_current().select_related("authority"))


def suitable(schemes: Iterable[Scheme], authority: Authority, wanted: Wanted, on: date) -> list[Scheme]:
    """Those that what was said does not rule out: an unknown rules nothing out."""
    answers = {
        "recipient_kind": wanted.recipient,
        "profession": wanted.profession,
        "practice_commune": wanted.commune,
    }
    said = {key: value for key, value in answers.items() if value}
    facts, _ = gather(
        authority=authority, answers=said, commune=wanted.commune, profession=wanted.profession, on=on
    )
    return [scheme for scheme in schemes if _suits(scheme, wanted, facts, on)]


def offers(schemes: Iterable[Scheme], on: date) -> list[Offer]:
    return [_offer(scheme, on) for scheme in schemes]


def professions(schemes: Iterable[Scheme]) -> dict[str, str]:
    """The professions a visitor may choose: those the vocabulary knows, when a scheme asks for one."""
    asked = any(
        field.key == "profession"
        for scheme in schemes
        if scheme.current is not None
        for field in fields_needed(scheme.current.parsed)
    )
    return dict(PROFESSIONS) if asked else {}


def aid_page(scheme: Scheme, version: SchemeVersion, on: date) -> dict[str, Any]:
    """The page of an aid: what, how much, against what, with which documents, from which text."""
    told = {section.title: section.sentences for section in describe(version.parsed)}
    heads = [
        Head(title, tuple(sentence for name in names for sentence in told.get(name, ())))
        for title, names in HEADS.items()
    ]
    return {
        "scheme": scheme,
        "version": version,
        "kind": version.parsed.kind.label,
        "amount": _headline(told),
        "heads": [head for head in heads if head.sentences],
        "frame": told.get("Cadre", ()),
        "opening": _opening(scheme, on),
        "is_open": scheme.is_open(on),
    }


def questions(rules: SchemeRules) -> tuple[list[Field], list[Field]]:
    """What « suis-je éligible ? » asks: the first questions, then those that refine the answer.

    Criteria first, in the order of the rules; what tells who somebody is, is never asked.
    """
    criteria = [key for criterion in rules.criteria for key in _answers(criterion.rule.fields())]
    needed = {field.key: field for field in fields_needed(rules)}
    ordered = [*dict.fromkeys([*_who(rules, criteria), *criteria, *needed])]
    asked = [_asked(key, rules, needed) for key in ordered]
    found = [field for field in asked if field is not None and not field.personal]
    return found[:FIRST_QUESTIONS], found[FIRST_QUESTIONS:]


def documents(version: SchemeVersion, facts: Mapping[str, Any], on: date) -> list[tuple[str, str]]:
    """What would be asked of this person: label and why."""
    needs = documents_needed(version.parsed, facts, on)
    return [(need.document.label, need.sentence) for need in needs if need.need != "not_concerned"]


def territory_of(authority: Authority) -> keys.Key:
    return keys.parse(authority.territory)


def _answers(names: Iterable[str]) -> list[str]:
    """The keys to be asked for these facts: for one that is worked out, what it is worked out from."""
    ordered = [key for key in STANDARD if key in names] + [key for key in names if key not in STANDARD]
    return [answer for key in ordered for answer in ANSWERS.get(key, (key,))]


def _who(rules: SchemeRules, criteria: list[str]) -> list[str]:
    """« Vous êtes », when the answer changes something."""
    return ["recipient_kind"] if len(rules.recipients) > 1 and "recipient_kind" in criteria else []


def _asked(key: str, rules: SchemeRules, needed: Mapping[str, Field]) -> Field | None:
    field = needed.get(key) or rules.vocabulary.get(key)
    if field is None or (field.source is Source.COMPUTED and key != "recipient_kind"):
        return None
    if key != "recipient_kind":
        return field
    admitted = {kind.value: RECIPIENTS[kind.value] for kind in rules.recipients} or RECIPIENTS
    return replace(field, label="Vous êtes", source=Source.ASKED, choices=admitted)


def _suits(scheme: Scheme, wanted: Wanted, facts: Mapping[str, Any], on: date) -> bool:
    version = scheme.current
    if version is None:
        return False
    admitted = version.parsed.recipients
    if wanted.recipient and admitted and wanted.recipient not in admitted:
        return False
    return assess(version, facts, on).verdict is not Eligibility.NOT_ELIGIBLE


def _offer(scheme: Scheme, on: date) -> Offer:
    version = scheme.current
    if version is None:
        raise ValueError(f"{scheme} has no rules in force")
    told = {section.title: section.sentences for section in describe(version.parsed)}
    url = reverse("schemes:aid", args=[scheme.authority.slug, scheme.key])
    kind = version.parsed.kind.label
    return Offer(scheme.title, url, kind, scheme.summary, _headline(told), _opening(scheme, on))


def _headline(told: Mapping[str, tuple[str, ...]]) -> str:
    return next(iter(told.get("Montant", ())), "")


def _opening(scheme: Scheme, on: date) -> str:
    if scheme.is_closed(on):
        return "Dispositif clos"
    return "Demandes reçues toute l'année" if scheme.is_open_all_year else "Demandes reçues lors d'un appel"
