"""What may be concluded from an estimate, as a type and a sentence: no effect is told without its doubt."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from statistics import NormalDist

from maillage.science.checks import ScienceError

FEWEST_TREATED = 10
"""Under which nothing is concluded: standard errors clustered on so few units are not to be trusted."""

FEW_TREATED = 30
"""Under which the test by permutation is asked for beside the usual one."""


class Verdict(StrEnum):
    """What an estimate allows to say."""

    RISE = "rise"
    FALL = "fall"
    NOTHING_SEEN = "nothing_seen"
    CANNOT_CONCLUDE = "cannot_conclude"


@dataclass(frozen=True)
class Conclusion:
    """A verdict and the French sentence that tells it."""

    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class Estimate:
    """An effect with its standard error, never one without the other.

    :ivar treated: units that were treated.
    :ivar controls: units that it is compared with.
    """

    effect: float
    error: float
    treated: int
    controls: int

    def __post_init__(self) -> None:
        if not (isfinite(self.effect) and isfinite(self.error) and self.error >= 0):
            raise ScienceError(
                f"Un effet se donne avec son erreur type, et non {self.effect} ± {self.error} : il faut au "
                "moins deux communes aidées et deux autres."
            )

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """effect ± z · error."""
        reach = quantile((1 + level) / 2) * self.error
        return self.effect - reach, self.effect + reach

    @property
    def p_value(self) -> float:
        """Two-sided, under the normal law."""
        if self.error == 0:
            return float(self.effect == 0)
        return 2 * (1 - NormalDist().cdf(abs(self.effect) / self.error))


def quantile(probability: float) -> float:
    """Of the normal law."""
    return NormalDist().inv_cdf(probability)


def minimum_detectable_effect(error: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """(z_{1−α/2} + z_power) · error: smallest true effect that such a study would see with that power.

    Bloom 1995, Evaluation Review 19(5), doi 10.1177/0193841X9501900504.
    """
    if not (0 < alpha < 1 and 0 < power < 1 and error >= 0):
        raise ScienceError("Le risque et la puissance sont entre 0 et 1, et l'erreur type positive.")
    return (quantile(1 - alpha / 2) + quantile(power)) * error


def conclude(
    estimate: Estimate, *, placebo_p: float | None = None, pretrend_p: float | None = None
) -> Conclusion:
    """What may be said of an effect.

    Nothing is concluded with fewer than ``FEWEST_TREATED`` treated units, when communes already diverged
    before the aid (``pretrend_p`` < 5 %), or when fewer than ``FEW_TREATED`` are treated and the test by
    permutation is missing or does not agree.
    """
    low, high = estimate.interval()
    span = f"entre {_number(low)} et {_number(high)} avec 95 chances sur 100"
    least = _number(minimum_detectable_effect(estimate.error))
    if estimate.treated < FEWEST_TREATED:
        return _doubt(
            f"On ne peut pas conclure avec si peu de communes aidées ({estimate.treated}) : il en faut au "
            f"moins {FEWEST_TREATED} ; l'effet estimé serait {span}."
        )
    if pretrend_p is not None and pretrend_p < 0.05:
        return _doubt(
            "On ne peut pas conclure : les communes aidées évoluaient déjà autrement que les autres avant "
            "l'aide ; changez les communes de comparaison."
        )
    seen = not low <= 0 <= high
    if seen and estimate.treated < FEW_TREATED and (placebo_p is None or placebo_p >= 0.05):
        return _doubt(
            f"On ne peut pas conclure : {estimate.treated} communes aidées seulement, et le test par "
            "permutation ne confirme pas l'effet."
        )
    if not seen:
        return Conclusion(
            Verdict.NOTHING_SEEN,
            f"Aucun effet n'est visible : il est {span} ; moins de {least} serait passé inaperçu.",
        )
    verdict, word = (Verdict.RISE, "hausse") if estimate.effect > 0 else (Verdict.FALL, "baisse")
    return Conclusion(
        verdict, f"Une {word} de {_number(abs(estimate.effect))} suit l'aide ; l'effet est {span}."
    )


def _doubt(sentence: str) -> Conclusion:
    return Conclusion(Verdict.CANNOT_CONCLUDE, sentence)


def _number(value: float) -> str:
    return f"{value:.2f}".replace(".", ",").replace("-", "−")
