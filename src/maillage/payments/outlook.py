"""What the schedules in force will ask of the CP, by envelope and year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from maillage.accounts.models import Authority
from maillage.agreements.models import Agreement, Instalment
from maillage.budget.forecast import YearForecast, forecast
from maillage.budget.models import Envelope
from maillage.kit import clock
from maillage.kit.exports import Row
from maillage.rules.money import ZERO, euros

COLUMNS = (
    "Enveloppe",
    "Exercice",
    "CP votés (€)",
    "Mandaté (€)",
    "Échéances à venir (€)",
    "CP manquants (€)",
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Each envelope with the years that have CP or something to pay."""

    by_envelope: list[tuple[Envelope, list[YearForecast]]]

    @property
    def asked(self) -> Decimal:
        return sum((year.asked for _, years in self.by_envelope for year in years), ZERO)

    @property
    def shortfalls(self) -> dict[int, Decimal]:
        """CP missing by year, all envelopes together; years with none are left out."""
        missing: dict[int, Decimal] = {}
        for _, years in self.by_envelope:
            for one in years:
                if one.shortfall:
                    missing[one.year] = missing.get(one.year, ZERO) + one.shortfall
        return dict(sorted(missing.items()))

    @property
    def sentence(self) -> str:
        text = f"{euros(self.asked)} restent à payer selon les échéanciers en vigueur"
        short = [f"{euros(amount)} en {year}" for year, amount in self.shortfalls.items()]
        return f"{text} : il manque {', '.join(short)} de CP." if short else f"{text}, CP suffisants."

    @property
    def rows(self) -> list[Row]:
        return [
            (str(envelope), one.year, one.voted, one.ordered, one.asked, one.shortfall)
            for envelope, years in self.by_envelope
            for one in years
        ]


def outlook(authority: Authority, envelopes: Iterable[Envelope]) -> Outlook:
    """The instalments agreed and not yet ordered, beside the CP. Three queries.

    One that is late, or has no date, is asked of the present year.
    """
    this_year = clock.today().year
    waiting = Instalment.objects.filter(
        agreement__authority=authority,
        agreement__state=Agreement.State.SIGNED,
        state__in=[Instalment.State.PLANNED, Instalment.State.IN_BATCH],
        agreement__decision__envelope__isnull=False,
    ).values_list("agreement__decision__envelope", "due_on", "amount")
    asked = [
        (envelope, max(due_on.year, this_year) if due_on else this_year, amount)
        for envelope, due_on, amount in waiting
    ]
    named = list(envelopes)
    found = forecast(named, asked)
    return Outlook([(envelope, found[envelope.pk]) for envelope in named if found[envelope.pk]])
