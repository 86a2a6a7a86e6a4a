"""Codes of any year brought to the communes of today.

Four geographies meet in real files: a commune of 2018 may have merged since. Its figures follow the
merger; the split of a re-established commune (MOD 21) is never followed, since nothing says how to share.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from maillage.territories.models import Commune, Movement

# INSEE codes of movements after which the former code lives on under another one:
# 10 change of name, 31-33 mergers (simple, new commune, association), 41 change of département (code),
# 50 transfer of seat.
FOLLOWED = (10, 31, 32, 33, 34, 41, 50)
# A chain longer than this is a cycle in the file.
MAX_STEPS = 10


@dataclass(slots=True)
class Geography:
    """The communes in force and the moves that lead to them."""

    communes: frozenset[str]
    moves: dict[str, str] = field(default_factory=dict)

    def current(self, code: str) -> str | None:
        """Today's commune of a code of any year, or None when nothing leads to one."""
        for _ in range(MAX_STEPS):
            if code in self.communes:
                return code
            if code not in self.moves:
                return None
            code = self.moves[code]
        return None


def load() -> Geography:
    """The geography in force, from the loaded communes and movements: two queries."""
    moves: dict[str, str] = {}
    history = Movement.objects.filter(dataset__active=True, mod__in=FOLLOWED).order_by("date", "pk")
    for before, after in history.values_list("before", "after"):
        if before != after:
            moves[before] = after
    return Geography(frozenset(Commune.objects.order_by().values_list("code", flat=True)), moves)
