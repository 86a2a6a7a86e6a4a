"""The letters of this room: reminders, adversarial step, decision on a breach, claw-back."""

from __future__ import annotations

from datetime import date

from django.db import models

from maillage.accounts.models import User
from maillage.acts.document import Block, Bullets, Figures, Legal, Paragraph, Table
from maillage.agreements.models import Agreement
from maillage.letters import actions as letters
from maillage.letters import mentions
from maillage.letters.models import Letter
from maillage.letters.writing import compose
from maillage.obligations.models import Breach, PracticeObligation, PracticeProof
from maillage.rules.calendar import day_text, months_text
from maillage.rules.clawback import Computation
from maillage.rules.money import ZERO, euros

CONTEST = Legal(
    "**Contester la somme.** Un titre de recettes vous sera adressé par le comptable public. Dans "
    "les deux mois "
    "de sa réception, vous pourrez en contester le bien-fondé devant le tribunal administratif (CGCT, "
    "art. L. 1617-5). Vous pouvez demander un échéancier ou une remise gracieuse à tout moment."
)


def remind_of_proof(obligation: PracticeObligation, proof: PracticeProof, on: date) -> Letter:
    """A reminder of the yearly statement: coming, due, late, or refused."""
    due = day_text(proof.due_on)
    if proof.state == PracticeProof.State.REFUSED:
        said = (
            f"L'attestation attendue le {due} a été refusée : {proof.reason} Merci d'en envoyer une nouvelle."
        )
    elif on > proof.due_on:
        said = f"Nous n'avons pas reçu votre attestation d'exercice, attendue le {due}."
    else:
        said = f"Votre attestation annuelle d'exercice est attendue le {due}."
    blocks = (
        Paragraph("Madame, Monsieur,"),
        Paragraph(said),
        Paragraph(
            f"Elle dit où vous exercez et pour quelle part de votre activité, au titre de la convention "
            f"{obligation.agreement.number}. Vous pouvez la déposer dans votre espace personnel, rubrique "
            "« Mes engagements », ou l'envoyer par courrier."
        ),
        Paragraph(
            "Si votre activité est interrompue ou si vous changez de lieu, dites-le-nous en même temps : un "
            "motif prévu par la convention suspend votre engagement."
        ),
    )
    return _send(obligation, "Votre attestation annuelle d'exercice", blocks)


def remind_of_start(obligation: PracticeObligation, deadline: date, on: date) -> Letter:
    """A reminder of the day before which practice must start."""
    until = day_text(deadline)
    said = (
        f"Votre convention prévoyait le début de votre exercice au plus tard le {until}, et nous n'en "
        f"avons pas "
        "connaissance."
        if on > deadline
        else f"Votre convention prévoit le début de votre exercice au plus tard le {until}."
    )
    blocks = (
        Paragraph("Madame, Monsieur,"),
        Paragraph(said),
        Paragraph(
            "Déclarez votre installation dans votre espace personnel, rubrique « Mes engagements ». "
            "Si vous êtes "
            "empêché, écrivez-nous sans attendre : un report peut être accordé."
        ),
    )
    return _send(obligation, "Le début de votre exercice", blocks)


def adversarial(breach: Breach, heard_until: date, expected: Computation, by: User | None) -> Letter:
    """What is held against the recipient, what it may cost, and how to answer (CRPA L121-1, L-25)."""
    obligation = breach.obligation
    blocks: tuple[Block, ...] = (
        Paragraph("Madame, Monsieur,"),
        Paragraph(
            f"Par la convention {obligation.agreement.number} signée le "
            f"{_signed(obligation.agreement)}, vous "
            f"vous êtes engagé à exercer pendant {months_text(obligation.months)}. Il apparaît que "
            f"cet engagement "
            f"pourrait ne pas être respecté depuis le {day_text(breach.occurred_on)} :"
        ),
        Paragraph(breach.reason),
        Paragraph(
            f"S'il était confirmé, ce manquement conduirait au reversement de **{euros(expected.amount)}**, "
            "calculé comme suit à ce jour."
        ),
        _lines(expected),
        *mentions.adversarial_step(until=heard_until),
        Paragraph(
            "Vous pouvez aussi demander un report de votre engagement, ou une dispense si un événement grave "
            "vous empêche de le tenir."
        ),
    )
    return _draft(breach, "adversarial", "Respect de votre engagement d'exercice", blocks, by)


