"""What the pages of this room show, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from maillage.accounts.models import User
from maillage.budget import balances
from maillage.committees.arbitration import bands, items_of
from maillage.committees.conflicts import Conflict, conflicts, past_withdrawals
from maillage.committees.models import AgendaItem, Decision, Member, Scenario, Session
from maillage.committees.quorum import Voices, lack, sitting, voices
from maillage.kit import clock
from maillage.kit.exports import Row
from maillage.rules.money import ZERO, euros

DECISION_COLUMNS = (
    "Dossier",
    "Bénéficiaire",
    "Dispositif",
    "Sens",
    "Montant",
    "État",
    "Instance",
    "Numéro",
    "Prise le",
    "Transmise le",
    "Accusé",
    "Publiée le",
    "Notifiée le",
)
SESSION_COLUMNS = ("Comité", "Date", "Lieu", "État", "Dossiers")


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the arbitration table."""

    item: AgendaItem
    amount: Decimal | None
    remark: str
    withdrawn: list[Member]
    conflicts: list[Conflict]

    @property
    def written(self) -> str:
        """The amount as the field shows it: « 12000,50 »."""
        return "" if self.amount is None else str(self.amount).replace(".", ",")


def lines(
    session: Session, items: Sequence[AgendaItem], amounts: Mapping[int, Decimal | None] | None = None
) -> list[Line]:
    """The agenda, each item with its amount, who withdrew and who perhaps should."""
    members, past = sitting(session), past_withdrawals(items)
    found = []
    for item in items:
        out = [withdrawal.member for withdrawal in item.withdrawals.all()]
        there = [member for member in members if member.pk not in {one.pk for one in out}]
        amount = item.proposed if amounts is None else amounts.get(item.pk)
        found.append(Line(item, amount, _remark(item, amount), out, conflicts(item, there, past)))
    return found


def _remark(item: AgendaItem, amount: Decimal | None) -> str:
    if amount is None:
        return "à définir"
    if item.computed is not None and amount > item.computed:
        return f"{euros(amount - item.computed)} de plus que le calcul"
    return ""


def arbitration(session: Session, scenario: Scenario | None = None) -> dict[str, Any]:
    """The table and its band, as the session proposes or as a scenario would."""
    items = items_of(session)
    amounts = None if scenario is None else dict(scenario.lines.order_by().values_list("item", "amount"))
    shown = lines(session, items, amounts)
    totals = [line.amount for line in shown]
    return {
        "session": session,
        "scenario": scenario,
        "lines": shown,
        "bands": bands(session, items, amounts),
        "total": sum((amount for amount in totals if amount is not None), ZERO),
        "unknown": totals.count(None),
        "scenarios": list(session.scenarios.order_by("pk")),
    }


@dataclass(frozen=True, slots=True)
class Compared:
    """One item, what the session proposes for it and what each scenario gives."""

    item: AgendaItem
    cells: list[tuple[Decimal | None, str]]


def comparison(session: Session) -> dict[str, Any]:
    """Scenarios side by side: each amount, its difference with what is proposed, what would be left."""
    items = items_of(session)
    scenarios = list(session.scenarios.order_by("pk").prefetch_related("lines"))
    given = [{line.item_id: line.amount for line in scenario.lines.all()} for scenario in scenarios]
    rows = [
        Compared(
            item, [(amounts.get(item.pk), _gap(amounts.get(item.pk), item.proposed)) for amounts in given]
        )
        for item in items
    ]
    of_scenarios = [bands(session, items, amounts) for amounts in given]
    now = bands(session, items)
    left = [(band, [of_scenario[rank] for of_scenario in of_scenarios]) for rank, band in enumerate(now)]
    return {"session": session, "scenarios": scenarios, "rows": rows, "left": left}


def _gap(amount: Decimal | None, proposed: Decimal | None) -> str:
    """« +2 000 € », « = », "" when one of them is not known."""
    if amount is None or proposed is None:
        return ""
    if amount == proposed:
        return "="
    return f"{'+' if amount > proposed else ''}{euros(amount - proposed)}"


