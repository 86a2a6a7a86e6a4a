"""What a diagnosis measures: each indicator with its unit and its definition.

Written once, here; the command line, the pages and the exports all show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from maillage.diagnosis.frame import APL_COLUMNS
from maillage.diagnosis.professions import Profession

INHABITANTS = "habitants"
SHARE = "part (0 à 1)"
MINUTES = "minutes"
RATIO = "rapport"
NONE = "sans unité"


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is measured. `better` says which way is good for the people of a place, for colours and words."""

    code: str
    label: str
    unit: str
    definition: str
    decimals: int = 1
    better: Literal["high", "low"] | None = None

    @property
    def is_share(self) -> bool:
        return self.unit == SHARE


_AGES = {
    "apl": ("", "tous les {label}"),
    "apl_65": (" (65 ans ou moins)", "les {label} de 65 ans ou moins"),
    "apl_62": (" (62 ans ou moins)", "les {label} de 62 ans ou moins"),
    "apl_60": (" (60 ans ou moins)", "les {label} de 60 ans ou moins"),
    "apl_estimate": (" estimée", "tous les {label}, recalculée par Maillage"),
}


def indicators(profession: Profession) -> dict[str, Indicator]:
    """Every indicator of a profession, in the order of a report."""
    label = profession.label.lower()
    found = [
        Indicator("population", "Population", INHABITANTS, "Population totale.", 0),
        Indicator(
            f"{profession.slug}_count",
            profession.label,
            "professionnels",
            f"Nombre de {label} ; une personne qui exerce sur plusieurs sites compte une fois.",
            0,
        ),
        Indicator(
            f"{profession.slug}_density_per_10000",
            "Densité pour 10 000 habitants",
            "pour 10 000 habitants",
            f"Nombre de {label} pour 10 000 habitants.",
            1,
            "high",
        ),
    ]
    for column in APL_COLUMNS:
        found += _apl_indicators(column, profession, label)
    found += [
        Indicator(
            "apl_estimate_spearman",
            "Accord de l'estimation avec l'APL publiée",
            NONE,
            "Corrélation de rang de Spearman entre l'estimation et l'APL publiée, par commune "
            "(1 = même ordre).",
            2,
        ),
        Indicator(
            "fragility",
            "APL qui dépend des praticiens âgés",
            profession.apl_unit,
            "APL de tous les praticiens moins APL de ceux de 60 ans ou moins (62 ou 65 ans quand 60 n'est "
            "pas publié) : ce que les départs en retraite retireront sans remplacement.",
            2,
            "low",
        ),
        Indicator(
            "fragility_share",
            "Part de l'APL qui dépend des praticiens âgés",
            SHARE,
            "Fragilité rapportée à l'APL de tous les praticiens.",
            2,
            "low",
        ),
        Indicator(
            "minutes_practitioner",
            f"Temps au plus proche {profession.one}",
            MINUTES,
            f"Minutes en voiture de la mairie à la commune la plus proche où exerce un {profession.one}, "
            "moyenne pondérée par la population.",
            1,
            "low",
        ),
        Indicator(
            "minutes_pharmacy",
            "Temps à la plus proche pharmacie",
            MINUTES,
            "Minutes en voiture à la commune la plus proche qui a une pharmacie, moyenne pondérée par la "
            "population.",
            1,
            "low",
        ),
        Indicator(
            "minutes_emergency",
            "Temps aux plus proches urgences",
            MINUTES,
            "Minutes en voiture à la commune la plus proche qui a un service d'urgences, moyenne pondérée "
            "par la population.",
            1,
            "low",
        ),
        Indicator(
            "gini",
            "Indice de Gini de l'APL",
            NONE,
            "Inégalité de l'APL entre habitants, par commune : 0 quand tous ont la même, 1 quand un seul a "
            "tout.",
            3,
            "low",
        ),
        Indicator(
            "theil",
            "Indice de Theil de l'APL",
            NONE,
            "Inégalité de l'APL entre habitants, décomposable entre et dans les intercommunalités.",
            3,
            "low",
        ),
        Indicator(
            "theil_between_share",
            "Part de l'inégalité entre intercommunalités",
            SHARE,
            "Part de l'indice de Theil due aux écarts entre les moyennes des intercommunalités.",
            2,
        ),
        Indicator(
            "palma",
            "Rapport dixième le mieux doté / quatre dixièmes les moins dotés",
            RATIO,
            "APL moyenne du dixième de la population le mieux doté rapportée à celle des quatre dixièmes les "
            "moins dotés (rapport de Palma adapté).",
            2,
            "low",
        ),
    ]
    return {indicator.code: indicator for indicator in found}


def _apl_indicators(column: str, profession: Profession, label: str) -> list[Indicator]:
    suffix, who = _AGES[column]
    estimated = column == "apl_estimate"
    prefix = "Estimation, à ne pas confondre avec l'indicateur publié : " if estimated else ""
    whom = who.format(label=label)
    mean = Indicator(
        f"{column}_mean",
        f"APL{suffix} moyenne",
        profession.apl_unit,
        f"{prefix}accessibilité potentielle localisée comptant {whom}, moyenne des communes pondérée par la "
        "population standardisée.",
        2,
        "high",
    )
    shares = [
        Indicator(
            f"{column}_share_under_2_5",
            f"Population sous 2,5{suffix}",
            SHARE,
            f"{prefix}part de la population totale qui habite une commune dont l'APL ({whom}) est "
            "strictement inférieure à 2,5 consultations par an et par habitant standardisé (niveau "
            "communal).",
            3,
            "low",
        )
    ]
    tenths = [
        Indicator(
            f"{column}_{side}_tenth",
            f"APL{suffix} du dixième de la population {words} doté",
            profession.apl_unit,
            f"{prefix}moyenne de l'APL ({whom}) du dixième de la population totale {words} doté ; les "
            "communes sont rangées par APL, la moyenne est pondérée par la population standardisée.",
            2,
            "high",
        )
        for side, words in (("worst", "le moins"), ("best", "le mieux"))
    ]
    return [mean, *(shares if profession.code == "mg" else []), *tenths]
