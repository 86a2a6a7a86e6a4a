"""Class breaks and palettes of a choropleth: values in, classes and colours out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from maillage.drawing.numbers import format_number, is_known

APL_BREAKS: Final = (1.5, 2.0, 2.5, 3.0, 4.0)
"""Breaks of the accessibility to general practitioners (consultations per standardised inhabitant a year);
2.5 is the threshold under which DREES calls a commune « sous-dense »."""

_SEQUENTIAL: Final = ("#e3eef0", "#9cc7cc", "#4d98a3", "#1c6475", "#0c3345")
_SHORTAGE: Final = ("#5c1030", "#a3363f", "#dd7d52")
_NO_CHANGE: Final = "#f4f5f5"
# Rank of a bound, in the smallest unit shown, and its share of the largest change.
_CHANGE_CLASSES: Final = ((1, 0.0), (2, 0.2), (3, 0.6))
_PLENTY: Final = ("#a6ccd2", "#cbe2e5", "#e8f2f3")

_LINEAR_TO_LMS: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True)
class Scale:
    """Classes of a numeric indicator: ``len(colours) == len(breaks) + 1``.

    A value equal to a break belongs to the class above it, because the official thresholds read « moins
    de 2,5 » : 2.5 itself is not under the threshold.
    """

    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    decimals: int = 1

    def __post_init__(self) -> None:
        if any(not upper > lower for lower, upper in pairwise(self.breaks)):
            raise ValueError("Les bornes des classes doivent être strictement croissantes.")
        if len(self.colours) != len(self.breaks) + 1:
            raise ValueError(
                f"Il faut une couleur de plus que de bornes : {len(self.breaks)} bornes, "
                f"{len(self.colours)} couleurs."
            )

    def class_of(self, value: float | None) -> int | None:
        """Index of the class of ``value``, or None when there is no value (None or NaN)."""
        return bisect_right(self.breaks, value) if is_known(value) else None

    def colour_of(self, value: float | None) -> str | None:
        """Colour of the class of ``value``, or None when there is no value."""
        index = self.class_of(value)
        return None if index is None else self.colours[index]

    def labels(self) -> tuple[str, ...]:
        """French names of the classes, lowest first: « moins de 1,5 », « de 1,5 à 2,0 », « 2,0 ou plus »."""
        if not self.breaks:
            return ("toutes les valeurs",)
        texts = [format_number(bound, self.decimals) for bound in self.breaks]
        between = (f"de {lower} à {upper}" for lower, upper in pairwise(texts))
        return (f"moins de {texts[0]}", *between, f"{texts[-1]} ou plus")


@dataclass(frozen=True)
class LegendClass:
    """One line of a legend: bounds (None where open), what falls in it."""

    label: str
    colour: str
    lower: float | None
    upper: float | None
    count: int
    population: float


@dataclass(frozen=True)
class Legend:
    """Classes of a map with what they hold; ``missing_*`` counts the places without a value."""

    classes: tuple[LegendClass, ...]
    missing_count: int
    missing_population: float


def legend(
    values: Mapping[str, float | None], scale: Scale, populations: Mapping[str, float] | None = None
) -> Legend:
    """Count places and inhabitants by class of ``scale``.

    ``values`` by code; ``populations`` by code, absent codes adding no inhabitant.
    """
    populations = populations or {}
    counts = [0] * (len(scale.colours) + 1)
    inhabitants = [0.0] * (len(scale.colours) + 1)
    for code, value in values.items():
        index = scale.class_of(value)
        position = -1 if index is None else index
        counts[position] += 1
        inhabitants[position] += populations.get(code, 0.0)
    lowers = (None, *scale.breaks)
    uppers = (*scale.breaks, None)
    classes = tuple(
        LegendClass(label, colour, lower, upper, count, population)
        for label, colour, lower, upper, count, population in zip(
            scale.labels(), scale.colours, lowers, uppers, counts[:-1], inhabitants[:-1], strict=True
        )
    )
    return Legend(classes, counts[-1], inhabitants[-1])


def quantile_breaks(
    values: Iterable[float | None], classes: int, weights: Iterable[float] | None = None
) -> tuple[float, ...]:
    """Bounds that cut ``values`` into ``classes`` groups of equal weight (inverse of the weighted ECDF).

    Missing values are left out with their weight. Ties merge classes, so fewer bounds may come out.
    """
    pairs = _finite_pairs(values, weights)
    if not pairs.size:
        return ()
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    shares = np.cumsum(ordered[:, 1]) / ordered[:, 1].sum()
    positions = np.searchsorted(shares, np.arange(1, classes) / classes, side="right")
    bounds = np.unique(ordered[np.minimum(positions, len(ordered) - 1), 0])
    return tuple(float(bound) for bound in bounds if bound > ordered[0, 0])


def sequential(count: int) -> tuple[str, ...]:
    """``count`` colours from pale to dark in one hue: more is darker. Reverse the tuple for the opposite."""
    return _ramp(_SEQUENTIAL, count)


def diverging(below: int, above: int) -> tuple[str, ...]:
    """Colours around a threshold: ``below`` warm ones, the lowest darkest, then ``above`` cool pale ones.

    Lightness grows from one end to the other, so that order survives grey print and any colour
    blindness; the hue changes at the threshold only.
    """
    return _ramp(_SHORTAGE, below) + _ramp(_PLENTY, above)


def apl_scale() -> Scale:
    """The scale of the accessibility to general practitioners, its hue changing at 2.5."""
    return Scale(APL_BREAKS, diverging(3, 3))


def change_scale(largest: float, decimals: int = 2) -> Scale:
    """The scale of a difference: warm for what is lost, neutral for what cannot be seen, blue for gains.

    :param largest: greatest absolute change to tell apart; its classes are thirds of it.
    """
    least = 10.0**-decimals
    bounds = sorted({round(max(largest * share, least * rank), decimals) for rank, share in _CHANGE_CLASSES})
    losses = _ramp(_SHORTAGE, len(bounds))
    gains = _ramp(_SEQUENTIAL, len(bounds) + 1)[1:]
    return Scale((*(-bound for bound in reversed(bounds)), *bounds), (*losses, _NO_CHANGE, *gains), decimals)


def lightness(colour: str) -> float:
    """Perceived lightness of ``#rrggbb`` between 0 and 1 (L of OKLab, Ottosson 2020)."""
    return float(_to_oklab(colour)[0])


