"""The kinds of long work this program knows, by stable name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job leaves: facts to show, and a file to take away when `file_name` is given."""

    data: dict[str, Any] = field(default_factory=dict)
    file_name: str = ""
    content: bytes = b""


# Called with a `Progress` then the job's arguments by name.
Work = Callable[..., Outcome | dict[str, Any] | None]
W = TypeVar("W", bound=Work)


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered kind of work."""

    name: str
    label: str
    work: Work
    max_attempts: int


KINDS: dict[str, Kind] = {}


def job(name: str, *, label: str, max_attempts: int = 3) -> Callable[[W], W]:
    """Register a function as a kind of job, in the `jobs.py` of its room.

    The function is called as `work(progress, **arguments)`, arguments being what JSON can hold. It may be
    started again from the beginning after a crash, `max_attempts` times in all: whatever it writes must be
    written once (stage, then swap), or replaced when written again.
    """

    def register(work: W) -> W:
        if name in KINDS:
            raise ValueError(f"two kinds of job are called {name!r}")
        KINDS[name] = Kind(name, label, work, max_attempts)
        return work

    return register
