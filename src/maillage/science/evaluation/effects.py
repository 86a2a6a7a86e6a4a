"""Effect of an aid that starts in different years in different communes.

Difference-in-differences by group and time (Callaway & Sant'Anna 2021, J. Econometrics 225(2), doi
10.1016/j.jeconom.2020.12.001), not two-way fixed effects, which compare late starters with early ones as if
these were not treated (Goodman-Bacon 2021). With G_i the year unit i starts and C its controls::

    ATT(g, t) = E[Y_t − Y_{g−1} | G = g] − E[Y_t − Y_{g−1} | C]
    θ(e)      = Σ_g P(G = g | g + e observed) · ATT(g, g + e)

The year before the start is the base of every year, so that θ(−1) = 0 and θ(e), e < −1, shows whether aided
communes already diverged. Standard errors come from the influence function of each unit, summed by cluster.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import chi2

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, finite
from maillage.science.evaluation.conclusions import Estimate

NEVER = -1
"""Start of a unit that is never treated."""


class Controls(StrEnum):
    """Whom treated units are compared with."""

    NEVER_TREATED = "never"
    NOT_YET_TREATED = "not_yet"
    """Those never treated, and those not treated yet in the years compared."""


@dataclass(frozen=True, eq=False)
class Panel:
    """The outcome of every unit every year.

    :ivar outcome: access, density…, no missing value, shape (units, years).
    :ivar years: consecutive, shape (years,).
    :ivar start: year each unit begins to be treated, or ``NEVER``, shape (units,). Who starts in the first
        year, or before, has no year to be compared with: leave it out beforehand.
    :ivar cluster: what each unit shares its hazards with (its EPCI), shape (units,); itself when None.
    """

    outcome: FloatArray
    years: IntArray
    start: IntArray
    cluster: IntArray | None = None

    def __post_init__(self) -> None:
        units, years = len(self.start), len(self.years)
        finite(self.outcome, units, "les résultats des communes", columns=True)
        if self.outcome.shape != (units, years) or years < 2 or (np.diff(self.years) != 1).any():
            raise ScienceError(
                "Un résultat par commune et par année est attendu, sur deux années au moins, sans en sauter."
            )
        if self.cluster is not None and self.cluster.shape != (units,):
            raise ScienceError(f"{units} groupes de communes sont attendus, {self.cluster.shape} reçus.")
        treated = self.treated
        early = treated & (self.start <= self.years[0])
        if early.any():
            raise ScienceError(
                f"Communes aidées dès {self.years[0]} ou avant : {int(early.sum())}. Aucune année ne précède "
                "leur aide : écartez-les ou chargez des années plus anciennes."
            )
        if not treated.any():
            raise ScienceError(
                "Aucune commune n'est aidée pendant la période : il n'y a pas d'effet à mesurer."
            )

    @property
    def treated(self) -> BoolArray:
        """Units that start within the years observed, shape (units,)."""
        return np.asarray((self.start != NEVER) & (self.start <= self.years[-1]))


@dataclass(frozen=True)
class GroupTime:
    """ATT(g, t): effect in year ``year`` on the units that started in ``start``."""

    start: int
    year: int
    estimate: Estimate


@dataclass(frozen=True)
class EventTime:
    """θ(e): effect ``event`` years after the start (before it when negative)."""

    event: int
    estimate: Estimate


@dataclass(frozen=True, eq=False)
class EventStudy:
    """Every effect of a panel.

    :ivar overall: mean of the effects by event time from the start on.
    :ivar pretrend_p: joint test that nothing differed before the year that precedes the start (Wald); None
        when that is not observed.
    :ivar impossible: (start, year) that have no control left.
    """

    by_group: tuple[GroupTime, ...]
    by_event: tuple[EventTime, ...]
    overall: Estimate
    pretrend_p: float | None
    impossible: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class _Cell:
    """ATT(g, t) and the influence of each unit on it, shape (units,)."""

    start: int
    year: int
    effect: float
    influence: FloatArray
    controls: int


def event_study(panel: Panel, controls: Controls = Controls.NOT_YET_TREATED) -> EventStudy:
    """Effects by group and year, by event time, and overall.

    :raises ScienceError: fewer than two units to compare with everywhere.
    """
    cells, impossible = _cells(panel, controls)
    size = {start: int((panel.start == start).sum()) for start in {cell.start for cell in cells}}
    by_event, influences = [], []
    for event in sorted({cell.year - cell.start for cell in cells}):
        gathered = [cell for cell in cells if cell.year - cell.start == event]
        effect, influence = _gathered(gathered, panel.start)
        treated = sum(size[cell.start] for cell in gathered)
        number = max(cell.controls for cell in gathered)
        by_event.append(EventTime(event, Estimate(effect, _error(influence, panel), treated, number)))
        influences.append(influence)
    after = [rank for rank, entry in enumerate(by_event) if entry.event >= 0]
    if not after:
        raise ScienceError(
            "Aucune commune de comparaison après le début de l'aide : l'effet est incalculable."
        )
    overall = Estimate(
        float(np.mean([by_event[rank].estimate.effect for rank in after])),
        _error(np.mean([influences[rank] for rank in after], axis=0), panel),
        sum(size.values()),
        max(by_event[rank].estimate.controls for rank in after),
    )
    before = [rank for rank, entry in enumerate(by_event) if entry.event < -1]
    effects = np.array([by_event[rank].estimate.effect for rank in before])
    spread = np.array([influences[rank] for rank in before])
    return EventStudy(
        tuple(
            GroupTime(
                cell.start,
                cell.year,
                Estimate(cell.effect, _error(cell.influence, panel), size[cell.start], cell.controls),
            )
            for cell in cells
        ),
        tuple(by_event),
        overall,
        _wald(effects, spread, panel) if before else None,
        tuple(impossible),
    )


def overall_effect(panel: Panel, controls: Controls = Controls.NOT_YET_TREATED) -> float:
    """The effect of :func:`event_study` alone, for tests that need it thousands of times."""
    cells, _ = _cells(panel, controls)
    events = sorted({cell.year - cell.start for cell in cells if cell.year >= cell.start})
    if not events:
        raise ScienceError(
            "Aucune commune de comparaison après le début de l'aide : l'effet est incalculable."
        )
    means = [
        _gathered([cell for cell in cells if cell.year - cell.start == event], panel.start)[0]
        for event in events
    ]
    return float(np.mean(means))


def _cells(panel: Panel, controls: Controls) -> tuple[list[_Cell], list[tuple[int, int]]]:
    """Every ATT(g, t) that can be computed, base year left out, and those that cannot."""
    found, impossible = [], []
    for start in np.unique(panel.start[panel.treated]).tolist():
        own = panel.start == start
        base = int(start - 1 - panel.years[0])
        for column, year in enumerate(panel.years.tolist()):
            others = panel.start == NEVER
            if controls is Controls.NOT_YET_TREATED:
                others |= panel.start > max(year, start - 1)
                others &= ~own
            if column == base:
                continue
            if others.sum() < 2 or own.sum() < 1:
                impossible.append((start, year))
                continue
            found.append(_cell(panel.outcome[:, column] - panel.outcome[:, base], own, others, start, year))
    if not found:
        raise ScienceError("Moins de deux communes de comparaison : l'effet est incalculable, ajoutez-en.")
    return found, impossible


def _cell(change: FloatArray, own: BoolArray, others: BoolArray, start: int, year: int) -> _Cell:
    units = len(change)
    with_aid, without = change[own].mean(), change[others].mean()
    influence = np.zeros(units)
    influence[own] = (change[own] - with_aid) * (units / own.sum())
    influence[others] -= (change[others] - without) * (units / others.sum())
    return _Cell(start, year, float(with_aid - without), influence, int(others.sum()))


def _gathered(cells: list[_Cell], start: IntArray) -> tuple[float, FloatArray]:
    """Mean of the cells weighted by the size of their group, and its influence, the weights' included."""
    member = np.array([start == cell.start for cell in cells], dtype=np.float64)
    share = member.mean(axis=1)
    effects = np.array([cell.effect for cell in cells])
    total = share.sum()
    weight = share / total
    effect = float(weight @ effects)
    influence = weight @ np.array([cell.influence for cell in cells])
    of_weights = ((effects - effect) / total) @ (member - share[:, None])
    return effect, influence + of_weights


def _by_cluster(influence: FloatArray, panel: Panel) -> FloatArray:
    """Influences summed by cluster, along the last axis."""
    if panel.cluster is None:
        return influence
    number: IntArray = np.unique(panel.cluster, return_inverse=True)[1]
    member = np.zeros((len(number), number.max() + 1))
    member[np.arange(len(number)), number] = 1.0
    return influence @ member


def _error(influence: FloatArray, panel: Panel) -> float:
    return float(np.sqrt((_by_cluster(influence, panel) ** 2).sum())) / len(panel.start)


def _wald(effects: FloatArray, influences: FloatArray, panel: Panel) -> float:
    """p of θᵀ V⁻¹ θ under χ² with as many degrees as V has independent directions."""
    summed = _by_cluster(influences, panel)
    covariance = summed @ summed.T / len(panel.start) ** 2
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    statistic = effects @ np.linalg.pinv(covariance, hermitian=True) @ effects
    return float(chi2.sf(statistic, rank)) if rank else 1.0
