"""Points into a score: what a call ranks its applications by. Everything that counts is on the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Avg

from maillage.applications.models import Application, Call, Score


@dataclass(frozen=True, slots=True)
class Ranked:
    """An application of a call with its score; `score` is None while a criterion has no points."""

    application: Application
    rank: int | None
    score: Decimal | None
    means: dict[str, Decimal]


def weighted(grid: Sequence[Mapping[str, Any]], means: Mapping[str, Decimal]) -> Decimal | None:
    """Score out of 100: 100 × Σ weight × (mean points / points of the criterion) / Σ weight.

    None when the grid is empty or a criterion has no points: what is not scored is not zero.
    """
    if not grid or any(line["key"] not in means for line in grid):
        return None
    total = sum(Decimal(line["weight"]) for line in grid)
    earned = sum(
        (Decimal(line["weight"]) * means[line["key"]] / Decimal(line["points"]) for line in grid),
        Decimal(0),
    )
    return (100 * earned / total).quantize(Decimal("0.01"), ROUND_HALF_UP)


def means_of(call: Call) -> dict[int, dict[str, Decimal]]:
    """Mean points of the readers, by application and criterion: one query for the whole call."""
    found: dict[int, dict[str, Decimal]] = {}
    rows = Score.objects.filter(application__call=call).order_by().values_list("application", "criterion")
    for application, criterion, mean in rows.annotate(mean=Avg("points")):
        found.setdefault(application, {})[criterion] = Decimal(str(mean))
    return found


def ranking(call: Call, applications: Sequence[Application]) -> list[Ranked]:
    """The applications by falling score; equal scores share a rank, those not fully scored come last."""
    means = means_of(call)
    scored = [
        (application, weighted(call.scoring_grid, means.get(application.pk, {})))
        for application in applications
    ]
    scored.sort(key=lambda pair: (pair[1] is None, -(pair[1] or 0), pair[0].number))
    values = [value for _, value in scored]
    return [
        Ranked(
            application,
            None if value is None else values.index(value) + 1,
            value,
            means.get(application.pk, {}),
        )
        for application, value in scored
    ]
