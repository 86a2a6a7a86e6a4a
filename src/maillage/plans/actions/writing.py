"""A plan written from its content, and again from a new content without undoing what the office did.

The file only changes what it changes itself: a value is written when it differs from the one the *previous*
version of the file gave. A state, a milestone or a reading entered in the office since then stays. What the
file no longer mentions is withdrawn, or removed when nobody relies on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.kit.words import counted
from maillage.plans.content import IndicatorContent, MeasureContent, PlanContent, RemarkContent, columns
from maillage.plans.models import (
    Axis,
    Indicator,
    Measure,
    Milestone,
    Partner,
    Plan,
    PlanDecision,
    PlannedMoney,
    PlanVersion,
    Reading,
    Remark,
)


@transaction.atomic
def write_plan(
    *, authority: Authority, content: PlanContent, before: PlanContent | None = None, by: User | None
) -> tuple[Plan, list[str]]:
    """Create or change the plan of that key. `before` is what the last version of its file said.

    Returns the plan and its changes, one French sentence each.
    """
    require(by, Right.EDIT_PLAN, authority)
    writer = _Writer()
    existing = Plan.objects.select_for_update().filter(authority=authority, key=content.key).first()
    plan = existing or Plan(authority=authority)
    if writer.write(plan, content, before):
        writer.changes.append(f"Plan modifié : {content.title}.")
    writer.plan(plan, content, before)
    return plan, writer.changes if existing else [_created(content)]


@transaction.atomic
def keep_version(
    *, plan: Plan, sha256: str, source: str, changes: Sequence[str], by: User | None
) -> PlanVersion:
    """Keep the file a plan was written from, as it was read."""
    require(by, Right.EDIT_PLAN, plan.authority)
    last = plan.versions.order_by("-number").first()
    version = PlanVersion.objects.create(
        plan=plan,
        number=last.number + 1 if last else 1,
        sha256=sha256,
        source=source,
        changes=list(changes),
        loaded_by=by,
    )
    record(
        "load_plan",
        f"Plan chargé : {plan}, version {version.number} du fichier.",
        by=by,
        authority=plan.authority,
        about=plan,
        sha256=sha256,
        changes=list(changes),
    )
    return version


@dataclass
class _Writer:
    """Writes rows from contents and keeps the sentences of what changed."""

    changes: list[str] = field(default_factory=list)

    def plan(self, plan: Plan, content: PlanContent, before: PlanContent | None) -> None:
        for noun, model, name in (
            ("Décision", PlanDecision, "decisions"),
            ("Partenaire", Partner, "partners"),
            ("Remarque", Remark, "remarks"),
        ):
            known = getattr(before, name) if before else ()
            found = _by_key(model._default_manager.filter(plan=plan))
            self.rows(noun, model, {"plan": plan}, found, getattr(content, name), known)
            self.remove(noun, found, getattr(content, name), known, self.drop)
        self.axes(plan, content, before)

    def axes(self, plan: Plan, content: PlanContent, before: PlanContent | None) -> None:
        """Axes, then the measures of the whole plan: one may move from an axis to another."""
        known_axes = before.axes if before else ()
        known = before.measures if before else ()
        found_axes = _by_key(Axis.objects.filter(plan=plan))
        found = _by_key(Measure.objects.filter(axis__plan=plan))
        axes = self.rows("Axe", Axis, {"plan": plan}, found_axes, content.axes, known_axes)
        for axis in content.axes:
            measures = self.rows("Mesure", Measure, {"axis": axes[axis.key]}, found, axis.measures, known)
            for measure, now, then in _matched(measures, axis.measures, known):
                self.measure(measure, now, then)
        self.remove("Mesure", found, content.measures, known, self.withdraw)
        self.remove("Axe", found_axes, content.axes, known_axes, self.drop_axis)

    def measure(self, measure: Measure, content: MeasureContent, before: MeasureContent | None) -> None:
        self.money(measure, content, before)
        parent = {"measure": measure}
        known = before.milestones if before else ()
        milestones = _by_key(measure.milestones.all())
        self.rows("Jalon", Milestone, parent, milestones, content.milestones, known)
        self.remove("Jalon", milestones, content.milestones, known, self.drop_milestone)
        known_indicators = before.indicators if before else ()
        found = _by_key(measure.indicators.all())
        indicators = self.rows("Indicateur", Indicator, parent, found, content.indicators, known_indicators)
        for indicator, now, then in _matched(indicators, content.indicators, known_indicators):
            self.readings(indicator, now, then)
        self.remove("Indicateur", found, content.indicators, known_indicators, self.drop_indicator)

    def money(self, measure: Measure, content: MeasureContent, before: MeasureContent | None) -> None:
        """Amounts have no identity of their own: the list is replaced when the file changes it."""
        if before is not None and before.money == content.money:
            return
        if measure.money.exists():
            self.changes.append(f"Montants modifiés : {measure}.")
        measure.money.all().delete()
        PlannedMoney.objects.bulk_create(
            PlannedMoney(measure=measure, **columns(line)) for line in content.money
        )

    def readings(
        self, indicator: Indicator, content: IndicatorContent, before: IndicatorContent | None
    ) -> None:
        known = {reading.on: reading for reading in before.readings} if before else {}
        for reading in content.readings:
            if known.pop(reading.on, None) == reading:
                continue
            Reading.objects.update_or_create(
                indicator=indicator, on=reading.on, defaults={**columns(reading), "recorded_by": None}
            )
        # What the file took back goes, unless someone has confirmed or corrected it since.
        indicator.readings.filter(on__in=list(known), recorded_by=None).delete()

    def rows(
        self,
        noun: str,
        model: type[models.Model],
        parent: Mapping[str, models.Model],
        found: dict[str, Any],
        contents: Sequence[Any],
        known: Iterable[Any],
    ) -> dict[str, Any]:
        """Write one row per content, under its parent and in its place; returns them by key."""
        then = {_key(content): content for content in known}
        written: dict[str, Any] = {}
        for rank, content in enumerate(contents, start=1):
            existing = found.get(_key(content))
            row = existing or model(**parent)
            places = {f"{name}_id": above.pk for name, above in parent.items()}
            if hasattr(row, "position"):
                places["position"] = rank
            if self.write(row, content, then.get(_key(content)), **places):
                self.changes.append(f"{noun} {'modifié' if existing else 'ajouté'}{_agreed(noun)} : {row}.")
            written[_key(content)] = row
        return written

    def write(self, row: models.Model, content: Any, before: Any, **places: int) -> bool:
        """Put into a row what the file changes, and save it. True when what it says has changed."""
        values = columns(content)
        if row.pk is not None and before is not None:
            then = columns(before)
            values = {name: value for name, value in values.items() if value != then[name]}
        differs = [name for name, value in values.items() if getattr(row, name) != value]
        moved = [name for name, value in places.items() if getattr(row, name) != value]
        if row.pk is not None and not differs and not moved:
            return False
        for name, value in {**values, **places}.items():
            setattr(row, name, value)
        new = row.pk is None
        row.save()
        return new or bool(differs)

    def remove(
        self,
        noun: str,
        found: dict[str, Any],
        contents: Iterable[Any],
        known: Iterable[Any],
        how: Callable[[Any, str], None],
    ) -> None:
        """See to the rows that the last version of the file named and this one does not."""
        kept = {_key(content) for content in contents}
        for content in known:
            if _key(content) not in kept and _key(content) in found:
                how(found[_key(content)], noun)

    def withdraw(self, measure: Measure, noun: str) -> None:
        """Money, agreements and applications may hang on a measure: it stays, and says it was withdrawn."""
        if measure.status == Measure.Status.WITHDRAWN:
            return
        measure.status = Measure.Status.WITHDRAWN
        measure.status_reason = "La dernière version du fichier du plan ne la contient plus."
        measure.save(update_fields=["status", "status_reason"])
        self.changes.append(f"{noun} retirée du plan : {measure}.")

    def drop_axis(self, axis: Axis, noun: str) -> None:
        if not axis.measures.exists():
            self.drop(axis, noun)

    def drop_milestone(self, milestone: Milestone, noun: str) -> None:
        if milestone.reached_on is None:
            self.drop(milestone, noun)

    def drop_indicator(self, indicator: Indicator, noun: str) -> None:
        if not indicator.readings.exclude(recorded_by=None).exists():
            self.drop(indicator, noun)

    def drop(self, row: models.Model, noun: str) -> None:
        self.changes.append(f"{noun} retiré{_agreed(noun)} : {row}.")
        row.delete()


def _created(content: PlanContent) -> str:
    """A new plan in one sentence: its parts need not be told one by one."""
    indicators = sum(len(measure.indicators) for measure in content.measures)
    return (
        f"Plan créé : {content.title} ({counted(len(content.axes), 'axe')}, "
        f"{counted(len(content.measures), 'mesure')}, {counted(indicators, 'indicateur')})."
    )


_FEMININE = frozenset({"Décision", "Mesure", "Remarque"})


def _agreed(noun: str) -> str:
    return "e" if noun in _FEMININE else ""


def _key(entry: Any) -> str:
    """What makes an entry the same from one version to the next: its key, the code of a remark."""
    key: str = entry.code if isinstance(entry, Remark | RemarkContent) else entry.key
    return key


def _by_key(rows: Iterable[Any]) -> dict[str, Any]:
    return {_key(row): row for row in rows}


def _matched(
    rows: dict[str, Any], contents: Sequence[Any], known: Sequence[Any]
) -> list[tuple[Any, Any, Any | None]]:
    """Each row with what the file says of it now and what it said before."""
    then = {content.key: content for content in known}
    return [(rows[content.key], content, then.get(content.key)) for content in contents]
