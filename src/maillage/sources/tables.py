"""What every reader gives: typed columns, and every defect met on the way, named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

# A file with a million identical defects needs one sentence and a count, not a million lines.
DEFECTS_KEPT_PER_PROBLEM = 200


class SourceError(Exception):
    """What stops a file from being read, in one French sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong in a file, and what was done about it (both in French)."""

    file: str
    line: int | None
    column: str
    problem: str
    action: str


@dataclass(slots=True)
class DefectLog:
    """Collects the defects of one file: the first ones in full, all of them counted."""

    file: str
    kept: list[Defect] = field(default_factory=list)
    counts: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def add(self, *, column: str, problem: str, action: str, line: int | None = None) -> None:
        """Record a defect. `line` is the line of the file, from 1, as a text editor numbers it."""
        key = (column, problem, action)
        self.counts[key] = self.counts.get(key, 0) + 1
        if self.counts[key] <= DEFECTS_KEPT_PER_PROBLEM:
            self.kept.append(Defect(self.file, line, column, problem, action))

    def add_all(self, lines: Sequence[int], *, column: str, problem: str, action: str) -> None:
        """Record the same defect on many lines."""
        for line in lines[:DEFECTS_KEPT_PER_PROBLEM]:
            self.add(column=column, problem=problem, action=action, line=line)
        if uncounted := len(lines[DEFECTS_KEPT_PER_PROBLEM:]):
            self.counts[column, problem, action] += uncounted

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(slots=True)
class Table:
    """Columns of equal length. Values are str, int, float, date, dict or None: None is "not known".

    `kind` names the schema in `maillage.sources.schemas`; `meta` says what is true of the whole table
    (profession, unit, year…), `vintage` the year the values describe.
    """

    kind: str
    columns: dict[str, Sequence[Any]]
    vintage: int | None = None
    meta: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def rows(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples of the named columns, in that order."""
        return zip(*(self.columns[name] for name in names), strict=True)


@dataclass(slots=True)
class Reading:
    """All that was read of one file."""

    file: str
    sha256: str
    size: int
    tables: list[Table]
    defects: DefectLog
    rows_read: int
    rows_set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What the caller wants of files that are too large to keep whole: rows of these départements.

    An empty `departements` keeps everything.
    """

    departements: frozenset[str] = frozenset()

    def keeps(self, departement: str) -> bool:
        return not self.departements or departement in self.departements
