"""The pages of the schemes: what anyone reads, what the office reads and writes."""

from __future__ import annotations

from typing import Any

from maillage.accounts.roles import Role
from maillage.schemes.actions import draft_version
from people import authority
from scheme_examples import draft, published
from screens.screen import Screen


def offered() -> list[Any]:
    version = published()
    return [version.scheme.authority.slug, version.scheme.key]


def in_force() -> list[Any]:
    return [published().pk]


def revised() -> list[Any]:
    """A scheme with a version in force and a draft that changes it."""
    version = published()
    changed = {**version.rules, "amount": {"value": 15000, "cap": 15000}}
    draft_version(scheme=version.scheme, rules=changed, note="Revalorisation", by=None)
    return [version.scheme.pk]


def _office(name: str, arguments: Any = list, **options: Any) -> Screen:
    return Screen(f"schemes:{name}", arguments, role=Role.MISSION_OFFICER, **options)


def _section(slug: str) -> Screen:
    return _office("section", lambda: [draft().pk, slug])


SECTIONS = (
    "cadre",
    "questions",
    "montant",
    "versement",
    "engagement",
    "reversement",
    "pieces",
    "cumul",
    "document",
)
SCREENS = {
    "aids of an authority": Screen("schemes:catalogue", lambda: offered()[:1]),
    "authority without aid": Screen("schemes:catalogue", lambda: [authority().slug]),
    "aid": Screen("schemes:aid", offered),
    "am I eligible": Screen("schemes:eligibility", offered),
    "eligibility answered": Screen("schemes:eligibility", offered, query="profession=medecin&years_left=5"),
    "schemes": _office("list", lambda: revised()[:0]),
    "no scheme": _office("list"),
    "new scheme": _office("create"),
    "scheme": _office("scheme", revised),
    "scheme presented": _office("present", revised),
    "version": _office("version", in_force),
    "version tried": _office("trial", in_force),
    "version to publish": _office("publish", lambda: [draft().pk]),
    "draft": _office("editor", lambda: [draft().pk]),
    "criterion": _office("criterion", lambda: [draft().pk, 0]),
    **{f"section {slug}": _section(slug) for slug in SECTIONS},
}
NOT_PAGES = {
    "schemes:communes",
    "schemes:export",
    "schemes:close",
    "schemes:draft",
    "schemes:discard",
    "schemes:criterion_change",
}
