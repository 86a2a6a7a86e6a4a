"""The five professions of the published APL, and what each official file calls them."""

from __future__ import annotations

from dataclasses import dataclass

PER_STANDARDISED_INHABITANT = "consultations accessibles par an et par habitant standardisé"
FTE_PER_100_000 = "ETP accessibles pour 100 000 habitants standardisés"


@dataclass(frozen=True, slots=True)
class Profession:
    """`drees_names` follow « APL aux » in the headers of its APL workbook (plain: no accent, no case),
    `cnam_label` stands in the densities of the Assurance maladie; `apl_unit` is the unit of its APL (DREES,
    data set 530).
    """

    slug: str
    label: str
    drees_names: tuple[str, ...]
    cnam_label: str
    apl_unit: str


PROFESSIONS = {
    profession.slug: profession
    for profession in (
        Profession(
            "mg",
            "Médecins généralistes",
            ("medecins generalistes",),
            "Ensemble des médecins généralistes",
            PER_STANDARDISED_INHABITANT,
        ),
        Profession("inf", "Infirmiers", ("infirmier",), "Infirmiers", FTE_PER_100_000),
        Profession(
            "mk",
            "Masseurs-kinésithérapeutes",
            ("masseurs-kinesitherapeutes", "kinesitherapeutes"),
            "Masseurs-kinésithérapeutes",
            FTE_PER_100_000,
        ),
        Profession("sf", "Sages-femmes", ("sages-femmes",), "Sages-femmes", FTE_PER_100_000),
        Profession(
            "cd",
            "Chirurgiens-dentistes",
            ("chirurgiens-dentistes", "dentistes"),
            "Ensemble des chirurgiens-dentistes",
            FTE_PER_100_000,
        ),
    )
}
