"""The standard vocabulary: the facts that the schemes of a plan judge on, each with the words to say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from maillage.rules.fields import SHARE, Field, FieldType, Phrase, Source
from maillage.rules.reading import Reader
from maillage.rules.terms import Term

PROFESSIONS: Final = {
    "medecin": "Médecin",
    "chirurgien_dentiste": "Chirurgien-dentiste",
    "sage_femme": "Sage-femme",
    "infirmier": "Infirmier",
    "infirmier_pratique_avancee": "Infirmier en pratique avancée",
    "masseur_kinesitherapeute": "Masseur-kinésithérapeute",
    "orthophoniste": "Orthophoniste",
    "orthoptiste": "Orthoptiste",
    "pedicure_podologue": "Pédicure-podologue",
    "pharmacien": "Pharmacien",
    "psychologue": "Psychologue",
    "ergotherapeute": "Ergothérapeute",
    "psychomotricien": "Psychomotricien",
    "dieteticien": "Diététicien",
    "manipulateur_radio": "Manipulateur d'électroradiologie médicale",
    "audioprothesiste": "Audioprothésiste",
    "opticien": "Opticien-lunetier",
    "autre": "Autre profession",
}
SITUATIONS: Final = {
    "student": "Étudiant",
    "intern": "Interne",
    "junior_doctor": "Docteur junior",
    "replacing": "Remplaçant",
    "first_installation": "En première installation",
    "installing": "En cours d'installation",
    "installed": "Déjà installé",
    "retired": "Retraité",
}
STUDY_LEVELS: Final = {
    "first_cycle": "Premier cycle",
    "second_cycle": "Deuxième cycle",
    "third_cycle": "Troisième cycle",
    "paramedical": "Formation paramédicale",
}
PRACTICE_MODES: Final = {
    "liberal": "Libéral",
    "employee": "Salarié",
    "mixed": "Mixte",
}
SECTORS: Final = {
    "1": "Secteur 1",
    "2_optam": "Secteur 2 avec Optam",
    "2": "Secteur 2",
    "none": "Hors convention",
}
# The categories of the official zoning, as the decrees name them.
ZONE_CATEGORIES: Final = {
    "ZIP": "ZIP",
    "ZAC": "ZAC",
    "ZV": "zone de vigilance",
    "HZ": "hors zonage",
    "très sous-dotée": "très sous-dotée",
    "sous-dotée": "sous-dotée",
    "intermédiaire": "intermédiaire",
    "très dotée": "très dotée",
    "sur-dotée": "sur-dotée",
    "non prioritaire": "non prioritaire",
}
STRUCTURES: Final = {
    "msp": "Maison de santé pluriprofessionnelle",
    "mspu": "Maison de santé universitaire",
    "health_centre": "Centre de santé",
    "medical_hub": "Pôle médical",
    "practice": "Cabinet",
    "cpts": "Communauté professionnelle territoriale de santé",
    "out_of_hours_centre": "Maison médicale de garde",
    "other": "Autre structure",
}
LEGAL_FORMS: Final = {
    "association": "Association",
    "foundation": "Fondation",
    "sisa": "Société interprofessionnelle de soins ambulatoires",
    "company": "Autre société",
    "commune": "Commune",
    "epci": "Intercommunalité",
    "public_body": "Autre organisme public",
    "natural_person": "Personne physique",
}
COMMITMENTS: Final = {
    "cesp": "Contrat d'engagement de service public (CESP)",
    "iepp": "Indemnité d'étude et de projet professionnel",
    "other_bursary": "Bourse d'une autre collectivité",
    "regional_contract": "Contrat régional d'exercice sanitaire",
    "hospital": "Engagement auprès d'un établissement de santé",
    "none": "Aucun autre engagement",
}


def _choice(key: str, label: str, choices: Mapping[str, str], phrase: Phrase, **more: Any) -> Field:
    return Field(key, label, FieldType.CHOICE, MappingProxyType(choices), phrase=phrase, **more)


def _yes_no(key: str, label: str, noun: str, verb: str, found: str, found_not: str, **more: Any) -> Field:
    pronoun = "il" if noun.startswith("le ") else "elle"
    phrase = Phrase(noun, verb, found, found_not, pronoun)
    return Field(key, label, FieldType.BOOLEAN, phrase=phrase, **more)


def _fact(key: str, label: str, type: FieldType, noun: str, pronoun: str = "elle", **more: Any) -> Field:
    return Field(key, label, type, phrase=Phrase(noun, pronoun=pronoun), **more)


_IDENTITY: Final = (
    _fact("last_name", "Nom", FieldType.TEXT, "le nom", "il", personal=True),
    _fact("first_name", "Prénom", FieldType.TEXT, "le prénom", "il", personal=True),
    _fact("birth_date", "Date de naissance", FieldType.DATE, "la date de naissance", personal=True),
    _fact("email", "Adresse électronique", FieldType.EMAIL, "l'adresse électronique", personal=True),
    _fact("phone", "Téléphone", FieldType.PHONE, "le numéro de téléphone", "il", personal=True),
    _fact("address", "Adresse postale", FieldType.LONG_TEXT, "l'adresse postale", personal=True),
    _fact(
        "home_commune", "Commune de résidence", FieldType.COMMUNE, "la commune de résidence", personal=True
    ),
    _fact("rpps", "Numéro RPPS", FieldType.RPPS, "le numéro RPPS", "il", personal=True),
)
_PROFESSION: Final = (
    _choice(
        "profession",
        "Profession exercée ou préparée",
        PROFESSIONS,
        Phrase(
            "le demandeur",
            "relever de la profession de",
            "relève de la profession de",
            "ne relève pas de la profession de",
            "il",
        ),
        source=Source.REGISTER,
    ),
    _choice(
        "specialty",
        "Spécialité",
        {"general_practice": "Médecine générale", "other": "Autre spécialité"},
        Phrase("la spécialité"),
        source=Source.REGISTER,
    ),
    _choice("situation", "Situation", SITUATIONS, Phrase("le demandeur", pronoun="il")),
    _choice("practice_mode", "Mode d'exercice", PRACTICE_MODES, Phrase("le mode d'exercice", pronoun="il")),
    _choice("sector", "Secteur conventionnel", SECTORS, Phrase("le secteur conventionnel", pronoun="il")),
    _yes_no(
        "is_employed_by_non_profit",
        "Salarié d'une structure non hospitalière à but non lucratif",
        "le demandeur",
        "être salarié d'une structure non hospitalière à but non lucratif",
        "est salarié d'une structure non hospitalière à but non lucratif",
        "n'est pas salarié d'une structure non hospitalière à but non lucratif",
    ),
)
_STUDIES: Final = (
    _choice("study_level", "Cycle d'études", STUDY_LEVELS, Phrase("le cycle d'études", pronoun="il")),
    _fact("year_of_study", "Année d'études", FieldType.INTEGER, "l'année d'études"),
    _fact(
        "years_left",
        "Années d'études restantes, celle en cours comprise",
        FieldType.INTEGER,
        "le nombre d'années d'études restantes",
        "il",
    ),
    _fact(
        "third_cycle_years",
        "Années de troisième cycle après le contrat, hors redoublement",
        FieldType.INTEGER,
        "le nombre d'années de troisième cycle après le contrat, hors redoublement",
        "il",
    ),
    _fact("school", "Établissement de formation", FieldType.TEXT, "l'établissement de formation", "il"),
    _fact("diploma_date", "Date d'obtention du diplôme", FieldType.DATE, "la date d'obtention du diplôme"),
    _yes_no(
        "is_admitted_in_medicine",
        "Admis en études de médecine ou d'odontologie",
        "le demandeur",
        "être admis en études de médecine ou d'odontologie",
        "est admis en études de médecine ou d'odontologie",
        "n'est pas admis en études de médecine ou d'odontologie",
    ),
    _yes_no(
        "is_repeating",
        "Redoublement en cours",
        "le demandeur",
        "redoubler son année",
        "redouble son année",
        "ne redouble pas son année",
    ),
    Field(
        "commitments",
        "Autres engagements pris en échange d'une aide",
        FieldType.CHOICES,
        MappingProxyType(COMMITMENTS),
        phrase=Phrase("la liste des autres engagements"),
    ),
)
_PLACEMENT: Final = (
    _fact("placement_start", "Début du stage", FieldType.DATE, "la date de début du stage"),
    _fact("placement_end", "Fin du stage", FieldType.DATE, "la date de fin du stage"),
    _fact("placement_months", "Mois de stage", FieldType.INTEGER, "la durée du stage", unit="mois"),
    _fact("placement_commune", "Commune du stage", FieldType.COMMUNE, "la commune du stage"),
    _choice(
        "placement_zone",
        "Classement de la commune du stage",
        ZONE_CATEGORIES,
        Phrase("la commune du stage", "être classée", "est classée", "n'est pas classée"),
        source=Source.COMPUTED,
    ),
    _yes_no(
        "placement_in_territory",
        "Stage dans le territoire",
        "le stage",
        "se dérouler dans le territoire",
        "se déroule dans le territoire",
        "ne se déroule pas dans le territoire",
        source=Source.COMPUTED,
    ),
    _yes_no(
        "housing_provided",
        "Logement mis à disposition",
        "le demandeur",
        "disposer d'un logement mis à disposition",
        "dispose d'un logement mis à disposition",
        "ne dispose pas d'un logement mis à disposition",
    ),
    _fact("monthly_rent", "Loyer mensuel", FieldType.MONEY, "le loyer mensuel", "il"),
    _fact(
        "travel_distance",
        "Distance entre le domicile et le stage",
        FieldType.NUMBER,
        "la distance",
        unit="km",
    ),
)
_PRACTICE: Final = (
    _fact("practice_commune", "Commune d'exercice", FieldType.COMMUNE, "la commune d'exercice"),
    _fact(
        "practice_commune_name",
        "Nom de la commune d'exercice",
        FieldType.TEXT,
        "le nom de la commune d'exercice",
        "il",
        source=Source.COMPUTED,
    ),
    _choice(
        "zone_category",
        "Classement de la commune d'exercice",
        ZONE_CATEGORIES,
        Phrase(
            "la commune d'exercice",
            "être classée",
            "est classée",
            "n'est pas classée",
            named_by="practice_commune_name",
        ),
        source=Source.COMPUTED,
    ),
    _yes_no(
        "in_territory",
        "Exercice dans le territoire",
        "la commune d'exercice",
        "se trouver dans le territoire de la collectivité",
        "se trouve dans le territoire de la collectivité",
        "ne se trouve pas dans le territoire de la collectivité",
        source=Source.COMPUTED,
    ),
    _fact(
        "practice_share",
        "Part de l'activité exercée dans le territoire",
        FieldType.NUMBER,
        "la part de l'activité exercée dans le territoire",
        unit=SHARE,
    ),
    _fact(
        "full_time_share",
        "Quotité de temps de travail",
        FieldType.NUMBER,
        "la quotité de temps de travail",
        unit=SHARE,
    ),
    _fact("installation_date", "Date d'installation", FieldType.DATE, "la date d'installation"),
    _yes_no(
        "accepts_obligation",
        "Engagement d'exercice accepté",
        "le demandeur",
        "s'engager à exercer pendant la durée prévue",
        "s'engage à exercer pendant la durée prévue",
        "ne s'engage pas à exercer pendant la durée prévue",
    ),
    _yes_no(
        "is_training_supervisor",
        "Maître de stage des universités",
        "le demandeur",
        "être maître de stage des universités",
        "est maître de stage des universités",
        "n'est pas maître de stage des universités",
    ),
)
_STRUCTURE: Final = (
    _fact("structure_name", "Nom de la structure", FieldType.TEXT, "le nom de la structure", "il"),
    _choice("structure_kind", "Type de structure", STRUCTURES, Phrase("le type de structure", pronoun="il")),
    _choice("legal_form", "Forme juridique", LEGAL_FORMS, Phrase("la forme juridique")),
    _fact("siret", "Numéro SIRET", FieldType.SIRET, "le numéro SIRET", "il", source=Source.REGISTER),
    _fact("rna", "Numéro RNA", FieldType.RNA, "le numéro RNA", "il"),
    _fact("finess", "Numéro FINESS", FieldType.FINESS, "le numéro FINESS", "il", source=Source.REGISTER),
    _fact(
        "ars_label", "Numéro de labellisation par l'ARS", FieldType.TEXT, "le numéro de labellisation", "il"
    ),
    _fact(
        "ars_label_date",
        "Date de labellisation par l'ARS",
        FieldType.DATE,
        "la date de labellisation par l'ARS",
    ),
    _fact(
        "expected_professionals",
        "Professionnels attendus",
        FieldType.INTEGER,
        "le nombre de professionnels attendus",
        "il",
    ),
    _fact("opening_date", "Date d'ouverture", FieldType.DATE, "la date d'ouverture"),
    _yes_no(
        "has_health_project",
        "Projet de santé transmis à l'ARS",
        "la structure",
        "avoir transmis son projet de santé à l'ARS",
        "a transmis son projet de santé à l'ARS",
        "n'a pas transmis son projet de santé à l'ARS",
    ),
    _yes_no(
        "accepts_republican_commitment",
        "Contrat d'engagement républicain souscrit",
        "le demandeur",
        "souscrire le contrat d'engagement républicain",
        "souscrit le contrat d'engagement républicain",
        "ne souscrit pas le contrat d'engagement républicain",
    ),
)
_MSPU: Final = (
    _fact(
        "msu_share",
        "Part de maîtres de stage parmi les praticiens",
        FieldType.NUMBER,
        "la part de maîtres de stage parmi les praticiens",
        unit=SHARE,
    ),
    _fact(
        "second_cycle_students",
        "Étudiants de deuxième cycle accueillis",
        FieldType.INTEGER,
        "le nombre d'étudiants de deuxième cycle accueillis",
        "il",
    ),
    _fact(
        "third_cycle_students",
        "Étudiants de troisième cycle accueillis",
        FieldType.INTEGER,
        "le nombre d'étudiants de troisième cycle accueillis",
        "il",
    ),
    _fact(
        "tripartite_agreement_date",
        "Date de la convention tripartite",
        FieldType.DATE,
        "la date de la convention tripartite entre la maison de santé, l'ARS et l'université",
    ),
    _fact(
        "activity_hours", "Heures de permanence", FieldType.NUMBER, "le nombre d'heures de permanence", "il"
    ),
    _fact(
        "activity_half_days",
        "Demi-journées de permanence",
        FieldType.NUMBER,
        "le nombre de demi-journées de permanence",
        "il",
    ),
    _fact(
        "activity_consultations",
        "Consultations sans rendez-vous",
        FieldType.INTEGER,
        "le nombre de consultations sans rendez-vous",
        "il",
    ),
    _fact(
        "activity_doctors",
        "Médecins participants",
        FieldType.INTEGER,
        "le nombre de médecins participants",
        "il",
    ),
    _fact(
        "activity_population",
        "Population couverte",
        FieldType.INTEGER,
        "la population couverte",
        unit="habitants",
    ),
)
_PROJECT: Final = (
    _fact("project_title", "Intitulé du projet", FieldType.TEXT, "l'intitulé du projet", "il"),
    _fact("project_description", "Description du projet", FieldType.LONG_TEXT, "la description du projet"),
    Field("themes", "Thèmes du projet", FieldType.CHOICES, phrase=Phrase("la liste des thèmes")),
    _fact("project_start", "Début du projet", FieldType.DATE, "la date de début du projet"),
    _fact("project_years", "Durée du projet", FieldType.INTEGER, "la durée du projet", unit="ans"),
    _fact(
        "works_budget",
        "Montant des travaux hors taxes",
        FieldType.MONEY,
        "le montant des travaux hors taxes",
        "il",
    ),
    _fact("equipment_budget", "Montant des équipements", FieldType.MONEY, "le montant des équipements", "il"),
    _fact("eligible_base", "Dépense éligible", FieldType.MONEY, "la dépense éligible"),
    _fact("total_budget", "Coût total du projet", FieldType.MONEY, "le coût total du projet", "il"),
    _fact(
        "public_funding",
        "Total des financements publics",
        FieldType.MONEY,
        "le total des financements publics",
        "il",
    ),
    _fact(
        "public_share",
        "Part des financements publics",
        FieldType.NUMBER,
        "la part des financements publics",
        unit=SHARE,
        source=Source.COMPUTED,
    ),
    _fact("own_funding", "Autofinancement", FieldType.MONEY, "l'autofinancement", "il"),
    _fact(
        "own_share",
        "Part d'autofinancement",
        FieldType.NUMBER,
        "la part d'autofinancement",
        unit=SHARE,
        source=Source.COMPUTED,
    ),
    _fact("funding_plan", "Plan de financement", FieldType.FUNDING_PLAN, "le plan de financement", "il"),
    _fact("requested_amount", "Montant demandé", FieldType.MONEY, "le montant demandé", "il"),
    _fact(
        "requested_by_year",
        "Montant demandé par année",
        FieldType.YEAR_AMOUNTS,
        "le montant demandé par année",
        "il",
    ),
    _yes_no(
        "works_started",
        "Travaux déjà commencés",
        "le projet",
        "avoir commencé avant la demande",
        "a commencé avant la demande",
        "n'a pas commencé avant la demande",
    ),
    _yes_no(
        "already_funded",
        "Projet déjà financé par la collectivité",
        "le projet",
        "avoir déjà été financé par la collectivité",
        "a déjà été financé par la collectivité",
        "n'a pas déjà été financé par la collectivité",
    ),
)
_GUARANTEE: Final = (
    _fact("loan_amount", "Montant de l'emprunt", FieldType.MONEY, "le montant de l'emprunt", "il"),
    _fact("loan_months", "Durée de l'emprunt", FieldType.INTEGER, "la durée de l'emprunt", unit="mois"),
    _fact(
        "loan_rate",
        "Taux annuel de l'emprunt",
        FieldType.NUMBER,
        "le taux annuel de l'emprunt",
        "il",
        unit=SHARE,
    ),
    _fact("loan_lender", "Prêteur", FieldType.TEXT, "le prêteur", "il"),
    _fact(
        "guaranteed_share",
        "Part garantie de l'emprunt",
        FieldType.NUMBER,
        "la part garantie de l'emprunt",
        unit=SHARE,
    ),
    _fact(
        "guaranteed_share_by_others",
        "Part déjà garantie par d'autres collectivités",
        FieldType.NUMBER,
        "la part déjà garantie par d'autres collectivités",
        unit=SHARE,
    ),
    _fact("taxable_area", "Surface taxable", FieldType.NUMBER, "la surface taxable", unit="m²"),
    _fact(
        "permit_date",
        "Date de l'autorisation d'urbanisme",
        FieldType.DATE,
        "la date de l'autorisation d'urbanisme",
    ),
)
_HISTORY: Final = (
    _fact(
        "judged_on", "Date d'examen", FieldType.DATE, "la date d'examen de la demande", source=Source.COMPUTED
    ),
    _fact(
        "application_date",
        "Date de la demande",
        FieldType.DATE,
        "la date de la demande",
        source=Source.COMPUTED,
    ),
    _choice(
        "recipient_kind",
        "Qualité du demandeur",
        {
            "student": "Étudiant",
            "professional": "Professionnel de santé",
            "association": "Association",
            "company": "Société",
            "commune": "Commune",
            "epci": "Intercommunalité",
            "public_body": "Organisme public",
            "health_centre_manager": "Gestionnaire de centre de santé",
            "msp_company": "Société d'une maison de santé",
        },
        Phrase("la qualité du demandeur"),
        source=Source.COMPUTED,
    ),
    _yes_no(
        "has_previous_aid",
        "Aide à l'installation déjà reçue (article L1511-8 du CGCT)",
        "le demandeur",
        "avoir déjà reçu une aide de même catégorie",
        "a déjà reçu une aide de même catégorie",
        "n'a pas déjà reçu d'aide de même catégorie",
    ),
    _fact(
        "previous_aid_on",
        "Date de la dernière convention d'aide de même catégorie",
        FieldType.DATE,
        "la date de la dernière convention d'aide de même catégorie",
        source=Source.COMPUTED,
    ),
    _fact(
        "de_minimis_total",
        "Aides de minimis reçues sur trois ans",
        FieldType.MONEY,
        "le total des aides de minimis reçues sur trois ans",
        "il",
    ),
    _fact("other_aids", "Autres aides reçues ou demandées", FieldType.LONG_TEXT, "la liste des autres aides"),
    _fact(
        "other_aids_total",
        "Total des autres aides publiques",
        FieldType.MONEY,
        "le total des autres aides publiques",
        "il",
    ),
)

STANDARD: Final[Mapping[str, Field]] = MappingProxyType(
    {
        field.key: field
        for group in (
            _IDENTITY,
            _PROFESSION,
            _STUDIES,
            _PLACEMENT,
            _PRACTICE,
            _STRUCTURE,
            _MSPU,
            _PROJECT,
            _GUARANTEE,
            _HISTORY,
        )
        for field in group
    }
)
"""Every standard field, by key, in the order a form asks them."""

ANSWERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "zone_category": ("profession", "practice_commune"),
        "in_territory": ("practice_commune",),
        "practice_commune_name": ("practice_commune",),
        "placement_zone": ("profession", "placement_commune"),
        "placement_in_territory": ("placement_commune",),
        "previous_aid_on": ("has_previous_aid",),
        "public_share": ("public_funding", "total_budget"),
        "own_share": ("own_funding", "total_budget"),
    }
)
"""The answers a fact is worked out from, by key of the fact."""

_WRITTEN: Final = ("label", "type", "choices", "help", "unit", "source", "personal", "required")


def read_field(reader: Reader) -> Field:
    """A field of a scheme: a new one, or a standard one asked besides, some of whose words it may change."""
    key = reader.slug("key")
    base = STANDARD.get(key)
    if base is None:
        reader.required("label", "type")
        base = Field(key, "", FieldType.TEXT)
    field = replace(
        base,
        label=reader.text("label", base.label),
        type=reader.choice("type", FieldType, base.type),
        choices=reader.part("choices", _labels) or base.choices,
        help=reader.text("help", base.help),
        unit=reader.text("unit", base.unit),
        source=reader.choice("source", Source, base.source),
        personal=reader.flag("personal", base.personal),
        required=reader.flag("required", base.required),
    )
    if key in STANDARD and field.type is not base.type:
        reader.refuse(
            "type",
            f"« {key} » est un champ courant de type « {base.type} » : gardez ce type ou changez sa clé.",
        )
    if field.type is FieldType.CHOICE and not field.choices:
        reader.refuse("choices", "Un champ à choix demande la liste de ses choix : identifiant = libellé.")
    return field


def field_json(field: Field) -> dict[str, Any]:
    """The field as `read_field` reads it back: what differs from the standard field of its key, if any."""
    base = STANDARD.get(field.key)
    plain = base or Field(field.key, "", FieldType.TEXT)
    written = {
        name: getattr(field, name) for name in _WRITTEN if getattr(field, name) != getattr(plain, name)
    }
    if base is None:
        written["type"] = field.type
    if "choices" in written:
        written["choices"] = dict(written["choices"])
    return {"key": field.key} | {
        name: value.value if isinstance(value, Term) else value for name, value in written.items()
    }


def _labels(table: Reader) -> Mapping[str, str]:
    """The choices, ordered by label: a database does not keep the order of a table."""
    return MappingProxyType(dict(sorted(table.labels().items(), key=lambda item: item[1])))