def _finite_pairs(values: Iterable[float | None], weights: Iterable[float] | None) -> np.ndarray:
    known = list(values)
    loads = [1.0] * len(known) if weights is None else list(weights)
    pairs = [(value, load) for value, load in zip(known, loads, strict=True) if is_known(value)]
    return np.array(pairs, dtype=float).reshape(-1, 2)


def _ramp(anchors: Sequence[str], count: int) -> tuple[str, ...]:
    if count < 1:
        raise ValueError("Une palette compte au moins une couleur.")
    if count == 1:
        return (anchors[len(anchors) // 2],)
    points = np.array([_to_oklab(anchor) for anchor in anchors])
    wanted = np.linspace(0, len(anchors) - 1, count)
    channels = [np.interp(wanted, np.arange(len(anchors)), points[:, axis]) for axis in range(3)]
    return tuple(_to_hex(colour) for colour in np.stack(channels, axis=1))


def _to_oklab(colour: str) -> np.ndarray:
    encoded = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return np.asarray(_LMS_TO_LAB @ np.cbrt(_LINEAR_TO_LMS @ linear))


def _to_hex(oklab: np.ndarray) -> str:
    linear = np.linalg.solve(_LINEAR_TO_LMS, np.linalg.solve(_LMS_TO_LAB, oklab) ** 3).clip(0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in encoded)
