"""What would be found where nothing was done: another date, other communes."""

from dataclasses import dataclass, replace

import numpy as np

from maillage.science.checks import FloatArray, ScienceError
from maillage.science.evaluation.effects import (
    NEVER,
    Controls,
    EventStudy,
    Panel,
    event_study,
    overall_effect,
)


@dataclass(frozen=True, eq=False)
class Permutations:
    """The effect beside those of aids given at random.

    :ivar p_value: share of the draws, the real one among them, whose effect is at least as far from 0.
    :ivar drawn: effect of each draw, shape (draws,).
    """

    effect: float
    p_value: float
    drawn: FloatArray


def before_the_aid(panel: Panel, *, years_ahead: int) -> EventStudy:
    """The same study on the years before any aid, aids pretended to start ``years_ahead`` years early.

    An effect here is not an effect of the aid: aided communes were on another course.

    :raises ScienceError: not enough years before the first aid.
    """
    first = int(panel.start[panel.treated].min())
    kept = panel.years < first
    pretended = first - years_ahead
    if years_ahead < 1 or pretended <= panel.years[0]:
        raise ScienceError(
            f"L'aide commence en {first} et les données en {panel.years[0]} : il faut deux années avant "
            "l'aide feinte, chargez des années plus anciennes."
        )
    start = np.where(panel.treated, pretended, NEVER)
    return event_study(
        replace(panel, outcome=panel.outcome[:, kept], years=panel.years[kept], start=start),
        Controls.NEVER_TREATED,
    )


def by_permutation(
    panel: Panel, controls: Controls = Controls.NOT_YET_TREATED, *, draws: int = 999, seed: int = 1
) -> Permutations:
    """Randomisation inference: starts dealt again among units, as if the aid had been drawn by lot.

    p = (1 + number of |draw| ≥ |effect|) / (1 + draws) (Fisher 1935; Phipson & Smyth 2010, doi
    10.2202/1544-6115.1585). Asks nothing of the number of treated units.

    :raises ScienceError: fewer than 99 draws.
    """
    if draws < 99:
        raise ScienceError(f"{draws} permutations ne suffisent pas : demandez-en au moins 99.")
    effect = overall_effect(panel, controls)
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [overall_effect(replace(panel, start=rng.permutation(panel.start)), controls) for _ in range(draws)]
    )
    # Equal up to rounding is as far.
    as_far = int((np.abs(drawn) >= abs(effect) * (1 - 1e-12)).sum())
    return Permutations(effect, (1 + as_far) / (1 + draws), drawn)
