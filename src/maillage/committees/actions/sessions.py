"""The life of a session up to its closing: planned, convened, opened, its members counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.applications.actions import take_off_agenda
from maillage.committees import documents
from maillage.committees.arbitration import items_of
from maillage.committees.models import Attendance, Committee, Member, Session
from maillage.committees.quorum import lack, sitting, voices
from maillage.committees.states import locked, require_state
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.kit.writing import said, save
from maillage.letters.actions import draft, send
from maillage.letters.models import Letter


@transaction.atomic
def plan_session(*, committee: Committee, held_at: datetime, by: User | None, place: str = "") -> Session:
    """Plan a session of a committee."""
    require(by, Right.PREPARE_SESSIONS, committee.authority)
    session = Session(committee=committee, held_at=held_at, place=place.strip())
    save(session)
    _record("plan_session", f"Séance prévue : {session}.", session, by)
    return session


@transaction.atomic
def reschedule(*, session: Session, held_at: datetime, place: str, by: User | None) -> Session:
    """Change the day or the place of a session not convened yet."""
    session = _held(session, "reschedule", by)
    session.held_at, session.place = held_at, place.strip()
    save(session, "held_at", "place")
    _record("reschedule_session", f"Séance déplacée : {session}.", session, by)
    return session


@transaction.atomic
def convene(*, session: Session, by: User | None) -> Session:
    """Convene the members by a letter each, with the agenda.

    Those who have an account or an e-mail address are written to at once; the other letters wait to be
    sent by post.
    """
    session = _held(session, "convene", by)
    members, items = sitting(session), items_of(session)
    if not members:
        raise Refused("Ce comité n'a pas de membre ce jour-là : ajoutez-les avant de convoquer.")
    if not items:
        raise Refused("L'ordre du jour est vide : inscrivez des dossiers avant de convoquer.")
    if session.held_at <= clock.now():
        raise Refused("Cette séance est déjà passée : changez sa date avant de convoquer.")
    act = documents.convocation(session, items)
    for member in members:
        _convoke(session, member, act, by)
    session.state, session.convened_at = Session.State.CONVENED, clock.now()
    session.save(update_fields=["state", "convened_at"])
    sentence = f"Séance convoquée : {counted(len(members), 'membre')}, {counted(len(items), 'dossier')}."
    _record("convene_session", sentence, session, by)
    return session


def _convoke(session: Session, member: Member, act: documents.Act, by: User | None) -> Letter:
    letter = draft(
        authority=session.committee.authority,
        kind="convocation",
        act=act,
        about=session,
        recipient_name=member.name,
        recipient_user=member.user,
        recipient_email=member.email or (member.user.email if member.user else ""),
        channel=Letter.Channel.EMAIL if member.email or member.user else None,
        by=by,
    )
    return letter if letter.channel == Letter.Channel.REGISTERED_POST else send(letter=letter, by=by)


@transaction.atomic
def open_session(*, session: Session, by: User | None) -> Session:
    """Open a session that was convened: opinions may then be given."""
    session = _held(session, "open", by)
    session.state, session.opened_at = Session.State.OPEN, clock.now()
    session.save(update_fields=["state", "opened_at"])
    _record("open_session", "Séance ouverte.", session, by)
    return session


@transaction.atomic
def cancel_session(*, session: Session, reason: str, by: User | None) -> Session:
    """Cancel a session that has not begun; its applications are ready again for another one."""
    session = _held(session, "cancel", by)
    reason = said(reason, 400)
    for item in items_of(session):
        take_off_agenda(item.application, by=by)
    session.state = Session.State.CANCELLED
    session.save(update_fields=["state"])
    _record("cancel_session", f"Séance annulée : {reason}", session, by)
    return session


@transaction.atomic
def record_attendance(
    *,
    session: Session,
    present: Iterable[Member],
    proxies: Mapping[Member, Member] | None = None,
    by: User | None,
) -> Session:
    """Write who is there, and for whom they vote. What was written before is replaced.

    :param proxies: absent voting member → present voting member who votes for them.
    """
    session = _held(session, "attendance", by)
    members = sitting(session)
    known, here, given = {m.pk for m in members}, {m.pk for m in present}, dict(proxies or {})
    if here - known or {m.pk for m in (*given, *given.values())} - known:
        raise Refused("Une de ces personnes ne siège pas au comité ce jour-là : rechargez la page.")
    _check_proxies(session, here, given)
    represented = {absent.pk: proxy for absent, proxy in given.items()}
    session.attendances.all().delete()
    Attendance.objects.bulk_create(
        Attendance(
            session=session,
            member=member,
            is_present=member.pk in here,
            represented_by=represented.get(member.pk),
        )
        for member in members
    )
    there = voices(session)
    sentence = lack(session, there) or f"{there.count} voix présentes ou représentées."
    _record("record_attendance", f"Présences relevées. {sentence}", session, by)
    return session


def _check_proxies(session: Session, here: set[int], given: Mapping[Member, Member]) -> None:
    most = session.committee.proxies
    held: dict[int, int] = {}
    for absent, proxy in given.items():
        if absent.pk in here:
            raise Refused(f"{absent} est présent : retirez son pouvoir.")
        if not absent.is_voting or not proxy.is_voting:
            raise Refused(f"Un pouvoir se donne entre membres qui votent : corrigez celui de {absent}.")
        if proxy.pk not in here:
            raise Refused(f"{proxy} est absent : confiez le pouvoir de {absent} à un membre présent.")
        held[proxy.pk] = held.get(proxy.pk, 0) + 1
        if held[proxy.pk] > most:
            raise Refused(
                f"{proxy} ne peut porter plus de {counted(most, 'pouvoir')} : confiez-en à un autre membre."
            )


def _held(session: Session, verb: str, by: User | None) -> Session:
    """The session, held, once the right and the state allow the verb."""
    row = locked(session)
    require(by, Right.PREPARE_SESSIONS, row.committee.authority)
    require_state(row, verb)
    return row


def _record(verb: str, sentence: str, session: Session, by: User | None) -> None:
    record(verb, sentence, by=by, authority=session.committee.authority, about=session)
