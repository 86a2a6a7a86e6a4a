"""A plan file into the program: the plan, its envelopes, its schemes and its calls.

Loading the same file twice changes nothing. Nothing in use is destroyed: a measure that leaves the file is
withdrawn, a scheme that leaves it is closed, rules that change become a draft version for someone to publish.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import transaction

from maillage.accounts.actions import ensure_authority
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.applications.actions import create_call, edit_call
from maillage.applications.models import Call
from maillage.budget.actions import open_envelope
from maillage.budget.models import Envelope
from maillage.kit.console import Refused
from maillage.kit.words import counted, quoted
from maillage.planfile.document import CallEntry, EnvelopeEntry, PlanFile, SchemeEntry
from maillage.planfile.reading import read
from maillage.plans.actions import keep_version, write_plan
from maillage.plans.models import Measure, Plan, PlanVersion
from maillage.schemes.actions import (
    close_scheme,
    create_scheme,
    draft_version,
    edit_draft,
    update_scheme,
)
from maillage.schemes.models import Scheme

_SHOWN = 3


@dataclass(frozen=True)
class Loaded:
    """What came of a load. `changes` is empty, and `version` the last one, for a file already loaded."""

    plan: Plan
    version: PlanVersion
    changes: tuple[str, ...]


def read_or_refuse(text: str) -> PlanFile:
    """The file, or Refused with its first errors, each with its line."""
    reading = read(text)
    if reading.file is not None:
        return reading.file
    said = [
        f"ligne {finding.line}, {finding.field or 'fichier'} : {finding.sentence}"
        for finding in reading.findings[:_SHOWN]
    ]
    more = len(reading.findings) - _SHOWN
    tail = f" Et {counted(more, 'autre')} : « maillage plan check » les dit toutes." if more > 0 else ""
    raise Refused(f"Le fichier du plan contient des erreurs. {' '.join(said)}{tail}")


@transaction.atomic
def load_file(*, text: str, territory: str = "") -> Loaded:
    """Load a file for the authority of a territory, the file's own by default, opened when there is none."""
    file = read_or_refuse(text)
    own = not territory or territory == file.authority
    name = file.authority_name if own else territory
    return load(
        text=text, authority=ensure_authority(territory=territory or file.authority, name=name), by=None
    )


