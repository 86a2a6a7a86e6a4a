"""Invented French names: communes, rivers, people. Nothing is drawn from a list of real ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Generator = np.random.Generator

RIVERS = ("Sarelle", "Thilme", "Orvène", "Gardouze")

_STEMS = (
    *("Arv", "Balv", "Berl", "Bourl", "Brév", "Chaldr", "Charb", "Corv", "Crav", "Darn", "Dourv", "Esp"),
    *("Faubr", "Ferl", "Florv", "Garv", "Glor", "Grald", "Harl", "Jarv", "Lanv", "Loubr", "Maldr", "Marl"),
    *("Mérv", "Morl", "Narv", "Orl", "Palv", "Perv", "Ponv", "Quérv", "Ravel", "Rouvr", "Sarv", "Sergn"),
    *("Talv", "Tourl", "Travel", "Urv", "Valr", "Verl", "Vigl", "Vourl"),
)
_ENDINGS = (
    *("ignac", "igny", "eville", "oncourt", "ières", "euil", "anges", "aumont", "elle", "ault", "eray"),
    *("onnet", "ange", "enay", "illac", "ouvre", "esnes", "imont", "olles", "ansart", "enches"),
)
_SAINTS = (
    *("Albran", "Aubrin", "Bérold", "Cadrien", "Déolin", "Évrold", "Fulcien", "Gérold", "Hilvain"),
    *("Jourdry", "Landéol", "Mélaire", "Norvan", "Odrien", "Pardoul", "Quérien", "Rémond", "Savrin"),
    *("Théodrin", "Ulvain", "Valdéric", "Yvrin"),
)
_HOLY_WOMEN = ("Albrande", "Clothérie", "Éloïne", "Fulvie", "Odrienne", "Radélie", "Savrine", "Ulvie")
_PLACES = (
    *("Ablons", "Aulnettes", "Brandières", "Charmottes", "Closets", "Essartines", "Ferrandes", "Granchères"),
    *("Hautes-Bordes", "Landelles-Vieilles", "Marnettes", "Noues-Blanches", "Ormelles", "Rouvrettes"),
    *("Sablières-Hautes", "Tuilandes", "Vernelles"),
)
_HAMLETS = (
    *("Chapelle", "Croix", "Ferté", "Fontaine", "Grange", "Haye", "Motte", "Neuville", "Roche", "Tour"),
)
_COUNTRIES = ("Brandais", "Orvènois", "Sarellois", "Thilmois")

_GIVEN_HEADS = ("Ad", "Al", "Aur", "Ber", "Cél", "Clar", "Dor", "El", "Fab", "Gal", "Is", "Jol", "Lor", "Mar")
_GIVEN_ENDS = ("ane", "anne", "élie", "eline", "ine", "iane", "aël", "éric", "ien", "in", "ian", "imond")
_FAMILY_HEADS = (
    *("Abel", "Bard", "Bel", "Bouch", "Cand", "Carv", "Chab", "Corn", "Daub", "Delc", "Duv", "Escl"),
    *("Fauc", "Ferr", "Gail", "Garb", "Hauv", "Jol", "Lamb", "Lorm", "Marv", "Mont", "Nav", "Orl"),
    *("Pasc", "Perr", "Quer", "Rav", "Roub", "Salv", "Sév", "Tar", "Thév", "Vald", "Verd", "Vill"),
)
_FAMILY_MIDDLES = ("", "and", "ard", "el", "ent", "er", "in", "on", "ouv")
_FAMILY_ENDS = ("ac", "ard", "aud", "eau", "el", "et", "ier", "ière", "in", "ois", "on", "oux")


def commune_names(rng: Generator, count: int) -> list[str]:
    """That many different names of communes, in the usual proportions of saints, rivers and plain names."""
    makers = (_plain, _on_river, _of_place, _saint, _hamlet, _country)
    weights = (0.56, 0.07, 0.07, 0.18, 0.08, 0.04)
    names: dict[str, None] = {}
    while len(names) < count:
        maker = makers[int(rng.choice(len(makers), p=weights))]
        names.setdefault(maker(rng))
    return list(names)


def _one(rng: Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(len(words)))]


def _plain(rng: Generator) -> str:
    return _one(rng, _STEMS) + _one(rng, _ENDINGS)


def _on_river(rng: Generator) -> str:
    return f"{_plain(rng)}-sur-{_one(rng, RIVERS)}"


def _of_place(rng: Generator) -> str:
    place = _one(rng, _PLACES)
    return f"Les {place}" if rng.random() < 0.3 else f"{_plain(rng)}-les-{place}"


def _saint(rng: Generator) -> str:
    saint = f"Sainte-{_one(rng, _HOLY_WOMEN)}" if rng.random() < 0.25 else f"Saint-{_one(rng, _SAINTS)}"
    draw = rng.random()
    if draw < 0.35:
        return saint
    if draw < 0.6:
        return f"{saint}-sur-{_one(rng, RIVERS)}"
    return f"{saint}-de-{_consonant_first(rng)}"


def _consonant_first(rng: Generator) -> str:
    """A name that "de" may stand before without being elided."""
    while True:
        name = _plain(rng)
        if name[0] not in "AEÉOUH":
            return name


def _hamlet(rng: Generator) -> str:
    return f"La {_one(rng, _HAMLETS)}-{_plain(rng)}"


def _country(rng: Generator) -> str:
    return f"{_plain(rng)}-en-{_one(rng, _COUNTRIES)}"


def person_name(rng: Generator) -> tuple[str, str]:
    """Given name and family name, as people write them."""
    given = _one(rng, _GIVEN_HEADS) + _one(rng, _GIVEN_ENDS)
    return given, _one(rng, _FAMILY_HEADS) + _one(rng, _FAMILY_MIDDLES) + _one(rng, _FAMILY_ENDS)


def of(name: str) -> str:
    """ "de" before a name, elided and contracted: "d'Orlange", "du Mesnil", "des Ormelles", "de La Croix"."""
    if name.startswith("Les "):
        return f"des {name[4:]}"
    return f"d'{name}" if name[0] in "AEÉIOUYH" else f"de {name}"
