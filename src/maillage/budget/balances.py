"""Balances read from the ledger: one query whatever the number of envelopes, nothing stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from django.db.models import Sum

from maillage.budget.figures import Balance, Line, fold
from maillage.budget.models import Entry, EntryQuerySet, Envelope
from maillage.rules.money import to_cent

Grouping = Literal["plan", "axis", "measure", "scheme"]

_PATHS: Final[dict[Grouping, str]] = {
    "plan": "envelope__measure__axis__plan",
    "axis": "envelope__measure__axis",
    "measure": "envelope__measure",
    "scheme": "scheme",
}


def of(envelopes: Iterable[Envelope]) -> dict[int, Balance]:
    """The balance of each envelope, by primary key; zeros for one without entries."""
    keys = [envelope.pk for envelope in envelopes]
    found = _grouped(Entry.objects.filter(envelope__in=keys), "envelope")
    return {key: found.get(key, Balance()) for key in keys}


def by(envelopes: Iterable[Envelope], grouping: Grouping) -> dict[Any, Balance]:
    """The balance of these envelopes by plan, axis or measure (primary key, None for those without), or
    by scheme (slug, "" for what is of none). Only commitments and what follows them name a scheme."""
    return _grouped(Entry.objects.filter(envelope__in=list(envelopes)), _PATHS[grouping])


def of_subject(kind: str, id: Any) -> Balance:
    """What was committed, ordered, paid, claimed for one subject, in all envelopes."""
    return of_subjects(kind, [id])[str(id)]


def of_subjects(kind: str, ids: Iterable[Any]) -> dict[str, Balance]:
    """The balance of each subject of one kind (`app.model`), by primary key written as text."""
    keys: Sequence[str] = [str(id) for id in ids]
    found = _grouped(Entry.objects.filter(subject_kind=kind, subject_id__in=keys), "subject_id")
    return {key: found.get(key, Balance()) for key in keys}


def of_entries(entries: EntryQuerySet) -> Balance:
    """The balance of any selection of entries."""
    return fold(line for _, line in _sums(entries, "envelope"))


def _grouped(entries: EntryQuerySet, path: str) -> dict[Any, Balance]:
    lines: defaultdict[Any, list[Line]] = defaultdict(list)
    for key, line in _sums(entries, path):
        lines[key].append(line)
    return {key: fold(found) for key, found in lines.items()}


def _sums(entries: EntryQuerySet, path: str) -> Iterable[tuple[Any, Line]]:
    """One line for each group, kind of entry and year: the database adds up, `fold` gives each its sign."""
    rows = (
        entries.order_by()
        .values_list(path, "kind", "year", "envelope__is_multi_year")
        .annotate(total=Sum("amount"))
    )
    for key, kind, year, is_multi_year, amount in rows.iterator():
        # SQLite adds decimals as binary fractions: the cent is given back here.
        yield key, Line(kind, year, to_cent(amount), is_yearly=not is_multi_year)
