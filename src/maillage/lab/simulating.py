"""What a scenario changes: who gains, who loses, how many are lifted over the threshold, at what cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from maillage.diagnosis.frame import THRESHOLD, Floats
from maillage.diagnosis.professions import Profession
from maillage.lab.effects import Told, full_time
from maillage.lab.ground import Ground
from maillage.science.demography.parameters import Parameter
from maillage.science.inequality import gini, share_under, tenth_means, weighted_mean

# A commune gains or loses when its access moves by more than what is ever shown of it.
VISIBLE = 0.005
FEWEST_FOR_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Levels:
    """Access of a territory as a whole; None for what has no sense there."""

    mean: float
    share_under: float | None
    people_under: float | None
    worst_tenth: float | None
    gini: float | None


@dataclass(frozen=True, eq=False)
class Effect:
    """A scenario compared with the present.

    :ivar added: full-time practitioners added at each place, shape (places,).
    :ivar after: access of the homes once it holds, shape (homes,).
    :ivar lifted: inhabitants who pass over the threshold, None for a profession without one.
    :ivar dropped: inhabitants who fall under it.
    :ivar outside_share: share of what is added that serves people outside the territory.
    """

    ground: Ground
    added: Floats
    after: Floats
    levels_before: Levels
    levels_after: Levels
    lifted: float | None
    dropped: float | None
    outside_share: float | None

    @property
    def change(self) -> Floats:
        return self.after - self.ground.access

    @property
    def people_gaining(self) -> float:
        return float(self.ground.population[self.change > VISIBLE].sum())

    @property
    def people_losing(self) -> float:
        return float(self.ground.population[self.change < -VISIBLE].sum())


def added_by(
    changes: Iterable[Told], supposed: Mapping[str, Parameter], ground: Ground, *, year: int
) -> Floats:
    """Full-time practitioners that the changes add at each place in a year, one change after the other.

    Raises Refused when a commune is out of reach of the territory.
    """
    added = np.zeros(len(ground.place))
    for change in changes:
        place = ground.at(change.commune)
        present = ground.practitioners[place] + added[place]
        added[place] += full_time(change, supposed, year=year, present=float(present))
    return added


def simulate(ground: Ground, added: Floats, profession: Profession) -> Effect:
    """Compare access with and without what is added."""
    after = ground.after(added)
    threshold = threshold_of(profession)
    was, becomes = ground.access < (threshold or 0.0), after < (threshold or 0.0)
    moves = threshold is not None
    return Effect(
        ground=ground,
        added=added,
        after=after,
        levels_before=levels(ground.access, ground, threshold),
        levels_after=levels(after, ground, threshold),
        lifted=float(ground.population[was & ~becomes].sum()) if moves else None,
        dropped=float(ground.population[~was & becomes].sum()) if moves else None,
        outside_share=_outside(ground, added),
    )


def threshold_of(profession: Profession) -> float | None:
    """The threshold of the zoning of doctors (arrêté of 13 November 2017); other professions have none."""
    return THRESHOLD if profession.code == "mg" else None


def levels(access: Floats, ground: Ground, threshold: float | None) -> Levels:
    """The figures of a territory for some access."""
    lived = ground.population > 0
    values, people = access[lived], ground.population[lived]
    tenths = len(values) >= FEWEST_FOR_TENTHS
    under = share_under(values, people, threshold) if threshold is not None and len(values) else None
    return Levels(
        mean=weighted_mean(access[ground.standardised > 0], ground.standardised[ground.standardised > 0]),
        share_under=under,
        people_under=None if under is None else under * float(people.sum()),
        worst_tenth=worst_tenth(values, people) if tenths else None,
        gini=gini(values, people) if len(values) > 1 and (values > 0).any() else None,
    )


def worst_tenth(values: Floats, people: Floats) -> float:
    """Mean access of the tenth of the inhabitants who have least, cut to the person.

    The published tenths keep communes whole: one that leaves the worst tenth could then lower its mean while
    nobody loses anything, which a comparison must not show.
    """
    return float(tenth_means(values, people, straddling="split")[0])


def _outside(ground: Ground, added: Floats) -> float | None:
    """One minus what the territory receives over what is added: access is conserved, Σ P_i ΔA_i = Σ ΔS_j."""
    gains = np.maximum(added, 0.0)
    offered = float(gains.sum()) * ground.unit
    if not offered:
        return None
    return max(0.0, 1.0 - float(ground.standardised @ (ground.gain @ gains)) / offered)


@dataclass(frozen=True, slots=True)
class Total:
    """The amounts that are known, and how many are not: those are in no total."""

    amount: Decimal
    missing: int

    @classmethod
    def of(cls, amounts: Sequence[Decimal | None]) -> Total:
        known = [amount for amount in amounts if amount is not None]
        return cls(sum(known, Decimal(0)), len(amounts) - len(known))


@dataclass(frozen=True, slots=True)
class Cost:
    """What a scenario costs, once and each year."""

    investment: Total
    yearly: Total

    @property
    def is_known(self) -> bool:
        return not (self.investment.missing or self.yearly.missing)

    def over(self, years: int) -> Decimal:
        """What is known of it over so many years."""
        return self.investment.amount + years * self.yearly.amount


def cost_of(changes: Sequence[tuple[Decimal | None, Decimal | None]]) -> Cost:
    """The totals of (investment, yearly cost) pairs; an amount that is not given is to be found, not zero."""
    return Cost(Total.of([one for one, _ in changes]), Total.of([yearly for _, yearly in changes]))
