"""Two goals at once: the choices between which a council has to choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from maillage.kit.console import Refused
from maillage.lab.siting.problem import Problem
from maillage.lab.siting.request import SitingRequest
from maillage.science.siting import Compromise, Goal, coverage_goal, pareto_front, shortfall_goal
from maillage.science.siting.effort import Effort
from maillage.territories.models import Commune


def _filled(problem: Problem) -> Goal:
    given = problem.given
    return shortfall_goal(given["ground"], given["threshold"])


def _covered(problem: Problem) -> Goal:
    given = problem.given
    return coverage_goal(given["times"], given["demand"], given["radius"])


FRONT: Final = "front"
"""How a form names the search for compromises, beside the slugs of the models."""

GOALS: Final[Mapping[str, Callable[[Problem], Goal]]] = {"shortfall": _filled, "mclp": _covered}
"""Models whose goals may be weighed, with what makes their goal."""


@dataclass(frozen=True, eq=False)
class Front:
    """The compromises between two models, from the best for the first to the best for the second."""

    problems: tuple[Problem, Problem]
    compromises: tuple[Compromise, ...]

    def as_document(self) -> dict[str, Any]:
        first, second = self.problems
        code, place = first.code, first.options.place
        opened = code[np.unique(np.concatenate([place[one.sites] for one in self.compromises]))].tolist()
        return {
            "models": [first.request.model, second.request.model],
            "labels": [problem.request.of.label for problem in self.problems],
            "units": [problem.request.of.unit for problem in self.problems],
            "wholes": [problem.whole(problem.request.model) for problem in self.problems],
            "names": dict(Commune.objects.filter(code__in=opened).values_list("code", "name")),
            "front": [
                {
                    "sites": code[place[one.sites]].tolist(),
                    first.request.model: one.first,
                    second.request.model: one.second,
                    "status": one.status.value,
                }
                for one in self.compromises
            ],
            "territory": str(first.diagnosis.territory.key),
            "profession": first.diagnosis.profession.code,
            "vintage": first.diagnosis.snapshot.vintage,
            "requests": [problem.request.as_document() for problem in self.problems],
            "assumptions": {name: asdict(known) for name, known in first.used.items()},
            "sources": first.diagnosis.snapshot.sources,
            "warnings": first.diagnosis.warnings,
        }


def weigh(problems: tuple[Problem, Problem], cancelled: Callable[[], bool] | None = None) -> Front:
    """The front of two prepared problems."""
    first, second = (GOALS[problem.request.model](problem) for problem in problems)
    effort = Effort(problems[0].request.time_limit, cancelled=cancelled)
    return Front(problems, pareto_front(first, second, problems[0].choice, effort=effort))


def requests_for(request: SitingRequest, models: Sequence[str]) -> tuple[SitingRequest, SitingRequest]:
    """The request asked for each of two goals. Raises Refused on what cannot be weighed."""
    if len(models) != 2 or len({*models}) != 2 or not {*models} <= GOALS.keys():
        raise Refused(
            f"Un front pèse deux buts différents parmi {', '.join(GOALS)} : écrivez shortfall,mclp."
        )
    if request.kept or request.keeps_practices:
        raise Refused("Un front ne garde pas de lieu : excluez plutôt ces communes.")
    first, second = (replace(request, model=model) for model in models)
    return first, second
