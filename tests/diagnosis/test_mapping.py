"""From contours to the shapes of a map."""

import pytest
from shapely.geometry import shape

from maillage.diagnosis.mapping import _merged
from maillage.drawing.outlines import Shape, outline
from maillage.territories.models import Epci

pytestmark = pytest.mark.django_db

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
# Generalisation has folded its tail: there and back along one line.
WITH_A_TAIL = [[1, 0], [2, 0], [2, 0.5], [3, 0.5], [2, 0.5], [2, 1], [1, 1], [1, 0]]


def test_communes_whose_contour_folds_on_itself_still_make_a_surface() -> None:
    Epci.objects.create(code="200000001", name="Ensemble")
    shapes = [
        Shape(code, code, {"type": "Polygon", "coordinates": [ring]}, "200000001")
        for code, ring in (("20001", SQUARE), ("20002", WITH_A_TAIL))
    ]
    merged = _merged(shapes)
    assert shape(dict(merged[0].geometry)).geom_type == "Polygon"
    assert shape(dict(merged[0].geometry)).area == pytest.approx(2.0)
    assert outline(merged).names == {"200000001": "Ensemble"}
