"""The articles of an agreement, from its terms: what is paid and when, what is owed in return, what is given
back. Sentences only; `documents` lays them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maillage.acts.document import Block, Bullets, Figures, Paragraph, Table, long_date
from maillage.agreements import planning
from maillage.agreements.models import Agreement
from maillage.agreements.terms import REPORT_MONTHS, owes_report
from maillage.kit.console import Refused
from maillage.rules.clawback import Computation, Service, compute
from maillage.rules.describe import describe
from maillage.rules.money import down_to_cent, euros
from maillage.rules.parts import Clawback
from maillage.rules.schedules import PlannedInstalment
from maillage.rules.terms import Formula, LegalBasis, ScheduleKind, ZoneLoss

# The worked example of the claw-back stops practice after this share of the obligation.
EXAMPLE_SHARE = Decimal("0.4")


_CGCT = "le code général des collectivités territoriales, notamment"
_LAWS = {
    LegalBasis.L1511_8_I: f"{_CGCT} ses articles L. 1511-8 et R. 1511-44 à D. 1511-47",
    LegalBasis.IEPP: f"{_CGCT} ses articles L. 1511-8 et D. 1511-54 à D. 1511-56",
    LegalBasis.HOUSING_ALLOWANCE: f"{_CGCT} ses articles L. 1511-8 et D. 1511-52",
    LegalBasis.TRAVEL_ALLOWANCE: f"{_CGCT} ses articles L. 1511-8 et D. 1511-53",
    LegalBasis.PDS_STRUCTURE: f"{_CGCT} son article L. 1511-8",
    LegalBasis.GRANT_L2000_321: "la loi n° 2000-321 du 12 avril 2000, notamment ses articles 9-1 à 10-1",
    LegalBasis.CAPITAL_L1111_10: f"{_CGCT} son article L. 1111-10",
    LegalBasis.GUARANTEE: f"{_CGCT} ses articles L. 3231-4 et D. 1511-32 à D. 1511-35",
    LegalBasis.DEVELOPMENT_TAX: "le code général des impôts, notamment son article 1635 quater E",
    LegalBasis.REGIONAL_CONTRACT: "le contrat régional d'exercice sanitaire",
}


@dataclass(frozen=True)
class Article:
    title: str
    blocks: tuple[Block, ...]


def articles(agreement: Agreement, *, on: date) -> list[Article]:
    """Every article the terms call for, in order, as they read when signed on a day."""
    found = [
        _object(agreement),
        _amount(agreement),
        _payment(agreement, on),
        _duration(agreement),
        *_obligation(agreement),
        *_clawback(agreement),
        _proofs(agreement),
        *_republican(agreement),
        *_free(agreement),
        _end(agreement),
        _forwarding(agreement),
        _dispute(agreement),
    ]
    return [article for article in found if article.blocks]


def recitals(agreement: Agreement) -> tuple[str, ...]:
    """« Vu… »: the texts and the decision it rests on."""
    terms, rules = agreement.terms, agreement.rules
    decision = terms["decision"]
    taken_on = long_date(date.fromisoformat(decision["taken_on"]))
    texts = [_LAWS[rules.legal_basis]] if rules.legal_basis in _LAWS else []
    texts += [rules.legal_note.rstrip(".")] if rules.legal_note else []
    texts.append(f"la délibération n° {decision['number']} du {taken_on} ({decision['body'].lower()})")
    texts.append(
        f"le règlement du dispositif « {terms['scheme']['title']} », version {terms['scheme']['version']}"
    )
    return tuple(f"Vu {text} ;" for text in texts)


def _object(agreement: Agreement) -> Article:
    terms = agreement.terms
    scheme = terms["scheme"]["title"]
    about = f" ({agreement.title})" if agreement.title != scheme else ""
    return Article(
        "Objet",
        (
            Paragraph(
                f"La présente convention fixe les conditions dans lesquelles {agreement.authority.name} "
                f"accorde à **{terms['recipient']['name']}**, ci-après « le bénéficiaire », l'aide "
                f"« {scheme} »{about}."
            ),
        ),
    )


def _amount(agreement: Agreement) -> Article:
    blocks = [Paragraph(f"Le montant de l'aide est de **{euros(agreement.amount)}**.")]
    regime = agreement.rules.cumulation.de_minimis
    if regime is not None:
        blocks.append(Paragraph(f"Elle est accordée au titre des aides de minimis : {regime.label}."))
    return Article("Montant", tuple(blocks))


def _payment(agreement: Agreement, on: date) -> Article:
    schedule = agreement.rules.schedule
    if schedule is None:
        return Article("Versement", ())
    lines = planning.planned(agreement, signed_on=on)
    blocks: list[Block] = [Paragraph(_pace(lines, schedule.kind))]
    blocks.append(schedule_table(agreement, lines, "Échéancier prévisionnel"))
    if schedule.activity is not None:
        activity = [text for text in _told(agreement, "Versement") if text.startswith(("Par", "Le total"))]
        blocks.append(Paragraph("Le solde est arrêté selon l'activité constatée :"))
        blocks.append(Bullets(tuple(activity)))
    blocks.append(
        Paragraph(
            "Les dates sont celles d'une signature au jour d'édition ; elles sont arrêtées à la dernière "
            "signature. "
            "Les versements peuvent être suspendus, sur motif écrit, tant qu'un justificatif manque ou "
            "qu'un "
            "manquement est examiné."
        )
    )
    return Article("Versement", tuple(blocks))


def _pace(lines: Sequence[PlannedInstalment], kind: ScheduleKind) -> str:
    count = len(lines)
    if count == 1:
        return f"L'aide est versée en une fois, soit {euros(lines[0].amount)}."
    first, last = lines[0].amount, lines[-1].amount
    each = f" de {euros(first)}" if first == last else ""
    return f"L'aide est versée {kind.label}, en {count} versements{each}."


def schedule_table(agreement: Agreement, lines: Sequence[PlannedInstalment], caption: str) -> Table:
    """Instalments as a table of an act."""
    return Table(
        caption=caption,
        header=("N°", "Versement", "Date prévue", "Justificatif", "Montant"),
        rows=tuple(
            (
                str(line.number),
                line.label,
                line.due_on.strftime("%d/%m/%Y") if line.due_on else "selon justificatif",
                agreement.label_of(line.proof) if line.proof else "aucun",
                euros(line.amount),
            )
            for line in lines
        ),
        aligns=("right", "left", "left", "left", "right"),
    )


def _duration(agreement: Agreement) -> Article:
    end = (
        f"prend fin le {long_date(agreement.ends_on)}"
        if agreement.ends_on
        else "prend fin lorsque les obligations des deux parties sont remplies"
    )
    text = f"La convention prend effet à la date de la dernière signature et {end}."
    return Article("Durée", (Paragraph(text),))


def _obligation(agreement: Agreement) -> Iterator[Article]:
    terms = agreement.rules.obligation
    if terms is None:
        return
    place = agreement.terms["place"]["label"]
    where = f"Le lieu d'exercice déclaré à la signature est **{place}**. " if place else ""
    change = (
        "Tout changement de lieu est soumis à l'accord préalable de la collectivité et fait l'objet d'un "
        "avenant."
    )
    skipped = ("Rappels", "Si le lieu d'exercice")
    held = [text for text in _told(agreement, "Engagement") if not text.startswith(skipped)]
    yield Article("Engagement du bénéficiaire", (Bullets(tuple(held)), Paragraph(where + change)))
    if agreement.rules.legal_basis == LegalBasis.L1511_8_I or terms.place.zones is not None:
        # CGCT R1511-45 2°: the agreement says how the aid ends when the place leaves the zone.
        yield Article("Sortie du zonage", (Paragraph(_zone_loss(terms.zone_loss)),))


def _zone_loss(policy: ZoneLoss) -> str:
    return (
        "Si la commune d'exercice n'est plus classée dans une zone caractérisée par une offre de soins "
        f"insuffisante pendant la convention, {policy.label} (CGCT, art. R. 1511-45)."
    )


def _clawback(agreement: Agreement) -> Iterator[Article]:
    clawback = agreement.rules.clawback
    if clawback is None:
        return
    blocks: list[Block] = [
        Paragraph(
            "En cas de manquement, et après que le bénéficiaire a pu présenter ses observations, les "
            "sommes versées "
            "sont reversées ainsi (CGCT, art. R. 1511-45 et D. 1511-56 ; CRPA, art. L. 242-2) :"
        ),
        Bullets(tuple(text for text in _told(agreement, "Reversement") if not text.startswith("Source"))),
        *_worked(agreement, clawback),
    ]
    yield Article("Reversement", tuple(blocks))


def worked_example(agreement: Agreement) -> tuple[int, Computation] | None:
    """The claw-back if practice stopped at two fifths of the obligation, everything being paid."""
    terms, clawback = agreement.rules.obligation, agreement.rules.clawback
    if clawback is None or terms is None or terms.months is None or clawback.formula == Formula.NONE:
        return None
    served = int(terms.months * EXAMPLE_SHARE)
    days = (terms.months * 365) // 12
    service = Service(
        months_due=terms.months,
        months_served=served,
        days_due=days,
        days_served=down_to_cent(Decimal(days) * served / terms.months),
        months_received=_months_received(agreement),
    )
    try:
        return served, compute(clawback, agreement.amount, service)
    except ValueError as error:
        raise Refused(str(error)) from error


def _months_received(agreement: Agreement) -> int | None:
    schedule = agreement.rules.schedule
    monthly = schedule is not None and schedule.kind == ScheduleKind.MONTHLY
    return schedule.count if schedule is not None and monthly else None


def _worked(agreement: Agreement, clawback: Clawback) -> Iterator[Block]:
    found = worked_example(agreement)
    if found is None:
        return
    served, example = found
    yield Paragraph(
        f"__Exemple :__ l'aide entière étant versée, l'exercice cesse après {served} mois sur "
        f"{agreement.rules.obligation.months if agreement.rules.obligation else served}."
    )
    yield Figures(
        (
            *((f"{line.label} ({line.formula})", euros(line.value)) for line in example.lines),
            ("Somme à reverser", euros(example.amount)),
        )
    )


def _proofs(agreement: Agreement) -> Article:
    schedule = agreement.rules.schedule
    keys = [schedule.proof, *(step.proof for step in schedule.steps)] if schedule is not None else []
    asked = [agreement.label_of(key) for key in dict.fromkeys(keys) if key]
    blocks: list[Block] = []
    if asked:
        blocks.append(Paragraph("Avant les versements qui en dépendent, le bénéficiaire remet :"))
        blocks.append(Bullets(tuple(asked)))
    if schedule is not None and schedule.proof_every_months is not None:
        blocks.append(
            Paragraph(f"Ce justificatif est renouvelé tous les {schedule.proof_every_months} mois.")
        )
    if owes_report(agreement.rules, agreement.recipient):
        blocks.append(
            Paragraph(
                f"Le bénéficiaire remet un **compte rendu financier** dans les {REPORT_MONTHS} mois qui "
                "suivent la "
                "fin de l'exercice pour lequel l'aide est accordée : il atteste que les dépenses sont "
                "conformes à "
                "son objet (loi n° 2000-321 du 12 avril 2000, art. 10)."
            )
        )
    return Article("Justificatifs", tuple(blocks))


def _republican(agreement: Agreement) -> Iterator[Article]:
    if agreement.terms["republican"]:
        yield Article(
            "Contrat d'engagement républicain",
            (
                Paragraph(
                    "L'association respecte le contrat d'engagement républicain qu'elle a souscrit (loi "
                    "n° 2000-321, "
                    "art. 10-1 ; décret n° 2021-1947). Un manquement entraîne le retrait de l'aide, au "
                    "prorata de "
                    "la période qui reste à courir."
                ),
            ),
        )


def _free(agreement: Agreement) -> Iterator[Article]:
    if agreement.terms["clauses"]:
        parts = [part.strip() for part in agreement.terms["clauses"].split("\n\n") if part.strip()]
        yield Article("Dispositions particulières", tuple(Paragraph(part) for part in parts))


def _end(agreement: Agreement) -> Article:
    return Article(
        "Modification et résiliation",
        (
            Paragraph(
                "Toute modification fait l'objet d'un avenant signé des deux parties. En cas "
                "d'inexécution, la "
                "convention peut être résiliée par la collectivité par lettre recommandée motivée, après "
                "que le "
                "bénéficiaire a pu présenter ses observations (CRPA, art. L. 121-1). Les versements à "
                "venir sont "
                "alors annulés."
            ),
        ),
    )


def _forwarding(agreement: Agreement) -> Article:
    care = (LegalBasis.L1511_8_I, LegalBasis.IEPP, LegalBasis.HOUSING_ALLOWANCE, LegalBasis.TRAVEL_ALLOWANCE)
    if agreement.rules.legal_basis not in care:
        return Article("Transmission", ())
    text = (
        "La convention signée est transmise par la collectivité à l'agence régionale de santé et aux "
        "organismes "
        "d'assurance maladie (CGCT, art. L. 1511-8)."
    )
    return Article("Transmission", (Paragraph(text),))


def _dispute(agreement: Agreement) -> Article:
    text = (
        "À défaut d'accord amiable, les litiges nés de la convention relèvent du tribunal administratif "
        "compétent."
    )
    return Article("Litiges", (Paragraph(text),))


def _told(agreement: Agreement, title: str) -> tuple[str, ...]:
    """What the rules say under one of their own headings, sentence by sentence."""
    sections = {section.title: section.sentences for section in describe(agreement.rules)}
    return sections.get(title, ())
