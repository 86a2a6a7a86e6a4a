"""What a legal guard says: stop or warn, the article, one sentence, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from maillage.rules.terms import Effect


@dataclass(frozen=True)
class Finding:
    """One thing the law, or a gap, has to say.

    :ivar level: ``stop`` forbids publishing or granting, ``warn`` asks a person to look.
    :ivar code: rule of the reference, ``L-08``, or gap, ``G-01``.
    :ivar article: text it comes from, in French; empty for a gap.
    :ivar sentence: what was found, with its figures, in French.
    :ivar remedy: what to do, in French.
    :ivar path: where in the scheme's rules (``obligation.months``) or which fact; empty for the whole.
    """

    level: Effect
    code: str
    article: str
    sentence: str
    remedy: str
    path: str = ""


def stopping(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid going on."""
    return tuple(finding for finding in findings if finding.level is Effect.STOP)