def session_page(session: Session, user: User, *, office: bool) -> dict[str, Any]:
    """One session, for whoever prepares it or sits in it."""
    items = items_of(session)
    counted = voices(session)
    shown = lines(session, items)
    mine = next((member for member in sitting(session) if member.user_id == user.pk), None)
    return {
        "session": session,
        "office": office,
        "member": mine,
        "lines": shown,
        "withdrawn_from": {line.item.pk for line in shown if mine is not None and mine in line.withdrawn},
        "voices": counted,
        "lack": lack(session, counted),
        "attendance": attendance(session, counted),
        "opinions": sum(1 for item in items if item.opinion),
        "frozen": session.frozen,
    }


@dataclass(frozen=True, slots=True)
class Seat:
    member: Member
    is_present: bool
    proxy: int | None
    label: str


def attendance(session: Session, counted: Voices) -> list[Seat]:
    """Each member with where they are: present, represented by someone, absent."""
    members = sitting(session)
    names = {member.pk: member.name for member in members}
    here = set(session.attendances.filter(is_present=True).order_by().values_list("member", flat=True))
    seats = []
    for member in members:
        proxy = counted.represented.get(member.pk)
        label = "présent" if member.pk in here else "absent"
        if proxy is not None:
            label = f"représenté par {names.get(proxy, '')}"
        seats.append(Seat(member, member.pk in here, proxy, label))
    return seats


def frozen_bands(session: Session) -> list[dict[str, Any]]:
    """The figures of a closed session, as amounts."""
    figures = ("voted", "committed", "waiting", "proposed", "left")
    return [
        {"label": envelope["label"], **{name: Decimal(envelope[name]) for name in figures}}
        for envelope in session.frozen.get("envelopes", [])
    ]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of a decision if it were taken as proposed."""

    decision: Decision
    left: Decimal | None
    sentence: str


def preflight(decisions: Sequence[Decision]) -> list[Foreseen]:
    """Before a vote is recorded, what each decision leaves in its envelope, in the order of the list."""
    envelopes = {d.envelope.pk: d.envelope for d in decisions if d.envelope is not None}
    held = balances.of(envelopes.values())
    year = clock.today().year
    left = {
        key: held[key].left_to_commit if envelope.is_multi_year else held[key].in_year(year).free
        for key, envelope in envelopes.items()
    }
    found = []
    for decision in decisions:
        key, sentence = decision.envelope_id, ""
        if decision.is_granted and key is not None and decision.amount is not None:
            left[key] -= decision.amount
            if left[key] < 0:
                sentence = f"Il manque {euros(-left[key])} dans l'enveloppe « {decision.envelope} »."
        elif decision.is_granted and key is None:
            sentence = "Le dispositif n'a pas d'enveloppe."
        elif not decision.is_granted and not decision.reasons:
            sentence = "Le refus n'est pas motivé."
        found.append(Foreseen(decision, left.get(key) if key is not None else None, sentence))
    return found


def decision_rows(decisions: Iterable[Decision]) -> Iterator[Row]:
    for one in decisions:
        yield (
            one.application.number,
            str(one.application.recipient),
            one.application.version.scheme.title,
            one.get_outcome_display(),
            one.amount,
            one.get_state_display(),
            one.get_body_display() if one.body else "",
            one.number,
            one.taken_on,
            one.transmitted_on,
            one.transmission_receipt,
            one.published_on,
            localtime(one.notified_at).date() if one.notified_at else None,
        )


def next_steps(decision: Decision) -> list[str]:
    """What stands before a decision is enforceable, one sentence each."""
    if decision.state != Decision.State.TAKEN:
        return []
    found = []
    if decision.transmitted_on is None and decision.transmission_due_on is not None:
        due = decision.transmission_due_on
        when = "depuis" if due < clock.today() else "au plus tard"
        found.append(f"À transmettre au préfet, {when} le {due:%d/%m/%Y} (CGCT L3131-1).")
    if decision.notified_at is None:
        found.append("À notifier : elle ne lie personne avant (CRPA L221-8).")
    return found


def is_late(decision: Decision) -> bool:
    """Taken more than fifteen days ago and not transmitted."""
    due = decision.transmission_due_on
    return decision.transmitted_on is None and due is not None and due < clock.today()
