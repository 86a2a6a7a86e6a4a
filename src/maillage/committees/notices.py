"""The letters by which a decision is notified: what was granted and what follows, or why not."""

from __future__ import annotations

from collections.abc import Iterator

from maillage.acts.document import Act, Block, Bullets, Figures, Heading, Legal, Paragraph, long_date
from maillage.committees.models import Decision
from maillage.letters.mentions import appeal_routes, contact, withdrawal
from maillage.letters.writing import compose
from maillage.rules.describe import describe
from maillage.rules.money import euros

# Sections of the rules that a grant repeats: what is owed in return, and what follows when it is not kept.
RETURNED = ("Versement", "Engagement", "Reversement")


def grant(decision: Decision) -> Act:
    """What is granted, what is owed in return, the State-aid régime, what comes next."""
    return _act(decision, "Votre demande est acceptée", tuple(_grant(decision)))


def refusal(decision: Decision) -> Act:
    """Why it is refused (CRPA L211-2, L211-5), and the appeal routes."""
    blocks = (
        Paragraph(f"Votre demande **{decision.application.number}** est refusée par {_taken(decision)}."),
        Heading("Motifs"),
        Paragraph(decision.reasons),
        appeal_routes(decision.application.authority.name),
        *_contact(decision),
    )
    return _act(decision, "Votre demande est refusée", blocks)


def withdrawn(decision: Decision) -> Act:
    """That a decision is withdrawn, why, and the appeal routes."""
    blocks = (
        Paragraph(
            f"La décision prise par {_taken(decision)} sur votre demande "
            f"**{decision.application.number}** est retirée."
        ),
        Heading("Motifs"),
        Paragraph(decision.withdrawal_reason),
        appeal_routes(decision.application.authority.name),
    )
    return _act(decision, "La décision sur votre demande est retirée", blocks)


def _grant(decision: Decision) -> Iterator[Block]:
    application = decision.application
    rules = application.version.parsed
    yield Paragraph(
        f"Votre demande **{application.number}** au titre du dispositif « {application.version.scheme} » est "
        f"acceptée par {_taken(decision)}."
    )
    if decision.amount is not None:
        yield Figures((("Montant accordé", euros(decision.amount)),))
    if decision.reasons:
        yield Paragraph(decision.reasons)
    for section in describe(rules):
        if section.title in RETURNED:
            yield Heading(section.title)
            yield Bullets(tuple(item.text for item in section.items))
    yield Heading("La suite")
    yield Bullets(
        (
            "Une convention vous sera proposée : l'aide est versée après sa signature par les deux parties.",
            "Chaque versement se fait sur présentation des justificatifs que la convention demande.",
            "Dites-nous sans attendre tout changement de votre situation ou de votre projet.",
        )
    )
    if rules.cumulation.de_minimis is not None:
        yield Legal(
            "**Aide de minimis.** Cette aide est accordée sur le fondement du "
            f"{rules.cumulation.de_minimis.label}. Déclarez-la à tout financeur qui vous demandera les aides "
            "de minimis reçues."
        )
    yield withdrawal()
    yield appeal_routes(application.authority.name)
    yield from _contact(decision)


def _taken(decision: Decision) -> str:
    """« la décision n° 2027-12 du 3 mars 2027 (commission permanente) »."""
    day = f" du {long_date(decision.taken_on)}" if decision.taken_on else ""
    body = f" ({decision.get_body_display().lower()})" if decision.body else ""
    return f"la décision n° {decision.number}{day}{body}"


def _contact(decision: Decision) -> Iterator[Block]:
    service = decision.application.version.scheme.contact
    if service:
        yield contact(service=service)


def _act(decision: Decision, title: str, blocks: tuple[Block, ...]) -> Act:
    recipient = decision.application.recipient
    address = recipient.address.splitlines() if recipient is not None else []
    return compose(
        authority=decision.application.authority,
        title=title,
        reference=decision.application.number,
        recipient_lines=(str(recipient), *address),
        blocks=blocks,
    )
