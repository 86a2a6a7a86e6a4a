"""A small territory with a snapshot, for the laboratory: five communes on a line, 00001 to 00005.

A few minutes separate two neighbours, as the crow flies; access is estimated by the code of the diagnosis.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from maillage.accounts.models import User
from maillage.diagnosis import estimate
from maillage.diagnosis.frame import NUMBER_COLUMNS
from maillage.diagnosis.models import Snapshot, pack
from maillage.diagnosis.professions import profession
from maillage.diagnosis.reading import Diagnosis
from maillage.lab import actions
from maillage.lab.models import Change, Result, Scenario
from maillage.lab.pages.parts import provenance
from maillage.lab.siting import FRONT, GOALS, SitingRequest, compare, site
from maillage.lab.siting.problem import Problem
from maillage.plans.actions import write_plan
from maillage.plans.content import AxisContent, PlanContent
from maillage.plans.models import Axis
from maillage.territories import places
from maillage.territories.models import Commune, Contour, Dataset, Departement, Region
from people import authority

CODES = ("00001", "00002", "00003", "00004", "00005")
PEOPLE = (8000.0, 1000.0, 500.0, 3000.0, 200.0)
PRACTITIONERS = (6.0, 0.0, 1.0, 1.0, 0.0)
START = date(2027, 1, 1)


def snapshot() -> Snapshot:
    """The snapshot of general practitioners of the territory, made at the first call."""
    existing = Snapshot.objects.first()
    if existing is not None:
        return existing
    _communes()
    _contours()
    columns = _columns()
    parameters = estimate.parameters_for(profession("mg"), 2023)
    located = np.full(len(CODES), True)
    times = estimate.straight_times(columns["lon"], columns["lat"], limit_minutes=parameters.decay.limit)
    found = estimate.estimate(
        times=times,
        located=located,
        population=columns["standardised_population"],
        supply=columns["supply"],
        published=columns["apl"],
        parameters=parameters,
    )
    columns["apl_estimate"], columns["demand"] = found.scores, found.demand
    return Snapshot.objects.create(
        profession="mg",
        vintage=2023,
        fingerprint="f" * 64,
        is_fictional=True,
        parameters={**estimate.described(parameters, None), "calibration": found.calibration, "supplies": 1},
        sources=[
            {"kind": kind, "title": title, "file": "fictif.csv", "vintage": 2023, "sha256": "0" * 64}
            for kind, title in (("apl", "APL fictive"), ("facilities", "Équipements fictifs"))
        ],
        summary={},
        arrays=pack(columns),
    )


def diagnosis() -> Diagnosis:
    """The territory as the snapshot knows it."""
    made = snapshot()
    return Diagnosis(places.find("departement:00"), made)


def scenario(title: str = "Essai", *, by: User | None = None) -> Scenario:
    return actions.draft_scenario(authority=authority(), title=title, snapshot=snapshot(), by=by)


def change(of: Scenario | None = None, **values: Any) -> Change:
    """Two practitioners at 00005, unless told."""
    asked: dict[str, Any] = {
        "kind": "arrival",
        "commune": "00005",
        "quantity": Decimal(2),
        "starts_on": START,
    }
    return actions.add_change(scenario=of or scenario(), by=None, **(asked | values))


def siting(by: User | None = None, **values: Any) -> Result:
    """A kept search: two practitioners to place where they cover most people within six minutes."""
    snapshot()
    asked: dict[str, Any] = {"model": "mclp", "p": 2, "minutes": 6.0}
    request = SitingRequest("departement:00", **(asked | values))
    found = site(request)
    return _kept(Result.Kind.SITING, request, found.problem, found.as_document(), by)


def front() -> Result:
    """Two goals weighed: access that lacks, and people covered."""
    snapshot()
    request = SitingRequest("departement:00", model=FRONT, p=2, minutes=6.0)
    found = compare(request, tuple(GOALS))
    return _kept(Result.Kind.FRONT, request, found.problems[0], found.as_document(), None)


def _kept(
    kind: Result.Kind, request: SitingRequest, problem: Problem, outcome: dict[str, Any], by: User | None
) -> Result:
    return actions.keep_result(
        authority=authority(),
        kind=kind,
        title="Couvrir le plus d'habitants",
        territory="departement:00",
        snapshot=problem.diagnosis.snapshot,
        request=request.as_document(),
        outcome=outcome,
        provenance=provenance(problem.diagnosis.snapshot),
        by=by,
    )


def axis() -> Axis:
    """An axis of a plan of the authority."""
    content = PlanContent(
        key="plan-essai",
        title="Plan d'essai",
        first_year=2026,
        last_year=2030,
        status="running",
        axes=(AxisContent(key="acces", title="Accès"),),
    )
    plan, _ = write_plan(authority=authority(), content=content, by=None)
    return Axis.objects.get(plan=plan)


def _communes() -> None:
    region, _ = Region.objects.get_or_create(code="00", defaults={"name": "Région fictive"})
    departement, _ = Departement.objects.get_or_create(
        code="00", defaults={"name": "Département fictif", "region": region}
    )
    for rank, code in enumerate(CODES):
        Commune.objects.get_or_create(
            code=code,
            defaults={
                "name": f"Commune {rank + 1}",
                "search_name": f"commune {rank + 1}",
                "departement": departement,
                "population": int(PEOPLE[rank]),
                "lon": rank * 0.06,
                "lat": 46.0,
            },
        )


def _contours() -> None:
    """A square around each commune, so that there is a map to click."""
    dataset = Dataset.objects.create(
        kind="contours", slot="contours:labs", sha256="c" * 64, size=0, rows=5, defects=0, active=True
    )
    for rank, code in enumerate(CODES):
        west, east = rank * 0.06 - 0.03, rank * 0.06 + 0.03
        ring = [[west, 45.97], [east, 45.97], [east, 46.03], [west, 46.03], [west, 45.97]]
        geometry = json.dumps({"type": "Polygon", "coordinates": [ring]})
        Contour.objects.create(dataset=dataset, level="commune", code=code, tolerance_m=50, geometry=geometry)


def _columns() -> dict[str, Any]:
    size = len(CODES)
    columns: dict[str, Any] = {name: np.full(size, np.nan) for name in NUMBER_COLUMNS}
    columns |= {
        "code": np.array(CODES),
        "commune": np.array(CODES),
        "epci": np.full(size, ""),
        "departement": np.full(size, "00"),
        "region": np.full(size, "00"),
        "population": np.array(PEOPLE),
        "standardised_population": np.array(PEOPLE),
        "apl": np.array([3.6, 2.6, 2.1, np.nan, 1.2]),
        "count": np.array(PRACTITIONERS),
        "supply": np.array(PRACTITIONERS) * 5400,
        "lon": np.arange(size) * 0.06,
        "lat": np.full(size, 46.0),
    }
    return columns
