"""From a key to a territory that exists, and from a name that does not to those it may have meant."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import Q

from maillage.kit.console import Refused
from maillage.kit.text import search_key
from maillage.territories.keys import FRANCE, Key, parse
from maillage.territories.models import LARGEST_FIRST, Commune, Departement, Epci, Region

SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory that exists, with its name."""

    key: Key
    name: str

    @property
    def label(self) -> str:
        """Its name, with its level when that is not obvious."""
        return self.name if self.key.level in ("france", "epci") else f"{self.name} ({self.key.code})"


def find(text: str) -> Territory:
    """The territory of a key, or of a name when only one bears it.

    Raises Refused with suggestions when nothing, or more than one thing, bears that name.
    """
    if search_key(text) == FRANCE.level:
        return territory(FRANCE)
    if ":" not in text:
        return _by_name(text)
    try:
        key = parse(text)
    except ValueError as error:
        raise Refused(str(error)) from error
    return territory(key)


def territory(key: Key) -> Territory:
    """The territory of a key. Raises Refused with suggestions when the code is unknown."""
    if key == FRANCE:
        return Territory(FRANCE, "France")
    model = {"commune": Commune, "epci": Epci, "departement": Departement, "region": Region}[key.level]
    name = model.objects.filter(pk=key.code).values_list("name", flat=True).first()  # type: ignore[attr-defined]
    if name is None:
        raise Refused(
            f"Aucun territoire « {key} » parmi les données chargées.{_suggest(_near_codes(model, key))}"
        )
    return Territory(key, name)


def _near_codes(model: type, key: Key) -> list[str]:
    """Territories of the same level whose code or name looks like what was asked."""
    known = dict(model.objects.values_list("pk", "name"))  # type: ignore[attr-defined]
    wanted = search_key(key.code)
    by_name = [code for code, name in known.items() if wanted and search_key(name).startswith(wanted)]
    by_code = [code for code in known if code.startswith(key.code)]
    near = by_name or by_code or get_close_matches(key.code, list(known), n=SUGGESTIONS, cutoff=0.5)
    return [f"{key.level}:{code} ({known[code]})" for code in near[:SUGGESTIONS]]


def _by_name(text: str) -> Territory:
    candidates = search(text)
    exact = [
        found for found in candidates if search_key(found.name) == search_key(text) or found.key.code == text
    ]
    if len(exact) == 1:
        return exact[0]
    named = [f"{found.key} ({found.name})" for found in (exact or candidates)[:SUGGESTIONS]]
    if not named:
        raise Refused(
            f"Aucun territoire ne porte le nom « {text} » parmi les données chargées.{_suggest(named)}"
        )
    raise Refused(f"« {text} » ne désigne pas un seul territoire.{_suggest(named)}")


def search(text: str, *, limit: int = 20) -> list[Territory]:
    """Territories whose name begins like the text: départements and regions first, then EPCI, communes."""
    key = search_key(text)
    if not key:
        return []
    found: list[Territory] = []
    for level, model in (("departement", Departement), ("region", Region), ("epci", Epci)):
        found += [
            Territory(Key(level, code), name)  # type: ignore[arg-type]
            for code, name in model.objects.values_list("pk", "name")
            if key in search_key(name) or code.lower() == key
        ]
    communes = Commune.objects.matching(text) | Commune.objects.filter(Q(code__iexact=text.strip()))
    found += [
        Territory(Key("commune", c.code), c.name) for c in communes.order_by(LARGEST_FIRST, "code")[:limit]
    ]
    return found[:limit]


def _suggest(names: list[str]) -> str:
    return f" Vouliez-vous dire : {', '.join(names)} ?" if names else " Chargez d'abord ses données."
