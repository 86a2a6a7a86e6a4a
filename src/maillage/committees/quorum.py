"""Who votes: present, or represented by someone present; those who withdraw do not count for their item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from maillage.committees.models import AgendaItem, Member, Session
from maillage.kit.words import counted


@dataclass(frozen=True, slots=True)
class Voices:
    """The members whose voice counts in a session, by primary key."""

    # Of the voting members, those in the room.
    present: frozenset[int]
    # Voting member absent → who votes for them.
    represented: dict[int, int]

    @property
    def count(self) -> int:
        return len(self.present) + len(self.represented)

    def without(self, withdrawn: Iterable[int]) -> Voices:
        """For one item: whoever leaves the room takes along the voice they were given."""
        out = set(withdrawn)
        return Voices(
            self.present - out,
            {
                absent: proxy
                for absent, proxy in self.represented.items()
                if absent not in out and proxy not in out
            },
        )


def sitting(session: Session) -> list[Member]:
    """The members of the committee on the day of the session, its chair first."""
    members = session.committee.members.sitting(session.held_on)
    return list(members.select_related("user").order_by("-is_chair", "name", "pk"))


def voices(session: Session) -> Voices:
    """The voices of a session, from its attendance."""
    rows = list(session.attendances.select_related("member"))
    in_room = {row.member_id for row in rows if row.is_present}
    present = frozenset(row.member_id for row in rows if row.is_present and row.member.is_voting)
    represented = {
        row.member_id: row.represented_by_id
        for row in rows
        if not row.is_present and row.member.is_voting and row.represented_by_id in in_room
        if row.represented_by_id is not None
    }
    return Voices(present, represented)


def voices_for(item: AgendaItem, of_session: Voices) -> Voices:
    return of_session.without(withdrawal.member_id for withdrawal in item.withdrawals.all())


def lack(session: Session, voices: Voices) -> str:
    """What is missing for the quorum, in a sentence; "" when it is met."""
    wanted = session.committee.quorum
    if voices.count >= wanted:
        return ""
    there = counted(voices.count, "membre présent ou représenté", "membres présents ou représentés")
    return f"Le quorum n'est pas atteint : {there} sur {wanted} nécessaires."
