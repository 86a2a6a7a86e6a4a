"""One thing that waits for someone: every room offers its own, « ma journée » shows them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Urgency = Literal["late", "waiting", "known"]


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to see to: a sentence, where to go, and how pressing it is."""

    text: str
    url: str
    action: str
    urgency: Urgency
