"""What a search for places found: in a sentence, proven or not, on the map, place by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from maillage.acts.document import Act, Block, Bullets, Heading, Paragraph, Picture, Table
from maillage.diagnosis.professions import profession
from maillage.drawing.scales import change_scale
from maillage.kit.exports import Row
from maillage.kit.text import number
from maillage.kit.words import counted
from maillage.lab.effects import RULES, Kind
from maillage.lab.models import Result
from maillage.lab.pages.parts import assumption_rows, commune_map, data_list, level_rows, people, pins_at
from maillage.lab.simulating import VISIBLE, Levels
from maillage.lab.siting import SitingRequest
from maillage.letters.writing import compose
from maillage.rules.money import euros
from maillage.science.demography.parameters import Mark, Parameter
from maillage.territories.keys import parse
from maillage.territories.models import Commune

COLUMNS: Final = (
    "code",
    "commune",
    "ouvert",
    "quantité",
    "coût",
    "habitants",
    "praticiens avant",
    "praticiens ajoutés",
    "habitants desservis",
    "accès avant",
    "accès après",
)
ESTIMATED: Final = (
    "L'accès avant est publié par la Drees où il l'est, estimé ailleurs ; ce que chaque lieu apporte est "
    "toujours estimé."
)


def page(result: Result) -> dict[str, Any]:
    """What `lab/siting.html` shows."""
    found = result.outcome
    return {
        "found": found,
        "profession": profession(found["profession"]),
        "snapshot": result.snapshot,
        "objective": objective(found),
        "figures": figures(found),
        "map": change_map(found),
        "places": [_place(one) for one in found["places"]],
        "served": _served(result),
        "asked": asked(result),
        "assumptions": assumption_rows(assumptions_of(found)),
        "notices": [ESTIMATED, *found["warnings"]],
    }


def objective(found: dict[str, Any]) -> str:
    """What was sought, with its value and the best that any choice could do."""
    if found["objective"] is None:
        return ""
    digits = 0 if abs(found["objective"]) >= 100 else 2
    value, bound = (number(found[name], digits) for name in ("objective", "bound"))
    return f"{found['objective_label'].capitalize()} : {value} {found['unit']} (borne : {bound})."


def figures(found: dict[str, Any]) -> list[dict[str, str]]:
    """Access before and after; nothing when no place was found."""
    if found["after"] is None:
        return []
    return level_rows(Levels(**found["before"]), Levels(**found["after"]))


def change_map(found: dict[str, Any], *, standalone: bool = False) -> dict[str, Any] | None:
    """What the places change, with a pin at each; None when there is none or no contour is loaded."""
    if not found["places"]:
        return None
    values = {row["code"]: row["after"] - row["before"] for row in found["communes"]}
    largest = max(abs(value) for value in values.values())
    return commune_map(
        parse(found["territory"]),
        values,
        {row["code"]: row["people"] for row in found["communes"]},
        change_scale(max(largest, VISIBLE)),
        title="Écart d'accès une fois les lieux ouverts",
        unit="",
        pins=pins_at({one["code"]: RULES[Kind(one["kind"])].label for one in found["places"]}),
        standalone=standalone,
    )


def _place(one: dict[str, Any]) -> dict[str, Any]:
    rule = RULES[Kind(one["kind"])]
    return {
        "name": one["name"],
        "opened": rule.label,
        "size": _plain(one["quantity"]),
        "quantity": rule.counted(one["quantity"]),
        "cost": None if one["cost"] is None else _euros(one["cost"]),
        "people": people(one["people"]),
        "practitioners": number(one["practitioners"], 2),
        "served": people(one["served"]),
        "before": number(one["access_before"], 2),
        "after": number(one["access_after"], 2),
    }


def _served(result: Result) -> str:
    """What the column of those who are served counts."""
    request = SitingRequest.from_document(result.request)
    if request.seeks_access:
        return "Dont l'accès augmente"
    return f"À {_plain(request.minutes)} minutes ou moins" if request.covers else "Rattachés au lieu"


def asked(result: Result) -> list[tuple[str, str]]:
    """What was asked, in words, what was left empty left out."""
    request, found = SitingRequest.from_document(result.request), result.outcome
    names = dict(
        Commune.objects.filter(code__in=[*found["kept"], *request.excluded]).values_list("code", "name")
    )
    rows = [
        ("Recherche", found["label"]),
        ("Ce que l'on ouvre", opened_text(request)),
        ("Nombre de lieux, au plus", _plain(request.p)),
        ("Budget total", "" if request.budget is None else _euros(request.budget)),
        ("Trajet accepté", f"{_plain(request.minutes)} minutes" if request.covers else ""),
        ("Habitants qu'un lieu peut servir", _plain(request.capacity)),
        ("Lieux au plus par intercommunalité", _plain(request.at_most_by_epci)),
        ("Seuil d'accès choisi", _plain(request.threshold)),
        ("Qui compte", found["demand"]),
        ("Lieux gardés", ", ".join(names.get(code, code) for code in found["kept"])),
        ("Communes écartées", ", ".join(names.get(code, code) for code in request.excluded)),
        ("Durée accordée", f"{_plain(request.time_limit)} s, {number(found['seconds'], 1)} s employées"),
    ]
    return [row for row in rows if row[1]]


def opened_text(request: SitingRequest) -> str:
    """What one opens, each with its size and its cost when it is known."""
    return " ; ".join(
        f"{RULES[Kind(one.kind)].label}, {RULES[Kind(one.kind)].counted(one.quantity)}"
        f"{'' if one.cost is None else f', {_euros(one.cost)}'}"
        for one in request.opened
    )


def _euros(value: float) -> str:
    return euros(Decimal(str(value)))


def _plain(value: float | None) -> str:
    return "" if value is None else number(value, 0 if value == round(value) else 2)


def assumptions_of(found: dict[str, Any]) -> dict[str, Parameter]:
    """The assumptions as they were when the search was made."""
    return {
        name: Parameter(**(known | {"mark": Mark(known["mark"])}))
        for name, known in found["assumptions"].items()
    }


def table(result: Result) -> tuple[Sequence[str], Iterable[Row]]:
    """The places, for a spreadsheet."""
    rows = [
        (
            one["code"],
            one["name"],
            RULES[Kind(one["kind"])].label,
            one["quantity"],
            one["cost"],
            one["people"],
            one["practitioners_before"],
            one["practitioners"],
            one["served"],
            one["access_before"],
            one["access_after"],
        )
        for one in result.outcome["places"]
    ]
    return COLUMNS, rows


def act(result: Result) -> Act:
    """The answer, its proof, its map and its data: all that is needed to discuss it."""
    found = result.outcome
    blocks: list[Block] = [Paragraph(f"**{found['sentence']}**"), Paragraph(found["proof"])]
    if found["places"]:
        blocks += [Paragraph(objective(found)), Heading("Où ouvrir"), _places_table(result)]
        drawn = change_map(found, standalone=True)
        if drawn is not None:
            blocks.append(Picture(drawn["svg"], drawn["title"]))
        blocks += [Heading("Effet sur l'accès aux soins"), _figures_table(found)]
    if found["unreachable"]:
        names = tuple(one["name"] for one in found["unreachable"])
        blocks += [Heading("Hors de portée quoi que l'on ouvre"), Bullets(names)]
    blocks += [Heading("Ce qui a été demandé"), _asked_table(result)]
    if found["assumptions"]:
        blocks += [Heading("Hypothèses"), _assumptions_table(found)]
    return compose(
        authority=result.authority, title=result.title, blocks=(*blocks, Heading("Données"), _data(result))
    )


def _places_table(result: Result) -> Table:
    return Table(
        f"{counted(len(result.outcome['places']), 'lieu', 'lieux')} à ouvrir",
        ("Commune", "Ouvert", "Habitants", _served(result), "Accès avant", "Après"),
        tuple(
            (
                row["name"],
                f"{row['opened']} ({row['size']})",
                row["people"],
                row["served"],
                row["before"],
                row["after"],
            )
            for row in map(_place, result.outcome["places"])
        ),
        ("left", "left", "right", "right", "right", "right"),
    )


def _figures_table(found: dict[str, Any]) -> Table:
    return Table(
        "Avant, et une fois les lieux ouverts",
        ("Indicateur", "Avant", "Après"),
        tuple((row["label"], row["before"], row["after"]) for row in figures(found)),
        ("left", "right", "right"),
    )


def _asked_table(result: Result) -> Table:
    return Table("Demande", ("Choix", "Valeur"), tuple(asked(result)))


def _assumptions_table(found: dict[str, Any]) -> Table:
    return Table(
        "Ce que la recherche suppose",
        ("Hypothèse", "Valeur", "Ce qu'on en sait"),
        tuple(
            (row["label"], f"{row['value']} {row['unit']}", f"{row['mark']} : {row['source']}")
            for row in assumption_rows(assumptions_of(found))
        ),
    )


def _data(result: Result) -> Bullets:
    found = result.outcome
    first = f"{profession(found['profession']).label}, millésime {found['vintage']}, {found['name']}."
    return data_list(found["sources"], first, ESTIMATED, *found["warnings"])
