"""Building a scenario: drafted on a snapshot, changed, copied, put away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.diagnosis.models import Snapshot
from maillage.diagnosis.reading import Diagnosis
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.lab.effects import Kind, effects
from maillage.lab.ground import Ground, ground_of
from maillage.lab.models import Change, Scenario
from maillage.territories import places
from maillage.territories.keys import parse


@transaction.atomic
def draft_scenario(
    *,
    authority: Authority,
    title: str,
    snapshot: Snapshot,
    territory: str = "",
    question: str = "",
    by: User | None,
) -> Scenario:
    """Begin a scenario on a territory, the authority's own unless told, as a snapshot knows it.

    Raises Refused when the snapshot has nothing to say of the territory.
    """
    require(by, Right.RUN_LAB, authority)
    key = territory or authority.territory
    ground_of(Diagnosis(places.find(key), snapshot))
    scenario = Scenario(
        authority=authority,
        title=title.strip(),
        question=question.strip(),
        territory=key,
        snapshot=snapshot,
        created_by=by,
    )
    save(scenario)
    record("draft_scenario", f"Scénario ouvert : {scenario}.", by=by, authority=authority, about=scenario)
    return scenario


@transaction.atomic
def copy_scenario(*, scenario: Scenario, title: str, by: User | None) -> Scenario:
    """Another scenario with the same changes, to vary one of them."""
    source = _open(scenario, by)
    copy = Scenario(
        authority=source.authority,
        title=title.strip(),
        question=source.question,
        territory=source.territory,
        snapshot=source.snapshot,
        assumptions=source.assumptions,
        created_by=by,
    )
    save(copy)
    for change in source.changes.all():
        change.pk, change.scenario, change.measure = None, copy, None
        change.save()
    sentence = f"Scénario copié : {copy}, d'après {source}."
    record("copy_scenario", sentence, by=by, authority=copy.authority, about=copy)
    return copy


@transaction.atomic
def suppose(*, scenario: Scenario, values: Mapping[str, float], by: User | None) -> Scenario:
    """Change the assumptions of a scenario; those given back their own value are no longer changed."""
    current = _open(scenario, by)
    supposed = effects(values)
    original = effects({})
    current.assumptions = {
        name: value for name, value in values.items() if supposed[name].value != original[name].value
    }
    current.save(update_fields=["assumptions"])
    _told("suppose", "Hypothèses modifiées.", current, by, values=current.assumptions)
    return current


@transaction.atomic
def add_change(
    *,
    scenario: Scenario,
    kind: str,
    commune: str,
    quantity: Decimal | None = None,
    starts_on: date,
    ends_on: date | None = None,
    investment: Decimal | None = None,
    yearly_cost: Decimal | None = None,
    note: str = "",
    by: User | None,
) -> Change:
    """Add something to a scenario. Raises Refused when its commune is out of reach or has nobody to lose."""
    current = _open(scenario, by)
    change = Change(
        scenario=current,
        kind=kind,
        commune=commune,
        quantity=quantity,
        starts_on=starts_on,
        ends_on=ends_on,
        investment=investment,
        yearly_cost=yearly_cost,
        note=note.strip(),
    )
    _check(change, _ground(current))
    save(change)
    _told("add_change", f"Ajout : {change}.", current, by, change=change.pk)
    return change


@transaction.atomic
def correct_change(*, change: Change, by: User | None, **values: Any) -> Change:
    """Change the place, the size, the dates or the costs of something: moving a place is this."""
    scenario = _open(change.scenario, by)
    current = scenario.changes.get(pk=change.pk)
    if current.measure_id is not None:
        raise Refused(
            "Ce changement est devenu une mesure du plan : copiez le scénario pour en essayer un autre."
        )
    for name, value in values.items():
        setattr(current, name, value)
    _check(current, _ground(scenario))
    save(current)
    _told("correct_change", f"Modification : {current}.", scenario, by, change=current.pk)
    return current


@transaction.atomic
def remove_change(*, change: Change, by: User | None) -> Scenario:
    """Take something out of a scenario."""
    scenario = _open(change.scenario, by)
    current = scenario.changes.get(pk=change.pk)
    _told("remove_change", f"Retrait : {current}.", scenario, by, change=current.pk)
    current.delete()
    return scenario


@transaction.atomic
def archive_scenario(*, scenario: Scenario, by: User | None) -> Scenario:
    """Put a scenario away: it is read, no longer changed."""
    current = _open(scenario, by)
    current.archived_at = clock.now()
    current.save(update_fields=["archived_at"])
    _told("archive_scenario", f"Scénario rangé : {current}.", current, by)
    return current


def _open(scenario: Scenario, by: User | None) -> Scenario:
    """The scenario read anew and held, still open."""
    rows = Scenario.objects.select_for_update(of=("self",)).select_related("authority", "snapshot")
    current = rows.get(pk=scenario.pk)
    require(by, Right.RUN_LAB, current.authority)
    if current.archived_at is not None:
        raise Refused(f"Le scénario « {current} » est rangé : copiez-le pour en reprendre les changements.")
    return current


def _ground(scenario: Scenario) -> Ground:
    return ground_of(Diagnosis(places.territory(parse(scenario.territory)), scenario.snapshot))


def _check(change: Change, ground: Ground) -> None:
    """Raise Refused when a change cannot hold on this ground."""
    if change.kind not in set(Kind):
        raise Refused("Choisissez la nature du changement dans la liste.")
    place = ground.at(change.commune)
    leaves = change.kind in (Kind.DEPARTURE, Kind.CLOSURE)
    if leaves and not ground.practitioners[place]:
        raise Refused("Aucun praticien n'est compté dans cette commune : personne ne peut en partir.")
    if change.kind == Kind.CLOSURE:
        change.quantity = None


def _told(verb: str, sentence: str, scenario: Scenario, by: User | None, **data: Any) -> None:
    record(verb, sentence, by=by, authority=scenario.authority, about=scenario, **data)
