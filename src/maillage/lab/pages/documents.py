"""A scenario as a document that an assembly can be given."""

from __future__ import annotations

from maillage.acts.document import Act, Block, Bullets, Figures, Heading, Paragraph, Picture, Table
from maillage.kit.words import counted
from maillage.lab.pages.parts import assumption_rows, data_list
from maillage.lab.pages.scenario import (
    MOST_SHOWN,
    SHARED,
    change_map,
    change_row,
    cost_figures,
    figures,
    moved_communes,
    sentence,
)
from maillage.lab.reading import Reading
from maillage.letters.writing import compose
from maillage.rules.calendar import day_text
from maillage.rules.money import euros


def scenario_act(reading: Reading) -> Act:
    """The scenario, its figures, its map, its assumptions and its data: all that is needed to discuss it."""
    scenario = reading.scenario
    blocks: list[Block] = []
    if scenario.question:
        blocks.append(Paragraph(f"__{scenario.question}__"))
    blocks += [Paragraph(sentence(reading)), Heading("Ce qui change"), _changes(reading)]
    blocks += [Heading("Effet sur l'accès aux soins"), _figures(reading)]
    drawn = change_map(reading, standalone=True)
    if drawn is not None:
        blocks.append(Picture(drawn["svg"], drawn["title"]))
    blocks += [Figures(tuple(cost_figures(reading))), Heading("Communes"), *_communes(reading)]
    blocks += [Heading("Hypothèses"), _assumptions(reading), Heading("Données"), _data(reading)]
    return compose(authority=scenario.authority, title=f"Scénario : {scenario}", blocks=tuple(blocks))


def _changes(reading: Reading) -> Table:
    rows = [change_row(reading, change) for change in reading.changes]
    return Table(
        "Changements du scénario",
        ("Nature", "Commune", "Quantité", "À partir du", "Investissement", "Par an"),
        tuple(
            (
                row["change"].get_kind_display(),
                row["commune"],
                row["quantity"],
                day_text(row["change"].starts_on),
                *(
                    "à chiffrer" if amount is None else euros(amount)
                    for amount in (row["change"].investment, row["change"].yearly_cost)
                ),
            )
            for row in rows
        ),
        ("left", "left", "left", "left", "right", "right"),
    )


def _figures(reading: Reading) -> Table:
    return Table(
        f"Avant, et en {reading.year}",
        ("Indicateur", "Avant", "Après"),
        tuple((row["label"], row["before"], row["after"]) for row in figures(reading)),
        ("left", "right", "right"),
    )


def _communes(reading: Reading) -> list[Block]:
    moved = moved_communes(reading)
    if not moved:
        return [Paragraph("Aucune commune ne voit son accès changer.")]
    table = Table(
        "Communes où l'écart pèse le plus",
        ("Commune", "Habitants", "Avant", "Après", "Écart"),
        tuple(
            (row["name"], row["people"], row["before"], row["after"], row["change"])
            for row in moved[:MOST_SHOWN]
        ),
        ("left", "right", "right", "right", "right"),
    )
    left = len(moved) - MOST_SHOWN
    more = [Paragraph(f"Et {counted(left, 'autre commune', 'autres communes')}.")] if left > 0 else []
    return [table, *more]


def _assumptions(reading: Reading) -> Table:
    return Table(
        "Ce que le scénario suppose",
        ("Hypothèse", "Valeur", "Ce qu'on en sait"),
        tuple(
            (row["label"], f"{row['value']} {row['unit']}", f"{row['mark']} : {row['source']}")
            for row in assumption_rows(reading.supposed)
        ),
    )


def _data(reading: Reading) -> Bullets:
    snapshot = reading.scenario.snapshot
    first = f"{reading.profession.label}, millésime {snapshot.vintage}, {reading.diagnosis.territory.name}."
    return data_list(snapshot.sources, first, SHARED, *reading.diagnosis.warnings)
