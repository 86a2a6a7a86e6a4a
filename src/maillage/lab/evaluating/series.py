"""What is published of every commune, year after year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from maillage.diagnosis.frame import Floats, by_area
from maillage.diagnosis.origins import origin
from maillage.diagnosis.reading import Diagnosis, snapshot_for, vintages
from maillage.lab.forecasting import NEW_METHOD, OLD_METHOD, method_factor
from maillage.science.checks import IntArray, ScienceError
from maillage.territories.keys import FRANCE, Key
from maillage.territories.places import territory

ACCESS, DENSITY = "access", "density"
OUTCOMES: Final = {ACCESS: "accès publié (APL)", DENSITY: "praticiens pour 10 000 habitants"}


@dataclass(frozen=True, eq=False)
class Series:
    """An outcome by commune over consecutive years; communes that lack one of them are left out.

    :ivar values: shape (communes, years).
    """

    codes: list[str]
    epci: list[str]
    population: Floats
    years: IntArray
    values: Floats
    warnings: list[str]


def read_series(profession: str, outcome: str, key: Key) -> Series:
    """The outcome of every commune of the snapshots of a profession, over the last consecutive years.

    Raises ScienceError when fewer than two years follow each other.
    """
    loaded = sorted(vintages(profession, key))
    factor = method_factor(profession, loaded, key) if outcome == ACCESS else None
    tables: dict[int, dict[str, tuple[float, float, str]]] = {}
    for vintage in loaded:
        snapshot = snapshot_for(profession, vintage, key)
        year = vintage if outcome == ACCESS else origin(snapshot).supply[1]
        if year is not None:
            divided = factor if factor and vintage >= NEW_METHOD else 1.0
            tables[year] = _column(Diagnosis(territory(FRANCE), snapshot), outcome, divided)
    years = _last_run(sorted(tables))
    if len(years) < 2:
        raise ScienceError(
            f"Une seule année de « {OUTCOMES[outcome]} » est chargée : chargez d'autres millésimes pour "
            "comparer avant et après."
        )
    common = sorted(set.intersection(*(set(tables[year]) for year in years)))
    last = tables[years[-1]]
    warnings = []
    if factor is not None and OLD_METHOD in years and NEW_METHOD in years:
        warnings.append(
            "La méthode de l'APL a changé en 2022 : les valeurs publiées depuis sont ramenées à l'ancienne."
        )
    return Series(
        common,
        [last[code][2] for code in common],
        np.array([last[code][1] for code in common]),
        np.array(years),
        np.array([[tables[year][code][0] for year in years] for code in common]),
        warnings,
    )


def _column(diagnosis: Diagnosis, outcome: str, divided: float) -> dict[str, tuple[float, float, str]]:
    """Outcome, population and EPCI of each commune where both figures are known."""
    frame = diagnosis.whole
    table = by_area(frame, "commune")
    values = table["apl" if outcome == ACCESS else "density"] / divided
    epci = dict(zip(frame["commune"].tolist(), frame["epci"].tolist(), strict=True))
    rows = zip(table["code"].tolist(), values.tolist(), table["population"].tolist(), strict=True)
    return {
        code: (value, people, epci[code])
        for code, value, people in rows
        if np.isfinite(value) and np.isfinite(people) and people > 0
    }


def _last_run(years: Sequence[int]) -> list[int]:
    """The last years that follow each other."""
    kept: list[int] = []
    for year in reversed(years):
        if kept and year != kept[-1] - 1:
            break
        kept.append(year)
    return kept[::-1]
