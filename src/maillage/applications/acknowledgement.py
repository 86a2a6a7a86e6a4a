"""The acknowledgement of an application, with what the law wants it to say (CRPA L112-3, R112-5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from maillage.acts.document import Act, Block, Figures, Heading, Paragraph, long_date
from maillage.applications.models import Application
from maillage.letters import mentions
from maillage.letters.writing import compose
from maillage.rules.parts import Document


def acknowledgement(application: Application, *, lacking: Sequence[Document], due_on: date | None) -> Act:
    """The letter: day received, day silence becomes a refusal, contact, what is missing, appeal routes.

    :param lacking: documents asked of the applicant and not handed in, expected by `due_on`.
    """
    if application.submitted_at is None or application.implicit_refusal_on is None:
        raise ValueError("a draft is not acknowledged")
    received_on = timezone.localdate(application.submitted_at)
    authority, scheme = application.authority, application.version.scheme
    blocks: list[Block] = [
        Paragraph(
            f"Nous avons reçu le {long_date(received_on)} votre demande au titre du dispositif « {scheme} ». "
            f"Elle porte le numéro **{application.number}**."
        ),
        Figures(
            (
                ("Numéro du dossier", application.number),
                ("Date de réception", long_date(received_on)),
                ("Règlement applicable", f"version {application.version.number}"),
                ("Refus en cas de silence", long_date(application.implicit_refusal_on)),
            )
        ),
    ]
    if lacking and due_on is not None:
        blocks += [
            Heading("Pièces attendues"),
            *mentions.missing_documents([document.label for document in lacking], until=due_on),
            Paragraph(
                "La date de refus indiquée ci-dessus suppose que vous répondiez le dernier jour : elle "
                "avance si vous envoyez ces pièces plus tôt."
            ),
        ]
    blocks += [
        mentions.contact(service=scheme.contact or authority.name),
        mentions.implicit_refusal(received=received_on, deadline=application.implicit_refusal_on),
        mentions.told_once(),
    ]
    return compose(
        authority=authority,
        title="Accusé de réception de votre demande",
        reference=application.number,
        blocks=tuple(blocks),
    )
