"""What one asks when looking for where to open: kept as JSON, so that it can be read and done again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from maillage.kit.console import Refused
from maillage.lab.effects import RULES, Kind, full_time, settled_year
from maillage.science.demography.parameters import Parameter
from maillage.science.siting import MODELS as SCIENCE
from maillage.science.siting import Model

MOBILE: Final = "mobile"
MODELS: Final[Mapping[str, Model]] = SCIENCE | {
    # Stops and days are options of the shortfall model: see `science.siting.mobile`.
    MOBILE: replace(SCIENCE["mix"], slug=MOBILE, label="Choisir les arrêts d'un cabinet itinérant")
}
OPENED: Final = (Kind.ARRIVAL, Kind.HEALTH_HOUSE, Kind.HEALTH_CENTRE, Kind.BOOTH, Kind.MOBILE)
"""What a search may open; the other kinds of change take care away, or act on what is there."""

POPULATION, STANDARDISED = "population", "standardised"
DEMANDS: Final = {
    POPULATION: "habitants",
    STANDARDISED: "habitants pondérés par leurs besoins de soins",
}


@dataclass(frozen=True, slots=True)
class Opening:
    """One thing to open: a kind of `effects`, its size, and what one costs.

    Read by `effects` like a change that holds from the first day of a year.
    """

    kind: str = Kind.ARRIVAL
    quantity: float = 1.0
    cost: float | None = None

    def practitioners(self, supposed: Mapping[str, Parameter]) -> float:
        """What it is worth once it gives its full effect, in full-time practitioners."""
        change = _Settled(self.kind, Decimal(str(self.quantity)))
        year = settled_year([change], supposed) or change.starts_on.year
        return full_time(change, supposed, year=year, present=0.0)

    def require_sense(self) -> None:
        """Raises Refused on a kind that is not opened, a size or a cost that is not a quantity."""
        if self.kind not in OPENED:
            raise Refused(f"« {self.kind} » ne s'ouvre pas ; choisissez parmi {', '.join(OPENED)}.")
        rule = RULES[Kind(self.kind)]
        if not 0 < self.quantity < float("inf"):
            raise Refused(
                f"{rule.label} : la quantité ({rule.quantity}) est un nombre supérieur à zéro, et non "
                f"{self.quantity:g}."
            )
        if self.cost is not None and not 0 <= self.cost < float("inf"):
            raise Refused(f"{rule.label} : un coût est un montant positif, et non {self.cost:g}.")


@dataclass(frozen=True, slots=True)
class _Settled:
    """An opening as `effects` reads a change; the year itself does not matter."""

    kind: str
    quantity: Decimal
    commune: str = ""
    starts_on: date = date(2000, 1, 1)
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class SitingRequest:
    """A search for places.

    :ivar territory: its communes are the candidates: those outside are not ours to choose.
    :ivar vintage: of the data; the latest when None.
    :ivar p: new places at most (stops at most, for a mobile practice).
    :ivar budget: total cost of the new places at most.
    :ivar minutes: time within which one is covered, for the models of coverage.
    :ivar capacity: people that one place can serve, for the model that counts them.
    :ivar kept: communes where such a place is already open, or decided.
    :ivar keeps_practices: the communes where the profession already practises are kept too.
    :ivar excluded: communes where nothing may open.
    :ivar at_most_by_epci: new places at most in each EPCI.
    :ivar threshold: access under which one lacks care; that of the zoning when None.
    :ivar demand: who counts in coverage and distance, one of `DEMANDS`.
    :ivar supposed: assumptions of `effects` changed by hand.
    :ivar time_limit: seconds after which the best answer comes with its gap.
    """

    territory: str
    model: str
    profession: str = "mg"
    vintage: int | None = None
    p: int | None = None
    budget: float | None = None
    minutes: float | None = None
    capacity: float | None = None
    opened: tuple[Opening, ...] = (Opening(),)
    kept: tuple[str, ...] = ()
    keeps_practices: bool = False
    excluded: tuple[str, ...] = ()
    at_most_by_epci: int | None = None
    threshold: float | None = None
    demand: str = POPULATION
    supposed: Mapping[str, float] = field(default_factory=dict)
    time_limit: float = 60.0

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> SitingRequest:
        """The request that `as_document` gave."""
        values = dict(document)
        values["opened"] = tuple(Opening(**one) for one in values["opened"])
        values |= {name: tuple(values[name]) for name in ("kept", "excluded")}
        return cls(**values)

    def as_document(self) -> dict[str, Any]:
        return asdict(self) | {"kept": list(self.kept), "excluded": list(self.excluded)}

    @property
    def of(self) -> Model:
        """Its model. Raises Refused with the list of slugs."""
        if self.model not in MODELS:
            raise Refused(f"« {self.model} » n'est pas un modèle ; choisissez parmi {', '.join(MODELS)}.")
        return MODELS[self.model]

    @property
    def seeks_access(self) -> bool:
        """Whether the model looks at access to care, rather than at times to places."""
        return "ground" in self.of.asks

    @property
    def covers(self) -> bool:
        return "radius" in self.of.asks

    def require_sense(self) -> None:
        """Raises Refused on what no territory could answer."""
        self._require_places()
        self._require_openings()
        if self.covers and self.minutes is None:
            raise Refused(f"Le modèle « {self.model} » demande un temps de trajet : donnez les minutes.")
        if self.minutes is not None and not 0 <= self.minutes <= 240:
            raise Refused(f"Le temps de trajet va de 0 à 240 minutes, et non {self.minutes:g}.")
        if not 0 < self.time_limit < float("inf"):
            raise Refused(f"La durée accordée est un nombre de secondes, et non {self.time_limit:g}.")
        if "capacities" in self.of.asks and self.capacity is None:
            raise Refused(f"Le modèle « {self.model} » demande combien d'habitants un lieu peut servir.")
        if self.demand not in DEMANDS:
            raise Refused(f"« {self.demand} » n'est pas une demande ; choisissez parmi {', '.join(DEMANDS)}.")

    def _require_places(self) -> None:
        if self.keeps_practices and self.seeks_access:
            raise Refused(
                f"Le modèle « {self.model} » part de l'accès d'aujourd'hui, où les praticiens présents "
                "comptent déjà : ne demandez pas de les garder."
            )
        if self.kept and self._many:
            raise Refused(f"Le modèle « {self.model} » ne garde pas de lieu : excluez plutôt ces communes.")
        both = sorted({*self.kept} & {*self.excluded})
        if both:
            raise Refused(f"Commune à la fois gardée et exclue : {', '.join(both)} ; choisissez.")

    def _require_openings(self) -> None:
        for one in self.opened:
            one.require_sense()
        if not self.opened or (len(self.opened) > 1 and self.model != "mix"):
            raise Refused("Donnez une seule chose à ouvrir ; le modèle « mix » en compose plusieurs.")
        if self.model == MOBILE and self.opened[0].kind != Kind.MOBILE:
            raise Refused(
                "Un cabinet itinérant s'ouvre en jours par semaine : donnez « mobile » et ses jours."
            )
        if self.model == MOBILE and self.opened[0].quantity != round(self.opened[0].quantity):
            raise Refused("Les jours d'un cabinet itinérant sont un nombre entier par semaine.")
        if self.budget is not None and any(one.cost is None for one in self.opened):
            raise Refused("Un budget est donné : donnez aussi ce que coûte chaque lieu ouvert.")

    @property
    def _many(self) -> bool:
        """Whether a commune may have one of several options."""
        return self.model in ("mix", MOBILE)
