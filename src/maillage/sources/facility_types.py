"""What the codes of the BPE (base permanente des équipements, INSEE) stand for, by edition.

INSEE renumbered private practitioners in the 2024 edition and pharmacies in the 2020 one: a role is found
by the code in force in the year of the file. Source: lists of facility types published with each edition
(INSEE, BPE, « Liste des types d'équipements »).
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = {
    "gp": "Médecins généralistes",
    "specialist": "Médecins spécialistes",
    "dentist": "Chirurgiens-dentistes",
    "midwife": "Sages-femmes",
    "nurse": "Infirmiers",
    "physiotherapist": "Masseurs-kinésithérapeutes",
    "pharmacy": "Pharmacies",
    "laboratory": "Laboratoires d'analyses médicales",
    "emergency": "Urgences",
    "maternity": "Maternités",
    "health_centre": "Centres de santé",
    "health_house": "Maisons de santé pluriprofessionnelles",
}


@dataclass(frozen=True, slots=True)
class FacilityType:
    """A code, its role, and the editions it is used in (None: no bound known)."""

    code: str
    role: str
    label: str
    first: int | None = None
    last: int | None = None

    def used_in(self, year: int) -> bool:
        return (self.first or year) <= year <= (self.last or year)


_SPECIALISTS_UNTIL_2023 = {
    "D202": "Cardiologie",
    "D203": "Dermatologie et vénéréologie",
    "D206": "Gastro-entérologie, hépatologie",
    "D207": "Psychiatrie",
    "D208": "Ophtalmologie",
    "D209": "Oto-rhino-laryngologie",
    "D210": "Pédiatrie",
    "D211": "Pneumologie",
    "D212": "Radiodiagnostic et imagerie médicale",
    "D213": "Stomatologie",
    "D214": "Gynécologie",
}
_SPECIALISTS_SINCE_2024 = {
    "D251": "Allergologie",
    "D252": "Anesthésie-réanimation",
    "D253": "Chirurgie générale",
    "D254": "Chirurgie orthopédique, plastique et traumatologique",
    "D255": "Endocrinologie",
    "D256": "Gériatrie",
    "D257": "Hématologie",
    "D258": "Médecine physique et de réadaptation",
    "D259": "Neurologie",
    "D260": "Oncologie, anatomie et cytologie pathologiques",
    "D261": "Rhumatologie",
    "D262": "Urologie, néphrologie",
    "D266": "Cardiologie",
    "D267": "Dermatologie et vénéréologie",
    "D268": "Gastro-entérologie, hépatologie",
    "D269": "Psychiatrie",
    "D270": "Ophtalmologie",
    "D271": "Oto-rhino-laryngologie",
    "D272": "Pédiatrie",
    "D273": "Pneumologie",
    "D274": "Radiodiagnostic et imagerie médicale",
    "D275": "Stomatologie",
    "D276": "Gynécologie",
}

FACILITY_TYPES: tuple[FacilityType, ...] = (
    FacilityType("D201", "gp", "Médecin omnipraticien", last=2023),
    FacilityType("D265", "gp", "Médecine générale", first=2024),
    *(FacilityType(code, "specialist", label, last=2023) for code, label in _SPECIALISTS_UNTIL_2023.items()),
    *(FacilityType(code, "specialist", label, first=2024) for code, label in _SPECIALISTS_SINCE_2024.items()),
    FacilityType("D221", "dentist", "Chirurgien-dentiste", last=2023),
    FacilityType("D277", "dentist", "Chirurgien-dentiste", first=2024),
    FacilityType("D231", "midwife", "Sage-femme", last=2023),
    FacilityType("D278", "midwife", "Sage-femme", first=2024),
    FacilityType("D232", "nurse", "Infirmier", last=2023),
    FacilityType("D281", "nurse", "Infirmier", first=2024),
    FacilityType("D233", "physiotherapist", "Masseur-kinésithérapeute", last=2023),
    FacilityType("D279", "physiotherapist", "Masseur-kinésithérapeute", first=2024),
    FacilityType("D301", "pharmacy", "Pharmacie", last=2019),
    FacilityType("D307", "pharmacy", "Pharmacie", first=2020),
    FacilityType("D302", "laboratory", "Laboratoire d'analyses et de biologie médicale"),
    FacilityType("D106", "emergency", "Urgences"),
    FacilityType("D107", "maternity", "Maternité"),
    FacilityType("D108", "health_centre", "Centre de santé"),
    FacilityType("D113", "health_house", "Maison de santé pluriprofessionnelle"),
)


def codes_of(role: str, year: int) -> frozenset[str]:
    """BPE codes of a role in the edition of a year. Raises KeyError on a role that is not in `ROLES`."""
    if role not in ROLES:
        raise KeyError(role)
    return frozenset(known.code for known in FACILITY_TYPES if known.role == role and known.used_in(year))
