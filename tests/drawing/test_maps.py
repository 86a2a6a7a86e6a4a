import json
import pickle
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from maillage.drawing.maps import Pin, paint
from maillage.drawing.outlines import Outline, Shape, Town, outline
from maillage.drawing.scales import apl_scale

SVG = "{http://www.w3.org/2000/svg}"


def square(west: float, south: float, side: float = 0.1) -> dict[str, Any]:
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def two_by_two() -> list[Shape]:
    return [
        Shape("00001", "Vaux-sur-Aubrière", square(3.0, 48.0), "A"),
        Shape("00002", "L'Épine & Bois", square(3.1, 48.0), "A"),
        Shape("00003", "Clairmont", square(3.0, 48.1), "B"),
        Shape("00004", "Saint-Ouen-le-Neuf", square(3.1, 48.1), "B"),
    ]


def lengths(path: str) -> float:
    """Length of path data made of M and l commands only."""
    total = 0.0
    for part in path.split("M")[1:]:
        steps = [float(number) for number in re.findall(r"-?(?:\d+(?:\.\d+)?|\.\d+)", part.split("l")[1])]
        total += sum((x * x + y * y) ** 0.5 for x, y in zip(steps[::2], steps[1::2], strict=True))
    return total


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(
        svg if "xmlns" in svg else svg.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)
    )


@pytest.fixture
def grid() -> Outline:
    return outline(two_by_two())


def test_the_longest_side_fills_the_page(grid: Outline) -> None:
    assert grid.height == pytest.approx(1046)
    assert grid.width < 1000


def test_every_shape_has_a_short_path_of_relative_lines(grid: Outline) -> None:
    assert set(grid.paths) == {"00001", "00002", "00003", "00004"}
    assert all(re.fullmatch(r"M[-. \d]+l[-. \d]+z", path) for path in grid.paths.values())


def test_group_border_is_the_edge_between_groups_only(grid: Outline) -> None:
    width = grid.width - 28
    assert lengths(grid.group_border) == pytest.approx(width, abs=0.5)


def test_outer_border_goes_round_the_whole_territory(grid: Outline) -> None:
    around = 2 * (grid.width - 28 + 972)
    assert lengths(grid.outer_border) == pytest.approx(around, abs=0.5)


def test_shapes_without_group_have_no_border_between_them() -> None:
    shapes = [Shape(shape.code, shape.name, shape.geometry) for shape in two_by_two()]
    assert outline(shapes).group_border == ""


def test_holes_and_islands_are_kept() -> None:
    pierced = square(3.0, 48.0, 1.0)
    pierced["coordinates"].append(square(3.4, 48.4)["coordinates"][0][::-1])
    island = square(4.2, 48.2)["coordinates"]
    shape = Shape(
        "00001", "Anneau", {"type": "MultiPolygon", "coordinates": [pierced["coordinates"], island]}
    )
    assert outline([shape]).paths["00001"].count("M") == 3


def test_an_islet_too_small_for_the_page_breaks_nothing() -> None:
    islet = square(3.05, 48.3, 1e-6)["coordinates"]
    coast = {"type": "MultiPolygon", "coordinates": [square(3.0, 48.0)["coordinates"], islet]}
    assert outline([Shape("00001", "Île-aux-Moines-Gris", coast)]).paths["00001"].count("M") == 1


def test_an_outline_can_be_cached(grid: Outline) -> None:
    assert pickle.loads(pickle.dumps(grid)) == grid


