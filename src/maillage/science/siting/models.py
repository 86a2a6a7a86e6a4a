"""The models by their slug, for whoever lets people choose one: what each asks, what its value counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from maillage.science.checks import ScienceError
from maillage.science.siting.access import inequality, lifted, max_min, shortfall
from maillage.science.siting.capacity import cmclp
from maillage.science.siting.centre import p_centre
from maillage.science.siting.coverage import backup_coverage, lscp, mclp
from maillage.science.siting.effort import Effort
from maillage.science.siting.median import p_median
from maillage.science.siting.result import Siting

PEOPLE_BY_SCORE = "habitants × unité d'accès"


@dataclass(frozen=True)
class Model:
    """A siting model.

    :ivar label: what it seeks, in French.
    :ivar unit: what its value counts, in French.
    :ivar maximised: whether more is better.
    :ivar asks: names of the arguments that ``function`` needs, effort left out.
    :ivar accepts: names of those it can do without.
    """

    slug: str
    label: str
    unit: str
    maximised: bool
    asks: tuple[str, ...]
    function: Callable[..., Siting]
    accepts: tuple[str, ...] = ()

    def solve(self, given: Mapping[str, Any], effort: Effort | None = None) -> Siting:
        """Solves with what it asks and accepts among ``given``.

        :raises ScienceError: something it asks is not given.
        """
        missing = [name for name in self.asks if name not in given]
        if missing:
            raise ScienceError(f"Le modèle « {self.slug} » demande aussi : {', '.join(missing)}.")
        known = {name: given[name] for name in (*self.asks, *self.accepts) if name in given}
        return replace(self.function(**known, effort=effort), model=self.slug)


_PLACES = ("times", "demand", "choice")
_COVERAGE = (*_PLACES, "radius")
_ACCESS = ("ground", "choice")
_THRESHOLD = (*_ACCESS, "threshold")

MODELS: dict[str, Model] = {
    model.slug: model
    for model in (
        Model(
            "lscp",
            "Couvrir tout le monde avec le moins de lieux",
            "coût",
            False,
            _COVERAGE,
            lscp,
            ("times_covered",),
        ),
        Model("mclp", "Couvrir le plus d'habitants", "habitants", True, _COVERAGE, mclp),
        Model(
            "backup",
            "Couvrir le plus d'habitants, deux fois si possible",
            "habitants",
            True,
            _COVERAGE,
            backup_coverage,
            ("first",),
        ),
        Model(
            "cmclp",
            "Servir le plus d'habitants selon les capacités",
            "habitants",
            True,
            (*_COVERAGE, "capacities"),
            cmclp,
        ),
        Model(
            "p-median", "Rapprocher en moyenne", "habitants × minutes", False, _PLACES, p_median, ("beyond",)
        ),
        Model("p-centre", "Raccourcir le trajet le plus long", "minutes", False, _PLACES, p_centre),
        Model("max-min", "Relever l'accès le plus bas", "unité d'accès", True, _ACCESS, max_min),
        Model("shortfall", "Combler le manque d'accès", PEOPLE_BY_SCORE, True, _THRESHOLD, shortfall),
        Model("lifted", "Faire passer le seuil au plus d'habitants", "habitants", True, _THRESHOLD, lifted),
        Model("inequality", "Rendre l'accès plus égal", "unité d'accès", False, _ACCESS, inequality),
        Model("mix", "Composer les mesures pour un budget", PEOPLE_BY_SCORE, True, _THRESHOLD, shortfall),
    )
}
"""By slug. Stops of a mobile practice give more than sites: :func:`maillage.science.siting.mobile_stops`."""
