"""Acting on many applications at once: what can be done is sorted from what cannot, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from maillage.accounts.models import User
from maillage.applications import actions
from maillage.applications.models import Application, ApplicationQuerySet
from maillage.applications.standing import left_before_complete, left_before_ready
from maillage.applications.states import require_state
from maillage.kit.console import Refused
from maillage.kit.text import number

LIMIT = 500
Left = list[tuple[Application, str]]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb that may be used on many at once; `lacks` gives what stands in its way besides the state."""

    label: str
    done: str
    lacks: Callable[[Application], list[str]]


VERBS = {
    "assign": Verb("Confier", "confié", lambda application: []),
    "declare_complete": Verb("Déclarer complets", "déclaré complet", left_before_complete),
    "mark_ready": Verb("Déclarer prêts pour le comité", "déclaré prêt", left_before_ready),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A verb, with the person the applications are given to when it is `assign`."""

    key: str
    to: User | None = None

    @classmethod
    def read(cls, posted: Mapping[str, Any], officers: Any) -> Wanted:
        """Raises Refused when the form does not say what to do, or to whom to give the applications."""
        key = posted.get("action", "")
        if key not in VERBS:
            raise Refused("Choisissez ce qu'il faut faire des dossiers cochés.")
        if key != "assign":
            return cls(key)
        wanted = str(posted.get("to", ""))
        to = officers.filter(pk=int(wanted)).first() if wanted.isdecimal() else None
        if to is None:
            raise Refused("Choisissez à qui confier les dossiers cochés.")
        return cls(key, to)

    @property
    def label(self) -> str:
        return f"{VERBS[self.key].label} à {self.to}" if self.to else VERBS[self.key].label

    def done(self, count: int) -> str:
        """« 12 dossiers déclarés complets. »"""
        if count < 2:
            return f"{count} dossier {VERBS[self.key].done}."
        words = VERBS[self.key].done.split(" ")
        return f"{number(count)} dossiers {' '.join(f'{word}s' for word in words)}."


@dataclass(frozen=True, slots=True)
class Sorted:
    possible: list[Application]
    skipped: Left


def preflight(chosen: ApplicationQuerySet, wanted: Wanted) -> Sorted:
    """Those the verb may be used on, and the others with why. Raises Refused for none, or too many."""
    rows = list(_rows(chosen)[: LIMIT + 1])
    if not rows:
        raise Refused("Cochez au moins un dossier.")
    if len(rows) > LIMIT:
        raise Refused(f"Agissez sur {number(LIMIT)} dossiers au plus à la fois : affinez le filtre.")
    why = {row.pk: _hindrance(row, wanted) for row in rows}
    return Sorted(
        [row for row in rows if not why[row.pk]], [(row, why[row.pk]) for row in rows if why[row.pk]]
    )


def run(chosen: ApplicationQuerySet, wanted: Wanted, *, by: User) -> tuple[int, Left]:
    """Use the verb on each; what cannot be done any more is left, and said."""
    sorted_out = preflight(chosen, wanted)
    done, left = 0, list(sorted_out.skipped)
    for application in sorted_out.possible:
        try:
            _use(application, wanted, by)
            done += 1
        except Refused as refusal:
            left.append((application, str(refusal)))
    return done, left


def left_text(left: Left) -> str:
    """« 2 laissés de côté : D-2026-00003 (…), … »"""
    if not left:
        return ""
    named = " ; ".join(f"{application} ({why})" for application, why in left[:3])
    return (
        f" {len(left)} laissé{'s' if len(left) > 1 else ''} de côté : {named}{'…' if len(left) > 3 else ''}"
    )


def _rows(chosen: ApplicationQuerySet) -> ApplicationQuerySet:
    rows = chosen.select_related(
        "authority", "version__scheme", "call", "recipient", "judgement", "applicant", "assigned_to"
    )
    return rows.order_by("-submitted_at", "-pk")


def _hindrance(application: Application, wanted: Wanted) -> str:
    """Why the verb cannot be used on this application; "" when it can."""
    try:
        require_state(application, wanted.key)
    except Refused as refusal:
        return str(refusal)
    if wanted.to is not None and application.assigned_to_id == wanted.to.pk:
        return f"{wanted.to} l'a déjà."
    return " ".join(VERBS[wanted.key].lacks(application))


def _use(application: Application, wanted: Wanted, by: User) -> None:
    if wanted.key == "assign":
        actions.assign(applications=[application], to=wanted.to, by=by)
    elif wanted.key == "declare_complete":
        actions.declare_complete(application=application, by=by)
    else:
        actions.mark_ready(application=application, by=by)
