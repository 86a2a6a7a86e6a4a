"""Under-served and well-served zones: the rules of the decrees, and what they give on computed scores.

A simulation: the zoning in force is the one the ARS director signed, which may swap zones on local criteria.
Show the official class beside the simulated one, always.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from maillage.science.checks import BoolArray, FloatArray, IntArray, ScienceError, finite, nonnegative

UnitWeight = Literal["population", "standardised_population"]
Mode = Literal["cutoffs", "population_share"]


@dataclass(frozen=True)
class ZoningRule:
    """One way of turning scores of territories into categories, as a decree puts it.

    :ivar code: stable slug.
    :ivar profession: mg (the zoning of all doctors rests on GPs), inf, mk, sf, orthophonistes.
    :ivar decree: reference, in French.
    :ivar signed: date of the decree.
    :ivar territory: where the rule holds, ``france`` or ``region:11``.
    :ivar unit: territory classified, in French.
    :ivar unit_weight: what weighs communes in the mean score of their unit.
    :ivar indicator: what is classified, in French.
    :ivar categories: from the lowest scores to the highest.
    :ivar mode: what the decree fixes: scores (``cutoffs``) or shares of the population.
    :ivar cutoffs: highest score of every category but the last, boundary included; None when not published.
    :ivar shares: share of the population of every category but the last; None when the decree fixes scores.
    :ivar locked: categories the ARS cannot take a unit out of.
    :ivar exchange_pools: shares of the population, at the bottom and at the top of the ranking, where the ARS
        may swap classes; None when there is no such pool.
    """

    code: str
    profession: str
    decree: str
    signed: date
    territory: str
    unit: str
    unit_weight: UnitWeight
    indicator: str
    categories: tuple[str, ...]
    mode: Mode
    cutoffs: tuple[float, ...] | None = None
    shares: tuple[float, ...] | None = None
    locked: tuple[str, ...] = ()
    exchange_pools: tuple[float, float] | None = None


_TVS = "territoire de vie-santé"
_BVCV = "bassin de vie ou canton-ou-ville"
_APL_GP = "APL aux médecins généralistes de 65 ans ou moins"
_FIVE = ("très sous-dotée", "sous-dotée", "intermédiaire", "très dotée", "sur-dotée")
_DECREE_2021 = "arrêté du 13 novembre 2017 modifié par l'arrêté du 1er octobre 2021"


def _doctors_2021(slug: str, territory: str, priority: float, complementary: float) -> ZoningRule:
    return ZoningRule(
        code=f"medecins-2021-{slug}",
        profession="mg",
        decree=_DECREE_2021,
        signed=date(2021, 10, 1),
        territory=territory,
        unit=_TVS,
        unit_weight="population",
        indicator=_APL_GP,
        categories=("vivier ZIP", "vivier ZAC", "hors vivier"),
        mode="population_share",
        shares=(priority, complementary),
    )


def _five_classes(
    profession: str,
    decree: str,
    signed: date,
    shares: tuple[float, ...],
    cutoffs: tuple[float, ...],
    exchange_pools: tuple[float, float],
    *,
    unit_weight: UnitWeight = "population",
    indicator: str = "APL en équivalents temps plein pour 100 000 habitants standardisés",
    locked: tuple[str, ...] = (),
) -> ZoningRule:
    return ZoningRule(
        code=f"{profession}-{signed.year}",
        profession=profession,
        decree=decree,
        signed=signed,
        territory="france",
        unit=_BVCV,
        unit_weight=unit_weight,
        indicator=indicator,
        categories=_FIVE,
        mode="population_share",
        cutoffs=cutoffs,
        shares=shares,
        locked=locked,
        exchange_pools=exchange_pools,
    )


RULES: tuple[ZoningRule, ...] = (
    ZoningRule(
        code="medecins-2017",
        profession="mg",
        decree="arrêté du 13 novembre 2017",
        signed=date(2017, 11, 13),
        territory="france",
        unit=_TVS,
        unit_weight="population",
        indicator=_APL_GP,
        categories=("ZIP", "vivier", "hors vivier"),
        mode="cutoffs",
        cutoffs=(2.5, 4.0),
        locked=("ZIP",),
    ),
    _doctors_2021("france", "france", 0.302, 0.42),
    _doctors_2021("ile-de-france", "region:11", 0.624, 0.339),
    _doctors_2021("centre-val-de-loire", "region:24", 0.588, 0.34),
    _doctors_2021("nouvelle-aquitaine", "region:75", 0.168, 0.458),
    _five_classes(
        "inf",
        "arrêté du 10 janvier 2020",
        date(2020, 1, 10),
        (0.053, 0.094, 0.366, 0.204),
        (58.8, 73.1, 121.3, 171.5),
        (0.103, 0.334),
        unit_weight="standardised_population",
    ),
    _five_classes(
        "mk",
        "arrêté du 24 septembre 2018",
        date(2018, 9, 24),
        (0.068, 0.060, 0.651, 0.098),
        (43.8, 51.8, 126.4, 147.5),
        (0.175, 0.175),
    ),
    _five_classes(
        "sf",
        "arrêté du 17 octobre 2019",
        date(2019, 10, 17),
        (0.077, 0.102, 0.604, 0.093),
        (7.1, 9.8, 20.3, 23.6),
        (0.229, 0.175),
        indicator="APL en équivalents temps plein pour 100 000 femmes standardisées",
        locked=("très sous-dotée",),
    ),
    _five_classes(
        "orthophonistes",
        "arrêté du 31 mai 2018",
        date(2018, 5, 31),
        (0.128, 0.09, 0.557, 0.101),
        (11.5, 16.0, 41.5, 49.3),
        (0.175, 0.174),
        indicator="densité standardisée et pondérée pour 100 000 habitants",
    ),
)
"""Rules whose figures were found; doctors' shares of other regions and later decrees were not."""