@transaction.atomic
def load(*, text: str, authority: Authority, by: User | None) -> Loaded:
    """Load a file for an authority. The same file as the last one loaded changes nothing."""
    require(by, Right.EDIT_PLAN, authority)
    require(by, Right.EDIT_SCHEMES, authority)
    file = read_or_refuse(text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    # Two loads of one plan at once: the second waits, then finds the first.
    Authority.objects.select_for_update().get(pk=authority.pk)
    last = (
        PlanVersion.objects.filter(plan__authority=authority, plan__key=file.content.key)
        .select_related("plan")
        .order_by("-number")
        .first()
    )
    if last is not None and last.sha256 == sha256:
        return Loaded(last.plan, last, ())
    before = read(last.source).file if last else None
    plan, changes = write_plan(
        authority=authority, content=file.content, before=before.content if before else None, by=by
    )
    changes += _Programme(plan, by).write(file, before)
    version = keep_version(plan=plan, sha256=sha256, source=text, changes=changes, by=by)
    return Loaded(plan, version, tuple(changes))


class _Programme:
    """Writes what the rooms above the plan keep of a file, and the sentences of what changed."""

    def __init__(self, plan: Plan, by: User | None) -> None:
        self.plan = plan
        self.authority = plan.authority
        self.by = by
        self.measures = {measure.key: measure for measure in Measure.objects.filter(axis__plan=plan)}
        self.changes: list[str] = []

    def write(self, file: PlanFile, before: PlanFile | None) -> list[str]:
        known = before or _empty(file)
        self._each(file.envelopes, known.envelopes, self.envelope)
        self._each(file.schemes, known.schemes, self.scheme)
        self._each(file.calls, known.calls, self.call)
        kept = {scheme.key for scheme in file.schemes}
        for scheme in known.schemes:
            if scheme.key not in kept:
                self.close(scheme)
        return self.changes

    def _each(
        self, entries: tuple[Any, ...], known: tuple[Any, ...], write: Callable[[Any, Any], None]
    ) -> None:
        then = {entry.key: entry for entry in known}
        for entry in entries:
            if entry != then.get(entry.key):
                write(entry, then.get(entry.key))

    def envelope(self, entry: EnvelopeEntry, before: EnvelopeEntry | None) -> None:
        """Open an envelope. One that is already there belongs to the budget and is left as it is."""
        if Envelope.objects.filter(authority=self.authority, key=entry.key).exists():
            if before is not None:
                said = f"Enveloppe {quoted(entry.label)} : à modifier depuis le budget, non par le fichier."
                self.changes.append(said)
            return
        if self.by is not None and not self.by.can(Right.VOTE_BUDGET, self.authority):
            self.changes.append(f"Enveloppe à ouvrir par les finances : {entry.label}.")
            return
        measure = self.measures[entry.measure]
        open_envelope(authority=self.authority, by=self.by, **{**_values(entry), "measure": measure})
        self.changes.append(f"Enveloppe ouverte, sans vote : {entry.label}.")

    def scheme(self, entry: SchemeEntry, before: SchemeEntry | None) -> None:
        presentation: dict[str, Any] = {
            "title": entry.title,
            "summary": entry.summary,
            "measure": self.measures.get(entry.measure),
            "envelope": Envelope.objects.filter(authority=self.authority, key=entry.envelope).first(),
            "contact": entry.contact,
            "is_open_all_year": entry.is_open_all_year,
        }
        scheme = Scheme.objects.filter(authority=self.authority, key=entry.key).first()
        if scheme is None:
            scheme = create_scheme(
                authority=self.authority, key=entry.key, seeds=entry.seeds, by=self.by, **presentation
            )
            self.changes.append(f"Dispositif ajouté : {scheme}.")
        elif before is None or _presented(before) != _presented(entry):
            update_scheme(scheme=scheme, by=self.by, **presentation)
            self.changes.append(f"Dispositif modifié : {scheme}.")
        if before is None or before.rules != entry.rules:
            self.draft(scheme, entry)

    def draft(self, scheme: Scheme, entry: SchemeEntry) -> None:
        """Put the rules of the file in the draft of the scheme, unless they are those of its last version."""
        last = scheme.versions.order_by("-number").first()
        if last is not None and last.rules == entry.rules:
            return
        note = f"Fichier du plan {quoted(str(self.plan))}"
        if last is not None and last.is_draft:
            edit_draft(version=last, rules=entry.rules, note=note, by=self.by)
            self.changes.append(f"Règles modifiées dans le brouillon de {quoted(str(scheme))}.")
            return
        version = draft_version(scheme=scheme, rules=entry.rules, note=note, by=self.by)
        self.changes.append(
            f"Brouillon des règles de {quoted(str(scheme))}, version {version.number} : à publier."
        )

    def close(self, entry: SchemeEntry) -> None:
        """A scheme that leaves the file takes no more applications; those it has go on."""
        scheme = Scheme.objects.filter(authority=self.authority, key=entry.key, closed_on=None).first()
        if scheme is not None:
            close_scheme(scheme=scheme, by=self.by)
            self.changes.append(f"Dispositif clos, il n'est plus dans le fichier : {scheme}.")

    def call(self, entry: CallEntry, before: CallEntry | None) -> None:
        """Prepare a call that has its dates. Once published it belongs to the office."""
        if entry.window is None:
            self.changes.append(f"Appel {quoted(entry.title)} : annoncé, dates à définir.")
            return
        call = Call.objects.filter(authority=self.authority, key=entry.key).first()
        if call is not None and call.state != Call.State.DRAFT:
            self.changes.append(f"Appel {quoted(entry.title)} : déjà publié, le fichier n'y touche pas.")
            return
        opens_at, closes_at = entry.window
        written: dict[str, Any] = {
            "scheme": Scheme.objects.get(authority=self.authority, key=entry.scheme),
            "title": entry.title,
            "presentation": entry.presentation,
            "opens_at": opens_at,
            "closes_at": closes_at,
            "themes": entry.themes,
            "scoring_grid": entry.scoring_grid,
        }
        if call is None:
            call = create_call(key=entry.key, by=self.by, **written)
            self.changes.append(f"Appel ajouté : {call}.")
        else:
            call = edit_call(call=call, by=self.by, **written)
            self.changes.append(f"Appel modifié : {call}.")


def _values(entry: Any) -> dict[str, Any]:
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


def _presented(entry: SchemeEntry) -> SchemeEntry:
    """What an entry says besides its rules."""
    return replace(entry, rules={}, parsed=None)


def _empty(file: PlanFile) -> PlanFile:
    return PlanFile(authority=file.authority, authority_name=file.authority_name, content=file.content)
