"""What becomes of a measure: its state, who answers for it, its milestones, its indicators, the votes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.words import quoted
from maillage.kit.writing import save
from maillage.plans.content import MoneyContent, columns
from maillage.plans.models import (
    Axis,
    Indicator,
    Measure,
    Milestone,
    Plan,
    PlanDecision,
    PlannedMoney,
    Reading,
)

# States that ask for an explanation: a measure is not stopped without saying why.
EXPLAINED = frozenset({Measure.Status.SUSPENDED, Measure.Status.ABANDONED, Measure.Status.WITHDRAWN})


@transaction.atomic
def set_status(*, measure: Measure, status: str, reason: str = "", by: User | None) -> Measure:
    """Say where a measure stands. Suspending, abandoning or withdrawing one asks for a reason."""
    authority = _authority(measure)
    require(by, Right.EDIT_PLAN, authority)
    if status not in Measure.Status.values:
        raise Refused("Cet état n'existe pas : choisissez-en un de la liste.")
    reason = reason.strip()
    if status in EXPLAINED and not reason:
        label = Measure.Status(status).label.lower()
        raise Refused(f"Dites pourquoi la mesure est {label} : ceux qui liront le plan le demanderont.")
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if (measure.status, measure.status_reason) == (status, reason):
        return measure
    before = measure.get_status_display()
    measure.status, measure.status_reason = status, reason
    measure.save(update_fields=["status", "status_reason"])
    record(
        "set_measure_status",
        f"{quoted(str(measure))} : {before.lower()} → {measure.get_status_display().lower()}"
        f"{f' ({reason})' if reason else ''}.",
        by=by,
        authority=authority,
        about=measure,
        status=status,
    )
    return measure


@transaction.atomic
def assign_owner(
    *, measure: Measure, owner: User | None = None, owner_name: str = "", by: User | None
) -> Measure:
    """Name who answers for a measure: a member of the authority, or someone without an account by name."""
    authority = _authority(measure)
    require(by, Right.EDIT_PLAN, authority)
    if owner is not None and not owner.memberships.filter(authority=authority).exists():
        raise Refused(f"{owner} n'a pas de rôle dans cette collectivité : donnez-lui-en un d'abord.")
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    name = str(owner) if owner is not None else owner_name.strip()
    if (measure.owner, measure.owner_name) == (owner, name):
        return measure
    measure.owner, measure.owner_name = owner, name
    save(measure)
    sentence = (
        f"{quoted(str(measure))} est confiée à {name}."
        if name
        else f"{quoted(str(measure))} n'a plus de responsable."
    )
    record("assign_measure_owner", sentence, by=by, authority=authority, about=measure)
    return measure


@transaction.atomic
def reach_milestone(*, milestone: Milestone, on: date | None, by: User | None) -> Milestone:
    """Say when a milestone was reached; None takes it back. A day to come is refused."""
    authority = _authority(milestone.measure)
    require(by, Right.EDIT_PLAN, authority)
    if on is not None and on > clock.today():
        raise Refused("Un jalon s'atteint au plus tard aujourd'hui : corrigez la date.")
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if milestone.reached_on == on:
        return milestone
    milestone.reached_on = on
    milestone.save(update_fields=["reached_on"])
    fate = f"atteint le {on:%d/%m/%Y}" if on else "n'est plus atteint"
    record(
        "reach_milestone",
        f"Jalon {quoted(str(milestone))} {fate}.",
        by=by,
        authority=authority,
        about=milestone.measure,
    )
    return milestone


@transaction.atomic
def record_reading(
    *, indicator: Indicator, on: date, value: Decimal, source: str = "", by: User | None
) -> Reading:
    """Record the value of an indicator on a day. A second value of a day corrects the first."""
    authority = _authority(indicator.measure)
    require(by, Right.EDIT_PLAN, authority)
    if on > clock.today():
        raise Refused("Un relevé est d'aujourd'hui ou d'avant : corrigez la date.")
    reading = Reading.objects.select_for_update().filter(indicator=indicator, on=on).first()
    reading = reading or Reading(indicator=indicator, on=on)
    reading.value, reading.source = value, source.strip()
    reading.recorded_at, reading.recorded_by = clock.now(), by
    save(reading)
    record(
        "record_reading",
        f"{indicator} : {value} {indicator.unit} le {on:%d/%m/%Y}.".replace("  ", " "),
        by=by,
        authority=authority,
        about=indicator.measure,
        value=str(value),
    )
    return reading


@transaction.atomic
def record_decision(
    *, plan: Plan, title: str, taken_on: date, number: str = "", body: str = "", by: User | None
) -> PlanDecision:
    """Add a vote to those that found or change the plan."""
    require(by, Right.EDIT_PLAN, plan.authority)
    if taken_on > clock.today():
        raise Refused("Un vote est d'aujourd'hui ou d'avant : corrigez la date.")
    decision = PlanDecision(
        plan=plan, key=_free_key(plan, title), title=title, number=number, taken_on=taken_on, body=body
    )
    save(decision)
    named = f"{number}, {title}" if number else title
    sentence = f"Décision du {taken_on:%d/%m/%Y} : {named}."
    record("record_plan_decision", sentence, by=by, authority=plan.authority, about=plan)
    return decision


@transaction.atomic
def add_measure(
    *,
    axis: Axis,
    title: str,
    description: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    money: Sequence[MoneyContent] = (),
    by: User | None,
) -> Measure:
    """Add a measure to a plan in force, with what it announces. Later versions of its file leave it there."""
    plan = axis.plan
    require(by, Right.EDIT_PLAN, plan.authority)
    last = axis.measures.order_by("-position").first()
    measure = Measure(
        axis=axis,
        key=_free_measure_key(plan, title),
        position=last.position + 1 if last else 1,
        title=title,
        description=description,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    save(measure)
    for line in money:
        save(PlannedMoney(measure=measure, **columns(line)))
    record("add_measure", f"Mesure ajoutée : {measure}.", by=by, authority=plan.authority, about=measure)
    return measure


def _authority(measure: Measure) -> Authority:
    return measure.axis.plan.authority


def _free_measure_key(plan: Plan, title: str) -> str:
    taken = set(Measure.objects.filter(axis__plan=plan).values_list("key", flat=True))
    return _free(slugify(title)[:70] or "mesure", taken)


def _free_key(plan: Plan, title: str) -> str:
    taken = set(plan.decisions.values_list("key", flat=True))
    return _free(slugify(title)[:70] or "decision", taken)


def _free(stem: str, taken: set[str]) -> str:
    candidates = (stem, *(f"{stem}-{rank}" for rank in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)
