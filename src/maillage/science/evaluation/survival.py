"""How long aided practitioners stay, when some are still there: Kaplan–Meier by scheme, and log-rank."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, nonnegative, said
from maillage.science.evaluation.conclusions import quantile


@dataclass(frozen=True, eq=False)
class Survival:
    """Share still there after each time someone left, within its interval.

    :ivar times: times at which someone left, increasing, shape (times,).
    :ivar at_risk: people still followed just before each, shape (times,).
    :ivar left: people who left at each, shape (times,).
    :ivar share: S(t) = Π (1 − d_i / n_i), shape (times,); 1 before the first.
    :ivar low: lower bound of S(t), shape (times,); ``high`` the upper one.
    :ivar people: followed from the start.
    :ivar followed: longest time anyone was followed; nothing is said after it.
    """

    times: FloatArray
    at_risk: IntArray
    left: IntArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    people: int
    followed: float

    def at(self, time: float) -> tuple[float, float, float]:
        """(low, share, high) at a time.

        :raises ScienceError: nobody was followed for so long.
        """
        if not 0 <= time <= self.followed:
            raise ScienceError(
                f"Personne n'est suivi aussi longtemps : demandez une durée entre 0 et {said(self.followed)}."
            )
        rank = int(np.searchsorted(self.times, time, side="right")) - 1
        if rank < 0:
            return 1.0, 1.0, 1.0
        return float(self.low[rank]), float(self.share[rank]), float(self.high[rank])

    @property
    def median(self) -> tuple[float | None, float | None, float | None]:
        """(low, median, high): first time at which half or fewer are still there, of each bound and of S.

        Brookmeyer & Crowley 1982, doi 10.2307/2530286. None where more than half are still there.
        """
        return self._first_under(self.low), self._first_under(self.share), self._first_under(self.high)

    def _first_under(self, curve: FloatArray) -> float | None:
        under = np.flatnonzero(curve <= 0.5 + 1e-12)
        return float(self.times[under[0]]) if len(under) else None


def kaplan_meier(durations: npt.ArrayLike, left: npt.ArrayLike, *, level: float = 0.95) -> Survival:
    """Product-limit estimate (Kaplan & Meier 1958, doi 10.1080/01621459.1958.10501452).

    Variance by Greenwood, Σ d / (n (n − d)); interval on log(−log S), which stays between 0 and 1
    (Kalbfleisch & Prentice 1980). Someone who leaves at the time another stops being followed leaves first.

    :param durations: time each person was followed, shape (people,).
    :param left: true for those who left then, false for those still there, shape (people,).
    :raises ScienceError: nobody, missing or negative duration.
    """
    times, gone = _people(durations, left)
    moments = np.unique(times[gone])
    at_risk = len(times) - np.searchsorted(np.sort(times), moments, side="left")
    departures = np.searchsorted(np.sort(times[gone]), moments, side="right") - np.searchsorted(
        np.sort(times[gone]), moments, side="left"
    )
    share = np.cumprod(1 - departures / at_risk, dtype=np.float64)
    staying = at_risk - departures
    terms = np.divide(departures, at_risk * staying, out=np.full(len(moments), np.inf), where=staying > 0)
    low, high = _log_log(share, np.cumsum(terms), quantile((1 + level) / 2))
    return Survival(moments, at_risk, departures, share, low, high, len(times), float(times.max()))


@dataclass(frozen=True)
class LogRank:
    """Do groups leave at the same pace? Expected departures are those under the same pace for all."""

    statistic: float
    degrees: int
    p_value: float
    observed: tuple[float, ...]
    expected: tuple[float, ...]


def log_rank(durations: npt.ArrayLike, left: npt.ArrayLike, groups: npt.ArrayLike) -> LogRank:
    """Log-rank test of any number of groups (Mantel 1966; Peto & Peto 1972, doi 10.2307/2344317).

    At each departure time, expected e_k = d n_k / n with the hypergeometric covariance
    d (n − d) / (n − 1) · (n_k/n)(1{k=l} − n_l/n).

    :param groups: label (scheme) of each person, shape (people,).
    :raises ScienceError: as :func:`kaplan_meier`, or a single group.
    """
    times, gone = _people(durations, left)
    labels = np.asarray(groups)
    names, number = np.unique(labels, return_inverse=True)
    if labels.shape != times.shape or len(names) < 2:
        raise ScienceError("La comparaison demande un dispositif par personne, et deux dispositifs au moins.")
    member = number == np.arange(len(names))[:, None]
    moments = np.unique(times[gone])
    followed = np.array([(member & (times >= moment)).sum(axis=1) for moment in moments], dtype=np.float64)
    departed = np.array([(member & gone & (times == moment)).sum(axis=1) for moment in moments])
    total, leaving = followed.sum(axis=1), departed.sum(axis=1)
    share = followed / total[:, None]
    expected = (leaving[:, None] * share).sum(axis=0)
    pace = leaving * (total - leaving) / np.maximum(total - 1, 1)
    covariance = np.diag((pace[:, None] * share).sum(axis=0)) - (pace[:, None] * share).T @ share
    gap = departed.sum(axis=0) - expected
    # The gaps sum to zero: the last group says nothing more.
    inverse = np.linalg.pinv(covariance[:-1, :-1], hermitian=True)
    statistic = float(gap[:-1] @ inverse @ gap[:-1])
    degrees = len(names) - 1
    return LogRank(
        statistic,
        degrees,
        float(chi2.sf(statistic, degrees)),
        tuple(departed.sum(axis=0).astype(float).tolist()),
        tuple(expected.tolist()),
    )


def _people(durations: npt.ArrayLike, left: npt.ArrayLike) -> tuple[FloatArray, BoolArray]:
    gone = np.asarray(left)
    times = nonnegative(durations, gone.size, "les durées de présence")
    if not len(times):
        raise ScienceError("Personne n'est suivi : la durée de présence n'est pas calculable.")
    if gone.dtype != np.bool_:
        raise ScienceError("Dites pour chaque personne si elle est partie, par oui ou par non.")
    return times, gone


def _log_log(share: FloatArray, variance: FloatArray, reach: float) -> tuple[FloatArray, FloatArray]:
    """S^exp(± z √V / log S); where everyone has left the interval is not defined and S = 0 is given."""
    inside = (share > 0) & (share < 1)
    logarithm = np.log(share, out=np.full(len(share), -1.0), where=inside)
    half = reach * np.sqrt(np.where(inside, variance, 0.0)) / -logarithm
    low, high = share.copy(), share.copy()
    low[inside] = (share ** np.exp(half))[inside]
    high[inside] = (share ** np.exp(-half))[inside]
    return low, high
