"""The words a scheme's rules are written with: closed lists, each with its French label."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A stable English value with the French label people read."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class LegalBasis(Term):
    """What allows the authority to grant the aid (domain reference L-01 to L-14)."""

    L1511_8_I = "L1511_8_I", "CGCT, article L1511-8 I : installation ou maintien de professionnels de santé"
    IEPP = "IEPP", "CGCT, article L1511-8 II : indemnité d'étude et de projet professionnel"
    HOUSING_ALLOWANCE = "HOUSING_ALLOWANCE", "CGCT, articles L1511-8 et D1511-52 : indemnité de logement"
    TRAVEL_ALLOWANCE = "TRAVEL_ALLOWANCE", "CGCT, articles L1511-8 et D1511-53 : indemnité de déplacement"
    PDS_STRUCTURE = "PDS_STRUCTURE", "CGCT, article L1511-8 I : structures de permanence des soins"
    GRANT_L2000_321 = "GRANT_L2000_321", "Loi n° 2000-321, articles 9-1 à 10-1 : subvention"
    CAPITAL_L1111_10 = "CAPITAL_L1111_10", "CGCT, article L1111-10 : projets des communes et groupements"
    GUARANTEE = "GUARANTEE", "CGCT, articles L3231-4 et D1511-32 à D1511-35 : garantie d'emprunt"
    DEVELOPMENT_TAX = "DEVELOPMENT_TAX", "CGI, article 1635 quater E : exonération de taxe d'aménagement"
    REGIONAL_CONTRACT = "REGIONAL_CONTRACT", "Contrat régional d'exercice sanitaire, piloté par la Région"
    OTHER = "OTHER", "Autre base légale, précisée en note"


class Kind(Term):
    BURSARY = "bursary", "Bourse d'études"
    PLACEMENT_ALLOWANCE = "placement_allowance", "Indemnité de stage"
    INSTALLATION_AID = "installation_aid", "Aide à l'installation"
    EQUIPMENT_AID = "equipment_aid", "Aide à l'équipement"
    CAPITAL_GRANT = "capital_grant", "Subvention d'investissement"
    OPERATING_GRANT = "operating_grant", "Subvention de fonctionnement"
    START_UP_GRANT = "start_up_grant", "Aide au démarrage"
    ACTIVITY_ADJUSTED_GRANT = "activity_adjusted_grant", "Subvention ajustée à l'activité"
    LOAN_GUARANTEE = "loan_guarantee", "Garantie d'emprunt"
    TAX_EXEMPTION = "tax_exemption", "Exonération de taxe d'aménagement"
    GIFT = "gift", "Gratification"


class AidForm(Term):
    """The five forms of CGCT R1511-44."""

    INVESTMENT_OR_OPERATING = "investment_or_operating", "frais d'investissement ou de fonctionnement"
    PREMISES = "premises", "mise à disposition de locaux"
    HOUSING = "housing", "mise à disposition d'un logement"
    INSTALLATION_BONUS = "installation_bonus", "prime d'installation"
    PRACTICE_BONUS = "practice_bonus", "prime d'exercice forfaitaire"


class Recipient(Term):
    STUDENT = "student", "étudiant"
    PROFESSIONAL = "professional", "professionnel de santé"
    ASSOCIATION = "association", "association"
    COMPANY = "company", "société"
    COMMUNE = "commune", "commune"
    EPCI = "epci", "établissement public de coopération intercommunale"
    PUBLIC_BODY = "public_body", "autre organisme public"
    HEALTH_CENTRE_MANAGER = "health_centre_manager", "gestionnaire de centre de santé"
    MSP_COMPANY = "msp_company", "société d'une maison de santé (SISA, SCM, SCI…)"


class Effect(Term):
    STOP = "stop", "bloquant"
    WARN = "warn", "signalé"


class ScheduleKind(Term):
    ONCE = "once", "en une fois"
    MONTHLY = "monthly", "chaque mois"
    YEARLY = "yearly", "chaque année"
    EQUAL = "equal", "en versements égaux"
    MILESTONES = "milestones", "par étapes, sur justificatif"
    ACTIVITY = "activity", "selon l'activité constatée"


class Start(Term):
    """What a schedule starts from; the fourth way, a date of the form, is written `field:<key>`."""

    SIGNATURE = "signature", "à la signature de la convention"
    AWARD = "award", "à la décision d'attribution"
    FIRST_OF_NEXT_MONTH = "first_of_next_month", "le premier du mois qui suit la signature"


class Unit(Term):
    """Units of activity a grant may be adjusted to."""

    HOURS = "hours", "heure de permanence"
    HALF_DAYS = "half_days", "demi-journée de permanence"
    CONSULTATIONS = "consultations", "consultation sans rendez-vous"
    DOCTORS = "doctors", "médecin participant"
    POPULATION = "population", "habitant couvert"


class Trigger(Term):
    """The event from which the months to start practising are counted."""

    DIPLOMA = "diploma", "l'obtention du diplôme"
    AWARD = "award", "la décision d'attribution"
    SIGNATURE = "signature", "la signature de la convention"
    INSTALLATION = "installation", "l'installation"
    OPENING = "opening", "l'ouverture de la structure"


class Within(Term):
    TERRITORY = "territory", "dans le territoire de la collectivité"
    COMMUNES = "communes", "dans une des communes désignées"


class ZoneAt(Term):
    SIGNATURE = "signature", "à la signature de la convention"
    INSTALLATION = "installation", "à l'installation"
    EITHER = "either", "à la signature de la convention ou à l'installation"


class Holder(Term):
    PERSON = "person", "le bénéficiaire lui-même"
    STRUCTURE = "structure", "la structure"


class Interruption(Term):
    MATERNITY = "maternity", "congé de maternité, de paternité ou d'adoption"
    ILLNESS = "illness", "maladie"
    ACCIDENT = "accident", "accident"
    PARENTAL_LEAVE = "parental_leave", "congé parental"
    CARER_LEAVE = "carer_leave", "congé de proche aidant"
    FORCE_MAJEURE = "force_majeure", "force majeure"
    OTHER = "other", "autre motif accepté par la collectivité"


class ZoneLoss(Term):
    """What becomes of the obligation when the place leaves the zone (CGCT R1511-45 2°)."""

    KEEP = "keep", "l'engagement se poursuit au même lieu"
    MOVE = "move", "l'engagement se poursuit dans une commune classée"
    END = "end", "l'engagement prend fin sans reversement"


class Formula(Term):
    """What is given back on a breach."""

    FULL = "FULL", "reversement de la totalité des sommes versées"
    PRO_RATA = "PRO_RATA", "reversement au prorata des mois restants"
    PRO_RATA_DAYS = "PRO_RATA_DAYS", "reversement au prorata des jours restants"
    FULL_PLUS_PENALTY = "FULL_PLUS_PENALTY", "reversement de la totalité, majoré d'une pénalité"
    NONE = "NONE", "aucun reversement"


class FileType(Term):
    PDF = "pdf", "PDF"
    JPEG = "jpeg", "JPEG"
    PNG = "png", "PNG"
    DOCX = "docx", "Word"
    XLSX = "xlsx", "Excel"
    ODT = "odt", "OpenDocument texte"
    ODS = "ods", "OpenDocument tableur"


class DeMinimis(Term):
    """The régime printed on the notification (domain reference L-14)."""

    GENERAL = "2023/2831", "règlement (UE) 2023/2831, 300 000 € sur trois ans glissants"
    SGEI = (
        "2023/2832",
        "règlement (UE) 2023/2832 (services d'intérêt économique général), 750 000 € sur trois ans",
    )
