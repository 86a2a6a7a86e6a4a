"""Did the aids of an authority change anything? Its aided communes against others that resemble them.

Everything is given as the document that a result keeps. Where nothing can be said, the conclusion says why;
an effect never goes without its standard error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.accounts.models import Authority, User
from maillage.diagnosis.professions import profession
from maillage.diagnosis.reading import Diagnosis, snapshot_for
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.lab.evaluating.aided import Aid, agreements_of, aids, schemes_of, stays
from maillage.lab.evaluating.series import ACCESS, DENSITY, OUTCOMES, read_series
from maillage.lab.evaluating.staying import survival
from maillage.lab.evaluating.study import Study, Told
from maillage.science.checks import ScienceError
from maillage.science.evaluation.conclusions import Conclusion, Verdict
from maillage.territories.keys import Key, parse
from maillage.territories.places import territory

__all__ = [
    "ACCESS",
    "DENSITY",
    "NOTHING_SIGNED",
    "OUTCOMES",
    "Asked",
    "agreements_of",
    "evaluate",
    "latest",
    "schemes_of",
]

NOTHING_SIGNED = (
    "Aucune convention signée ne vous est visible : il n'y a rien à évaluer. Demandez à une personne "
    "qui suit les dossiers."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is evaluated.

    :ivar scheme: key of a scheme of the authority; all of them when empty.
    :ivar outcome: one of `OUTCOMES`.
    """

    profession: str = "mg"
    scheme: str = ""
    outcome: str = ACCESS
    seed: int = 1


def evaluate(
    authority: Authority, asked: Asked, *, by: User | None, progress: Told = lambda _: None
) -> dict[str, Any]:
    """The whole evaluation of what an authority signed, as far as `by` may see it.

    Raises Refused when nothing was signed, or when the scheme or the outcome is not known.
    """
    seen = agreements_of(authority, by)
    schemes = schemes_of(seen)
    _require(asked, schemes)
    if asked.scheme:
        seen = seen.filter(terms__scheme__key=asked.scheme)
    given = aids(seen)
    progress(0.05)
    diagnosis = latest(authority, asked.profession)
    own = set(diagnosis.frame["commune"].tolist())
    conclusion, effect, notes = _effect(asked, given, own, diagnosis.territory.key, progress)
    progress(0.95)
    return {
        "authority": str(authority),
        "territory": authority.territory,
        "name": diagnosis.territory.name,
        "scheme": asked.scheme,
        "scheme_title": schemes.get(asked.scheme, ""),
        "profession": asked.profession,
        "outcome": asked.outcome,
        "unit": _unit(asked),
        "seed": asked.seed,
        "vintage": diagnosis.snapshot.vintage,
        "aids": _aids_table(given),
        "conclusion": {"verdict": conclusion.verdict.value, "sentence": conclusion.sentence},
        "effect": effect,
        "survival": survival(stays(seen, authority)),
        "warnings": [*diagnosis.warnings, *notes],
        "snapshot": {
            "fingerprint": diagnosis.snapshot.fingerprint,
            "parameters": diagnosis.snapshot.parameters,
            "sources": diagnosis.snapshot.sources,
        },
    }


def latest(authority: Authority, code: str) -> Diagnosis:
    """The territory of an authority in the latest snapshot of a profession."""
    key = parse(authority.territory)
    return Diagnosis(territory(key), snapshot_for(code, None, key))


def _require(asked: Asked, schemes: Mapping[str, str]) -> None:
    if not schemes:
        raise Refused(NOTHING_SIGNED)
    if asked.scheme and asked.scheme not in schemes:
        raise Refused(
            f"Rien n'a été signé au titre de « {asked.scheme} » ; choisissez parmi {', '.join(schemes)}."
        )
    if asked.outcome not in OUTCOMES:
        raise Refused(f"« {asked.outcome} » n'est pas mesuré ; choisissez parmi {', '.join(OUTCOMES)}.")


def _unit(asked: Asked) -> str:
    return profession(asked.profession).apl_unit if asked.outcome == ACCESS else OUTCOMES[DENSITY]


def _aids_table(given: Sequence[Aid]) -> list[dict[str, Any]]:
    """Agreements signed and communes they aid, by scheme and year."""
    groups = Counter((aid.title, aid.year) for aid in given)
    placed: dict[tuple[str, int], set[str]] = {}
    for aid in given:
        if aid.commune:
            placed.setdefault((aid.title, aid.year), set()).add(aid.commune)
    return [
        {"title": title, "year": year, "agreements": count, "communes": len(placed.get((title, year), ()))}
        for (title, year), count in sorted(groups.items())
    ]


def _effect(
    asked: Asked, given: Sequence[Aid], own: set[str], key: Key, progress: Told
) -> tuple[Conclusion, dict[str, Any] | None, list[str]]:
    """What may be concluded, the study it stands on (None when there can be none), and what to know of it."""
    notes = []
    nowhere = sum(not aid.commune for aid in given)
    if nowhere:
        notes.append(
            f"Hors des aides, {counted(nowhere, 'convention')} sans commune d'exercice (études en cours, "
            "installation attendue, lieu non dit)."
        )
    try:
        series = read_series(asked.profession, asked.outcome, key)
        study = Study.of(series, first_years(given, own))
        notes += [*series.warnings, *study.notes]
        return *study.concluded(asked.seed, progress), notes
    except ScienceError as error:
        return _doubt(str(error)), None, notes


def first_years(given: Sequence[Aid], own: set[str]) -> dict[str, int]:
    """Year of the first aid of each commune of the territory."""
    found: dict[str, int] = {}
    for aid in given:
        if aid.commune in own:
            found[aid.commune] = min(aid.year, found.get(aid.commune, aid.year))
    return found


def _doubt(reason: str) -> Conclusion:
    return Conclusion(Verdict.CANNOT_CONCLUDE, f"On ne peut pas conclure. {reason}")
