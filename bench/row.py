"""One line of the benchmark report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measure of ours, beside a peer's on the same machine in the same run when there is one."""

    name: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    target: str = ""
    note: str = ""
