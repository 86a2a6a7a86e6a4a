"""Ages of practitioners where nobody's age is known: from the shares that are published to a pyramid."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from maillage.science.checks import FloatArray, ScienceError
from maillage.science.demography.parameters import AGES, OLDEST, Assumptions


def hazard(assumptions: Assumptions) -> FloatArray:
    """Yearly hazard of leaving at each of ``AGES``: −ln(1 − q), infinite at the last age."""
    stopping = assumptions.cessation.by_age()
    settled = assumptions.cessation.starts[0] <= AGES
    probability = np.where(settled, stopping, assumptions.leaving.value)
    probability[-1] = 1.0
    with np.errstate(divide="ignore"):
        return -np.log1p(-probability)


def pyramid(shares_over: Mapping[int, float], assumptions: Assumptions) -> FloatArray:
    """Share of practitioners of each age, shape (ages,), that agrees with published shares over some ages.

    Between two published ages, people are spread like the survivors of a constant flow of entrants: in
    proportion to those entered by that age (``entry_ages``) times those not yet stopped (``cessation``). With
    nothing published, that is the whole pyramid, and an assumption.

    :param shares_over: share (0 to 1) of those strictly older than each age, in completed years.
    :raises ScienceError: share out of range, growing with age, or of an age that nobody reaches.
    """
    entered = np.cumsum(assumptions.entry_ages.by_age())
    stayed = np.exp(-np.concatenate(([0.0], np.cumsum(hazard(assumptions)[:-1]))))
    weights = entered * stayed
    limits = sorted(shares_over)
    over = [1.0, *(shares_over[age] for age in limits), 0.0]
    if not all(0 <= low <= high <= 1 for high, low in pairwise(over)):
        raise ScienceError(
            "Les parts au-delà d'un âge vont de 0 à 1 et diminuent avec l'âge ; reçu : "
            + ", ".join(f"{age} ans {shares_over[age]}" for age in limits)
            + "."
        )
    result = np.zeros(len(AGES))
    first = AGES[0]
    for last, (high, low) in zip([*limits, OLDEST], pairwise(over), strict=True):
        inside = (first <= AGES) & (last >= AGES)
        total = weights[inside].sum()
        if high > low and not total > 0:
            raise ScienceError(f"Personne ne peut exercer entre {first} et {last} ans : corrigez les parts.")
        if total > 0:
            result[inside] = weights[inside] * ((high - low) / total)
        first = last + 1
    return result
