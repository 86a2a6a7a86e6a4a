"""The result of weighing two goals: the compromises among which a council has to choose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from maillage.acts.document import Act, Block, Figures, Heading, Paragraph, Picture, Table
from maillage.diagnosis.professions import profession
from maillage.drawing import charts
from maillage.kit.exports import Row
from maillage.kit.text import number, percent
from maillage.kit.words import counted
from maillage.lab.models import Result
from maillage.lab.pages.parts import assumption_rows, data_list
from maillage.lab.pages.siting import ESTIMATED, assumptions_of, opened_text
from maillage.lab.siting import SitingRequest
from maillage.letters.writing import compose

PROVEN: Final = "optimal"
REACHED: Final = {"shortfall": "Manque d'accès comblé", "mclp": "Habitants couverts"}
"""What each goal reaches: the shortfall as a share of itself, its own unit saying nothing to anyone."""
ORDER: Final = "Du plus de manque comblé au plus d'habitants couverts"


def page(result: Result) -> dict[str, Any]:
    """What `lab/front.html` shows."""
    found = result.outcome
    return {
        "sentence": sentence(found),
        "profession": profession(found["profession"]),
        "snapshot": result.snapshot,
        "vintage": found["vintage"],
        "order": ORDER,
        "columns": _columns(found),
        "chart": {"svg": _drawn(found), "caption": _caption(found)},
        "rows": _rows(found),
        "asked": asked(result),
        "assumptions": assumption_rows(assumptions_of(found)),
        "notices": [ESTIMATED, *found["warnings"]],
    }


def sentence(found: dict[str, Any]) -> str:
    """Both ends of the front: what each goal would give alone, and what it leaves of the other."""
    rows = _rows(found)
    if len(rows) == 1:
        return "Un seul choix est le meilleur pour les deux buts à la fois."
    filled, covering = rows[0], rows[-1]
    return (
        f"{counted(len(rows), 'compromis', 'compromis')}. D'un côté, {filled['first']} du manque d'accès est "
        f"comblé et {filled['second']} habitants sont couverts ; de l'autre, {covering['first']} du manque "
        f"et {covering['second']} habitants."
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
            *(one[model] for model in found["models"]),
            row["first"],
            row["proof"],
            " ".join(one["sites"]),
            row["sites"],
        )
        for one, row in zip(_ordered(found), _rows(found), strict=True)
    ]
    units = [f"{column} ({unit})" for column, unit in zip(_columns(found), found["units"], strict=True)]
    return (*units, "part du manque", "preuve", "codes", "communes"), rows


def act(result: Result) -> Act:
    """The compromises as a document."""
    found = result.outcome
    blocks: list[Block] = [
        Paragraph(f"**{sentence(found)}**"),
        Picture(_drawn(found), _caption(found)),
        Heading("Compromis"),
        Table(
            ORDER,
            (*_columns(found), "Preuve", "Communes"),
            tuple((row["first"], row["second"], row["proof"], row["sites"]) for row in _rows(found)),
            ("right", "right", "left", "left"),
        ),
        Heading("Ce qui a été demandé"),
        Figures(tuple(asked(result))),
        Heading("Données"),
        data_list(found["sources"], ESTIMATED, *found["warnings"]),
    ]
    return compose(authority=result.authority, title=result.title, blocks=tuple(blocks))


def _columns(found: dict[str, Any]) -> list[str]:
    return [REACHED[model] for model in found["models"]]


def _ordered(found: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted(found["front"], key=lambda one: -float(one[found["models"][0]]))


def _share(found: dict[str, Any], one: dict[str, Any]) -> float:
    """The part of the shortfall that a compromise fills."""
    return float(one[found["models"][0]]) / float(found["wholes"][0])


def _rows(found: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "first": percent(_share(found, one)),
            "second": number(one[found["models"][1]]),
            "proof": "prouvé" if one["status"] == PROVEN else "sans preuve",
            "sites": ", ".join(found["names"].get(code, code) for code in one["sites"]),
        }
        for one in _ordered(found)
    ]


def _drawn(found: dict[str, Any]) -> str:
    points = [(100 * _share(found, one), float(one[found["models"][1]])) for one in found["front"]]
    first, second = _columns(found)
    return charts.render(charts.front(points, first=f"{first} (%)", second=second), label=_caption(found))


def _caption(found: dict[str, Any]) -> str:
    return f"Compromis entre « {found['labels'][0].lower()} » et « {found['labels'][1].lower()} »"
