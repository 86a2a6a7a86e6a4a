"""What a page is asked to show: indicator, profession, vintage and mesh, from the address alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from maillage.diagnosis.indicators import Indicator, indicators
from maillage.diagnosis.professions import Profession
from maillage.diagnosis.reading import Diagnosis, snapshot_for
from maillage.drawing.scales import Scale, apl_scale, quantile_breaks, sequential
from maillage.kit.console import Refused
from maillage.territories.keys import Key, Level
from maillage.territories.models import Commune
from maillage.territories.places import Territory

MESHES: dict[Level, str] = {
    "commune": "Communes",
    "epci": "Intercommunalités",
    "departement": "Départements",
}
# More areas than this make a map that nobody can read and a page that is slow to come.
MOST_COMMUNES = 1500
MINUTES_BREAKS = (5.0, 10.0, 15.0, 20.0, 30.0)
CLASSES = 6

Parameters = Mapping[str, str]


def columns(of: Profession) -> dict[str, str]:
    """The indicators that every area has a value of, and the column of `frame.by_area` that holds it."""
    return {
        "apl_mean": "apl",
        "apl_65_mean": "apl_65",
        "apl_62_mean": "apl_62",
        "apl_60_mean": "apl_60",
        "apl_estimate_mean": "apl_estimate",
        "fragility": "fragility",
        f"{of.slug}_density_per_10000": "density",
        f"{of.slug}_count": "count",
        "minutes_practitioner": "minutes_practitioner",
        "minutes_pharmacy": "minutes_pharmacy",
        "minutes_emergency": "minutes_emergency",
        "population": "population",
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """One view of one territory; `parameters` gives it back as an address."""

    diagnosis: Diagnosis
    indicator: Indicator
    mesh: Level
    drawn: bool = True

    @property
    def column(self) -> str:
        return columns(self.diagnosis.profession)[self.indicator.code]

    def query(self, **changes: str | int) -> str:
        """The address parameters of this view, with changes."""
        parameters: dict[str, str | int] = {
            "profession": self.diagnosis.profession.code,
            "millesime": self.diagnosis.snapshot.vintage,
            "indicateur": self.indicator.code,
            "maille": self.mesh,
        }
        return urlencode(parameters | changes)


def choose(territory: Territory, parameters: Parameters, *, drawn: bool = True) -> Choice:
    """Read the parameters of an address. Raises Refused with what there is to choose from.

    A view that is `drawn` keeps to meshes a map can show; a table or an export may hold every commune.
    """
    code = parameters.get("profession", "mg")
    diagnosis = Diagnosis(territory, snapshot_for(code, _vintage(parameters.get("millesime")), territory.key))
    indicator = _indicator(diagnosis, parameters.get("indicateur"))
    return Choice(diagnosis, indicator, _mesh(territory.key, parameters, drawn), drawn)


def _vintage(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise Refused(f"« {text} » n'est pas un millésime ; écrivez une année.")
    return int(text)


def available(diagnosis: Diagnosis) -> list[Indicator]:
    """The indicators with a value somewhere in the territory, in the order of a menu."""
    known = indicators(diagnosis.profession)
    frame = diagnosis.frame
    offered = []
    for code, column in columns(diagnosis.profession).items():
        source = {"density": "count", "fragility": "apl_65"}.get(column, column)
        if frame.knows(source):
            offered.append(known[code])
    return offered


def _indicator(diagnosis: Diagnosis, code: str | None) -> Indicator:
    offered = {indicator.code: indicator for indicator in available(diagnosis)}
    if code is None:
        return next(iter(offered.values()))
    if code in offered:
        return offered[code]
    if code in columns(diagnosis.profession) or code.endswith(("_per_10000", "_count")):
        # Asked for in another profession or vintage, and not published for this one.
        return next(iter(offered.values()))
    raise Refused(f"« {code} » n'est pas un indicateur ; choisissez parmi {', '.join(offered)}.")


def meshes(key: Key, *, drawn: bool = True) -> dict[Level, str]:
    """The meshes a territory can be drawn in, or listed in."""
    if key.level in ("commune", "epci"):
        return {"commune": MESHES["commune"]}
    too_many = drawn and Commune.objects.within(key.level, key.code).count() > MOST_COMMUNES
    offered: list[Level] = [] if too_many else ["commune"]
    if key.level != "france" or not drawn:
        offered.append("epci")
    if key.level in ("region", "france"):
        offered.append("departement")
    return {mesh: MESHES[mesh] for mesh in offered}


def _mesh(key: Key, parameters: Parameters, drawn: bool) -> Level:
    offered, default = meshes(key, drawn=drawn), next(iter(meshes(key)))
    asked = parameters.get("maille") or default
    if asked not in MESHES:
        raise Refused(f"La maille « {asked} » n'existe pas ; choisissez parmi {', '.join(offered)}.")
    # One that this view cannot show, asked for by a link from another one, gives way to one that it can.
    return next((mesh for mesh in offered if mesh == asked), default)


def scale_for(choice: Choice, values: np.ndarray, populations: np.ndarray) -> Scale:
    """Classes that mean something where the field has some, else of equal population."""
    of = choice.diagnosis.profession
    if choice.column.startswith("apl") and of.code == "mg":
        return apl_scale()
    if choice.column.startswith("minutes"):
        return Scale(MINUTES_BREAKS, sequential(len(MINUTES_BREAKS) + 1), 0)
    known = np.isfinite(values)
    breaks = quantile_breaks(values[known].tolist(), CLASSES, np.nan_to_num(populations[known]).tolist())
    decimals = choice.indicator.decimals
    rounded = tuple(sorted({round(bound, decimals) for bound in breaks}))
    colours = sequential(len(rounded) + 1)
    return Scale(rounded, colours[::-1] if choice.indicator.better == "high" else colours, decimals)
