"""What a recipient would get, worked out line by line: expected amount, request, caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maillage.rules.expressions import UNKNOWN, Context, Expression
from maillage.rules.money import down_to_cent, euros, to_cent
from maillage.rules.parts import Amount

UNSET_LABELS = {
    "value": "Montant de l'aide",
    "cap": "Plafond",
    "yearly_cap": "Plafond annuel",
    "max_years": "Nombre d'années",
}


@dataclass(frozen=True)
class AmountLine:
    """One step: what it is, how it is found, its value (None when it is not known)."""

    label: str
    formula: str
    value: Decimal | None

    @property
    def text(self) -> str:
        value = "inconnu" if self.value is None else euros(self.value)
        return f"{self.label} : {self.formula} = {value}" if self.formula else f"{self.label} : {value}"


@dataclass(frozen=True)
class AmountResult:
    """The amount and how it was found.

    :ivar value: null as long as one line it hangs on is not known.
    :ivar cap: the lowest of the caps known, null when there is none or one is unknown.
    :ivar missing: keys of the facts still needed.
    """

    value: Decimal | None
    cap: Decimal | None
    lines: tuple[AmountLine, ...]
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "value": _text(self.value),
            "cap": _text(self.cap),
            "lines": [
                {"label": line.label, "formula": line.formula, "value": _text(line.value)}
                for line in self.lines
            ],
            "missing": list(self.missing),
        }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def work_out(amount: Amount, context: Context) -> AmountResult:
    """The least of the expected amount, the request and the caps; null as soon as one of them is unknown."""
    work = _Work(amount, context)
    starts = work.starts()
    caps = work.caps()
    work.say_unset()
    bounds = [line.value for line in (*starts, *caps)]
    known = [bound for bound in bounds if bound is not None]
    is_known = bool(starts) and len(known) == len(bounds) and not amount.unset
    value = min(known) if is_known else None
    if is_known and len(bounds) > 1:
        work.add("Montant retenu, le plus petit de ces montants", "", value)
    if not starts and not amount.unset:
        work.add("Le règlement ne chiffre pas cette aide", "", None)
    cap_values = [line.value for line in caps if line.value is not None]
    cap = min(cap_values) if cap_values and len(cap_values) == len(caps) else None
    return AmountResult(value, cap, tuple(work.lines), tuple(dict.fromkeys(work.missing)))


class _Work:
    """Lines written one after the other, and what was missing to write them."""

    def __init__(self, amount: Amount, context: Context) -> None:
        self.amount = amount
        self.context = context
        self.lines: list[AmountLine] = []
        self.missing: list[str] = []

    def add(self, label: str, formula: str, value: Decimal | None) -> AmountLine:
        line = AmountLine(label, formula, value)
        self.lines.append(line)
        return line

    def starts(self) -> list[AmountLine]:
        """The expected amount and the requested one, those the rules have."""
        starts = []
        if self.amount.value is not None:
            found = self.computed(self.amount.value)
            value = None if found is None else to_cent(found)
            starts.append(self.add("Montant prévu", self.formula(self.amount.value), value))
        if self.amount.requested:
            starts.append(self.requested())
        return starts

    def caps(self) -> list[AmountLine]:
        caps = []
        if self.amount.cap is not None:
            found = self.computed(self.amount.cap)
            value = None if found is None else down_to_cent(found)
            caps.append(self.add("Plafond", self.formula(self.amount.cap), value))
        if self.amount.yearly_cap is not None:
            caps.append(self.yearly(self.amount.yearly_cap))
        return caps

    def requested(self) -> AmountLine:
        facts = self.context.facts.values
        by_year: Mapping[int, Decimal] | None = facts.get("requested_by_year")
        if by_year and self.amount.max_years is not None and len(by_year) > self.amount.max_years:
            kept = sorted(by_year)[: self.amount.max_years]
            total = sum((by_year[year] for year in kept), Decimal(0))
            years = self.amount.max_years
            return self.add(
                f"Montant demandé, limité à {years} an{'s' if years > 1 else ''}", "", to_cent(total)
            )
        if "requested_amount" in facts:
            return self.add("Montant demandé", "", to_cent(facts["requested_amount"]))
        if by_year:
            return self.add("Montant demandé", "", to_cent(sum(by_year.values(), Decimal(0))))
        self.missing.append("requested_by_year" if self.amount.yearly_cap is not None else "requested_amount")
        return self.add("Montant demandé", "non renseigné", None)

    def yearly(self, expression: Expression) -> AmountLine:
        """The cap of each year, on the years requested, or on the most years when they are not said."""
        cap = self.computed(expression)
        if cap is None:
            return self.add("Plafond annuel", self.formula(expression), None)
        cap = down_to_cent(cap)
        by_year: Mapping[int, Decimal] | None = self.context.facts.values.get("requested_by_year")
        if self.amount.requested and by_year:
            kept = sorted(by_year)[: self.amount.max_years]
            amounts = [min(cap, by_year[year]) for year in kept]
            formula = " + ".join(f"{euros(part)} ({year})" for part, year in zip(amounts, kept, strict=True))
            label = f"Plafond de {euros(cap)} par an"
            return self.add(label, formula, to_cent(sum(amounts, Decimal(0))))
        years = self.amount.max_years or 1
        return self.add("Plafond annuel", f"{euros(cap)} × {years} an{'s' if years > 1 else ''}", cap * years)

    def say_unset(self) -> None:
        for name in self.amount.unset:
            self.add(UNSET_LABELS[name], "à définir par la collectivité", None)

    def computed(self, expression: Expression) -> Decimal | None:
        value = expression.compute(self.context)
        if value is UNKNOWN:
            self.missing += [field.key for field in expression.missing(self.context)]
        return value if isinstance(value, Decimal) else None

    def formula(self, expression: Expression) -> str:
        return expression.explain(self.context) if expression.children else ""
