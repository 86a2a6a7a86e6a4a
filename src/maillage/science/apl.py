"""The APL (accessibilité potentielle localisée) and its official parameters, as data.

APL_i = Σ_j w(d_ij) S_j / Σ_k P_k w(d_kj): an E2SFCA with step weights, where S_j is bounded activity and P_i
the population standardised by its consumption of care by age (DREES; IRDES working paper 70, 2016, §2.2).

Every set of parameters says where it comes from: see :class:`Origin`. What was not published for a
profession is absent (None), never invented.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from maillage.science.accessibility import Accessibility, Catchments
from maillage.science.checks import FloatArray, ScienceError, finite, nonnegative
from maillage.science.decay import Steps
from maillage.science.travel import TravelTimes


class Origin(StrEnum):
    """Where a parameter comes from."""

    WORKBOOK = "P"
    """Published: sheet « Paramètres » of the DREES workbook."""
    SOURCE = "S"
    """Published: article, decree or official page."""
    RECOVERED = "R"
    """Recovered by statistics from published scores: not official, to be shown as inferred."""


@dataclass(frozen=True)
class Source:
    """Where a parameter was read, or how it was recovered."""

    origin: Origin
    reference: str

    @property
    def inferred(self) -> bool:
        return self.origin is Origin.RECOVERED


@dataclass(frozen=True)
class ActivityBounds:
    """What a year of acts of one doctor counts for, in acts.

    Fewer than ``counted_from`` acts count for 0; then ``low`` up to ``low`` acts, the real number between
    ``low`` and ``high``, and ``high`` above. ``without_prior_year``: what is put down for a self-employed
    doctor with no activity the year before.
    """

    counted_from: float
    low: float
    high: float
    without_prior_year: float
    source: Source


@dataclass(frozen=True)
class ActivityClasses:
    """Full-time equivalents by yearly acts: ``values[k]`` from ``starts[k]`` acts on, 0 under the first."""

    starts: tuple[float, ...]
    values: tuple[float, ...]
    source: Source


@dataclass(frozen=True)
class AgeWeights:
    """Need of care by age class, 1 being the national average; ``starts``: first age of each class."""

    starts: tuple[int, ...]
    weights: tuple[float, ...]
    source: Source


@dataclass(frozen=True)
class AplParameters:
    """One profession, one vintage of the indicator.

    :ivar profession: mg (GPs), inf (nurses), mk (physiotherapists), sf (midwives), cd (dentists).
    :ivar unit: what a score counts, in French.
    :ivar per: scores are for that many standardised inhabitants.
    :ivar age_limit: doctors counted in the reference series are that old at most; None without bound.
    """

    profession: str
    vintage: int
    unit: str
    per: float
    decay: Steps
    decay_source: Source
    ages: AgeWeights
    activity: ActivityBounds | ActivityClasses | None
    age_limit: int | None


_THIRDS = (1.0, 2 / 3, 1 / 3)
_FIVE_YEARS = tuple(range(0, 95, 5))
_BROAD_AGES = (0, 20, 40, 60, 75)
_CONSULTATIONS = "consultations accessibles par habitant standardisé et par an"
_FTE = "équivalents temps plein pour 100 000 habitants standardisés"
_FTE_WOMEN = "équivalents temps plein pour 100 000 femmes standardisées"
_WORKBOOK = Source(
    Origin.WORKBOOK, "Drees, APL aux médecins généralistes 2022 et 2023, feuille « Paramètres »"
)
_STEPS_RECOVERED = Source(
    Origin.RECOVERED, "paliers retrouvés par les rapports d'APL 2021 entre communes, non publiés"
)
_AGES_RECOVERED = Source(
    Origin.RECOVERED, "régression des populations standardisées 2021 sur les âges par département"
)
_DT70 = "Irdes, document de travail 70 (2016)"

_GP_BOUNDS = ActivityBounds(251, 3600, 6000, 5400, _WORKBOOK)

_GP_WEIGHTS_2012 = (
    *(1.27, 0.65, 0.55, 0.51, 0.54, 0.65, 0.67, 0.72, 0.75, 0.83),
    *(1.03, 1.07, 1.31, 1.39, 1.54, 1.82, 2.12, 2.84, 2.61),
)

_GP_2012 = AplParameters(
    "mg",
    2012,
    _FTE,
    100_000,
    Steps((5, 10, 15), (1.0, 0.3, 0.1)),
    Source(Origin.SOURCE, f"{_DT70}, tableau 3"),
    AgeWeights(
        _FIVE_YEARS,
        _GP_WEIGHTS_2012,
        Source(Origin.SOURCE, f"{_DT70}, tableau 2"),
    ),
    ActivityClasses(
        (273, 1028, 2643, 4252), (0.2, 0.5, 0.7, 1.0), Source(Origin.SOURCE, f"{_DT70}, tableau 1")
    ),
    None,
)

_GP_WEIGHTS_2022 = (
    *(0.93, 0.59, 0.55, 0.59, 0.73, 0.78, 0.84, 0.88, 0.90, 0.97),
    *(1.06, 1.14, 1.16, 1.19, 1.52, 1.53, 1.72, 1.99, 2.39),
)
_GP_WEIGHTS_2023 = (
    *(1.12, 0.58, 0.51, 0.60, 0.75, 0.79, 0.82, 0.85, 0.89, 0.93),
    *(1.03, 1.15, 1.18, 1.23, 1.46, 1.57, 1.63, 1.89, 2.26),
)


def _gp(vintage: int, weights: tuple[float, ...]) -> AplParameters:
    return AplParameters(
        "mg",
        vintage,
        _CONSULTATIONS,
        1,
        Steps((10, 15, 20), _THIRDS),
        _WORKBOOK,
        AgeWeights(_FIVE_YEARS, weights, _WORKBOOK),
        _GP_BOUNDS,
        65,
    )


def _recovered_2021(
    profession: str,
    weights: tuple[float, ...],
    *,
    bounds: tuple[float, ...] = (10, 15, 20),
    unit: str = _FTE,
    per: float = 100_000,
    activity: ActivityBounds | None = None,
    age_limit: int | None = 65,
) -> AplParameters:
    ages = AgeWeights(_BROAD_AGES, weights, _AGES_RECOVERED)
    return AplParameters(
        profession, 2021, unit, per, Steps(bounds, _THIRDS), _STEPS_RECOVERED, ages, activity, age_limit
    )


_GP_BOUNDS_2018 = ActivityBounds(
    251,
    3600,
    6000,
    5400,
    Source(Origin.SOURCE, "DGOS, foire aux questions du zonage des médecins, 25 mai 2018"),
)

PARAMETERS: tuple[AplParameters, ...] = (
    _GP_2012,
    _recovered_2021(
        "mg", (0.82, 0.75, 0.98, 1.20, 1.82), unit=_CONSULTATIONS, per=1, activity=_GP_BOUNDS_2018
    ),
    _gp(2022, _GP_WEIGHTS_2022),
    _gp(2023, _GP_WEIGHTS_2023),
    # The regression gives nurses −0.06 (± 0.11) at 40–59, an artefact of broad classes: zero is inside it.
    _recovered_2021("inf", (0.15, 0.31, 0.0, 1.32, 7.31)),
    _recovered_2021("mk", (0.23, 0.50, 0.92, 1.52, 3.53)),
    _recovered_2021("cd", (0.35, 0.82, 1.47, 1.48, 0.96)),
    _recovered_2021(
        "sf", (0.04, 2.72, 1.21, 0.24, 0.07), bounds=(10, 20, 30), unit=_FTE_WOMEN, age_limit=None
    ),
)
"""Every known set of parameters."""


def apl_parameters(profession: str, vintage: int) -> AplParameters:
    """The parameters of a profession for a vintage.

    :raises ScienceError: not known; the sentence names those that are.
    """
    for parameters in PARAMETERS:
        if (parameters.profession, parameters.vintage) == (profession, vintage):
            return parameters
    known = ", ".join(f"{entry.profession} {entry.vintage}" for entry in PARAMETERS)
    raise ScienceError(
        f"Les paramètres de l'APL ne sont pas connus pour « {profession} » en {vintage}. "
        f"Choisissez parmi : {known}."
    )


def capped_activity(
    acts: npt.ArrayLike,
    rule: ActivityBounds | ActivityClasses,
    *,
    unbounded: npt.ArrayLike | None = None,
    without_prior_year: npt.ArrayLike | None = None,
) -> FloatArray:
    """What each doctor counts for in the supply, in acts a year (bounds) or full-time equivalents (classes).

    The official text speaks of « un cabinet »: give one row per doctor and surgery, or per doctor, as the
    analysis wants it.

    :param acts: yearly acts, shape (doctors,). NaN is allowed only where ``without_prior_year`` is true.
    :param unbounded: true for health centres, whose acts are counted as they are.
    :param without_prior_year: true for self-employed doctors with no activity the year before.
    :raises ScienceError: negative or missing acts.
    """
    count = np.asarray(acts).size
    new = _mask(without_prior_year, count)
    given = np.where(new, 0.0, np.asarray(acts, dtype=np.float64))
    known = nonnegative(given, count, "l'activité des médecins")
    if isinstance(rule, ActivityClasses):
        if unbounded is not None or without_prior_year is not None:
            raise ScienceError("Cette formulation ne prévoit ni centre de santé ni installation récente.")
        return np.take((0.0, *rule.values), np.searchsorted(rule.starts, known, side="right"))
    bounded = np.where(known < rule.counted_from, 0.0, np.clip(known, rule.low, rule.high))
    return np.where(new, rule.without_prior_year, np.where(_mask(unbounded, count), known, bounded))


def standardised_population(
    counts: npt.ArrayLike, ages: AgeWeights, *, scale: float | None = None
) -> tuple[FloatArray, float]:
    """P_i = λ Σ_a ω_a pop_{i,a}, the population weighted by its need of care.

    :param counts: inhabitants by commune and age class of ``ages``, shape (communes, classes).
    :param scale: λ. None chooses it so that Σ P_i = Σ pop_i over the rows given, which is right for the whole
        country only: for a part of it, give the λ of the whole.
    :returns: P of shape (communes,), and λ.
    :raises ScienceError: another number of classes, missing or negative count.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(ages.weights):
        raise ScienceError(
            f"Un tableau de {len(ages.weights)} tranches d'âge est attendu, commençant à "
            f"{', '.join(map(str, ages.starts))} ans ; la forme reçue est {table.shape}."
        )
    table = nonnegative(table, len(table), "la population par âge", columns=True)
    needs = table @ np.array(ages.weights)
    if scale is None:
        total = needs.sum()
        if not total > 0:
            raise ScienceError("La population par âge est vide : impossible de la standardiser.")
        scale = float(table.sum() / total)
    return needs * float(finite([scale], 1, "l'échelle")[0]), scale


def apl(
    times: TravelTimes, standardised: npt.ArrayLike, parameters: AplParameters, *, decay: Steps | None = None
) -> Accessibility:
    """The APL of a population, ready to score any supply: ``apl(...).scores(supply).values``.

    :param times: minutes between communes and places of care; give the neighbours within reach too, or
        communes of the edge are wrong.
    :param standardised: standardised inhabitants by origin, shape (origins,).
    :param decay: other steps than the official ones, for instance closed on the other side.
    """
    return Catchments(times, decay or parameters.decay).accessibility(standardised, per=parameters.per)


def _mask(values: npt.ArrayLike | None, length: int) -> npt.NDArray[np.bool_]:
    if values is None:
        return np.zeros(length, dtype=bool)
    mask = np.asarray(values)
    if mask.dtype != np.bool_ or mask.shape != (length,):
        raise ScienceError(f"{length} réponses par oui ou non sont attendues, forme reçue {mask.shape}.")
    return mask
