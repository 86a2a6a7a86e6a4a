"""The page of a scenario: what it changes in a sentence, in figures, on the map, commune by commune."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse

from maillage.drawing.scales import change_scale
from maillage.kit.exports import Row
from maillage.kit.text import number, percent
from maillage.kit.words import counted
from maillage.lab.effects import RULES, Kind
from maillage.lab.models import Change, Scenario
from maillage.lab.pages.parts import (
    assumption_rows,
    by_commune,
    commune_map,
    level_rows,
    people,
    people_by_commune,
    pins_at,
)
from maillage.lab.reading import Reading
from maillage.lab.simulating import VISIBLE, Cost, Effect, Total
from maillage.rules.money import euros

MOST_SHOWN = 15
COMMUNE_COLUMNS = ("code", "commune", "habitants", "accès avant", "accès après", "écart", "source de l'accès")
SHARED = "L'accès avant est publié par la Drees où il l'est, estimé ailleurs ; l'écart est toujours estimé."


def scenario_page(reading: Reading, *, may_run: bool, moving: Change | None = None) -> dict[str, Any]:
    return {
        "scenario": reading.scenario,
        "territory": reading.diagnosis.territory,
        "profession": reading.profession,
        "snapshot": reading.scenario.snapshot,
        "year": reading.year,
        "years": reading.years,
        "sentence": sentence(reading),
        "figures": figures(reading),
        "cost": cost_figures(reading),
        "map": change_map(reading, links=_map_links(reading.scenario, moving) if may_run else ""),
        "changes": [change_row(reading, change) for change in reading.changes],
        "communes": moved_communes(reading)[:MOST_SHOWN],
        "assumptions": assumption_rows(reading.supposed),
        "notices": [SHARED, *reading.diagnosis.warnings],
        "moving": moving,
    }


def sentence(reading: Reading) -> str:
    """The main thing: who is lifted, who falls, how access moves."""
    effect = reading.effect
    if not reading.changes:
        return "Ce scénario ne change encore rien : cliquez une commune sur la carte pour commencer."
    access = (
        f"en {reading.year}, l'accès moyen passe de {number(effect.levels_before.mean, 2)} à "
        f"{number(effect.levels_after.mean, 2)} {reading.profession.apl_unit}"
    )
    if effect.lifted is None:
        return f"{access[0].upper()}{access[1:]}."
    moves = [f"{counted(round(effect.lifted), 'habitant')} au-dessus du seuil de 2,5"]
    if effect.dropped:
        moves.append(f"{counted(round(effect.dropped), 'habitant')} en dessous")
    return f"{' et '.join(moves)} : {access}."


def figures(reading: Reading) -> list[dict[str, str]]:
    return level_rows(reading.effect.levels_before, reading.effect.levels_after)


def cost_figures(reading: Reading) -> list[tuple[str, str]]:
    """What it costs, and what one lifted inhabitant costs; a cost that is not known is in no total."""
    cost, effect = reading.cost, reading.effect
    rows = [
        ("Praticiens à temps plein ajoutés", number(float(effect.added.sum()), 2)),
        ("Habitants dont l'accès augmente", number(round(effect.people_gaining))),
        ("Habitants dont l'accès baisse", number(round(effect.people_losing))),
    ]
    if effect.outside_share is not None:
        rows.append(("Part qui sert hors du territoire", percent(effect.outside_share)))
    rows += [("Investissement", total_text(cost.investment)), ("Coût par an", total_text(cost.yearly))]
    per_person = cost_per_lifted(cost, effect, len(reading.years))
    if per_person is not None:
        rows.append((f"Coût par habitant relevé, {counted(len(reading.years), 'an')}", euros(per_person)))
    return rows


def total_text(total: Total) -> str:
    """« 56 000 € », and what is left to cost: an unknown amount is not zero."""
    if not total.missing:
        return euros(total.amount)
    if not total.amount:
        return "à chiffrer"
    return f"{euros(total.amount)}, {counted(total.missing, 'montant')} à chiffrer"


def cost_per_lifted(cost: Cost, effect: Effect, years: int) -> Decimal | None:
    """Spent over the years looked at for each inhabitant lifted; None when nobody is, or a cost misses."""
    if not effect.lifted or not cost.is_known:
        return None
    return (cost.over(years) / Decimal(round(effect.lifted))).quantize(Decimal("0.01"), ROUND_HALF_UP)


def change_map(reading: Reading, *, links: str = "", standalone: bool = False) -> dict[str, Any] | None:
    values = by_commune(reading.ground, reading.effect.change)
    largest = max(abs(value) for value in values.values())
    title = f"Écart d'accès en {reading.year}, {reading.profession.label.lower()}"
    return commune_map(
        reading.diagnosis.territory.key,
        values,
        people_by_commune(reading.ground),
        change_scale(max(largest, VISIBLE)),
        title=title,
        unit="",
        links=links,
        pins=pins_at({change.commune: change.get_kind_display() for change in reading.changes}),
        standalone=standalone,
    )


def _map_links(scenario: Scenario, moving: Change | None) -> str:
    page = reverse("lab:scenario", args=[scenario.pk])
    move = f"deplacer={moving.pk}&" if moving else ""
    return f"{page}?{move}commune={{}}#changer"


def change_row(reading: Reading, change: Change) -> dict[str, Any]:
    rule = RULES[Kind(change.kind)]
    quantity = rule.counted(float(change.quantity)) if change.quantity is not None else ""
    return {
        "change": change,
        "commune": reading.names.get(change.commune, change.commune),
        "quantity": quantity,
    }


def moved_communes(reading: Reading) -> list[dict[str, Any]]:
    """Communes whose access moves visibly, those where it weighs most on people first."""
    values = by_commune(reading.ground, reading.effect.change)
    before = by_commune(reading.ground, reading.ground.access)
    after = by_commune(reading.ground, reading.effect.after)
    people = people_by_commune(reading.ground)
    moved = [code for code, value in values.items() if abs(value) > VISIBLE]
    moved.sort(key=lambda code: -abs(values[code]) * people[code])
    return [
        {
            "code": code,
            "name": reading.names.get(code, code),
            "people": number(people[code]),
            "before": number(before[code], 2),
            "after": number(after[code], 2),
            "change": f"{'+' if values[code] > 0 else ''}{number(values[code], 2)}",
            "crosses": reading.threshold is not None
            and (before[code] < reading.threshold) != (after[code] < reading.threshold),
        }
        for code in moved
    ]


def commune_rows(reading: Reading) -> list[Row]:
    """Every commune before and after, for an export."""
    before = by_commune(reading.ground, reading.ground.access)
    after = by_commune(reading.ground, reading.effect.after)
    people = people_by_commune(reading.ground)
    published = dict.fromkeys(reading.ground.code[reading.ground.is_published].tolist(), "publié")
    return [
        (
            code,
            reading.names.get(code, code),
            people[code],
            round(was, 4),
            round(after[code], 4),
            round(after[code] - was, 4),
            published.get(code, "estimé"),
        )
        for code, was in before.items()
    ]


def compared(readings: list[Reading]) -> list[dict[str, Any]]:
    """Scenarios side by side, one column each: the same figures, then the costs."""
    sides = [
        {row["label"]: row["after"] for row in figures(reading)} | dict(cost_figures(reading))
        for reading in readings
    ]
    labels = dict.fromkeys(label for side in sides for label in side)
    lifted = [
        {"Habitants relevés au-dessus de 2,5": people(reading.effect.lifted)} if reading.threshold else {}
        for reading in readings
    ]
    merged = [one | side for one, side in zip(lifted, sides, strict=True)]
    order = dict.fromkeys(label for side in merged for label in side) | labels
    return [{"label": label, "values": [side.get(label, "–") for side in merged]} for label in order]