def decided(breach: Breach, sentence: str, by: User | None) -> Letter:
    """A decision that gives nothing to pay back: deferral, waiver, dismissal."""
    blocks = (
        Paragraph("Madame, Monsieur,"),
        Paragraph(
            f"Vous avez présenté vos observations ou pu le faire au sujet de la convention "
            f"{breach.obligation.agreement.number}. {sentence}"
        ),
        Paragraph(breach.decision_reasons),
        mentions.appeal_routes(breach.obligation.agreement.authority.name),
    )
    return _draft(breach, "breach_decision", "Suite donnée à votre engagement d'exercice", blocks, by)


def confirmed(breach: Breach, owed: Computation, by: User | None) -> Letter:
    """The reasoned decision and the sum to give back, line by line (CRPA L211-2, L242-2 2°; L-24, L-27)."""
    agreement = breach.obligation.agreement
    heard = (
        f"Vous avez présenté des observations : {breach.observations}"
        if breach.observations
        else f"Invité à répondre jusqu'au {_day(breach.heard_until)}, vous n'avez rien répondu."
    )
    blocks: tuple[Block, ...] = (
        Paragraph("Madame, Monsieur,"),
        Paragraph(
            f"L'engagement d'exercice de la convention {agreement.number} n'a pas été respecté à compter du "
            f"{day_text(breach.occurred_on)}. {heard}"
        ),
        Paragraph(f"**Motifs.** {breach.decision_reasons}"),
        Paragraph(
            "L'aide est retirée pour la part correspondante, ses conditions n'ayant pas été "
            "respectées (CRPA, "
            "art. L. 242-2, 2°)."
        ),
        Figures((("Somme à reverser", euros(owed.amount)),)),
        _lines(owed),
        *([CONTEST] if owed.amount > ZERO else []),
        mentions.appeal_routes(agreement.authority.name),
    )
    return _draft(breach, "clawback", "Manquement à votre engagement d'exercice", blocks, by)


def _lines(computation: Computation) -> Block:
    """The computation as it is shown everywhere: what, how, how much."""
    rows = tuple((line.label, line.formula, euros(line.value)) for line in computation.lines)
    if len(rows) == 1:
        return Bullets(tuple(f"{label} : {formula} = {value}" for label, formula, value in rows))
    total = ("Total", "", euros(computation.amount))
    return Table(
        "Calcul du reversement",
        ("Ligne", "Calcul", "Montant"),
        (*rows, total),
        ("left", "left", "right"),
    )


def _send(obligation: PracticeObligation, title: str, blocks: tuple[Block, ...]) -> Letter:
    """Prepare a reminder and have it leave; registered post is left to people, ready to print."""
    letter = _draft(obligation, "obligation_reminder", title, blocks, None)
    if letter.channel == Letter.Channel.REGISTERED_POST:
        return letter
    return letters.send(letter=letter, by=None)


def _draft(
    about: Breach | PracticeObligation, kind: str, title: str, blocks: tuple[Block, ...], by: User | None
) -> Letter:
    """Prepare a letter to the recipient, to be read and sent from its own page."""
    obligation = about.obligation if isinstance(about, Breach) else about
    authority, recipient = obligation.agreement.authority, obligation.agreement.recipient
    subject: models.Model = about
    return letters.draft(
        authority=authority,
        kind=kind,
        act=compose(authority=authority, title=title, blocks=blocks),
        by=by,
        about=subject,
        recipient_name=str(recipient),
        recipient_user=recipient.user,
        recipient_email=recipient.email,
        recipient_address=recipient.address,
    )


def _signed(agreement: Agreement) -> str:
    return _day(agreement.signed_on)


def _day(day: date | None) -> str:
    return day_text(day) if day else ""
