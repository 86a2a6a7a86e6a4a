"""Aided communes, those that resemble them, and what their difference allows to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from maillage.diagnosis.frame import Floats
from maillage.kit.words import counted
from maillage.lab.evaluating.series import Series
from maillage.science.checks import BoolArray, IntArray, ScienceError
from maillage.science.evaluation.conclusions import (
    Conclusion,
    Estimate,
    conclude,
    minimum_detectable_effect,
)
from maillage.science.evaluation.effects import NEVER, EventStudy, Panel, event_study
from maillage.science.evaluation.matching import Matches, balance, matched, trend
from maillage.science.evaluation.placebo import before_the_aid, by_permutation

# Communes compared with each aided one, and how far they may be, in standard deviations.
MOST_CONTROLS, CALIPER = 3, 1.0
# Fewer groups than this say too little of the hazards their communes share.
FEWEST_CLUSTERS = 20
DRAWS: Final = 999

Told = Callable[[float], object]


@dataclass(frozen=True, eq=False)
class Study:
    """Aided communes that can be studied, those they are compared with, and their panel."""

    panel: Panel
    matches: Matches
    covariates: Floats
    names: list[str]
    treated: BoolArray
    notes: list[str]

    @classmethod
    def of(cls, series: Series, started: Mapping[str, int]) -> Study:
        """Raises ScienceError, in a sentence, when no aided commune can be compared."""
        first, last = int(series.years[0]), int(series.years[-1])
        start = np.array([started.get(code, NEVER) for code in series.codes])
        aided = start != NEVER
        studied = aided & (start > first) & (start <= last)
        notes = _left_out(series, started, start)
        if not studied.any():
            when = sorted(set(started.values()))
            raise ScienceError(_nothing_to_study(when, first, last))
        kept = np.flatnonzero(studied | ~aided)
        covariates, names = _covariates(series, int(start[studied].min()))
        treated = studied[kept]
        matches = matched(
            covariates[kept],
            treated,
            caliper=CALIPER,
            per_unit=max(1, min(MOST_CONTROLS, int((~treated).sum() // treated.sum()))),
        )
        if not len(matches.treated):
            raise ScienceError(
                "Aucune commune non aidée ne ressemble assez aux communes aidées pour leur être comparée."
            )
        if len(matches.unmatched):
            notes.append(f"{_aided(len(matches.unmatched))} sans commune semblable : hors de l'étude.")
        if len(names) < 3:
            notes.append(
                "Une seule année précède la première aide : les communes n'ont pu être appariées sur leur "
                "évolution d'avant."
            )
        chosen = kept[np.unique(np.concatenate([matches.treated, matches.control]))]
        return cls(
            Panel(series.values[chosen], series.years, start[chosen], _clusters(series, chosen)),
            matches,
            covariates[kept],
            names,
            treated,
            notes,
        )

    def concluded(self, seed: int, progress: Told) -> tuple[Conclusion, dict[str, Any]]:
        """What may be said, and the whole study as a result keeps it."""
        found = event_study(self.panel)
        progress(0.2)
        drawn = by_permutation(self.panel, draws=DRAWS, seed=seed)
        progress(0.9)
        conclusion = conclude(found.overall, placebo_p=drawn.p_value, pretrend_p=found.pretrend_p)
        pretended, reason = _pretended(self.panel)
        weighed = balance(self.covariates, self.treated, self.matches, self.names)
        document = study_document(found) | {
            "years": self.panel.years.tolist(),
            "pairs": len(self.matches.treated),
            "unmatched": len(self.matches.unmatched),
            "permutation_p": drawn.p_value,
            "permutations": DRAWS,
            "pretended": pretended,
            "pretended_reason": reason,
            "balance": [asdict(one) | {"is_good": one.is_good} for one in weighed],
            "clustered": self.panel.cluster is not None,
        }
        return conclusion, document


def _left_out(series: Series, started: Mapping[str, int], start: IntArray) -> list[str]:
    """What of the aided communes cannot be studied, in sentences."""
    first, last = int(series.years[0]), int(series.years[-1])
    notes = []
    unknown = len(set(started) - set(series.codes))
    if unknown:
        notes.append(
            f"{_aided(unknown)} sans résultat publié chaque année de {first} à {last} : hors de l'étude."
        )
    early = int(((start != NEVER) & (start <= first)).sum())
    if early:
        notes.append(f"{_aided(early)} dès {first} ou avant, sans année d'avant : hors de l'étude.")
    late = int((start > last).sum())
    if late:
        notes.append(f"{_aided(late)} après {last}, dernière année connue : hors de l'étude.")
    notes.append(
        "Les communes de comparaison sont celles de tous les territoires chargés ; des aides d'autres "
        "collectivités, inconnues ici, ont pu les toucher."
    )
    return notes


def _nothing_to_study(when: Sequence[int], first: int, last: int) -> str:
    if not when:
        return "Aucune commune du territoire n'est aidée : il n'y a pas d'effet à mesurer."
    told = f"de {when[0]} à {when[-1]}" if len(when) > 1 else f"de {when[0]}"
    if when[0] > last:
        return (
            f"Les aides datent {told} et les résultats connus s'arrêtent à {last} : aucun effet n'a encore "
            "pu être publié. Chargez les millésimes suivants dès leur parution."
        )
    return (
        f"Les aides datent {told} et les résultats connus vont de {first} à {last} : aucune commune aidée "
        "n'a d'année avant et d'année après. Chargez d'autres millésimes."
    )


def _covariates(series: Series, first_aid: int) -> tuple[Floats, list[str]]:
    """What communes are matched on, by the years before any aid: evolution, level, population."""
    before = series.values[:, series.years < first_aid]
    columns = [before[:, -1], np.log(series.population)]
    names = ["niveau avant l'aide", "population (logarithme)"]
    if before.shape[1] >= 2:
        columns.insert(0, trend(before))
        names.insert(0, "évolution avant l'aide")
    return np.stack(columns, axis=1), names


def _clusters(series: Series, chosen: IntArray) -> IntArray | None:
    """The EPCI of each commune, those without one standing alone; None when there are too few."""
    labels = [series.epci[row] or series.codes[row] for row in chosen.tolist()]
    number: IntArray = np.unique(labels, return_inverse=True)[1]
    return number if number.max() + 1 >= FEWEST_CLUSTERS else None


def _pretended(panel: Panel) -> tuple[dict[str, float | int] | None, str]:
    """The effect of an aid pretended a year early, where nothing was given yet; or why it cannot be known."""
    try:
        found = before_the_aid(panel, years_ahead=1)
    except ScienceError as error:
        return None, str(error)
    return estimate_document(found.overall), ""


def estimate_document(one: Estimate) -> dict[str, float | int]:
    """An effect and its error; its interval is computed again when it is read."""
    return asdict(one)


def study_document(found: EventStudy) -> dict[str, Any]:
    return {
        "overall": estimate_document(found.overall),
        "minimum_detectable": minimum_detectable_effect(found.overall.error),
        "by_event": [
            {"event": one.event, "estimate": estimate_document(one.estimate)} for one in found.by_event
        ],
        "by_group": [
            {"start": one.start, "year": one.year, "estimate": estimate_document(one.estimate)}
            for one in found.by_group
        ],
        "impossible": [list(pair) for pair in found.impossible],
        "pretrend_p": found.pretrend_p,
    }


def _aided(count: int) -> str:
    return counted(count, "commune aidée", "communes aidées")
