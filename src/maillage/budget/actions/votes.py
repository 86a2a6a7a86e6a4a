"""Votes: AE and AP, CP by year, what is opened before the budget is adopted, what lapses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import transaction

from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.budget import balances
from maillage.budget.actions.acts import (
    Act,
    balance_of,
    refuse_staff_costs,
    require_left_to_commit,
    require_multi_year,
)
from maillage.budget.models import Entry, EntryQuerySet, Envelope
from maillage.budget.writing import Kind, Reason, already_written, locked, require_open
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.money import ZERO, down_to_cent, euros

# CGCT L5217-10-9: of what was opened the year before, what may be opened before the budget is adopted.
SHARE_BEFORE_ADOPTION: Final = Decimal(1) / 3


@transaction.atomic
def vote_authorisation(
    *,
    envelope: Envelope,
    amount: Decimal,
    decision: str,
    by: User | None,
    decided_on: date | None = None,
    key: str = "",
) -> Entry:
    """Vote an AE or AP, add to it, or reduce it when `amount` is negative (CGCT L3312-4).

    :raises Refused: on a yearly envelope; for staff costs; when what is committed would no longer be covered.
    """
    require(by, Right.VOTE_BUDGET, envelope.authority)
    act = Act.of(decision, decided_on, by, key)
    (envelope,) = locked(envelope)
    require_multi_year(envelope)
    cuts = amount < 0
    kind = Kind.AUTHORISATION_CUT if cuts else Kind.AUTHORISATION_VOTE
    vote = act.entry(envelope, kind, abs(amount), Reason.VOTE)
    if first := already_written(vote):
        return first
    require_open(envelope)
    refuse_staff_costs(envelope)
    if cuts:
        require_left_to_commit(envelope, vote.amount)
    vote.save()
    name, change = envelope.authorisation_name, "réduite de" if cuts else "votée,"
    act.record("vote_authorisation", f"{name} de « {envelope} » {change} {euros(vote.amount)}", envelope)
    return vote


@transaction.atomic
def vote_appropriations(
    *,
    envelope: Envelope,
    amounts: Mapping[int, Decimal],
    decision: str,
    by: User | None,
    decided_on: date | None = None,
    key: str = "",
) -> list[Entry]:
    """Vote CP by year; a negative amount reduces those of its year (CGCT R3312-3).

    The vote of a year takes the place of what had been opened for it before the budget was adopted.

    :raises Refused: outside the years of the envelope; when what is ordered, or committed in a yearly
        envelope, would no longer be covered.
    """
    require(by, Right.VOTE_BUDGET, envelope.authority)
    act = Act.of(decision, decided_on, by, key)
    (envelope,) = locked(envelope)
    votes = [_appropriation(act, envelope, year, amounts[year]) for year in sorted(amounts) if amounts[year]]
    if not votes:
        raise Refused("Donnez au moins un montant de CP, pour une année de l'enveloppe.")
    if already := [first for vote in votes if (first := already_written(vote))]:
        return already
    require_open(envelope)
    for vote in votes:
        _require_in_years(vote)
        vote.save()
        _replace_opening(act, vote)
    _require_covered(envelope, votes)
    split = ", ".join(f"{vote.year} : {euros(amounts[vote.year or 0])}" for vote in votes)
    act.record("vote_appropriations", f"CP votés pour « {envelope} », {split}", envelope)
    return votes


@transaction.atomic
def open_before_adoption(
    *,
    envelope: Envelope,
    year: int,
    amount: Decimal,
    decision: str,
    by: User | None,
    share: Decimal = SHARE_BEFORE_ADOPTION,
    decided_on: date | None = None,
    key: str = "",
) -> Entry:
    """Open CP of a year whose budget is not adopted yet (CGCT L5217-10-9).

    At most `share` of the AE or AP opened the year before, votes less cuts: the law counts it by chapter,
    it is held here by envelope, which is stricter.
    """
    require(by, Right.VOTE_BUDGET, envelope.authority)
    act = Act.of(decision, decided_on, by, key)
    (envelope,) = locked(envelope)
    require_multi_year(envelope)
    opening = act.entry(envelope, Kind.APPROPRIATION_VOTE, amount, Reason.BEFORE_ADOPTION, year=year)
    if first := already_written(opening):
        return first
    require_open(envelope)
    _require_in_years(opening)
    _require_not_adopted(opening)
    limit = _limit_before_adoption(envelope, year, share)
    if opening.amount > limit:
        raise Refused(
            f"Avant le vote du budget {year}, il ne peut plus être ouvert que {euros(limit)} de CP sur cette "
            "enveloppe (art. L5217-10-9 du CGCT) : réduisez le montant ou attendez le vote."
        )
    opening.save()
    sentence = f"{euros(opening.amount)} de CP {year} ouverts avant le vote du budget pour « {envelope} »"
    act.record("open_before_adoption", sentence, envelope)
    return opening


@transaction.atomic
def lapse(
    *,
    envelope: Envelope,
    decision: str,
    by: User | None,
    year: int | None = None,
    decided_on: date | None = None,
    key: str = "",
) -> Entry:
    """Cancel what was not used in time (caducité, CGCT L3312-4 III).

    With a year, its CP that nothing holds, once it is over; without, the part of an AE or AP that is not
    committed, once the date it lapses on is past.
    """
    require(by, Right.VOTE_BUDGET, envelope.authority)
    act = Act.of(decision, decided_on, by, key)
    (envelope,) = locked(envelope)
    if first := Entry.objects.filter(key=act.key, envelope=envelope, year=year, reason=Reason.LAPSE).first():
        return first
    require_open(envelope)
    kind, left, name = _unused(envelope, year)
    if left <= 0:
        raise Refused(f"Il n'y a rien à annuler sur « {envelope} » : tout est employé ({name}).")
    lapsed = act.entry(envelope, kind, left, Reason.LAPSE, year=year)
    lapsed.save()
    act.record("lapse", f"{euros(left)} caducs sur « {envelope} », {name}", envelope)
    return lapsed


def _appropriation(act: Act, envelope: Envelope, year: int, amount: Decimal) -> Entry:
    kind = Kind.APPROPRIATION_CUT if amount < 0 else Kind.APPROPRIATION_VOTE
    return act.entry(envelope, kind, abs(amount), Reason.VOTE, year=year, part=str(year))


def _require_in_years(vote: Entry) -> None:
    years = vote.envelope.years
    if vote.year not in years:
        raise Refused(
            f"« {vote.envelope} » court de {years[0]} à {years[-1]} : choisissez une de ces années, "
            f"pas {vote.year}."
        )


def _require_covered(envelope: Envelope, votes: list[Entry]) -> None:
    """Every year voted still covers what its CP are held by."""
    balance = balance_of(envelope)
    for vote in votes:
        after = balance.in_year(vote.year or 0)
        if after.free < 0:
            raise Refused(
                f"{euros(after.voted - after.free)} de CP {vote.year} sont déjà employés : ne descendez "
                "pas dessous."
            )


def _openings(envelope: Envelope, year: int) -> EntryQuerySet:
    return Entry.objects.filter(envelope=envelope, year=year, reason=Reason.BEFORE_ADOPTION)


def _opened(envelope: Envelope, year: int) -> Decimal:
    """CP of the year opened before its budget was adopted, and not yet replaced by the vote."""
    return balances.of_entries(_openings(envelope, year)).appropriated


def _replace_opening(act: Act, vote: Entry) -> None:
    opened = _opened(vote.envelope, vote.year or 0)
    if opened and vote.kind == Kind.APPROPRIATION_VOTE:
        act.entry(
            vote.envelope,
            Kind.APPROPRIATION_CUT,
            opened,
            Reason.BEFORE_ADOPTION,
            year=vote.year,
            part=f"{vote.year}:opening",
        ).save()


def _require_not_adopted(opening: Entry) -> None:
    voted = Entry.objects.filter(
        envelope=opening.envelope,
        year=opening.year,
        kind=Kind.APPROPRIATION_VOTE,
        reason=Reason.VOTE,
    )
    if voted.exists():
        raise Refused(f"Les CP {opening.year} sont votés : prenez plutôt une décision modificative.")


def _limit_before_adoption(envelope: Envelope, year: int, share: Decimal) -> Decimal:
    """What may still be opened: the share of the AE or AP of the year before, less what already is."""
    before = Entry.objects.filter(
        envelope=envelope, decided_on__year=year - 1, kind__startswith="authorisation"
    )
    opened_before = max(ZERO, balances.of_entries(before).authorised)
    return max(ZERO, down_to_cent(opened_before * share) - _opened(envelope, year))


def _unused(envelope: Envelope, year: int | None) -> tuple[Kind, Decimal, str]:
    """What may lapse: the entry that cancels it, its amount, its name."""
    balance, today = balance_of(envelope), clock.today()
    if year is not None:
        if year >= today.year:
            raise Refused(f"L'exercice {year} n'est pas terminé : ses CP ne sont pas encore caducs.")
        return Kind.APPROPRIATION_CUT, balance.in_year(year).free, f"CP {year}"
    require_multi_year(envelope)
    if envelope.lapses_on is None or envelope.lapses_on > today:
        until = (
            f"avant le {envelope.lapses_on:%d/%m/%Y}" if envelope.lapses_on else "faute de date de caducité"
        )
        raise Refused(f"L'autorisation ne peut être caduque {until} : votez plutôt sa réduction.")
    return Kind.AUTHORISATION_CUT, balance.left_to_commit, envelope.authorisation_name
