"""What the office reads: the list of schemes, a scheme and its versions, a version compared with another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Prefetch
from django.urls import reverse

from maillage.accounts.models import Authority, Event, User
from maillage.accounts.rights import Right
from maillage.kit.exports import Row
from maillage.rules.describe import Change, compare, describe
from maillage.rules.findings import Finding, stopping
from maillage.rules.guards import check_rules
from maillage.rules.terms import Effect
from maillage.schemes.models import Scheme, SchemeVersion

State = SchemeVersion.State
STATES: Final = {
    "in_force": "En vigueur",
    "draft": "Brouillon",
    "incomplete": "Incomplet",
    "closed": "Clos",
}
_TONES: Final = {
    "in_force": "state-good",
    "draft": "state-wait",
    "incomplete": "state-bad",
    "closed": "quiet",
}
COLUMNS: Final = ("Dispositif", "État", "Mesure", "Enveloppe", "Version en vigueur", "Versions", "Brouillon")


@dataclass(frozen=True, slots=True)
class Listed:
    """A scheme of the list."""

    scheme: Scheme
    state: str
    version: SchemeVersion | None
    draft: SchemeVersion | None
    versions: int

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return _TONES[self.state]


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding of the guards, in words."""

    stops: bool
    level: str
    tone: str
    code: str
    article: str
    sentence: str
    remedy: str


def listed(authority: Authority, user: User, on: date) -> list[Listed]:
    """The schemes of an authority with their state: two queries whatever their number."""
    live = SchemeVersion.objects.filter(state__in=[State.DRAFT, State.PUBLISHED])
    schemes = (
        Scheme.objects.visible_to(user)
        .filter(authority=authority)
        .select_related("measure", "envelope")
        .annotate(count=Count("versions"))
        .prefetch_related(Prefetch("versions", queryset=live, to_attr="live_versions"))
        .order_by("title", "pk")
    )
    return [_listed(scheme, on) for scheme in schemes]


def rows(found: Iterable[Listed]) -> list[Row]:
    """The list as a table to download."""
    return [
        [
            line.scheme.title,
            line.state_label,
            str(line.scheme.measure or ""),
            str(line.scheme.envelope or ""),
            line.version.number if line.version else None,
            line.versions,
            line.draft.number if line.draft else None,
        ]
        for line in found
    ]


def scheme_page(scheme: Scheme, user: User, on: date) -> dict[str, Any]:
    """A scheme: its rules in French, what the law says of them, its versions, what happened."""
    versions = list(scheme.versions.select_related("published_by").order_by("-number"))
    current = next((version for version in versions if version.state == State.PUBLISHED), None)
    draft = next((version for version in versions if version.state == State.DRAFT), None)
    shown = current or draft
    return {
        "scheme": scheme,
        "versions": versions,
        "current": current,
        "draft": draft,
        "sections": describe(shown.parsed) if shown else [],
        "findings": findings_of(shown, on) if shown else [],
        "events": Event.objects.about(scheme)[:50],
        "may_edit": user.can(Right.EDIT_SCHEMES, scheme.authority),
        "is_closed": scheme.is_closed(on),
        "public_url": reverse("schemes:aid", args=[scheme.authority.slug, scheme.key]) if current else "",
    }


def version_page(version: SchemeVersion, other: SchemeVersion | None, user: User, on: date) -> dict[str, Any]:
    """A version: its rules, what the law says of them, what changed since another."""
    return {
        "version": version,
        "scheme": version.scheme,
        "sections": describe(version.parsed),
        "findings": findings_of(version, on),
        "other": other,
        "changes": changes(other, version) if other else [],
        "others": version.scheme.versions.exclude(pk=version.pk).order_by("-number"),
        "may_edit": user.can(Right.EDIT_SCHEMES, version.scheme.authority),
    }


def changes(old: SchemeVersion, new: SchemeVersion) -> list[Change]:
    """What a version changes of another, sentence by sentence."""
    return compare(old.parsed, new.parsed)


def before(version: SchemeVersion) -> SchemeVersion | None:
    """The version a version comes after."""
    return version.scheme.versions.filter(number__lt=version.number).order_by("-number").first()


def findings_of(version: SchemeVersion, on: date) -> list[Remark]:
    """What the law says, what stops first."""
    found = sorted(check_rules(version.parsed, on), key=lambda finding: finding.level is not Effect.STOP)
    return [_finding(finding) for finding in found]


def _finding(finding: Finding) -> Remark:
    stops = finding.level is Effect.STOP
    return Remark(
        stops=stops,
        level="À corriger avant de publier" if stops else "À vérifier",
        tone="state-bad" if stops else "state-wait",
        code=finding.code,
        article=finding.article,
        sentence=finding.sentence,
        remedy=finding.remedy,
    )


def _listed(scheme: Scheme, on: date) -> Listed:
    live: list[SchemeVersion] = scheme.__dict__["live_versions"]
    current = next((version for version in live if version.state == State.PUBLISHED), None)
    draft = next((version for version in live if version.state == State.DRAFT), None)
    count: int = scheme.__dict__["count"]
    return Listed(scheme, _state(scheme, current, draft, on), current, draft, count)


def _state(scheme: Scheme, current: SchemeVersion | None, draft: SchemeVersion | None, on: date) -> str:
    """In force, in writing, or stopped by what is still missing."""
    if scheme.is_closed(on):
        return "closed"
    if current is not None:
        return "in_force"
    if draft is None or draft.parsed.amount.unset or stopping(check_rules(draft.parsed, on)):
        return "incomplete"
    return "draft"
