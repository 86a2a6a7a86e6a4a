from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from maillage.drawing.charts import Band, Mark, Point, Spec, Step, bars, fan, render, steps, trend

POINTS = [
    Point("Valbrune", 2021, 2.8),
    Point("Valbrune", 2022, None),
    Point("Valbrune", 2023, 2.4),
    Point("France", 2021, 2.81),
    Point("France", 2023, 2.41),
]
BANDS = [
    Band(2023, 9.0, (9.0, 9.0), (9.0, 9.0)),
    Band(2024, 8.0, (7.0, 9.0), (5.0, 11.0)),
]
STEPS = [Step("Tous", 0, 1.0), Step("Tous", 6, 0.5), Step("Bourse", 0, 1.0), Step("Bourse", 9, 0.48)]
MARKS = [Mark("Clairmont", 0.92), Mark("Vaux & <Bois>", 0.31)]


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [node.text or "" for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    "spec",
    [
        trend(POINTS, highlight="Valbrune"),
        bars(MARKS, highlight="Clairmont"),
        fan(BANDS, zero=True),
        steps(STEPS, highlight="Tous", last=12),
    ],
    ids=["trend", "bars", "fan", "steps"],
)
def test_charts_pass_a_strict_content_security_policy(spec: Spec) -> None:
    svg = render(spec, label='Évolution de "l\'accès" <2023>')
    root = ElementTree.fromstring(svg)
    assert " style=" not in svg
    assert "<style" not in svg
    assert "<script" not in svg
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Évolution de "l\'accès" <2023>'


def test_lines_are_named_with_their_last_value() -> None:
    shown = texts(render(trend(POINTS, highlight="Valbrune"), label="Évolution"))
    assert "Valbrune 2,4" in shown
    assert "France 2,4" in shown


def test_a_missing_vintage_is_not_drawn_as_zero() -> None:
    rows = trend(POINTS, highlight="Valbrune")["data"]["values"]
    assert {(row["series"], row["year"]) for row in rows if row["value"] == 0} == set()
    assert ("Valbrune", 2022) not in {(row["series"], row["year"]) for row in rows}


def test_names_of_close_lines_part() -> None:
    rows = trend(POINTS, highlight="Valbrune")["data"]["values"]
    valbrune, france = (row["place"] for row in rows if "label" in row)
    assert france - valbrune > 0.03


def test_one_vintage_alone_is_drawn() -> None:
    assert "Valbrune 2,8" in texts(render(trend(POINTS[:1], highlight="Valbrune"), label="Évolution"))


def test_bars_end_with_their_value_in_french() -> None:
    shown = texts(render(bars(MARKS, decimals=2), label="Contributions"))
    assert "0,92" in shown
    assert "Vaux & <Bois>" in shown


def test_a_chart_without_value_says_so() -> None:
    with pytest.raises(ValueError, match="Aucune valeur à tracer"):
        trend([Point("Valbrune", 2022, None)], highlight="Valbrune")
    with pytest.raises(ValueError, match="Aucune valeur à tracer"):
        bars([])


def test_a_fan_holds_both_bands_and_the_line_of_zero_when_asked() -> None:
    spec = fan(BANDS, zero=True)
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < 0 < 11 < high
    assert spec["data"]["values"][1] == {
        "at": 2024,
        "value": 8.0,
        "narrow_low": 7.0,
        "narrow_high": 9.0,
        "wide_low": 5.0,
        "wide_high": 11.0,
    }
    assert fan(BANDS)["layer"][0]["encoding"]["y"]["scale"]["domain"][0] > 0


def test_curves_of_presence_are_named_with_their_last_share() -> None:
    shown = texts(render(steps(STEPS, highlight="Tous", last=12), label="Présence"))
    assert {"Tous 50\N{NARROW NO-BREAK SPACE}%", "Bourse 48\N{NARROW NO-BREAK SPACE}%"} <= set(shown)


@pytest.mark.parametrize("draw", [lambda: fan([]), lambda: steps([], highlight="", last=1)])
def test_nothing_to_draw_is_refused(draw: Callable[[], Spec]) -> None:
    with pytest.raises(ValueError, match="Aucune valeur"):
        draw()
