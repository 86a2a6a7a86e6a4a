"""Members who should leave the room for an item: the applicant, or someone they declared a tie with.

CGCT L2131-11: what was decided with an interested person taking part is illegal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillage.committees.models import AgendaItem, Member, Withdrawal
from maillage.kit.text import search_key


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a member should withdraw. Certain: the member is the applicant; otherwise they are to be asked."""

    member: Member
    sentence: str
    is_certain: bool


def conflicts(item: AgendaItem, members: Iterable[Member], past: Sequence[Withdrawal]) -> list[Conflict]:
    """The conflicts of these members about an item.

    :param past: the withdrawals of the committee, from which earlier ones for the same recipient are read.
    """
    found = (_conflict(item, member, past) for member in members)
    return [conflict for conflict in found if conflict is not None]


def past_withdrawals(items: Iterable[AgendaItem]) -> list[Withdrawal]:
    """Every withdrawal ever made about the recipients of these items, in one query."""
    recipients = {item.application.recipient_id for item in items}
    found = Withdrawal.objects.filter(item__application__recipient__in=recipients)
    return list(found.select_related("item__application").order_by("pk"))


def _conflict(item: AgendaItem, member: Member, past: Sequence[Withdrawal]) -> Conflict | None:
    application = item.application
    recipient = application.recipient
    accounts = {application.applicant_id, recipient.user_id if recipient else None} - {None}
    if member.user_id in accounts:
        return Conflict(member, f"{member} est le demandeur.", is_certain=True)
    name = search_key(str(recipient or ""))
    if name and search_key(member.name) == name:
        return Conflict(member, f"{member} porte le nom du bénéficiaire.", is_certain=False)
    if name and name in {search_key(line) for line in member.ties.splitlines()}:
        return Conflict(member, f"{member} a déclaré un lien avec {recipient}.", is_certain=False)
    if any(_same_recipient(item, withdrawal, member) for withdrawal in past):
        return Conflict(member, f"{member} s'est déjà déporté pour {recipient}.", is_certain=False)
    return None


def _same_recipient(item: AgendaItem, withdrawal: Withdrawal, member: Member) -> bool:
    return (
        withdrawal.member_id == member.pk
        and withdrawal.item_id != item.pk
        and withdrawal.item.application.recipient_id == item.application.recipient_id
    )
