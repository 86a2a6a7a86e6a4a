"""Figures in words: how a value is written, and the main sentences of a territory."""

from __future__ import annotations

from collections.abc import Iterable

from maillage.diagnosis.figures import Figure, apl_values
from maillage.diagnosis.frame import Frame
from maillage.diagnosis.indicators import MINUTES, Indicator
from maillage.diagnosis.models import Snapshot, columns_of
from maillage.diagnosis.reading import Diagnosis
from maillage.drawing.numbers import NARROW_SPACE
from maillage.kit.text import UNKNOWN, number, percent
from maillage.territories.keys import parse

# A sentence cut into pieces: the text, and whether it is the figure.
Sentence = list[tuple[str, bool]]


def shown(figure: Figure | None) -> str:
    """The value of a figure as pages write it."""
    return UNKNOWN if figure is None else written(figure.indicator, figure.value)


def written(indicator: Indicator, value: float | None) -> str:
    if indicator.is_share:
        return percent(value)
    suffix = f"{NARROW_SPACE}min" if indicator.unit == MINUTES and value is not None else ""
    return number(value, indicator.decimals) + suffix


def headlines(keys: Iterable[str]) -> dict[str, Sentence]:
    """One sentence for each territory of a list; none for those of which nothing is loaded."""
    said: dict[str, Sentence] = {}
    for fictional in (False, True):
        own = [key for text in keys if (key := parse(text)).is_fictional == fictional]
        snapshot = Snapshot.objects.of("mg", None, fictional=fictional) if own else None
        if snapshot is None:
            continue
        whole = Frame(columns_of(snapshot.pk))
        for key in own:
            sentence = _headline(whole.within(key), snapshot.vintage)
            if sentence:
                said[str(key)] = sentence
    return said


def _headline(frame: Frame, vintage: int) -> Sentence | None:
    values = apl_values(frame, "apl")
    mean, under = values.get("apl_mean"), values.get("apl_share_under_2_5")
    if mean is None or under is None:
        return None
    return [
        (f"{number(mean, 2)} consultations de généraliste", True),
        (f" par habitant en {vintage} ; ", False),
        (percent(under), True),
        (" de la population sous le seuil de 2,5.", False),
    ]


def main_sentences(diagnosis: Diagnosis) -> list[Sentence]:
    """The page's main thing, in sentences cut into pieces: text, and whether it is the figure."""
    mean = diagnosis.figure("apl_mean")
    if mean is None or mean.value is None:
        return _density_sentence(diagnosis)
    beside = compared(diagnosis, "apl_mean")
    of = diagnosis.profession
    opening, what = "chaque habitant a accès en moyenne à ", "consultations de généraliste par an"
    if of.code != "mg":
        opening, what = "l'APL moyenne est de ", of.apl_unit
    said = [
        [
            (f"En {mean.vintage}, {opening}", False),
            (f"{shown(mean)} {what}", True),
            (f"{beside}.", False),
        ]
    ]
    under = diagnosis.figure("apl_share_under_2_5")
    if under is not None and under.value is not None:
        said.append(
            [(shown(under), True), (" de la population vit dans une commune sous le seuil de 2,5.", False)]
        )
    return said


def _density_sentence(diagnosis: Diagnosis) -> list[Sentence]:
    density = density_of(diagnosis)
    if density is None or density.value is None:
        return [[("Aucun chiffre n'est connu ici pour cette profession.", False)]]
    beside = compared(diagnosis, density.indicator.code)
    label = diagnosis.profession.label.lower()
    return [
        [
            (f"En {density.vintage}, on compte ", False),
            (f"{shown(density)} {label} pour 10 000 habitants", True),
            (f"{beside}.", False),
        ]
    ]


def density_of(diagnosis: Diagnosis) -> Figure | None:
    return diagnosis.figure(f"{diagnosis.profession.slug}_density_per_10000")


def compared(diagnosis: Diagnosis, code: str) -> str:
    """« (3,27 en Île-de-France, 3,74 en France) »: the same figure, of the same source, above."""
    own = diagnosis.figure(code)
    said = []
    for parent in diagnosis.parents[-2:]:
        figure = Diagnosis(parent, diagnosis.snapshot).figure(code)
        if figure and figure.value is not None and own and figure.source == own.source:
            said.append(f"{parent.name} : {shown(figure)}")
    return f" ({', '.join(said)})" if said else ""
