"""Committees and those who sit in them."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.text import slugify

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.committees.models import Committee, Member
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.rules.calendar import day_text


@transaction.atomic
def create_committee(
    *, authority: Authority, name: str, quorum: int, by: User | None, key: str = "", proxies: int = 1
) -> Committee:
    """Create a committee; its key is made from its name when left out."""
    require(by, Right.PREPARE_SESSIONS, authority)
    committee = Committee(
        authority=authority, key=key or slugify(name)[:80], name=name.strip(), quorum=quorum, proxies=proxies
    )
    save(committee)
    record("create_committee", f"Comité créé : {committee}.", by=by, authority=authority, about=committee)
    return committee


@transaction.atomic
def update_committee(
    *, committee: Committee, name: str, quorum: int, proxies: int, by: User | None
) -> Committee:
    """Change the name, the quorum or the proxies of a committee; sessions already closed keep theirs."""
    require(by, Right.PREPARE_SESSIONS, committee.authority)
    committee.name, committee.quorum, committee.proxies = name.strip(), quorum, proxies
    save(committee)
    record(
        "update_committee",
        f"Comité modifié : {committee}, quorum {quorum}.",
        by=by,
        authority=committee.authority,
        about=committee,
        quorum=quorum,
        proxies=proxies,
    )
    return committee


@transaction.atomic
def add_member(
    *,
    committee: Committee,
    name: str,
    by: User | None,
    title: str = "",
    user: User | None = None,
    email: str = "",
    is_voting: bool = True,
    is_chair: bool = False,
    since: date | None = None,
    until: date | None = None,
    ties: str = "",
) -> Member:
    """Have someone sit in a committee. With an account, they read its sessions and declare withdrawals.

    :param ties: persons and bodies they declared a tie with, one per line.
    """
    require(by, Right.PREPARE_SESSIONS, committee.authority)
    if user is not None and not user.can(Right.SIT_IN_COMMITTEE, committee.authority):
        raise Refused(f"{user} ne peut pas siéger : donnez-lui le rôle d'élu ou de partenaire.")
    member = Member(
        committee=committee,
        user=user,
        name=name.strip(),
        title=title.strip(),
        email=email,
        is_voting=is_voting,
        is_chair=is_chair,
        since=since,
        until=until,
        ties=ties.strip(),
    )
    save(member)
    record(
        "add_committee_member",
        f"{member} siège au comité {committee}.",
        by=by,
        authority=committee.authority,
        about=committee,
        member=member.pk,
    )
    return member


@transaction.atomic
def declare_ties(*, member: Member, ties: str, by: User | None) -> Member:
    """Write down the ties a member declares: one person or body per line."""
    authority = member.committee.authority
    if by is None or by.pk != member.user_id:
        require(by, Right.PREPARE_SESSIONS, authority)
    member.ties = ties.strip()
    save(member, "ties")
    sentence = f"{member} a déclaré ses liens d'intérêts."
    record("declare_ties", sentence, by=by, authority=authority, about=member.committee, member=member.pk)
    return member


@transaction.atomic
def end_membership(*, member: Member, on: date, by: User | None) -> Member:
    """End a membership; the member sits until that day."""
    authority = member.committee.authority
    require(by, Right.PREPARE_SESSIONS, authority)
    member.until = on
    save(member, "until")
    sentence = f"{member} siège jusqu'au {day_text(on)}."
    record("end_membership", sentence, by=by, authority=authority, about=member.committee, member=member.pk)
    return member
