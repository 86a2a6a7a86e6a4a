"""Where to open: a request laid on the ground of a territory, solved, and read back in its communes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from maillage.diagnosis.reading import Diagnosis, snapshot_for
from maillage.kit.console import Refused
from maillage.lab.effects import effects
from maillage.lab.siting.answer import Sited
from maillage.lab.siting.front import FRONT, GOALS, Front, requests_for, weigh
from maillage.lab.siting.problem import Problem, pose
from maillage.lab.siting.request import DEMANDS, MODELS, OPENED, Opening, SitingRequest
from maillage.science.checks import ScienceError
from maillage.science.siting import Cancelled, Effort
from maillage.territories.places import find

__all__ = [
    "DEMANDS",
    "FRONT",
    "GOALS",
    "MODELS",
    "OPENED",
    "Cancelled",
    "Front",
    "Opening",
    "Sited",
    "SitingRequest",
    "check_front",
    "compare",
    "prepare",
    "site",
]


def prepare(request: SitingRequest) -> Problem:
    """What will be asked of the model, checked without searching yet.

    :raises Refused: in one sentence, what cannot be asked.
    """
    request.require_sense()
    territory = find(request.territory)
    snapshot = snapshot_for(request.profession, request.vintage, territory.key)
    with _refusals():
        return pose(request, Diagnosis(territory, snapshot), effects(request.supposed))


def site(request: SitingRequest, cancelled: Callable[[], bool] | None = None) -> Sited:
    """Where to open.

    :param cancelled: asked now and then during the search; true stops it.
    :raises Refused: in one sentence, what cannot be asked or answered.
    :raises Cancelled: it was stopped; nothing is left of it.
    """
    problem = prepare(request)
    with _refusals():
        return Sited(
            problem, request.of.solve(problem.given, Effort(request.time_limit, cancelled=cancelled))
        )


def check_front(request: SitingRequest) -> tuple[Problem, Problem]:
    """Both problems of a front, checked without searching yet; refuses as :func:`prepare` does."""
    first, second = map(prepare, requests_for(request, tuple(GOALS)))
    return first, second


def compare(
    request: SitingRequest, models: Sequence[str], cancelled: Callable[[], bool] | None = None
) -> Front:
    """The compromises between two goals; refuses and stops as :func:`site` does."""
    first, second = map(prepare, requests_for(request, models))
    with _refusals():
        return weigh((first, second), cancelled)


@contextmanager
def _refusals() -> Iterator[None]:
    """What the models refuse, said as the rooms say it; a search that is stopped is no refusal."""
    try:
        yield
    except Cancelled:
        raise
    except ScienceError as error:
        raise Refused(str(error)) from error
