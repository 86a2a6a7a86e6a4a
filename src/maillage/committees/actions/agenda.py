"""The agenda of a session: applications, amounts proposed, withdrawals of members, opinions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.applications.actions import put_on_agenda, take_off_agenda
from maillage.applications.models import Application
from maillage.committees.conflicts import conflicts
from maillage.committees.models import AgendaItem, Member, Session, Withdrawal
from maillage.committees.quorum import lack, sitting, voices, voices_for
from maillage.committees.states import locked, locked_item, require_state
from maillage.kit.console import Refused
from maillage.kit.writing import said, save
from maillage.rules.money import euros, to_cent

Opinion = AgendaItem.Opinion


@transaction.atomic
def enlist(*, session: Session, applications: Iterable[Application], by: User | None) -> list[AgendaItem]:
    """Put applications ready for a committee on the agenda, in the order given: all of them or none.

    What the rules compute is proposed to begin with.
    """
    session = locked(session)
    require(by, Right.PREPARE_SESSIONS, session.committee.authority)
    require_state(session, "agenda")
    last = session.items.aggregate(last=Max("position"))["last"] or 0
    return [
        _enlist(session, application, last + rank, by) for rank, application in enumerate(applications, 1)
    ]


def _enlist(session: Session, application: Application, position: int, by: User | None) -> AgendaItem:
    if application.authority_id != session.committee.authority_id:
        raise Refused(f"Le dossier {application} est d'une autre collectivité : choisissez-en un autre.")
    moved = put_on_agenda(application, by=by)
    judgement = moved.judgement
    computed = judgement.amount if judgement is not None else None
    item = AgendaItem(
        session=session,
        application=moved,
        envelope=moved.version.scheme.envelope,
        position=position,
        requested=moved.requested_amount,
        computed=computed,
        proposed=computed,
    )
    save(item)
    _record("enlist", f"Inscrit à l'ordre du jour : {session}.", item, by)
    return item


@transaction.atomic
def delist(*, item: AgendaItem, by: User | None) -> Application:
    """Take an application off the agenda: it is ready again for another session."""
    row = _editable(item, "agenda", by)
    application = take_off_agenda(row.application, by=by)
    _record("delist", f"Retiré de l'ordre du jour : {row.session}.", row, by)
    row.delete()
    return application


@transaction.atomic
def set_proposed(*, item: AgendaItem, amount: Decimal | None, by: User | None) -> AgendaItem:
    """Propose an amount for an item; None leaves it undecided. Said at once when the envelope is exceeded,
    by the band of the page; refused at closing."""
    row = _editable(item, "amounts", by)
    before, row.proposed = row.proposed, checked(amount)
    save(row, "proposed")
    if before != row.proposed:
        said_amount = "à définir" if row.proposed is None else euros(row.proposed)
        _record("set_proposed", f"Montant proposé : {said_amount}.", row, by)
    return row


def checked(amount: Decimal | None) -> Decimal | None:
    """An amount in euros and cents, None for undecided. Raises Refused below zero or under a cent."""
    if amount is None:
        return None
    if amount < 0:
        raise Refused("Donnez un montant positif, ou laissez vide pour ne pas décider.")
    if to_cent(amount) != amount:
        raise Refused("Donnez un montant au centime près.")
    return to_cent(amount)


@transaction.atomic
def withdraw_member(*, item: AgendaItem, member: Member, by: User | None, reason: str = "") -> Withdrawal:
    """A member leaves the room for one item. They say it themselves, or whoever prepares the session does."""
    row = locked_item(item)
    if by is None or by.pk != member.user_id:
        require(by, Right.PREPARE_SESSIONS, row.session.committee.authority)
    require_state(row.session, "withdrawal")
    if member.pk not in {one.pk for one in sitting(row.session)}:
        raise Refused(f"{member} ne siège pas à cette séance.")
    if row.opinion:
        raise Refused("L'avis est déjà rendu sur ce dossier : effacez-le avant de noter un déport.")
    withdrawal, is_new = Withdrawal.objects.get_or_create(
        item=row, member=member, defaults={"reason": reason.strip()[:250]}
    )
    if is_new:
        why = f" ({withdrawal.reason})" if withdrawal.reason else ""
        _record("withdraw_member", f"{member} se déporte{why}.", row, by, member=member.pk)
    return withdrawal


@dataclass(frozen=True, slots=True)
class Votes:
    """A vote as it was counted."""

    votes_for: int
    votes_against: int
    abstentions: int

    @property
    def total(self) -> int:
        return self.votes_for + self.votes_against + self.abstentions


@transaction.atomic
def set_opinion(
    *,
    item: AgendaItem,
    opinion: str,
    by: User | None,
    reasons: str = "",
    votes: Votes | None = None,
    amount: Decimal | None = None,
) -> AgendaItem:
    """Give the opinion of the committee on an item; "" takes it back.

    :param votes: None when it was given without counting.
    :param amount: replaces the amount proposed.
    :raises Refused: without quorum, without reasons when unfavourable or adjourned (CRPA L211-2), when the
        votes do not come to the voices present, or while the applicant sits among those who vote.
    """
    row = _editable(item, "opinion", by)
    row.opinion, row.reasons = opinion, reasons.strip()
    row.votes_for = votes.votes_for if votes else None
    row.votes_against = votes.votes_against if votes else None
    row.abstentions = votes.abstentions if votes else None
    if amount is not None:
        row.proposed = checked(amount)
    if opinion:
        if opinion != Opinion.FAVOURABLE:
            row.reasons = said(reasons)
        for fault in faults(row):
            raise Refused(fault)
    save(row)
    label = row.get_opinion_display() or "retiré"
    _record("set_opinion", f"Avis du comité : {label.lower()}.", row, by, opinion=opinion)
    return row


def faults(item: AgendaItem) -> list[str]:
    """What is wrong with the opinion of an item: read when it is given, and again at closing."""
    counted = voices_for(item, voices(item.session))
    found = [lack(item.session, counted)]
    members = [member for member in sitting(item.session) if member.pk in counted.present]
    found += [
        f"{conflict.sentence} Notez son déport avant de rendre l'avis (CGCT L2131-11)."
        for conflict in conflicts(item, members, ())
        if conflict.is_certain
    ]
    found += _vote_faults(item, counted.count)
    return [fault for fault in found if fault]


def _vote_faults(item: AgendaItem, count: int) -> Sequence[str]:
    if item.votes_for is None or item.votes_against is None or item.abstentions is None:
        return []
    total = item.votes_for + item.votes_against + item.abstentions
    if total != count:
        return [f"{total} voix comptées pour {count} présentes ou représentées : corrigez le décompte."]
    favourable = item.opinion == Opinion.FAVOURABLE and item.votes_for < item.votes_against
    unfavourable = item.opinion == Opinion.UNFAVOURABLE and item.votes_against < item.votes_for
    if favourable or unfavourable:
        return ["L'avis est contraire à la majorité des voix : corrigez l'avis ou le décompte."]
    return []


def _editable(item: AgendaItem, verb: str, by: User | None) -> AgendaItem:
    """The item, its session held, once the right and the state allow the verb."""
    row = locked_item(item)
    require(by, Right.PREPARE_SESSIONS, row.session.committee.authority)
    require_state(row.session, verb)
    return row


def _record(verb: str, sentence: str, item: AgendaItem, by: User | None, **data: object) -> None:
    authority = item.session.committee.authority
    record(
        verb, sentence, by=by, authority=authority, about=item.application, session=item.session_id, **data
    )
