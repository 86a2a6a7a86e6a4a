"""What a check of a plan file says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is. Only an error keeps a file from being loaded."""

    ERROR = "error"
    STOP = "stop"
    WARN = "warn"
    NOTE = "note"

    @property
    def label(self) -> str:
        return {"error": "Erreur", "stop": "Bloquant", "warn": "À voir", "note": "Note"}[self.value]


@dataclass(frozen=True)
class PlanFinding:
    """One thing said about a plan file.

    :ivar line: line of the file, from 1.
    :ivar field: path of what it is about, `axes[2].measures[0].title`; empty for the whole file.
    :ivar sentence: what was found, in French, with its figures.
    :ivar remedy: what to do about it, in French; empty when the sentence says it.
    :ivar code: gap (`G-03`) or rule of law (`L-08`), when there is one.
    """

    level: Level
    line: int
    field: str
    sentence: str
    remedy: str = ""
    code: str = ""


def errors(findings: Iterable[PlanFinding]) -> tuple[PlanFinding, ...]:
    """Those that keep the file from being loaded."""
    return tuple(finding for finding in findings if finding.level is Level.ERROR)
