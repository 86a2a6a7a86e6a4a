"""How old practitioners are in a département, by what is published: nobody's own age is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.diagnosis.frame import Frame, weighted
from maillage.diagnosis.models import AgeShare
from maillage.diagnosis.professions import Profession
from maillage.diagnosis.published import AGE_GROUPS, NEWEST_EDITION

# The bound of each published APL, in completed years: who is older does not count in it.
BOUNDED_APL = {60: "apl_60", 62: "apl_62", 65: "apl_65"}


@dataclass(frozen=True, slots=True)
class AgeSource:
    """Shares of practitioners over some ages in a département; `left_out` contradict the others."""

    departement: str
    over: dict[int, float]
    left_out: dict[int, float]
    title: str

    def as_dict(self) -> dict[str, object]:
        return {
            "departement": self.departement,
            "share_over": self.over,
            "left_out": self.left_out,
            "source": self.title,
        }


def age_sources(whole: Frame, departements: list[str], of: Profession) -> list[AgeSource]:
    """What is known of the ages of each département, in their order.

    The share over 60, 62 and 65 is what the APL loses when older doctors no longer count, their work weighing
    as the published index weighs it; the others are published as such. A share that does not decrease with
    age beside them is left out, and named.
    """
    published = _published(departements, of)
    return [
        _source(code, _over_by_apl(whole.where(whole["departement"] == code)), *published.get(code, ({}, "")))
        for code in departements
    ]


def _source(code: str, by_apl: dict[int, float], published: dict[int, float], title: str) -> AgeSource:
    agreeing = {
        age: share
        for age, share in published.items()
        if all((share - other) * (bound - age) >= 0 for bound, other in by_apl.items() if bound != age)
        and age not in by_apl
    }
    titles = ["APL publiée selon l'âge des médecins"] if by_apl else []
    titles += [title] if agreeing else []
    left_out = {age: share for age, share in published.items() if age not in agreeing}
    return AgeSource(code, by_apl | agreeing, left_out, " ; ".join(titles))


def _over_by_apl(frame: Frame) -> dict[int, float]:
    """1 − APL of those under the bound / APL of all, on the communes where both are known."""
    found: dict[int, float] = {}
    for age, column in BOUNDED_APL.items():
        both = np.isfinite(frame["apl"]) & np.isfinite(frame[column])
        weights = np.where(both, frame["standardised_population"], np.nan)
        everyone, people = weighted(frame["apl"], weights)
        bounded, _ = weighted(frame[column], weights)
        if people @ everyone > 0:
            share = 1 - float(people @ bounded / (people @ everyone))
            found[age] = min([max(share, 0.0), *found.values()])
    return found


def _published(departements: list[str], of: Profession) -> dict[str, tuple[dict[int, float], str]]:
    """Shares of the latest edition by département, and its title."""
    group = AGE_GROUPS.get(of.code)
    rows = AgeShare.objects.filter(dataset__active=True, departement__in=departements, group=group)
    found: dict[str, tuple[dict[int, float], str]] = {}
    for row in rows.select_related("dataset").order_by(NEWEST_EDITION, "dataset", "age"):
        shares, title = found.setdefault(row.departement, ({}, str(row.dataset)))
        if title == str(row.dataset):
            shares[row.age] = row.share
    return found