@dataclass(frozen=True, eq=False)
class UnitScores:
    """Scores of territories made of communes, in increasing order of their label.

    :ivar units: labels, shape (units,).
    :ivar scores: weighted means, NaN for a unit without any weight, shape (units,).
    :ivar population: total population of the units, shape (units,).
    """

    units: npt.NDArray
    scores: FloatArray
    population: FloatArray


def zoning_rule(code: str) -> ZoningRule:
    """The rule of that code.

    :raises ScienceError: not known; the sentence names those that are.
    """
    for rule in RULES:
        if rule.code == code:
            return rule
    known = ", ".join(rule.code for rule in RULES)
    raise ScienceError(f"La règle de zonage « {code} » n'existe pas. Choisissez parmi : {known}.")


def unit_scores(
    scores: npt.ArrayLike,
    population: npt.ArrayLike,
    units: npt.ArrayLike,
    mean_weights: npt.ArrayLike | None = None,
) -> UnitScores:
    """Scores of communes brought to their territories: Σ q_i x_i / Σ q_i by unit.

    :param units: label of the territory of each commune, shape (communes,).
    :param mean_weights: q_i when it is not the population (nurses: the standardised population).
    :raises ScienceError: missing score, negative population, another number of labels.
    """
    labels = np.asarray(units)
    values = finite(scores, len(labels), "les scores des communes")
    inhabitants = nonnegative(population, len(labels), "la population")
    inner = inhabitants if mean_weights is None else nonnegative(mean_weights, len(labels), "les poids")
    names, number = np.unique(labels, return_inverse=True)
    weight = np.bincount(number, weights=inner)
    total = np.bincount(number, weights=inner * values)
    means = np.divide(total, weight, out=np.full(len(names), np.nan), where=weight > 0)
    residents = np.asarray(np.bincount(number, weights=inhabitants), dtype=np.float64)
    return UnitScores(names, means, residents)


def classify(rule: ZoningRule, scores: npt.ArrayLike, population: npt.ArrayLike) -> IntArray:
    """Category of each unit, as a position in ``rule.categories``, by what the decree fixes (``rule.mode``).

    For shares, give every unit of ``rule.territory``: the ranking is among them.
    """
    if rule.mode == "cutoffs" and rule.cutoffs is not None:
        return classify_by_cutoffs(scores, rule.cutoffs)
    if rule.mode == "population_share" and rule.shares is not None:
        return classify_by_share(scores, population, rule.shares)
    raise ScienceError(f"La règle de zonage « {rule.code} » n'a ni seuils ni parts de population.")


def classify_by_cutoffs(scores: npt.ArrayLike, cutoffs: tuple[float, ...]) -> IntArray:
    """0 up to the first cut-off included (APL <= 2.5 is ZIP), 1 up to the second…, shape (units,)."""
    values = finite(scores, np.asarray(scores).size, "les scores des territoires")
    return np.searchsorted(np.array(cutoffs), values, side="left")


def classify_by_share(
    scores: npt.ArrayLike,
    population: npt.ArrayLike,
    shares: tuple[float, ...],
    *,
    crossing: Literal["included", "excluded"] = "included",
) -> IntArray:
    """Units ranked by score; each category takes the next ones until its share of the population is reached.

    :param shares: share of each category but the last, between 0 and 1.
    :param crossing: whether the unit that crosses a share still belongs to that category (share reached)
        or to the next (share as a ceiling). The annexes were not read: say which is used.
    :returns: positions of categories, shape (units,).
    """
    lower, upper = _cumulated_shares(scores, population)
    limits = np.cumsum(shares)
    # Sums of shares carry rounding: a share is reached when it is to twelve digits.
    if crossing == "included":
        return np.searchsorted(limits, lower + 1e-12, side="right")
    return np.searchsorted(limits, upper - 1e-12, side="left")


def exchangeable(rule: ZoningRule, scores: npt.ArrayLike, population: npt.ArrayLike) -> BoolArray:
    """Units whose class the ARS may swap: in an exchange pool of the rule, not in a locked category."""
    category = classify(rule, scores, population)
    locked = np.isin(category, [rule.categories.index(name) for name in rule.locked])
    if rule.exchange_pools is None:
        return np.zeros(len(category), dtype=bool)
    bottom, top = rule.exchange_pools
    lower, upper = _cumulated_shares(scores, population)
    return ((lower < bottom) | (upper > 1.0 - top)) & ~locked


def _cumulated_shares(scores: npt.ArrayLike, population: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Share of the population ranked before each unit, and the same with the unit."""
    values = finite(scores, np.asarray(scores).size, "les scores des territoires")
    inhabitants = nonnegative(population, len(values), "la population")
    total = inhabitants.sum()
    if not total > 0:
        raise ScienceError("La population des territoires est nulle : le zonage ne peut pas être simulé.")
    order = np.lexsort((inhabitants, values))
    upper = np.empty(len(values))
    upper[order] = np.cumsum(inhabitants[order]) / total
    return upper - inhabitants / total, upper
