"""The page of a forecast: a sentence with its interval, two fans, the map, the tables, the trial."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple
from typing import Any, Final

from maillage.acts.document import Act, Block, Bullets, Heading, Paragraph, Picture, Table
from maillage.drawing import charts
from maillage.drawing.scales import change_scale
from maillage.kit.exports import Row
from maillage.kit.text import number, percent
from maillage.kit.words import counted
from maillage.lab.foreseen import ACCESS, MEASURES, PRACTITIONERS, WORK, Area, Foreseen, read
from maillage.lab.inputs import COMMUNE, EPCI, TERRITORY
from maillage.lab.models import Result
from maillage.lab.pages.parts import assumption_rows, commune_map, data_list
from maillage.letters.writing import compose
from maillage.science.demography.fans import Interval

COLUMNS: Final = (
    "maille",
    "code",
    "territoire",
    "grandeur",
    "année",
    "borne basse 95",
    "borne basse 80",
    "médiane",
    "borne haute 80",
    "borne haute 95",
)
LABELS: Final = {PRACTITIONERS: "praticiens", WORK: "travail", ACCESS: "accès"}
DECIMALS: Final = {PRACTITIONERS: 0, WORK: 1, ACCESS: 2}
MESH_LABELS: Final = {TERRITORY: "territoire", EPCI: "intercommunalités", COMMUNE: "communes"}
# Under which a change of access does not show on a page of two decimals.
VISIBLE = 0.005
MOST_SHOWN = 20


def page(result: Result) -> dict[str, Any]:
    seen = read(result.outcome)
    document = seen.document
    return {
        "seen": seen,
        "snapshot": document["snapshot"],
        "vintage": seen.years[0],
        "horizon": seen.years[-1],
        "draws": document["draws"],
        "seed": document["seed"],
        "sentences": sentences(seen),
        "fans": [_fan_block(seen, measure) for measure in shown_measures(seen)],
        "map": change_map(seen),
        "epci": area_rows(seen, EPCI),
        "communes": area_rows(seen, COMMUNE)[:MOST_SHOWN],
        "other_communes": max(0, len(seen.areas[COMMUNE]) - MOST_SHOWN),
        "assumptions": assumption_rows(seen.assumptions.named()),
        "trial": trial(seen),
        "notices": document["warnings"],
    }


def sentences(seen: Foreseen) -> list[str]:
    """The main thing, a figure never without its interval."""
    year, start = seen.years[-1], seen.years[0]
    found = []
    heads, access = seen.own.figures[PRACTITIONERS], seen.own.figures[ACCESS]
    if heads is not None:
        found.append(
            f"En {year}, {seen.own.name} compterait {_said(heads[-1], 0, seen.profession.label.lower())}, "
            f"contre {number(heads[0].median)} en {start}."
        )
    if access is not None:
        found.append(
            f"L'accès moyen serait de {_said(access[-1], 2, seen.profession.apl_unit)}, contre "
            f"{number(access[0].median, 2)}."
        )
    return found


def _said(interval: Interval, decimals: int, unit: str) -> str:
    """« 812 infirmiers (entre 760 et 865, 8 chances sur 10 ; entre 730 et 900, 95 chances sur 100) »."""
    low_95, low_80, median, high_80, high_95 = _texts(interval, decimals)
    return (
        f"{median} {unit} (entre {low_80} et {high_80}, 8 chances sur 10 ; entre {low_95} et {high_95}, "
        "95 chances sur 100)"
    )


def _texts(interval: Interval, decimals: int) -> list[str]:
    return [number(bound, decimals) for bound in astuple(interval)]


def shown_measures(seen: Foreseen) -> list[str]:
    """What is drawn of the whole territory: practitioners, and access where it can be forecast."""
    return [name for name in (PRACTITIONERS, ACCESS) if seen.own.figures[name] is not None]


def _title(seen: Foreseen, measure: str) -> str:
    if measure == ACCESS:
        return f"Accès moyen ({seen.profession.apl_unit})"
    return seen.profession.label


def _fan_block(seen: Foreseen, measure: str) -> dict[str, Any]:
    return {
        "title": _title(seen, measure),
        "chart": fan_chart(seen, measure),
        "rows": year_rows(seen, measure),
    }


def fan_chart(seen: Foreseen, measure: str) -> dict[str, str]:
    years = seen.own.figures[measure] or ()
    bands = [
        charts.Band(year, one.median, (one.low_80, one.high_80), (one.low_95, one.high_95))
        for year, one in zip(seen.years, years, strict=True)
    ]
    title = f"{_title(seen, measure)}, {seen.own.name}, de {seen.years[0]} à {seen.years[-1]}"
    drawn = charts.render(charts.fan(bands, decimals=DECIMALS[measure]), label=f"Graphique : {title}")
    caption = (
        f"{title}. Trait : médiane ; bande foncée : 8 chances sur 10 ; bande claire : 95 chances sur 100."
    )
    return {"svg": drawn, "caption": caption}


def year_rows(seen: Foreseen, measure: str) -> list[dict[str, str]]:
    years = seen.own.figures[measure] or ()
    return [
        {"year": str(year), **_cells(one, DECIMALS[measure])}
        for year, one in zip(seen.years, years, strict=True)
    ]


def _cells(interval: Interval, decimals: int) -> dict[str, str]:
    low_95, low_80, median, high_80, high_95 = _texts(interval, decimals)
    return {"median": median, "in_80": f"{low_80} à {high_80}", "in_95": f"{low_95} à {high_95}"}


def area_rows(seen: Foreseen, mesh: str) -> list[dict[str, Any]]:
    """What areas have, what they would have at the horizon within its interval; what weighs most on people
    comes first."""
    return [_area_row(area) for area in sorted(seen.areas[mesh], key=_weight)]


def _weight(area: Area) -> tuple[float, str, str]:
    """Orders areas by the access their people would lose, all together; by name where none is forecast."""
    return (_change(area) or 0.0) * (area.people or 0.0), area.name, area.code


def _area_row(area: Area) -> dict[str, Any]:
    heads, access = area.figures[PRACTITIONERS], area.figures[ACCESS]
    return {
        "name": area.name,
        "people": number(area.people),
        "heads_now": number(heads[0].median) if heads else "–",
        "heads": _cells(heads[-1], 0) if heads else None,
        "access_now": number(access[0].median, 2) if access else "–",
        "access": _cells(access[-1], 2) if access else None,
    }


def change_map(seen: Foreseen, *, standalone: bool = False) -> dict[str, Any] | None:
    """The median change of access by commune at the horizon; its intervals are in the table."""
    communes = seen.areas[COMMUNE]
    values = {area.code: _change(area) for area in communes}
    known = [abs(value) for value in values.values() if value is not None]
    if not known:
        return None
    return commune_map(
        seen.territory,
        values,
        {area.code: area.people or 0.0 for area in communes},
        change_scale(max(*known, VISIBLE)),
        title=f"Évolution médiane de l'accès de {seen.years[0]} à {seen.years[-1]}",
        unit="",
        standalone=standalone,
    )


def _change(area: Area) -> float | None:
    access = area.figures[ACCESS]
    return access[-1].median - access[0].median if access else None


def trial(seen: Foreseen) -> dict[str, Any] | None:
    """How wrong the same forecast would have been, in a sentence and in rows; None when it was not tried."""
    tried = seen.document["backtest"]
    if tried is None:
        return None
    rows = [
        {
            "mesh": MESH_LABELS[mesh],
            "year": str(entry["year"]),
            "compared": number(entry["rows"]),
            **{name: number(entry[name], 3) for name in ("error", "bias", "still")},
            "in_80": percent(entry["coverage"]["0.8"], 0),
            "in_95": percent(entry["coverage"]["0.95"], 0),
        }
        for mesh, entries in tried["accuracy"].items()
        for entry in entries
    ]
    return {"start": tried["from"], "sentence": _trial_sentence(tried), "rows": rows}


def _trial_sentence(tried: dict[str, Any]) -> str:
    entries = tried["accuracy"].get(TERRITORY)
    if not entries:
        return f"Rien n'a été publié depuis {tried['from']} sur ce territoire : l'essai ne dit rien."
    last = entries[-1]
    better = "mieux" if last["error"] < last["still"] else "pas mieux"
    sentence = (
        f"Faite depuis {tried['from']}, la prévision se serait trompée de {number(last['error'], 2)} pour "
        f"{last['year']} sur l'ensemble du territoire : {better} que si l'on avait supposé que rien ne "
        f"changerait ({number(last['still'], 2)})."
    )
    factor = tried["method_factor"]
    if factor is not None:
        sentence += f" Rupture de série de 2022 : APL publiées divisées par {number(factor, 3)}."
    return sentence


def table(result: Result) -> tuple[tuple[str, ...], Iterable[Row]]:
    return COLUMNS, _rows(read(result.outcome))


def _rows(seen: Foreseen) -> Iterator[Row]:
    """One row by area, measure and year; nothing where there is no forecast."""
    yield from _area_lines(seen, TERRITORY, seen.own)
    for mesh, areas in seen.areas.items():
        for area in areas:
            yield from _area_lines(seen, mesh, area)


def _area_lines(seen: Foreseen, mesh: str, area: Area) -> Iterator[Row]:
    for measure in MEASURES:
        for year, one in zip(seen.years, area.figures[measure] or (), strict=False):
            yield mesh, area.code, area.name, LABELS[measure], year, *astuple(one)


def act(result: Result) -> Act:
    """The forecast as a document: all that is needed to discuss it."""
    seen = read(result.outcome)
    blocks: list[Block] = [Paragraph(sentence) for sentence in sentences(seen)]
    for measure in shown_measures(seen):
        drawn = fan_chart(seen, measure)
        blocks += [Heading(_title(seen, measure)), Picture(drawn["svg"], drawn["caption"])]
        blocks += [Paragraph(drawn["caption"]), _years_table(seen, measure)]
    painted = change_map(seen, standalone=True)
    if painted is not None:
        blocks += [Heading("Carte"), Picture(painted["svg"], painted["title"]), Paragraph(painted["title"])]
    blocks += [Heading("Intercommunalités et communes"), *_areas_blocks(seen)]
    blocks += [Heading("Ce que l'on suppose"), _assumptions_table(seen), *_trial_blocks(seen)]
    blocks += [Heading("Données"), _data(seen)]
    return compose(authority=result.authority, title=result.title, blocks=tuple(blocks))


def _years_table(seen: Foreseen, measure: str) -> Table:
    return Table(
        f"{_title(seen, measure)}, année par année",
        ("Année", "Médiane", "8 chances sur 10", "95 chances sur 100"),
        tuple((row["year"], row["median"], row["in_80"], row["in_95"]) for row in year_rows(seen, measure)),
        ("left", "right", "right", "right"),
    )


def _areas_blocks(seen: Foreseen) -> list[Block]:
    found: list[Block] = []
    for mesh, noun in ((EPCI, "Intercommunalité"), (COMMUNE, "Commune")):
        rows = [row for row in area_rows(seen, mesh) if row["access"]]
        if not rows:
            continue
        found.append(
            Table(
                f"Accès par {noun.lower()} en {seen.years[-1]}",
                (noun, str(seen.years[0]), "Médiane", "8 chances sur 10", "95 chances sur 100"),
                tuple((row["name"], row["access_now"], *row["access"].values()) for row in rows[:MOST_SHOWN]),
                ("left", "right", "right", "right", "right"),
            )
        )
        left = len(rows) - MOST_SHOWN
        if left > 0:
            found.append(Paragraph(f"Et {counted(left, 'autre')} : voyez le tableau exporté."))
    return found or [Paragraph("Aucune partie du territoire n'a de prévision d'accès.")]


def _assumptions_table(seen: Foreseen) -> Table:
    return Table(
        "Hypothèses, et ce qu'on en sait",
        ("Hypothèse", "Valeur", "Ce qu'on en sait"),
        tuple(
            (row["label"], f"{row['value']} {row['unit']}", f"{row['mark']} : {row['source']}")
            for row in assumption_rows(seen.assumptions.named())
        ),
    )


def _trial_blocks(seen: Foreseen) -> list[Block]:
    tried = trial(seen)
    if tried is None:
        return []
    return [
        Heading("Essai sur le passé"),
        Paragraph(tried["sentence"]),
        Table(
            f"Prévision faite depuis {tried['start']}",
            ("Maille", "Année", "Erreur", "Si rien ne changeait", "Dans 80 %", "Dans 95 %"),
            tuple(
                (row["mesh"], row["year"], row["error"], row["still"], row["in_80"], row["in_95"])
                for row in tried["rows"]
            ),
            ("left", "left", "right", "right", "right", "right"),
        ),
    ]


def _data(seen: Foreseen) -> Bullets:
    document = seen.document
    drawn = f"{counted(document['draws'], 'tirage')}, graine {document['seed']}, millésime {seen.years[0]}."
    return data_list(document["snapshot"]["sources"], drawn, *document["warnings"])
