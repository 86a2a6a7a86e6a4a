"""A forecast and an evaluation that a laboratory kept, and communes whose access an aid changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from labs import diagnosis
from maillage.accounts.models import User
from maillage.diagnosis.frame import Floats
from maillage.diagnosis.models import Snapshot
from maillage.lab import actions
from maillage.lab.evaluating.aided import Stay
from maillage.lab.evaluating.series import Series
from maillage.lab.evaluating.staying import survival
from maillage.lab.evaluating.study import Study
from maillage.lab.forecasting import forecast
from maillage.lab.foreseen import kept
from maillage.lab.models import Result
from maillage.lab.pages.parts import provenance
from people import authority

YEARS = np.arange(2018, 2024)
COMMUNES = 90


def foreseen(by: User | None = None, **asked: Any) -> Result:
    """The general practitioners of the territory, three years ahead."""
    seen = diagnosis()
    made = forecast(seen.territory, "mg", **({"to": 2026, "draws": 100} | asked))
    return _kept(
        Result.Kind.FORECAST, "Médecins généralistes, 2023–2026", kept(made, None), seen.snapshot, by
    )


def series(effect: float = 0.0, aided: int = 30) -> Series:
    """Communes that drift together; the first `aided` gain `effect` from 2021 on, one year in two later."""
    chance = np.random.default_rng(7)
    level = chance.normal(3.0, 0.5, COMMUNES)[:, None]
    values: Floats = level - 0.05 * (YEARS - 2018) + chance.normal(0, 0.02, (COMMUNES, len(YEARS)))
    for row, start in enumerate(_starts(aided)):
        values[row, start <= YEARS] += effect
    codes = [f"00{row:03}" for row in range(COMMUNES)]
    people = chance.lognormal(7, 0.6, COMMUNES)
    return Series(codes, [f"00{row % 30:07}" for row in range(COMMUNES)], people, YEARS, values, [])


def started(aided: int = 30) -> dict[str, int]:
    return {f"00{row:03}": start for row, start in enumerate(_starts(aided))}


def _starts(aided: int) -> list[int]:
    return [2021 + row % 2 for row in range(aided)]


def stays() -> list[Stay]:
    """Two schemes, of which one keeps people better, and a third of two persons."""
    found = [Stay("a", "Bourse", 6.0 + rank, rank % 2 == 0) for rank in range(20)]
    found += [Stay("b", "Équipement", 14.0 + rank, rank % 9 == 0) for rank in range(20)]
    return [*found, Stay("c", "Logement", 9.0, True), Stay("d", "Stage", 3.0, False)]


def evaluated(by: User | None = None, effect: float = 0.3) -> Result:
    """An evaluation with everything in it."""
    seen = diagnosis()
    conclusion, study = Study.of(series(effect), started()).concluded(1, lambda _: None)
    document = {
        "authority": str(authority()),
        "territory": "departement:00",
        "name": seen.territory.name,
        "scheme": "",
        "scheme_title": "",
        "profession": "mg",
        "outcome": "access",
        "unit": seen.profession.apl_unit,
        "seed": 1,
        "vintage": seen.snapshot.vintage,
        "aids": [{"title": "Bourse", "year": 2021, "agreements": 20, "communes": 15}],
        "conclusion": {"verdict": conclusion.verdict.value, "sentence": conclusion.sentence},
        "effect": study,
        "survival": survival(stays()),
        "warnings": list(seen.warnings),
        "snapshot": provenance(seen.snapshot),
    }
    return _kept(Result.Kind.EVALUATION, "Effet des aides", document, seen.snapshot, by)


def _kept(
    kind: Result.Kind, title: str, outcome: dict[str, Any], snapshot: Snapshot, by: User | None
) -> Result:
    return actions.keep_result(
        authority=authority(),
        kind=kind,
        title=title,
        territory="departement:00",
        snapshot=snapshot,
        request={"seed": 1},
        outcome=outcome,
        provenance=provenance(snapshot),
        by=by,
    )
