"""Places that change access to care: what coverage only hints at.

y says which options open, A_i is the score today, G_ij what option j adds to it, P_i the people, T a
threshold.

============  ===============================================================  ==================
shortfall     max Σ P_i min(T − A_i, Σ_j G_ij y_j) over A_i < T                saturating goal
lifted        max Σ P_i [A_i + Σ_j G_ij y_j ≥ T] over A_i < T                  exact program
max-min       max min_i A_i + Σ_j G_ij y_j over those an option can help       exact program
inequality    min Σ P_i abs(A_i + Σ_j G_ij y_j − μ) / Σ P_i, μ the mean after  exact program
============  ===============================================================  ==================

The mix of measures for a budget is ``shortfall`` on :meth:`Options.everywhere`, a cost by option.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array, diags_array, eye_array

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, said
from maillage.science.siting.choice import Choice
from maillage.science.siting.effort import Effort
from maillage.science.siting.goal import Best, Goal, greedy, maximise, siting
from maillage.science.siting.ground import Ground
from maillage.science.siting.result import Siting
from maillage.science.siting.solver import Program, Solution, solve, stacked

REACHED = 1e-9
"""A score this close to the threshold, relatively, has reached it: the rounding of a sum."""


def shortfall_goal(ground: Ground, threshold: float) -> Goal:
    """What is removed of the shortfall Σ P_i max(0, T − A_i).

    :raises ScienceError: nobody is under the threshold.
    """
    lacking = np.maximum(_positive(threshold) - ground.scores, 0.0)
    if not (lacking * ground.people).any():
        raise ScienceError(
            f"Personne n'est sous le seuil de {said(threshold)} : choisissez un seuil plus haut ou un autre "
            "but."
        )
    return Goal.of(ground.people, lacking, ground.gains)


def shortfall(ground: Ground, choice: Choice, threshold: float, *, effort: Effort | None = None) -> Siting:
    """The options that give most access to those under ``threshold``, in people × score.

    What lifts someone over the threshold counts up to it. ``objective`` is what is removed of the shortfall,
    to be compared with Σ P_i max(0, T − A_i).
    """
    watch = (effort or Effort()).start()
    helped = ground.require_help(choice.usable)
    best = maximise(shortfall_goal(ground, threshold), choice, watch)
    return siting("shortfall", best, choice, watch, _left_under(ground, threshold, helped))


def lifted(ground: Ground, choice: Choice, threshold: float, *, effort: Effort | None = None) -> Siting:
    """The options that bring most people from under ``threshold`` to it or over it.

    Neither concave nor submodular (half of what someone lacks is worth nothing), hence no bound but that of
    the exact program; what remains after the threshold is not sought, see :func:`shortfall`.
    """
    watch = (effort or Effort()).start()
    choice.require_an_end()
    helped = ground.require_help(choice.usable)
    goal = shortfall_goal(ground, threshold)

    def people_lifted(opened: BoolArray) -> float:
        received = goal.gains @ opened.astype(np.float64)
        return float(goal.weights @ (received >= goal.caps * (1 - REACHED)))

    start = greedy(goal, choice, watch)
    program = _lifting(goal, choice)
    values = np.concatenate((start.astype(np.float64), np.full(len(goal.weights), np.nan)))
    best = _best(solve(program, watch, start=values), start, people_lifted, float(goal.weights.sum()), choice)
    return siting("lifted", best, choice, watch, _left_under(ground, threshold, helped))


def max_min(ground: Ground, choice: Choice, *, effort: Effort | None = None) -> Siting:
    """The options that raise most the lowest score of those whom some option can help.

    Those whom nobody can help stay where they are whatever is decided: they are named (``unreachable``) and
    left out, or the worst of them would hide every other.
    """
    watch = (effort or Effort()).start()
    choice.require_an_end()
    helped = ground.require_help(choice.usable)
    gains, scores = ground.gains[np.flatnonzero(helped)], ground.scores[helped]

    def lowest(opened: BoolArray) -> float:
        return float((scores + gains @ opened.astype(np.float64)).min())

    ceiling = float((scores + _most_by_row(gains, choice)).min())
    concerned = np.flatnonzero(scores < ceiling)
    program = _raising(gains[concerned], scores[concerned], ceiling, choice)
    best = _best(solve(program, watch), choice.kept, lowest, ceiling, choice)
    return siting("max-min", best, choice, watch, np.flatnonzero((ground.people > 0) & ~helped))


def inequality(ground: Ground, choice: Choice, *, effort: Effort | None = None) -> Siting:
    """The options that leave the least mean distance to the mean score, in units of score.

    Half of it over the mean is the Hoover index, the share of care that would have to move for all to be
    equal. Linear, where Gini and Theil are not; compute those on the scores that follow
    (:mod:`maillage.science.inequality`). Opening less than allowed may be best: adding care where it already
    is makes things more unequal.
    """
    watch = (effort or Effort()).start()
    choice.require_an_end()
    helped = ground.require_help(choice.usable)
    share = ground.people / ground.people.sum()

    def closeness(opened: BoolArray) -> float:
        after = ground.after(opened)
        return -float(share @ np.abs(after - share @ after))

    program = _levelling(ground.scores, ground.gains, share, choice)
    best = _best(solve(program, watch), choice.kept, closeness, 0.0, choice)
    answer = siting("inequality", best, choice, watch, np.flatnonzero((ground.people > 0) & ~helped))
    return replace(answer, objective=-best.value, bound=max(0.0, -max(best.bound, best.value)))


def _best(
    solution: Solution, start: BoolArray, value: Callable[[BoolArray], float], ceiling: float, choice: Choice
) -> Best:
    """The better of the start and of the solution, with the bound of a program that minimises −value."""
    bound = min(ceiling, -solution.bound)
    opened = start
    if solution.values is not None:
        found = solution.values[: choice.candidates] > 0.5
        opened = max(found, start, key=value)
    return Best(opened, value(opened), bound)


def _lifting(goal: Goal, choice: Choice) -> Program:
    """min −Σ P_i b_i, need_i b_i ≤ Σ_j min(G_ij, need_i) y_j; variables: y then b."""
    count, options = len(goal.weights), goal.candidates
    shares = goal.gains.copy()
    needs = np.repeat(goal.caps * (1 - REACHED), np.diff(shares.indptr))
    shares.data = np.minimum(shares.data / needs, 1.0)
    rules, upper = choice.rules
    lower_y, upper_y = choice.bounds()
    return Program(
        cost=np.concatenate((np.zeros(options), -goal.weights)),
        lower=np.concatenate((lower_y, np.zeros(count))),
        upper=np.concatenate((upper_y, np.ones(count))),
        integer=np.ones(options + count, dtype=bool),
        rows=stacked([[-shares, eye_array(count)], [rules, None]]),
        row_lower=np.full(count + len(upper), -np.inf),
        row_upper=np.concatenate((np.zeros(count), upper)),
    )


def _raising(gains: csr_array, scores: FloatArray, ceiling: float, choice: Choice) -> Program:
    """min −z, z − Σ_j min(G_ij, ceiling − A_i) y_j ≤ A_i; variables: y then z."""
    capped = gains.copy()
    capped.data = np.minimum(capped.data, np.repeat(ceiling - scores, np.diff(capped.indptr)))
    rules, upper = choice.rules
    lower_y, upper_y = choice.bounds()
    options = choice.candidates
    return Program(
        cost=np.append(np.zeros(options), -1.0),
        lower=np.append(lower_y, 0.0),
        upper=np.append(upper_y, ceiling),
        integer=np.append(np.ones(options, dtype=bool), False),
        rows=stacked([[-capped, csr_array(np.ones((len(scores), 1)))], [rules, None]]),
        row_lower=np.full(len(scores) + len(upper), -np.inf),
        row_upper=np.concatenate((scores, upper)),
    )


def _levelling(scores: FloatArray, gains: csr_array, share: FloatArray, choice: Choice) -> Program:
    """min 2 Σ p_i e_i, e_i ≥ μ − A_i − Σ_j G_ij y_j, μ = Σ p_i (A_i + Σ_j G_ij y_j); variables: y, μ, e.

    Distances under the mean add up to those over it: half of the rows is enough.
    """
    counted = np.flatnonzero(share > 0)
    part, level = share[counted], scores[counted]
    count, options = len(counted), choice.candidates
    rules, upper = choice.rules
    lower_y, upper_y = choice.bounds()
    added = gains[counted]
    mean = csr_array((part @ added)[None, :])
    return Program(
        cost=np.concatenate((np.zeros(options + 1), 2 * part)),
        lower=np.concatenate((lower_y, np.zeros(1 + count))),
        upper=np.concatenate((upper_y, np.full(1 + count, np.inf))),
        integer=np.arange(options + 1 + count) < options,
        rows=stacked(
            [
                [-added, csr_array(np.ones((count, 1))), -eye_array(count)],
                [-mean, csr_array(np.ones((1, 1))), None],
                [rules, None, None],
            ]
        ),
        row_lower=np.concatenate((np.full(count, -np.inf), [part @ level], np.full(len(upper), -np.inf))),
        row_upper=np.concatenate((level, [part @ level], upper)),
    )


def _most_by_row(gains: csr_array, choice: Choice) -> FloatArray:
    """What an origin receives at most: from the places kept, and from its most generous options."""
    kept = gains @ choice.kept.astype(np.float64)
    free = gains @ diags_array(choice.free.astype(np.float64))
    most = choice.most()
    best = [
        np.sort(free.data[first:last])[::-1][:most].sum()
        for first, last in zip(free.indptr[:-1], free.indptr[1:], strict=True)
    ]
    return kept + np.array(best)


def _left_under(ground: Ground, threshold: float, helped: BoolArray) -> IntArray:
    """Origins under the threshold whom no option helps."""
    return np.flatnonzero((ground.scores < threshold) & (ground.people > 0) & ~helped)


def _positive(threshold: float) -> float:
    if not 0 < threshold < np.inf:
        raise ScienceError(f"Le seuil doit être un nombre supérieur à zéro, et non {said(threshold)}.")
    return threshold
