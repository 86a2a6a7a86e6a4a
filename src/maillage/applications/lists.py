"""The list of applications: its tabs, its orders, and one page of it at a time, however long it is.

Pages are cut by key, not by rank: the address holds the application after which the page begins, and the
database goes straight to it. Counts stop at a bound, which they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from maillage.accounts.models import Authority, User
from maillage.applications.models import Application, ApplicationQuerySet, Suspension
from maillage.kit.text import number

PER_PAGE = 50
COUNTED = 10_000
# Each page counts every tab: less far.
COUNTED_IN_TABS = 1_000
NEAR_DAYS = 15
NEVER = date(9999, 12, 31)
# The law counts until then; on an agenda, the session answers.
AWAITING = (
    Application.State.SUBMITTED,
    Application.State.INCOMPLETE,
    Application.State.COMPLETE,
    Application.State.UNDER_REVIEW,
    Application.State.READY,
)
DECIDED = (
    Application.State.GRANTED,
    Application.State.REFUSED,
    Application.State.LAPSED,
    Application.State.WITHDRAWN,
    Application.State.INADMISSIBLE,
)


class Tab(models.TextChoices):
    TO_TAKE = "a-prendre", "À prendre"
    MINE = "les-miens", "Les miens"
    INCOMPLETE = "incomplets", "Incomplets"
    READY = "prets", "Prêts"
    NEAR = "delai-proche", "Délai proche"
    DECIDED = "decides", "Décidés"
    ALL = "tous", "Tous"


TAB_MEANINGS = {
    Tab.TO_TAKE: "Dossiers en cours que personne n'instruit.",
    Tab.MINE: "Dossiers en cours dont vous avez la charge.",
    Tab.INCOMPLETE: "Dossiers en attente d'une réponse du demandeur : leur délai est suspendu.",
    Tab.READY: "Dossiers instruits, à inscrire à une séance.",
    Tab.NEAR: f"Dossiers que le silence refusera dans {NEAR_DAYS} jours au plus, délai non suspendu.",
    Tab.DECIDED: "Dossiers accordés, refusés, retirés ou irrecevables.",
    Tab.ALL: "Tous les dossiers déposés.",
}

# After « 12 dossiers ».
TAB_COUNTED = {
    Tab.TO_TAKE: "sans instructeur",
    Tab.MINE: "en cours dont vous avez la charge",
    Tab.INCOMPLETE: "en attente d'une réponse du demandeur",
    Tab.READY: "à inscrire à une séance",
    Tab.NEAR: f"que le silence refusera dans {NEAR_DAYS} jours au plus",
    Tab.DECIDED: "dont l'instruction est close",
    Tab.ALL: "en tout",
}


def deposited(user: User, authority: Authority) -> ApplicationQuerySet:
    """The applications of an authority that this person may see; never a draft."""
    seen = Application.objects.visible_to(user)
    return seen.filter(authority=authority).exclude(state=Application.State.DRAFT)


def in_tab(found: ApplicationQuerySet, tab: str, *, user: User, on: date) -> ApplicationQuerySet:
    """What a tab holds, on a day."""
    wanted = {
        Tab.TO_TAKE: Q(state__in=Application.OPEN_STATES, assigned_to=None),
        Tab.MINE: Q(state__in=Application.OPEN_STATES, assigned_to=user.pk),
        Tab.INCOMPLETE: Q(state=Application.State.INCOMPLETE),
        Tab.READY: Q(state=Application.State.READY),
        Tab.NEAR: Q(state__in=AWAITING, implicit_refusal_on__lte=on + timedelta(days=NEAR_DAYS))
        & ~suspended(on),
        Tab.DECIDED: Q(state__in=DECIDED),
        Tab.ALL: Q(),
    }
    return found.filter(wanted[Tab(tab)])


def suspended(on: date) -> Exists:
    """Whether the clock of an application stands still, on a day."""
    return Exists(Suspension.objects.filter(application=OuterRef("pk"), ends_on=None, due_on__gt=on))


@dataclass(frozen=True, slots=True)
class Count:
    """How many, up to a bound."""

    value: int
    bound: int

    def __str__(self) -> str:
        return number(self.value) if self.value <= self.bound else f"plus de {number(self.bound)}"


def count(found: models.QuerySet[Any], *, bound: int = COUNTED) -> Count:
    """How many rows, without reading more than the bound."""
    return Count(found.order_by()[: bound + 1].count(), bound)


@dataclass(frozen=True, slots=True)
class Order:
    """What the list is sorted by. Ties are broken by the key of the row, in the same direction."""

    label: str
    expression: Combinable
    descending_first: bool = False


ORDERS = {
    "depot": Order("Déposé le", F("submitted_at"), descending_first=True),
    "echeance": Order("Refus implicite", Coalesce("implicit_refusal_on", NEVER)),
    "demandeur": Order("Demandeur", F("recipient__search_name")),
    "montant": Order("Demandé", Coalesce("requested_amount", Decimal(-1)), descending_first=True),
}
FIRST_ORDER = "-depot"


@dataclass(frozen=True, slots=True)
class Sorting:
    """One order, in one direction: `-depot` is the latest first."""

    key: str
    descending: bool

    @classmethod
    def read(cls, text: str) -> Sorting:
        key = text.removeprefix("-")
        return cls(key, text.startswith("-")) if key in ORDERS else cls.read(FIRST_ORDER)

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key

    def toggled(self, key: str) -> Sorting:
        """What a click on the header of a column asks for."""
        return Sorting(key, not self.descending if key == self.key else ORDERS[key].descending_first)

    def sort(self, found: ApplicationQuerySet, *, backwards: bool = False) -> ApplicationQuerySet:
        """The rows in this order, `sort_value` on each of them."""
        annotated = found.annotate(sort_value=ORDERS[self.key].expression)
        sign = "-" if self.descending != backwards else ""
        return annotated.order_by(f"{sign}sort_value", f"{sign}pk")

    def beyond(
        self, found: ApplicationQuerySet, anchor: int, *, backwards: bool = False
    ) -> ApplicationQuerySet:
        """The rows that come after one of them (before it, `backwards`), nearest first."""
        ordered = self.sort(found, backwards=backwards)
        anchored = Application.objects.filter(pk=anchor).annotate(sort_value=ORDERS[self.key].expression)
        if (mark := anchored.values_list("sort_value", flat=True).first()) is None:
            return ordered
        side = "lt" if self.descending != backwards else "gt"
        # The bound on the value alone lets the database walk an index.
        return ordered.filter(
            Q(**{f"sort_value__{side}e": mark}),
            Q(**{f"sort_value__{side}": mark}) | Q(**{f"pk__{side}": anchor}),
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """One page. `before` and `after` are where its neighbours begin, None at the ends."""

    rows: list[Application]
    before: int | None
    after: int | None


def page(
    found: ApplicationQuerySet, sorting: Sorting, *, after: int | None = None, before: int | None = None
) -> Slice:
    """The page that follows an application, or that comes before one; the first page without either."""
    if before is not None:
        rows = list(sorting.beyond(found, before, backwards=True)[: PER_PAGE + 1])
        more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE][::-1]
        return Slice(rows, rows[0].pk if more else None, rows[-1].pk if rows else None)
    ordered = sorting.beyond(found, after) if after is not None else sorting.sort(found)
    rows = list(ordered[: PER_PAGE + 1])
    more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    return Slice(rows, rows[0].pk if rows and after is not None else None, rows[-1].pk if more else None)


def neighbours(found: ApplicationQuerySet, sorting: Sorting, application: Application) -> list[int | None]:
    """The application before and the one after, in the list as it is filtered and sorted."""
    return [
        sorting.beyond(found, application.pk, backwards=backwards).values_list("pk", flat=True).first()
        for backwards in (True, False)
    ]
