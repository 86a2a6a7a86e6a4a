"""The result of weighing two goals: the compromises among which a council has to choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from maillage.acts.document import Act, Block, Figures, Heading, Paragraph, Picture, Table
from maillage.diagnosis.professions import profession
from maillage.drawing import charts
from maillage.kit.exports import Row
from maillage.kit.text import number
from maillage.kit.words import counted
from maillage.lab.models import Result
from maillage.lab.pages.parts import assumption_rows, data_list
from maillage.lab.pages.siting import ESTIMATED, assumptions_of, opened_text
from maillage.lab.siting import SitingRequest
from maillage.letters.writing import compose

PROVEN = "optimal"


def page(result: Result) -> dict[str, Any]:
    """What `lab/front.html` shows."""
    found = result.outcome
    return {
        "sentence": sentence(found),
        "profession": profession(found["profession"]),
        "snapshot": result.snapshot,
        "vintage": found["vintage"],
        "labels": found["labels"],
        "units": found["units"],
        "chart": {"svg": _drawn(found), "caption": _caption(found)},
        "rows": _rows(found),
        "asked": asked(result),
        "assumptions": assumption_rows(assumptions_of(found)),
        "notices": [ESTIMATED, *found["warnings"]],
    }


def sentence(found: dict[str, Any]) -> str:
    """Both ends of the front: what each goal would give alone, and what it leaves of the other."""
    kept = found["front"]
    first, second = found["models"]
    best, other = max(kept, key=lambda one: one[first]), max(kept, key=lambda one: one[second])
    if len(kept) == 1:
        return "Un seul choix est le meilleur pour les deux buts à la fois."
    return (
        f"{counted(len(kept), 'compromis', 'compromis')} : tout pour « {found['labels'][0].lower()} » donne "
        f"{number(best[first])} et {number(best[second])} habitants couverts ; tout pour couvrir en couvre "
        f"{number(other[second])} et comble {number(other[first])}."
    )


def asked(result: Result) -> list[tuple[str, str]]:
    """What was asked, in words."""
    request = SitingRequest.from_document(result.request)
    rows = [
        ("Ce que l'on ouvre", opened_text(request)),
        ("Nombre de lieux, au plus", "" if request.p is None else str(request.p)),
        ("Trajet qui couvre", "" if request.minutes is None else f"{number(request.minutes)} minutes"),
        ("Durée accordée", f"{number(request.time_limit)} s"),
    ]
    return [row for row in rows if row[1]]


def table(result: Result) -> tuple[Sequence[str], Iterable[Row]]:
    """The compromises, for a spreadsheet."""
    found = result.outcome
    rows = [
        (
            one[found["models"][0]],
            one[found["models"][1]],
            one["status"],
            " ".join(one["sites"]),
            row["sites"],
        )
        for one, row in zip(_ordered(found), _rows(found), strict=True)
    ]
    return (*found["labels"], "preuve", "codes", "communes"), rows


def act(result: Result) -> Act:
    """The compromises as a document."""
    found = result.outcome
    blocks: list[Block] = [
        Paragraph(f"**{sentence(found)}**"),
        Picture(_drawn(found), _caption(found)),
        Heading("Compromis"),
        Table(
            "Du meilleur pour le premier but au meilleur pour le second",
            (*found["labels"], "Preuve", "Communes"),
            tuple((row["first"], row["second"], row["proof"], row["sites"]) for row in _rows(found)),
            ("right", "right", "left", "left"),
        ),
        Heading("Ce qui a été demandé"),
        Figures(tuple(asked(result))),
        Heading("Données"),
        data_list(found["sources"], ESTIMATED, *found["warnings"]),
    ]
    return compose(authority=result.authority, title=result.title, blocks=tuple(blocks))


def _ordered(found: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(found["front"], key=lambda one: -float(one[found["models"][0]]))


def _rows(found: dict[str, Any]) -> list[dict[str, str]]:
    first, second = found["models"]
    return [
        {
            "first": number(one[first]),
            "second": number(one[second]),
            "proof": "prouvé" if one["status"] == PROVEN else "sans preuve",
            "sites": ", ".join(found["names"].get(code, code) for code in one["sites"]),
        }
        for one in _ordered(found)
    ]


def _drawn(found: dict[str, Any]) -> str:
    first, second = found["models"]
    points = [(float(one[first]), float(one[second])) for one in found["front"]]
    titles = [f"{label} ({unit})" for label, unit in zip(found["labels"], found["units"], strict=True)]
    return charts.render(charts.front(points, first=titles[0], second=titles[1]), label=_caption(found))


def _caption(found: dict[str, Any]) -> str:
    return f"Compromis entre « {found['labels'][0].lower()} » et « {found['labels'][1].lower()} »"
