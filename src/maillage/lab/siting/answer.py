"""What a search found, as a document: sites, proof, access before and after, and who stays out of reach."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maillage.diagnosis.frame import Floats
from maillage.kit.console import Refused
from maillage.kit.text import number, percent
from maillage.kit.words import counted
from maillage.lab.pages.parts import by_commune, people_by_commune
from maillage.lab.simulating import VISIBLE, Effect, simulate
from maillage.lab.siting.problem import Problem
from maillage.lab.siting.request import DEMANDS, MOBILE
from maillage.science.siting import Siting, Status
from maillage.territories.models import Commune

MOST_NAMED: Final = 12
NO_CHOICE: Final = (
    "Aucun choix permis ne met chaque habitant à portée d'un lieu : ouvrez plus de lieux, allongez le trajet "
    "ou levez des limites."
)
OUT_OF_TIME: Final = "Le temps accordé s'est écoulé sans réponse : accordez-en plus ou simplifiez la demande."

SENTENCES: Final = {
    "lscp": "Avec {places}, chacun est à {minutes} minutes ou moins d'un lieu.",
    "mclp": "Avec {places}, {value} habitants sont à {minutes} minutes ou moins d'un lieu, soit {share}.",
    "backup": "Avec {places}, {once} habitants sont à {minutes} minutes ou moins d'un lieu, {twice} de deux.",
    "cmclp": "Avec {places}, {value} habitants sont servis à {minutes} minutes ou moins, soit {share}.",
    "p-median": "Avec {places}, le lieu le plus proche est à {mean} en moyenne.",
    "p-centre": "Avec {places}, le trajet le plus long est de {longest}.",
    "max-min": "Avec {places}, l'accès le plus bas que l'on puisse relever atteint {value}.",
    "shortfall": "Avec {places}, le manque d'accès sous {threshold} diminue de {share}.",
    "lifted": "Avec {places}, {value} habitants passent au-dessus de {threshold}, soit {share} de ceux d'en "
    "dessous.",
    "inequality": "Avec {places}, l'accès s'écarte en moyenne de {value} de l'accès moyen.",
}
"""The main thing, by model; `mix` and the mobile practice say what `shortfall` says."""

SOUGHT: Final = {
    "lscp": "lieux nécessaires pour que chacun soit couvert",
    "mclp": "habitants à portée d'un lieu",
    "backup": "moyenne des habitants à portée d'un lieu et de ceux à portée de deux",
    "cmclp": "habitants servis, dans la limite de ce que chaque lieu peut servir",
    "p-median": "somme des trajets des habitants jusqu'au lieu le plus proche",
    "p-centre": "trajet le plus long jusqu'au lieu le plus proche",
    "max-min": "accès le plus bas, parmi ceux qu'un lieu peut relever",
    "shortfall": "manque d'accès comblé sous le seuil",
    "lifted": "habitants qui passent au-dessus du seuil",
    "inequality": "écart moyen à l'accès moyen",
}


@dataclass(frozen=True, eq=False)
class Sited:
    """The answer of a model, laid back on the territory."""

    problem: Problem
    siting: Siting

    def require_answer(self) -> None:
        """Raises Refused when the time ran out before anything was found: that is no result."""
        if self.siting.status is Status.NONE:
            raise Refused(OUT_OF_TIME)

    @property
    def family(self) -> str:
        """The model that says the same things: what fills a shortfall says what `shortfall` says."""
        slug = self.problem.request.model
        return slug if slug in SENTENCES else "shortfall"

    @cached_property
    def added(self) -> Floats:
        """Full-time practitioners that the sites add at each place, shape (places,)."""
        added = np.zeros(len(self.problem.ground.place))
        for option in self.siting.sites:
            added[self.problem.place[self.problem.options.place[option]]] += self.problem.options.supply[
                option
            ]
        return added

    @cached_property
    def effect(self) -> Effect:
        return simulate(self.problem.ground, self.added, self.problem.diagnosis.profession)

    @cached_property
    def names(self) -> dict[str, str]:
        key = self.problem.diagnosis.territory.key
        return dict(Commune.objects.within(key.level, key.code).values_list("code", "name"))

    @property
    def codes(self) -> list[str]:
        """Communes of the sites, in the order of their numbers."""
        return [str(code) for code in self.problem.code[self.problem.options.place[self.siting.sites]]]

    @cached_property
    def reached(self) -> NDArray[np.intp]:
        """Open places, those kept counted, within the minutes of each home; shape (homes,)."""
        problem = self.problem
        opened = problem.kept.copy()
        opened[self.siting.sites] = True
        times = problem.times
        near = opened[times.indices] & (times.minutes <= (problem.request.minutes or 0.0))
        return np.diff(np.concatenate(([0], np.cumsum(near)))[times.indptr])

    @property
    def served(self) -> list[float]:
        """People of each site: within its minutes, nearest to it, or whose access it raises visibly."""
        problem, people = self.problem, self.problem.people
        sites = self.siting.sites
        if problem.request.seeks_access:
            gains = problem.scores.gains.tocsc()
            return [float(people[_raised(gains, int(site))].sum()) for site in sites]
        if problem.request.covers:
            times = problem.times
            origin = np.repeat(np.arange(times.origins), np.diff(times.indptr))
            within = times.minutes <= (problem.request.minutes or 0.0)
            return [float(people[origin[within & (times.indices == site)]].sum()) for site in sites]
        assignment = self.siting.assignment
        return [] if assignment is None else [float(people[assignment == site].sum()) for site in sites]

    @property
    def unit(self) -> str:
        """What the objective counts."""
        request = self.problem.request
        if self.family == "lscp":
            return "lieux" if request.budget is None else "€"
        access = self.problem.diagnosis.profession.apl_unit
        return request.of.unit.replace("unité d'accès", access).replace("habitants", DEMANDS[request.demand])

    @property
    def reason(self) -> str:
        """Why there is no answer, the communes concerned being named; empty when there is one."""
        if self.siting.found:
            return ""
        if self.siting.status is Status.NONE:
            return OUT_OF_TIME
        left = self.unreachable
        if not left:
            return NO_CHOICE
        return (
            f"Aucun lieu possible n'est à portée de {named([one['name'] for one in left])} : allongez le "
            "trajet ou permettez d'ouvrir dans d'autres communes."
        )

    @cached_property
    def unreachable(self) -> list[dict[str, str]]:
        codes = np.unique(self.problem.ground.code[self.siting.unreachable]).tolist()
        return [{"code": code, "name": self.names.get(code, code)} for code in codes]

    @property
    def sentence(self) -> str:
        """The main thing, with its figure; why there is none, otherwise."""
        if not self.siting.found:
            return self.reason
        return SENTENCES[self.family].format(**self._facts())

    def _facts(self) -> dict[str, str]:
        request, value = self.problem.request, self.siting.objective or 0.0
        reference, total = self.problem.whole(self.family), float(self.problem.people.sum())
        noun = ("arrêt", "arrêts") if request.model == MOBILE else ("lieu", "lieux")
        kept = int(self.problem.kept.sum())
        places = counted(len(self.siting.sites), *noun)
        digits = 2 if self.family in ("max-min", "inequality") else 0
        facts = {
            "places": f"{places} et {counted(kept, 'lieu gardé', 'lieux gardés')}" if kept else places,
            "value": number(value, digits),
            "share": percent(value / reference) if reference else percent(None),
            "minutes": number(request.minutes, 0 if (request.minutes or 0) % 1 == 0 else 1),
            "threshold": number(self.problem.threshold, 1),
            "mean": _minutes(value / total if total else None),
            "longest": _minutes(value),
        }
        if self.family == "backup":
            facts |= {
                name: number(float(self.problem.people[self.reached >= times].sum()))
                for name, times in (("once", 1), ("twice", 2))
            }
        return facts

    @property
    def proof(self) -> str:
        """How good it is known to be, in words."""
        gap = self.siting.gap
        if self.siting.status is Status.OPTIMAL:
            asked, opened = self.problem.request.p, len(self.siting.sites)
            enough = asked is not None and opened < asked and self.family != "lscp"
            more = " Un lieu de plus n'apporterait rien à ce but." if enough else ""
            return f"C'est prouvé : aucun autre choix ne fait mieux.{more}"
        if self.siting.status is Status.FEASIBLE:
            left = (
                f"un autre choix pourrait faire mieux, de {percent(gap, 2)} au plus"
                if gap is not None and isfinite(gap)
                else "rien ne dit de combien un autre choix pourrait faire mieux"
            )
            return f"Le temps accordé s'est écoulé avant la preuve : {left}."
        if self.siting.status is Status.INFEASIBLE:
            return "C'est prouvé : aucun choix ne respecte ce qui est demandé."
        return OUT_OF_TIME

    @property
    def warnings(self) -> list[str]:
        """What makes the answer less sure, in sentences."""
        problem = self.problem
        found = [*problem.diagnosis.warnings]
        if self.siting.found and self.unreachable:
            found.append(
                f"Quoi que l'on ouvre, ces communes restent hors de portée : "
                f"{named([one['name'] for one in self.unreachable])}."
            )
        if problem.request.keeps_practices or (problem.request.kept and not problem.request.seeks_access):
            found.append(
                "Les lieux gardés comptent pour le trajet ; l'accès d'aujourd'hui n'en est pas changé."
            )
        elif problem.request.kept:
            found.append("L'accès « avant » compte déjà les lieux gardés, comme ceux que l'on ouvre.")
        return found

    def as_document(self) -> dict[str, Any]:
        """The document of `maillage site --format json`, and the outcome that the laboratory keeps."""
        problem, siting, found = self.problem, self.siting, self.siting.found
        gap, effect = siting.gap, self.effect
        return {
            "model": siting.model,
            "label": problem.request.of.label,
            "objective": siting.objective,
            "objective_label": SOUGHT[self.family],
            "unit": self.unit,
            "bound": siting.bound,
            "gap": gap if gap is not None and isfinite(gap) else None,
            "status": siting.status.value,
            "sites": self.codes,
            "names": [self.names.get(code, code) for code in self.codes],
            "seconds": round(siting.seconds, 3),
            "sentence": self.sentence,
            "proof": self.proof,
            "unreachable": self.unreachable,
            "reason": self.reason,
            "reference": self.problem.whole(self.family),
            "places": self._places() if found else [],
            "kept": problem.code[problem.kept].tolist(),
            "before": asdict(effect.levels_before),
            "after": asdict(effect.levels_after) if found else None,
            "lifted": effect.lifted if found else None,
            "people_gaining": effect.people_gaining if found else None,
            "outside_share": effect.outside_share if found else None,
            "communes": self._communes(),
            "territory": str(problem.diagnosis.territory.key),
            "name": problem.diagnosis.territory.name,
            "profession": problem.diagnosis.profession.code,
            "vintage": problem.diagnosis.snapshot.vintage,
            "demand": DEMANDS[problem.request.demand],
            "request": problem.request.as_document(),
            "assumptions": {name: asdict(known) for name, known in self.problem.used.items()},
            "sources": problem.diagnosis.snapshot.sources,
            "warnings": self.warnings,
        }

    def _places(self) -> list[dict[str, Any]]:
        """What opens where, and what each brings."""
        problem, after = self.problem, self.effect.after
        rows = []
        for option, code, served in zip(self.siting.sites, self.codes, self.served, strict=True):
            kind, quantity, cost = problem.opening(int(option))
            candidate = int(problem.options.place[option])
            home = problem.unit[candidate]
            rows.append(
                {
                    "code": code,
                    "name": self.names.get(code, code),
                    "kind": str(kind),
                    "quantity": quantity,
                    "cost": cost,
                    "practitioners": float(problem.options.supply[option]),
                    "practitioners_before": float(problem.ground.practitioners[problem.place[candidate]]),
                    "people": float(problem.ground.population[problem.ground.code == code].sum()),
                    "served": served,
                    "access_before": float(problem.ground.access[home]),
                    "access_after": float(after[home]),
                }
            )
        return rows

    def _communes(self) -> list[dict[str, Any]]:
        ground = self.problem.ground
        before, after = by_commune(ground, ground.access), by_commune(ground, self.effect.after)
        people = people_by_commune(ground)
        return [
            {"code": code, "people": people[code], "before": was, "after": after[code]}
            for code, was in before.items()
        ]


def _minutes(value: float | None) -> str:
    """Minutes to the tenth, agreed as in French: « 1,1 minute »."""
    return f"{number(value, 1)} minute{'s' if value is not None and value >= 2 else ''}"


def _raised(gains: Any, option: int) -> NDArray[np.intp]:
    """Homes whose access one option raises visibly."""
    first, last = gains.indptr[option : option + 2]
    rows: NDArray[np.intp] = gains.indices[first:last][gains.data[first:last] > VISIBLE]
    return rows


def named(names: list[str]) -> str:
    """Some names, and how many others there are."""
    left = len(names) - MOST_NAMED
    listed = ", ".join(names[:MOST_NAMED])
    return f"{listed} et {counted(left, 'autre', 'autres')}" if left > 0 else listed