def test_nothing_to_draw_says_what_to_load() -> None:
    with pytest.raises(ValueError, match="chargez les contours"):
        outline([])


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Point", "coordinates": [3, 48]},
        {"type": "Polygon", "coordinates": [[[3, 48]]]},
        {"type": "Cube"},
    ],
)
def test_an_unreadable_contour_is_named(geometry: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Clairmont"):
        outline([*two_by_two(), Shape("00009", "Clairmont", geometry)])


def test_town_names_never_overlap_and_the_largest_comes_first() -> None:
    towns = [Town(f"Ville-{index}", 3.0 + index / 100, 48.1, population=index) for index in range(20)]
    labels = outline(two_by_two(), towns).labels
    assert labels[0].name == "Ville-19"
    assert 1 < len(labels) < 14


def test_a_value_colours_and_titles_its_area(grid: Outline) -> None:
    svg = paint(grid, {"00001": 1.2}, apl_scale(), label="Carte", unit="consultations")
    area = read(svg).find(f".//{SVG}path[@data-code='00001']")
    assert area is not None
    assert area.get("fill") == apl_scale().colours[0]
    assert area.get("data-value") == "1,2 consultations"
    assert area.findtext(f"{SVG}title") == "Vaux-sur-Aubrière\u00a0: 1,2 consultations"


def test_missing_data_is_hatched_never_white(grid: Outline) -> None:
    svg = paint(grid, {"00001": None, "00002": float("nan")}, apl_scale(), label="Carte", identifier="apl")
    fills = {area.get("fill") for area in read(svg).iterfind(f".//{SVG}path[@data-code]")}
    assert fills == {"url(#apl-missing)"}
    assert 'id="apl-missing"' in svg
    assert "donnée absente" in svg


def test_links_make_a_group_that_screen_readers_enter(grid: Outline) -> None:
    links = {"00002": "/communes/00002/?a=1&b=2"}
    root = read(paint(grid, {}, apl_scale(), label="Carte", links=links))
    link = root.find(f".//{SVG}a")
    assert root.get("role") == "group"
    assert link is not None
    assert link.get("href") == links["00002"]
    assert link.findtext(f"{SVG}title") == "L'Épine & Bois\u00a0: donnée absente"


def test_a_linked_pin_alone_makes_a_group_too(grid: Outline) -> None:
    root = read(paint(grid, {}, apl_scale(), label="Carte", pins=[Pin("Cabine", 3.05, 48.05, "/c/1")]))
    assert root.get("role") == "group"


def test_a_map_without_links_is_one_named_image(grid: Outline) -> None:
    root = read(paint(grid, {}, apl_scale(), label='Accès « tous âges » <2023> "estimé"'))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Accès « tous âges » <2023> "estimé"'


def test_nothing_breaks_a_strict_content_security_policy(grid: Outline) -> None:
    svg = paint(grid, {"00001": 3.0}, apl_scale(), label="Carte", pins=[Pin("Cabine", 3.05, 48.05, "/c/1")])
    assert "style" not in svg
    assert "<script" not in svg
    assert not re.search(r"\son\w+=", svg)


def test_a_standalone_map_is_a_file_without_links(grid: Outline) -> None:
    pins = [Pin("Cabine de Clairmont", 3.05, 48.15, "/c/1")]
    svg = paint(
        grid, {"00001": 3.0}, apl_scale(), label="Carte", links={"00001": "/c"}, pins=pins, standalone=True
    )
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("width") == f"{grid.width:g}"
    assert root.find(f".//{SVG}a") is None
    assert "Cabine de Clairmont" in svg


def test_a_standalone_map_says_its_classes_under_itself(grid: Outline) -> None:
    scale = apl_scale()
    on_page = paint(grid, {}, scale, label="Accès")
    alone = paint(grid, {}, scale, label="Accès", standalone=True)
    written = ["".join(text.itertext()) for text in read(alone).iterfind(f".//{SVG}text")]
    assert set(scale.labels()) <= set(written)
    assert "map-legend" not in on_page
    assert float(read(alone).attrib["height"]) > grid.height


def test_selected_area_is_ringed(grid: Outline) -> None:
    assert "map-selected" in paint(grid, {}, apl_scale(), label="Carte", selected="00003")
    assert "map-selected" not in paint(grid, {}, apl_scale(), label="Carte", selected="99999")


@pytest.mark.shared
def test_a_real_departement_is_drawn_small_with_its_borders(shared_data: Path) -> None:
    source = json.loads((shared_data / "contours" / "communes-77-geo2023.geojson").read_text())
    shapes = [
        Shape(
            item["properties"]["code"],
            item["properties"]["nom"],
            item["geometry"],
            item["properties"]["epci"],
        )
        for item in source["features"]
    ]
    drawn = outline(shapes)
    svg = paint(drawn, {}, apl_scale(), label="Carte")
    assert len(drawn.paths) == 507
    assert len(svg) < 350_000
    assert drawn.group_border.count("M") < 200
    assert drawn.outer_border.count("M") < 40
    assert drawn.scale_km == 20
