"""The laboratory."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from foretold import evaluated, foreseen
from labs import axis, change, front, scenario, siting, snapshot
from maillage.accounts.roles import Role
from maillage.lab.siting import Opening
from screens.screen import Screen


def filled() -> list[Any]:
    """A scenario with a change that lifts people and one that takes from them."""
    one = scenario()
    change(one, kind="health_house", investment=Decimal(400_000), yearly_cost=Decimal(20_000))
    change(one, kind="closure", commune="00003", quantity=None)
    axis()
    return [one.pk]


def two() -> list[Any]:
    change(scenario("Premier")), change(scenario("Second"), commune="00002")
    return []


def unreached() -> list[Any]:
    """A search without an answer: nobody can reach two of the communes."""
    return [siting(model="lscp", p=None, excluded=("00004", "00005")).pk]


def _screen(name: str, arguments: Any = list, **options: Any) -> Screen:
    return Screen(f"lab:{name}", arguments, role=Role.ADMINISTRATOR, **options)


SCREENS = {
    "no scenario": _screen("scenarios"),
    "list of scenarios": _screen("scenarios", two),
    "new scenario": _screen("new", button="Ouvrir le scénario"),
    "empty scenario": _screen("scenario", lambda: [scenario().pk]),
    "scenario": _screen("scenario", filled),
    "change of a scenario": _screen("change", lambda: [change().pk]),
    "assumptions of a scenario": _screen("assumptions", lambda: [scenario().pk]),
    "measure from a scenario": _screen("measure", filled, button="Inscrire la mesure"),
    "scenarios compared": _screen("compare", two, query="scenario=1&scenario=2"),
    "results of the laboratory": _screen("results"),
    "forecast asked": _screen("forecast", lambda: snapshot() and [], button="Calculer la prévision"),
    "forecast": _screen("result", lambda: [foreseen().pk]),
    "evaluation asked": _screen("evaluate"),
    "evaluation": _screen("result", lambda: [evaluated().pk]),
    "search for places": _screen("site", lambda: snapshot() and [], button="Chercher"),
    "two goals weighed": _screen("result", lambda: [front().pk]),
    "places found": _screen("result", lambda: [siting(opened=(Opening("booth", 20.0, 35_000.0),)).pk]),
    "no place found": _screen("result", unreached),
}
NOT_PAGES = {
    "lab:add",
    "lab:archive",
    "lab:copy",
    "lab:export",
    "lab:move",
    "lab:remove",
    "lab:result_export",
    "lab:result_pdf",
    "lab:scenario_pdf",
    "lab:site_scenario",
}
