"""Names of territories, the same everywhere."""

import pytest

from maillage.territories.adjacency import _TOUCHING, neighbours
from maillage.territories.keys import FRANCE, Key, parse


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("commune:01001", Key("commune", "01001")),
        ("epci:200057958", Key("epci", "200057958")),
        ("departement:2a", Key("departement", "2A")),
        ("region:11", Key("region", "11")),
        (" france ", FRANCE),
    ],
)
def test_a_key_is_read_and_written_alike(text: str, key: Key) -> None:
    assert parse(text) == key
    assert parse(str(key)) == key


@pytest.mark.parametrize("text", ["", "77", "departement:", "france:1", "canton:7701", "departement", ":77"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="n'est pas un territoire ; écrivez par exemple commune:77305"):
        parse(text)


def test_touching_is_mutual_and_never_with_oneself() -> None:
    for departement in _TOUCHING:
        assert departement not in neighbours(departement)
        assert all(departement in neighbours(other) for other in neighbours(departement))


def test_an_island_or_a_fictional_code_has_no_neighbour() -> None:
    assert neighbours("974") == neighbours("20") == frozenset()
