"""Scenarios: ways of sharing the envelopes of a session, copied, changed, compared, one retained."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.committees.actions.agenda import checked, set_proposed
from maillage.committees.models import AgendaItem, Scenario, ScenarioLine, Session
from maillage.committees.states import locked, require_state
from maillage.kit.console import Refused
from maillage.kit.writing import save


@transaction.atomic
def add_scenario(
    *, session: Session, name: str, by: User | None, copy_of: Scenario | None = None
) -> Scenario:
    """A new scenario, beginning as another one, or as what is proposed now."""
    session = _editable(session, by)
    if copy_of is not None and copy_of.session_id != session.pk:
        raise Refused("Ce scénario est d'une autre séance : copiez-en un de celle-ci.")
    scenario = Scenario(session=session, name=name.strip(), created_by=by)
    save(scenario)
    copied = dict(copy_of.lines.order_by().values_list("item", "amount")) if copy_of is not None else {}
    ScenarioLine.objects.bulk_create(
        ScenarioLine(scenario=scenario, item=item, amount=copied.get(item.pk, item.proposed))
        for item in session.items.order_by("position", "pk")
    )
    _record("add_scenario", f"Scénario ajouté : {scenario}.", session, by)
    return scenario


@transaction.atomic
def set_line(
    *, scenario: Scenario, item: AgendaItem, amount: Decimal | None, by: User | None
) -> ScenarioLine:
    """Give an amount to an item in a scenario; None leaves it undecided."""
    _editable(scenario.session, by)
    if item.session_id != scenario.session_id:
        raise Refused("Ce dossier n'est pas de la séance de ce scénario.")
    line, _ = ScenarioLine.objects.update_or_create(
        scenario=scenario, item=item, defaults={"amount": checked(amount)}
    )
    return line


@transaction.atomic
def retain(*, scenario: Scenario, by: User | None) -> Scenario:
    """Make the amounts of a scenario those that the session proposes."""
    session = _editable(scenario.session, by)
    session.scenarios.filter(is_retained=True).update(is_retained=False)
    scenario.is_retained = True
    scenario.save(update_fields=["is_retained"])
    for line in scenario.lines.select_related("item"):
        set_proposed(item=line.item, amount=line.amount, by=by)
    _record("retain_scenario", f"Scénario retenu : {scenario}.", session, by)
    return scenario


@transaction.atomic
def remove_scenario(*, scenario: Scenario, by: User | None) -> None:
    """Delete a scenario; what is proposed does not change."""
    session = _editable(scenario.session, by)
    _record("remove_scenario", f"Scénario supprimé : {scenario}.", session, by)
    scenario.delete()


def _editable(session: Session, by: User | None) -> Session:
    row = locked(session)
    require(by, Right.PREPARE_SESSIONS, row.committee.authority)
    require_state(row, "amounts")
    return row


def _record(verb: str, sentence: str, session: Session, by: User | None) -> None:
    record(verb, sentence, by=by, authority=session.committee.authority, about=session)
