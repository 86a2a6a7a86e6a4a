"""From a key or a name to a territory, and from a mistake to those it may have meant."""

import pytest

from maillage.intake.models import ImportRun
from maillage.kit.console import Refused
from maillage.territories.models import Commune
from maillage.territories.places import find, search

pytestmark = pytest.mark.usefixtures("loaded_territory")


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [
        ("departement:20", "departement:20", "Pays-d'Aubeterre"),
        ("departement:2a", "departement:2A", "Basse-Lande"),
        ("commune:2A003", "commune:2A003", "L'Ivraie"),
        ("epci:200000002", "epci:200000002", "CA du Grand Étang"),
        ("region:94", "region:94", "Île imaginaire"),
        ("france", "france", "France"),
        ("France", "france", "France"),
        ("Étang-sur-Œuf", "commune:20004", "Étang-sur-Œuf"),
        ("etang sur oeuf", "commune:20004", "Étang-sur-Œuf"),
        ("haute-lande", "departement:2B", "Haute-Lande"),
    ],
)
def test_a_territory_is_found_by_its_key_or_its_name(text: str, key: str, name: str) -> None:
    found = find(text)
    assert (str(found.key), found.name) == (key, name)


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("departement:01", "departement:20 (Pays-d'Aubeterre)"),
        ("commune:20006", "commune:2000"),
        ("commune:bruyeres", "commune:20002 (Bruyères-le-Vieux)"),
        ("departement:basse", "departement:2A (Basse-Lande)"),
        ("lande", "departement:2A (Basse-Lande), departement:2B (Haute-Lande)"),
        ("Bruyères", "commune:20002 (Bruyères-le-Vieux)"),
    ],
)
def test_what_is_not_found_gets_suggestions(text: str, suggested: str) -> None:
    with pytest.raises(Refused, match="Vouliez-vous dire") as refusal:
        find(text)
    assert suggested in str(refusal.value)


def test_what_looks_like_nothing_is_sent_to_the_data() -> None:
    with pytest.raises(Refused, match="Chargez d'abord ses données"):
        find("Xylographie")


def test_a_level_that_does_not_exist_is_refused_with_examples() -> None:
    with pytest.raises(Refused, match="écrivez par exemple commune:77305"):
        find("canton:12")


def test_two_communes_of_one_name_are_both_proposed(loaded_territory: ImportRun) -> None:
    Commune.objects.filter(code="2B003").update(name="Cytise", search_name="cytise")
    with pytest.raises(Refused, match="ne désigne pas un seul territoire") as refusal:
        find("Cytise")
    assert "commune:20003 (Cytise)" in str(refusal.value)
    assert "commune:2B003 (Cytise)" in str(refusal.value)


def test_search_gives_wide_territories_before_communes_and_large_communes_first() -> None:
    found = [str(place.key) for place in search("la")]
    assert found.index("departement:2A") < found.index("epci:200000003") < found.index("commune:2B002")
    assert [str(place.key) for place in search("2a001")] == ["commune:2A001"]
    assert search("   ") == []


def test_a_name_nobody_bears_is_said_to_be_unknown(loaded_territory: ImportRun) -> None:
    with pytest.raises(Refused, match="Aucun territoire ne porte le nom « Xylographie »"):
        find("Xylographie")
