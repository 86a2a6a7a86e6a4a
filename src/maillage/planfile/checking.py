"""What a plan file says that deserves a second look: law, gaps, sums that do not meet, promises not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from maillage.kit import clock
from maillage.kit.words import NO_BREAK_SPACE, counted, quoted
from maillage.planfile.document import PlanFile
from maillage.planfile.findings import Level, PlanFinding
from maillage.planfile.positions import Positions
from maillage.planfile.reading import Reading, read
from maillage.plans.content import IndicatorContent, MeasureContent
from maillage.plans.models import Measure
from maillage.plans.totals import comparison, planned, totals
from maillage.rules.fields import Field
from maillage.rules.guards import check_rules
from maillage.rules.money import decimal_text
from maillage.rules.wording import inside, listed

_GRAVITY = list(Level)


def check(text: str, *, on: date | None = None) -> tuple[Reading, tuple[PlanFinding, ...]]:
    """Read a plan file and say everything there is to say about it, the gravest first, then by line.

    `on` is the day the law is looked up, today when it is not given.
    """
    reading = read(text)
    if reading.file is None:
        return reading, reading.findings
    findings = [*reading.findings, *_Check(reading.file, reading.positions, on or clock.today()).findings()]
    findings.sort(key=lambda finding: (_GRAVITY.index(finding.level), finding.line))
    return reading, tuple(findings)


class _Check:
    """The checks of one file that has been read without error."""

    def __init__(self, file: PlanFile, positions: Positions, on: date) -> None:
        self.file = file
        self.content = file.content
        self.positions = positions
        self.on = on

    def findings(self) -> Iterator[PlanFinding]:
        yield from self._law()
        yield from self._scales()
        yield from self._sums()
        yield from self._unset_amounts()
        yield from self._years()
        yield from self._obligations()
        yield from self._measures()
        yield from self._calls()
        yield from self._remarks()

    def _say(self, level: Level, path: str, sentence: str, remedy: str = "", code: str = "") -> PlanFinding:
        return PlanFinding(level, self.positions.line(path), path, sentence, remedy, code)

    def _law(self) -> Iterator[PlanFinding]:
        """The legal guards of each scheme."""
        for rank, scheme in enumerate(self.file.schemes):
            if scheme.parsed is None:
                continue
            for found in check_rules(scheme.parsed, self.on):
                path = f"schemes[{rank}].rules"
                yield self._say(
                    Level(found.level.value),
                    f"{path}.{found.path}" if found.path else path,
                    f"{scheme.title}{NO_BREAK_SPACE}: {found.sentence}",
                    found.remedy,
                    found.code,
                )

    def _scales(self) -> Iterator[PlanFinding]:
        """Scales with an empty cell: nothing can be granted there until the authority fills it."""
        for rank, scheme in enumerate(self.file.schemes):
            for place, cells in _empty_cells(scheme.rules.get("amount"), f"schemes[{rank}].rules.amount"):
                vocabulary = scheme.parsed.vocabulary if scheme.parsed else {}
                yield self._say(
                    Level.WARN,
                    place,
                    f"{scheme.title}{NO_BREAK_SPACE}: barème à définir pour {_chosen(cells, vocabulary)}.",
                    "Remplissez le barème : rien ne peut être accordé dans ces cas.",
                    "G-07",
                )

    def _sums(self) -> Iterator[PlanFinding]:
        """What the amounts make beside what was announced (three figures that are never mixed up)."""
        made = totals(
            self.content.money, first_year=self.content.first_year, last_year=self.content.last_year
        )
        if made.lines == 0:
            yield self._say(Level.NOTE, "plan", "Le plan ne fixe aucun montant.")
            return
        announced = self.content.announced_amount
        differs = announced is not None and announced not in (made.new.total, made.all.total)
        yield self._say(
            Level.WARN if differs else Level.NOTE,
            "plan.announced_amount",
            comparison(made, self.content.announced_wording),
            "Dites ce que recouvre l'annonce : annoncé, voté et exécuté sont trois montants différents."
            if differs
            else "",
            "G-03" if differs else "",
        )
        if made.high_estimate.total:
            without = made.new - made.high_estimate
            yield self._say(
                Level.NOTE,
                "plan.announced_amount",
                f"Sans les estimations hautes, les moyens nouveaux font {planned(without.per_year)} par an, "
                f"{planned(without.total)} sur la période.",
            )

    def _unset_amounts(self) -> Iterator[PlanFinding]:
        for path, measure in self._placed():
            for rank, line in enumerate(measure.money):
                if line.amount is None:
                    yield self._say(
                        Level.WARN,
                        f"{path}.money[{rank}].amount",
                        f"{quoted(line.label)} : montant à définir, hors de tous les totaux.",
                        "Écrivez le montant dès qu'il est voté.",
                    )

    def _years(self) -> Iterator[PlanFinding]:
        """Money of years that are not of the plan: it counts in no total."""
        first, last = self.content.first_year, self.content.last_year
        for path, measure in self._placed():
            for rank, line in enumerate(measure.money):
                if (line.first_year or first) < first or (line.last_year or last) > last:
                    yield self._say(
                        Level.WARN,
                        f"{path}.money[{rank}]",
                        f"{quoted(line.label)} va de {line.first_year or first} à {line.last_year or last}, "
                        f"le plan de {first} à {last} : les années en dehors ne sont pas comptées.",
                        "Corrigez les années du montant ou celles du plan.",
                    )

    def _obligations(self) -> Iterator[PlanFinding]:
        """Commitments of different lengths in one plan."""
        owed = sorted(
            (scheme.parsed.obligation.months, rank, scheme)
            for rank, scheme in enumerate(self.file.schemes)
            if scheme.parsed and scheme.parsed.obligation and scheme.parsed.obligation.months
        )
        groups = [(months, list(group)) for months, group in groupby(owed, key=lambda entry: entry[0])]
        if len(groups) < 2:
            return
        said = [
            f"{_length(months)} ({listed(inside(entry[2].title) for entry in group)})"
            for months, group in groups
        ]
        yield self._say(
            Level.NOTE,
            f"schemes[{groups[0][1][0][1]}].rules.obligation.months",
            f"Les engagements d'exercer n'ont pas tous la même durée : {' ; '.join(said)}.",
            "Chaque convention fige la durée de sa version : vérifiez que ces écarts sont voulus.",
            "G-09",
        )

    def _measures(self) -> Iterator[PlanFinding]:
        """Measures of which nothing is known any more, and targets that the last reading misses."""
        for path, measure in self._placed():
            if measure.status == Measure.Status.NOT_REPORTED:
                yield self._say(
                    Level.WARN,
                    f"{path}.status",
                    f"{quoted(measure.title)} est sans nouvelles. {measure.status_reason}".strip(),
                    "Dites si elle est en cours, réalisée ou abandonnée.",
                    "G-14",
                )
            for rank, indicator in enumerate(measure.indicators):
                if missed := _missed(indicator):
                    yield self._say(Level.WARN, f"{path}.indicators[{rank}]", missed)

    def _calls(self) -> Iterator[PlanFinding]:
        for rank, call in enumerate(self.file.calls):
            if call.window is None:
                yield self._say(
                    Level.WARN,
                    f"calls[{rank}].opens_at",
                    f"L'appel {quoted(call.title)} n'a pas de dates d'ouverture et de clôture.",
                    "Écrivez opens_at et closes_at, jour et heure, pour qu'il puisse s'ouvrir.",
                )

    def _remarks(self) -> Iterator[PlanFinding]:
        for rank, remark in enumerate(self.content.remarks):
            yield self._say(Level.NOTE, f"remarks[{rank}]", remark.text, code=remark.code)

    def _placed(self) -> Iterator[tuple[str, MeasureContent]]:
        for rank, axis in enumerate(self.content.axes):
            for place, measure in enumerate(axis.measures):
                yield f"axes[{rank}].measures[{place}]", measure


def _empty_cells(value: Any, path: str) -> Iterator[tuple[str, tuple[str, list[str]]]]:
    """Path, field and choices of each scale under a value that holds null cells."""
    if isinstance(value, dict):
        rows = value.get("rows")
        if isinstance(rows, dict) and (empty := [choice for choice, held in rows.items() if held is None]):
            yield path, (str(value.get("field")), empty)
        for name, held in value.items():
            yield from _empty_cells(held, f"{path}.{name}")
    elif isinstance(value, list):
        for rank, held in enumerate(value):
            yield from _empty_cells(held, f"{path}[{rank}]")


def _chosen(cells: tuple[str, list[str]], vocabulary: Mapping[str, Field]) -> str:
    """The choices of a scale by their labels: « médecin, sage-femme et infirmier »."""
    field, choices = cells
    labels = vocabulary[field].choices if field in vocabulary else {}
    return listed(inside(labels.get(choice, choice)) for choice in choices)


def _missed(indicator: IndicatorContent) -> str:
    """« Cabines en activité : cible de 10 au 31/12/2020 ; relevé : 9 au 01/01/2024. »"""
    if indicator.target is None or not indicator.readings or indicator.readings[-1].value >= indicator.target:
        return ""
    due = f" au {indicator.due_on:%d/%m/%Y}" if indicator.due_on else ""
    read_values = [
        f"{decimal_text(reading.value)} au {reading.on:%d/%m/%Y}" for reading in indicator.readings
    ]
    unit = f" {indicator.unit}" if indicator.unit else ""
    return (
        f"{indicator.label} : cible de {decimal_text(indicator.target)}{unit}{due} ; "
        f"relevé : {', '.join(read_values)}."
    )


def _length(months: int) -> str:
    return counted(months // 12, "an") if months % 12 == 0 else f"{months}{NO_BREAK_SPACE}mois"


def summary(findings: Iterable[PlanFinding]) -> str:
    """« 2 points bloquants, 9 points à voir, 14 notes. »"""
    nouns = {
        Level.ERROR: ("erreur", "erreurs"),
        Level.STOP: ("point bloquant", "points bloquants"),
        Level.WARN: ("point à voir", "points à voir"),
        Level.NOTE: ("note", "notes"),
    }
    levels = [finding.level for finding in findings]
    said = [counted(levels.count(level), *nouns[level]) for level in Level if level in levels]
    return f"{', '.join(said)}." if said else "Rien à signaler."
