"""What a Word template of the authority may name, and what each name gives."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from maillage.acts.document import long_date
from maillage.agreements import planning
from maillage.agreements.models import Agreement
from maillage.rules.calendar import months_text
from maillage.rules.describe import describe
from maillage.rules.money import euros

# Each variable, what it gives, and an example of it. Lists are repeated over with `for`.
VARIABLES: Final[tuple[tuple[str, str, Any], ...]] = (
    ("numero", "Numéro de la convention", "C-2026-0012"),
    ("collectivite", "Nom de la collectivité", "Département d'exemple"),
    ("signataire", "Signataire de la collectivité", "le Président"),
    ("beneficiaire", "Nom du bénéficiaire", "Camille Exemple"),
    ("beneficiaire_identite", "Nom, adresse et identifiants", "Camille Exemple, 1 rue des Lilas"),
    ("objet", "Objet de l'aide", "Bourse d'études"),
    ("dispositif", "Titre du dispositif", "Bourse d'études"),
    ("deliberation", "Numéro de la délibération", "2026-CP-12"),
    ("date_deliberation", "Date de la délibération", "12 mars 2026"),
    ("montant", "Montant de l'aide", "12\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}€"),
    ("nombre_versements", "Nombre de versements", "24"),
    (
        "versements",
        "Liste des versements : numero, objet, date, montant",
        [{"numero": "1", "objet": "Mensualité 1 sur 24", "date": "01/04/2026", "montant": "500 €"}],
    ),
    ("lieu", "Commune d'exercice", "Aubeterre"),
    ("duree_engagement", "Durée de l'engagement d'exercice", "36 mois"),
    ("engagement", "Phrases de l'engagement (liste)", ["L'engagement porte sur 36 mois."]),
    ("reversement", "Phrases du reversement (liste)", ["Reversement au prorata des mois restants."]),
    ("fin", "Date de fin de la convention", "31 décembre 2029"),
    ("clauses", "Dispositions particulières", ""),
    ("date", "Date d'édition", "22 novembre 2026"),
)


def example() -> dict[str, Any]:
    """A value for every variable, to try a template on."""
    return {name: value for name, _, value in VARIABLES}


def values(agreement: Agreement, *, on: date) -> dict[str, Any]:
    """Every variable for an agreement, as it would be signed on a day."""
    terms, rules = agreement.terms, agreement.rules
    lines = planning.planned(agreement, signed_on=agreement.signed_on or on)
    sections = {section.title: list(section.sentences) for section in describe(rules)}
    months = rules.obligation.months if rules.obligation is not None else None
    return {
        "numero": agreement.number,
        "collectivite": agreement.authority.name,
        "signataire": terms["signatory"],
        "beneficiaire": terms["recipient"]["name"],
        "beneficiaire_identite": identity_text(agreement),
        "objet": agreement.title,
        "dispositif": terms["scheme"]["title"],
        "deliberation": terms["decision"]["number"],
        "date_deliberation": long_date(date.fromisoformat(terms["decision"]["taken_on"])),
        "montant": euros(agreement.amount),
        "nombre_versements": str(len(lines)),
        "versements": [
            {
                "numero": str(line.number),
                "objet": line.label,
                "date": line.due_on.strftime("%d/%m/%Y") if line.due_on else "selon justificatif",
                "montant": euros(line.amount),
            }
            for line in lines
        ],
        "lieu": terms["place"]["label"],
        "duree_engagement": months_text(months) if months is not None else "",
        "engagement": sections.get("Engagement", []),
        "reversement": sections.get("Reversement", []),
        "fin": long_date(agreement.ends_on) if agreement.ends_on else "",
        "clauses": terms["clauses"],
        "date": long_date(on),
    }


def identity_text(agreement: Agreement, *, name_mark: str = "") -> str:
    """« Camille Exemple, 1 rue des Lilas, 20001 Aubeterre, RPPS 10001234567, »."""
    held = agreement.terms["recipient"]
    address = ", ".join(line.strip() for line in held["address"].splitlines() if line.strip())
    numbers = [f"{name.upper()} {held[name]}" for name in ("siret", "rna", "rpps", "finess") if held[name]]
    return ", ".join(part for part in (f"{name_mark}{held['name']}{name_mark}", address, *numbers) if part)
