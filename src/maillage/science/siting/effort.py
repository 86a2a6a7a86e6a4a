"""How long a search may last, how close a proof is asked for, and how it is stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from maillage.science.checks import ScienceError, said


class Cancelled(ScienceError):
    """The search was stopped by the person who asked for it: there is no result, not even a partial one."""

    def __init__(self) -> None:
        super().__init__("Le calcul a été annulé : aucun résultat n'est gardé, relancez-le si besoin.")


@dataclass(frozen=True)
class Effort:
    """What a search may spend.

    :ivar time_limit: seconds of wall clock; past them the best answer found so far comes with its gap.
    :ivar gap: relative gap at which to stop proving; 0 asks for the optimum.
    :ivar cancelled: asked now and then during the search; true stops it with :class:`Cancelled`.
    """

    time_limit: float = 60.0
    gap: float = 0.0
    cancelled: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        if not self.time_limit > 0:
            raise ScienceError("La durée accordée à la recherche doit être supérieure à zéro.")
        if not 0 <= self.gap < 1:
            raise ScienceError(
                f"L'écart accepté se donne entre 0 et 1 (0,01 pour 1 %), et non {said(self.gap)}."
            )

    def start(self) -> "Watch":
        return Watch(self)


class Watch:
    """A started effort: what is spent, what is left."""

    def __init__(self, effort: Effort) -> None:
        self.gap = effort.gap
        self._cancelled = effort.cancelled
        self._started = monotonic()
        self._limit = effort.time_limit

    @property
    def spent(self) -> float:
        return monotonic() - self._started

    @property
    def left(self) -> float:
        return max(0.0, self._limit - self.spent)

    @property
    def cancelled(self) -> bool:
        return self._cancelled is not None and self._cancelled()

    def expired(self) -> bool:
        """Whether the time is over.

        :raises Cancelled: the search was cancelled.
        """
        if self.cancelled:
            raise Cancelled
        return self.left <= 0
