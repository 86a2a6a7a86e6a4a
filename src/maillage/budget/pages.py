"""The budget as its pages show it: plain values, every amount already written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from maillage.budget import balances
from maillage.budget.figures import Balance, YearBalance, total
from maillage.budget.models import Entry, EntryQuerySet, Envelope
from maillage.kit import clock
from maillage.kit.exports import Row
from maillage.plans.models import Measure, PlannedMoney
from maillage.rules.money import euros

EXPORTS: Final = {"csv": "CSV", "xlsx": "Excel", "ods": "OpenDocument"}
OUTSIDE: Final = "Hors plan"
COLUMNS: Final = (
    "Autorisé",
    "Engagé",
    "Reste à engager",
    "CP {year}",
    "Mandaté {year}",
    "Payé {year}",
    "Reste à mandater {year}",
)


@dataclass(frozen=True, slots=True)
class Group:
    """A plan, an axis or a measure with what its envelopes come to."""

    title: str
    figures: list[str]
    inside: list[Any]

    @property
    def height(self) -> int:
        return len(self.inside)


@dataclass(frozen=True, slots=True)
class EnvelopeLine:
    label: str
    url: str
    figures: list[str]


def amounts(balance: Balance, year: int) -> list[Decimal]:
    """The figures of a line, in the order of COLUMNS."""
    of_year = balance.in_year(year)
    return [
        balance.authorised,
        balance.committed,
        balance.left_to_commit,
        of_year.voted,
        of_year.ordered,
        of_year.paid,
        of_year.left,
    ]


def overview_page(envelopes: Sequence[Envelope], year: int) -> dict[str, Any]:
    """Every plan, axis, measure and envelope; `envelopes` in their order, with measure, axis and plan."""
    held = balances.of(envelopes)
    summed = total(held.values())
    plans = {envelope.measure.axis.plan for envelope in envelopes if envelope.measure}
    return {
        "year": year,
        "years": years_of(envelopes),
        "count": len(envelopes),
        "authorised": euros(summed.authorised),
        "left": euros(summed.left_to_commit),
        "columns": [column.format(year=year) for column in COLUMNS],
        "plans": list(_plans(envelopes, held, year)),
        "schemes": _schemes(envelopes),
        "unknown": _unknown(plans),
        "unfunded": Measure.objects.filter(axis__plan__in=plans, envelopes=None).count(),
        "exports": export_links("budget:export", [], f"exercice={year}"),
    }


def years_of(envelopes: Iterable[Envelope]) -> list[int]:
    return sorted({year for envelope in envelopes for year in envelope.years} | {clock.today().year})


def _plans(envelopes: Sequence[Envelope], held: Mapping[int, Balance], year: int) -> Iterator[Group]:
    """Envelopes come sorted by plan, axis and measure, those of no plan last."""
    for plan, of_plan in _runs(envelopes, lambda e: e.measure.axis.plan if e.measure else None):
        axes = []
        for axis, of_axis in _runs(of_plan, lambda e: e.measure.axis if e.measure else None):
            measures = [
                _group(measure, of_measure, held, year, [_line(e, held, year) for e in of_measure])
                for measure, of_measure in _runs(of_axis, lambda e: e.measure)
            ]
            axes.append(_group(axis, of_axis, held, year, measures))
        yield _group(plan, of_plan, held, year, axes)


def _runs(envelopes: Sequence[Envelope], of: Any) -> Iterator[tuple[Any, list[Envelope]]]:
    for key, run in groupby(envelopes, of):
        yield key, list(run)


def _group(
    what: object, envelopes: list[Envelope], held: Mapping[int, Balance], year: int, inside: list[Any]
) -> Group:
    summed = total(held[envelope.pk] for envelope in envelopes)
    return Group(str(what or OUTSIDE), [euros(amount) for amount in amounts(summed, year)], inside)


def _line(envelope: Envelope, held: Mapping[int, Balance], year: int) -> EnvelopeLine:
    figures = [euros(amount) for amount in amounts(held[envelope.pk], year)]
    return EnvelopeLine(envelope.label, reverse("budget:envelope", args=[envelope.pk]), figures)


def _schemes(envelopes: Sequence[Envelope]) -> list[tuple[str, list[str]]]:
    """What each scheme has used, all years together."""
    found = balances.by(envelopes, "scheme")
    return [
        (scheme, [euros(balance.committed), euros(balance.ordered), euros(balance.paid)])
        for scheme, balance in sorted(found.items())
        if scheme
    ]


def _unknown(plans: Iterable[Any]) -> list[str]:
    """Money that the plans announce without an amount: it is in no total, and said."""
    found = PlannedMoney.objects.filter(measure__axis__plan__in=list(plans), amount=None)
    return [f"{money.measure} ({money.label})" for money in found.select_related("measure").order_by("pk")]


def overview_rows(envelopes: Sequence[Envelope], year: int) -> tuple[list[str], Iterator[Row]]:
    """The overview as a table to take away."""
    held = balances.of(envelopes)
    headers = ["Plan", "Axe", "Mesure", "Enveloppe", "Section", "Nature M57", "Fonction M57"]
    return headers + [column.format(year=year) for column in COLUMNS], (
        [
            *_place(envelope),
            envelope.label,
            envelope.get_section_display(),
            envelope.nature,
            envelope.function,
            *map(float, amounts(held[envelope.pk], year)),
        ]
        for envelope in envelopes
    )


def _place(envelope: Envelope) -> list[str]:
    measure = envelope.measure
    return [measure.axis.plan.title, measure.axis.title, measure.title] if measure else [OUTSIDE, "", ""]


def envelope_page(envelope: Envelope) -> dict[str, Any]:
    """What an envelope holds, what is left, year by year."""
    balance = balances.of([envelope])[envelope.pk]
    return {
        "envelope": envelope,
        "sentence": sentence(envelope, balance),
        "remark": _coverage(envelope, balance),
        "next": _next(envelope, balance),
        "claims": _claims(balance),
        "lines": [
            {"year": year, "figures": _year_figures(envelope, of_year)}
            for year, of_year in balance.by_year.items()
        ],
        "totals": _year_figures(envelope, sum(balance.by_year.values(), YearBalance())),
    }


def _year_figures(envelope: Envelope, of_year: YearBalance) -> list[str]:
    """CP voted, committed in a yearly envelope only, ordered, paid, left."""
    committed = [] if envelope.is_multi_year else [of_year.committed]
    found = [of_year.voted, *committed, of_year.ordered, of_year.paid, of_year.left]
    return [euros(amount) for amount in found]


def sentence(envelope: Envelope, balance: Balance) -> dict[str, str]:
    """« Il reste 42 000 € à engager sur 180 000 € votés. »: the figure and what follows it."""
    if envelope.is_multi_year:
        left, voted, when = balance.left_to_commit, balance.authorised, ""
    else:
        year = min(max(clock.today().year, envelope.first_year), envelope.last_year)
        of_year = balance.in_year(year)
        left, voted, when = of_year.free, of_year.voted, f" pour {year}"
    return {"left": euros(left), "end": f"à engager sur {euros(voted)} votés{when}."}


def _coverage(envelope: Envelope, balance: Balance) -> str:
    """Whether the CP, all years together, pay for the AE or AP (CGCT L5217-10-7)."""
    gap = balance.authorised - balance.appropriated
    name = envelope.authorisation_name
    if not envelope.is_multi_year or not gap:
        return ""
    if gap > 0:
        return f"{euros(gap)} de l'{name} n'ont pas encore de crédits de paiement."
    return f"Les crédits de paiement dépassent l'{name} de {euros(-gap)}."


def _next(envelope: Envelope, balance: Balance) -> str:
    """The operation to be done now, if any: the authorisation first, then what pays for it."""
    if envelope.is_multi_year and not balance.authorised:
        return "autorisation"
    lacks = balance.authorised - balance.appropriated if envelope.is_multi_year else not balance.appropriated
    return "credits" if lacks else ""


def _claims(balance: Balance) -> str:
    if not balance.claimed:
        return ""
    given_up = f", admis en non-valeur {euros(balance.written_off)}" if balance.written_off else ""
    return (
        f"Titres de recettes {euros(balance.claimed)}, recouvré {euros(balance.recovered)}{given_up}, "
        f"reste à recouvrer {euros(balance.left_to_recover)}."
    )


def export_links(name: str, arguments: list[Any], query: str) -> list[tuple[str, str]]:
    """Label and address of each export of what is shown."""
    tail = f"?{query}" if query else ""
    return [(label, reverse(name, args=[*arguments, fmt]) + tail) for fmt, label in EXPORTS.items()]


ENTRY_COLUMNS: Final = (
    "Date",
    "Écriture",
    "Motif",
    "Exercice",
    "Montant",
    "Objet",
    "Dispositif",
    "Décision",
    "Date de la décision",
    "Note",
    "Par",
)


def entry_rows(entries: EntryQuerySet) -> Iterator[Row]:
    """The entries as a table to take away; amounts that lower a figure are negative."""
    for entry in entries.select_related("by"):
        yield [
            timezone.localdate(entry.at),
            entry.get_kind_display(),
            entry.get_reason_display(),
            entry.year,
            float(entry.signed_amount),
            entry.subject_label,
            entry.scheme,
            entry.decision,
            entry.decided_on,
            entry.note,
            str(entry.by or "le programme"),
        ]


# Said by the kind of entry already.
PLAIN_REASONS: Final = (Entry.Reason.USE, Entry.Reason.VOTE)


def shown_entries(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [
        {
            "at": entry.at,
            "kind": entry.get_kind_display(),
            "reason": "" if entry.reason in PLAIN_REASONS else entry.get_reason_display(),
            "year": entry.year or "",
            "amount": euros(entry.signed_amount),
            "about": entry.subject_label or entry.decision,
            "by": str(entry.by or "le programme"),
        }
        for entry in entries
    ]
