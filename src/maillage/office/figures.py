"""The key figures of a day: each is a link to the list it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.agreements.models import Agreement
from maillage.applications import lists
from maillage.applications.lists import Tab
from maillage.budget import balances
from maillage.budget.figures import Balance
from maillage.budget.models import Entry, Envelope
from maillage.kit import clock
from maillage.kit.text import number
from maillage.obligations.lists import Tab as Due
from maillage.obligations.lists import in_tab
from maillage.obligations.models import PracticeObligation
from maillage.plans.models import Measure
from maillage.plans.totals import millions
from maillage.rules.money import euros

MOST: Final = 6
ENVELOPES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, what it counts, and where to read what it counts."""

    value: str
    label: str
    url: str


class _Reader:
    """Who reads, of which authority; its ledger is read once for all the figures that need it."""

    def __init__(self, user: User, authority: Authority) -> None:
        self.user = user
        self.authority = authority

    @cached_property
    def spent(self) -> Balance:
        return balances.of_entries(Entry.objects.filter(envelope__authority=self.authority))


def figures(user: User, authority: Authority) -> list[Figure]:
    """The first figures that the rights of this person open, in the order of their work."""
    reader = _Reader(user, authority)
    open_to = [make for right, make in _FIGURES if user.can(right, authority)]
    return [make(reader) for make in open_to[:MOST]]


def _tab(tab: Tab, label: str) -> Callable[[_Reader], Figure]:
    def make(reader: _Reader) -> Figure:
        every = lists.deposited(reader.user, reader.authority)
        found = lists.in_tab(every, tab, user=reader.user, on=clock.today())
        counted = lists.count(found, bound=lists.COUNTED_IN_TABS)
        return Figure(str(counted), label, f"{reverse('applications:dossiers')}?onglet={tab.value}")

    return make


def _agreements(reader: _Reader) -> Figure:
    signed = Agreement.objects.visible_to(reader.user).filter(
        authority=reader.authority, state=Agreement.State.SIGNED
    )
    url = f"{reverse('agreements:agreements')}?state={Agreement.State.SIGNED.value}"
    return Figure(number(signed.count()), "conventions en vigueur", url)


def _obligations(reader: _Reader) -> Figure:
    mine = PracticeObligation.objects.visible_to(reader.user).filter(agreement__authority=reader.authority)
    near = in_tab(mine, Due.NEAR, clock.today()).count()
    url = f"{reverse('obligations:obligations')}?onglet={Due.NEAR.value}"
    return Figure(number(near), "engagements d'exercice à échéance proche", url)


def _paid(reader: _Reader) -> Figure:
    year = clock.today().year
    paid = reader.spent.in_year(year).paid
    return Figure(millions(paid), f"payés en {year}", f"{reverse('budget:overview')}?exercice={year}")


def _left(reader: _Reader) -> Figure:
    left = reader.spent.left_to_commit
    return Figure(millions(left), "à engager sur ce qui est voté", reverse("budget:overview"))


def _to_recover(reader: _Reader) -> Figure:
    return Figure(euros(reader.spent.left_to_recover), "à recouvrer", reverse("obligations:clawbacks"))


def _measures(reader: _Reader) -> Figure:
    measures = Measure.objects.filter(axis__plan__authority=reader.authority)
    running = measures.filter(status=Measure.Status.RUNNING).count()
    return Figure(number(running), "mesures en cours", reverse("office:glance"))


_FIGURES: Final[tuple[tuple[Right, Callable[[_Reader], Figure]], ...]] = (
    (Right.REVIEW_APPLICATIONS, _tab(Tab.MINE, "dossiers en cours dont vous avez la charge")),
    (Right.RECOVER, _to_recover),
    (Right.SEE_APPLICATIONS, _tab(Tab.NEAR, "dossiers proches du refus implicite")),
    (Right.SEE_APPLICATIONS, _tab(Tab.READY, "dossiers prêts pour une séance")),
    (Right.SEE_APPLICATIONS, _agreements),
    (Right.FOLLOW_OBLIGATIONS, _obligations),
    (Right.SEE_PROGRAMME, _left),
    (Right.SEE_PROGRAMME, _paid),
    (Right.SEE_PROGRAMME, _measures),
)


@dataclass(frozen=True, slots=True)
class EnvelopeLine:
    """An envelope as the day shows it."""

    label: str
    url: str
    voted: str
    committed: str
    left: str


def envelopes(user: User, authority: Authority) -> list[EnvelopeLine]:
    """The open envelopes with the least left to commit for what was voted: those to look at first."""
    if not user.can(Right.SEE_PROGRAMME, authority):
        return []
    found = list(Envelope.objects.filter(authority=authority).open().order_by("label", "pk"))
    held = balances.of(found)
    voted = [envelope for envelope in found if held[envelope.pk].authorised > 0]
    voted.sort(key=lambda envelope: _share_left(held[envelope.pk]))
    return [_line(envelope, held[envelope.pk]) for envelope in voted[:ENVELOPES_SHOWN]]


def _share_left(balance: Balance) -> float:
    return float(balance.left_to_commit / balance.authorised)


def _line(envelope: Envelope, balance: Balance) -> EnvelopeLine:
    url = reverse("budget:envelope", args=[envelope.pk])
    amounts = (balance.authorised, balance.committed, balance.left_to_commit)
    return EnvelopeLine(str(envelope), url, *map(euros, amounts))
