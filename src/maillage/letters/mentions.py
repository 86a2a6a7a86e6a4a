"""What the law wants a letter to say (code des relations entre le public et l'administration, CRPA)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from maillage.acts.document import Block, Bullets, Legal, Paragraph, long_date


def appeal_routes(authority: str, *, court: str = "le tribunal administratif compétent") -> Legal:
    """Appeal routes and deadlines (code de justice administrative R421-1 to R421-5; CRPA L411-2)."""
    return Legal(
        "**Voies et délais de recours.** Dans les deux mois qui suivent la réception de cette décision, vous "
        f"pouvez demander à {authority} de la revoir (recours gracieux), ou saisir {court}, par courrier "
        "ou par le téléservice « Télérecours citoyens ». Un recours gracieux formé dans ce délai interrompt "
        "celui du recours contentieux (CRPA, art. L. 411-2) : vous aurez de nouveau deux mois à compter de "
        "sa réponse, ou du refus que vaut son silence pendant deux mois (code de justice administrative, "
        "art. R. 421-1 à R. 421-5)."
    )


def implicit_refusal(*, received: date, deadline: date, court: str = "le tribunal administratif") -> Legal:
    """What an acknowledgement says of the silence that refuses (CRPA L231-4 3°, L232-4, R112-5)."""
    return Legal(
        f"**Décision implicite.** Votre demande a été reçue le {long_date(received)}. Sans décision de notre "
        f"part au plus tard le {long_date(deadline)}, elle est refusée (CRPA, art. L. 231-4, 3°). Vous "
        f"pourrez alors, dans les deux mois, former un recours gracieux auprès de nous ou saisir {court} ; "
        "dans le même délai, vous pourrez demander les motifs de ce refus, qui vous seront donnés dans le "
        "mois (art. L. 232-4)."
    )


def missing_documents(items: Sequence[str], *, until: date) -> tuple[Block, ...]:
    """What is missing, until when, and that the clock waits (CRPA L114-5). `items` must not be empty."""
    last = len(items) - 1
    listed = tuple(f"{item}{'.' if rank == last else ' ;'}" for rank, item in enumerate(items))
    return (
        Paragraph(
            f"Pour que votre demande soit examinée, il nous manque, au plus tard le {long_date(until)} :"
        ),
        Bullets(listed),
        Legal(
            "Le délai au terme duquel votre demande est refusée par notre silence est suspendu jusqu’à la "
            "réception de ces pièces (CRPA, art. L. 114-5)."
        ),
    )


def told_once() -> Legal:
    """That what another administration holds need not be sent (CRPA L113-12, L114-8)."""
    return Legal(
        "Vous n’avez pas à nous envoyer une information ou une pièce que vous avez déjà remise à une "
        "administration et que nous pouvons obtenir d’elle (CRPA, art. L. 113-12 et L. 114-8)."
    )


def adversarial_step(*, until: date) -> tuple[Block, ...]:
    """Before an unfavourable decision: observations, written or oral, with counsel (CRPA L121-1, L122-1)."""
    return (
        Paragraph(
            "Avant toute décision, vous pouvez nous présenter vos observations jusqu’au "
            f"**{long_date(until)}**, par écrit ou, si vous le demandez, oralement. Vous pouvez vous faire "
            "assister par un conseil ou représenter par le mandataire de votre choix."
        ),
        Legal("Procédure contradictoire préalable : CRPA, art. L. 121-1 et L. 122-1."),
    )


def withdrawal() -> Legal:
    """That a grant whose conditions are not respected may be withdrawn at any time (CRPA L242-2, 2°)."""
    return Legal(
        "Cette aide est accordée sous conditions. Si elles ne sont pas respectées, elle peut être retirée "
        "sans limite de délai et son remboursement demandé (CRPA, art. L. 242-2, 2°)."
    )


def contact(*, service: str, email: str = "", telephone: str = "") -> Paragraph:
    """Who answers questions (CRPA L111-2, R112-5)."""
    means = [f"par courriel à {email}"] * bool(email) + [f"au {telephone}"] * bool(telephone)
    return Paragraph(f"Votre interlocuteur : {service}{', ' * bool(means)}{' ou '.join(means)}.")
