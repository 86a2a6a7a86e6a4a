"""The acts of an agreement: itself, its amendments; as PDF (PDF/UA, PDF/A) and as Word documents."""

from __future__ import annotations

from datetime import date

from maillage.acts.document import (
    Act,
    Block,
    Bullets,
    Heading,
    PageBreak,
    Paragraph,
    Party,
    Signatures,
    Table,
    long_date,
)
from maillage.acts.docx import to_docx
from maillage.acts.filling import Unusable, fill_docx
from maillage.agreements import amendments, clauses, planning, variables
from maillage.agreements.models import Agreement, Amendment, Template
from maillage.kit.console import Refused
from maillage.letters.actions import rendered
from maillage.letters.writing import compose, dressed
from maillage.rules.money import euros


def act(agreement: Agreement, *, on: date) -> Act:
    """The agreement as a document: recitals, numbered articles, signatures, annexes."""
    blocks: list[Block] = [
        Paragraph("**Entre**"),
        Paragraph(f"{agreement.authority.name}, représenté par {agreement.terms['signatory']},"),
        Paragraph("**et**"),
        Paragraph(variables.identity_text(agreement, name_mark="**") + ","),
        Bullets(clauses.recitals(agreement)),
        Paragraph("**il est convenu ce qui suit.**"),
    ]
    for rank, article in enumerate(clauses.articles(agreement, on=on), start=1):
        blocks += [Heading(f"Article {rank} – {article.title}"), *article.blocks]
    blocks += [Paragraph("Fait en deux exemplaires."), _signatures(agreement)]
    if agreement.terms["sworn"]:
        blocks += [PageBreak(), *_sworn_statement(agreement)]
    return compose(
        authority=agreement.authority,
        title=f"Convention {agreement.number} : {agreement.terms['scheme']['title']}",
        reference=agreement.number,
        blocks=tuple(blocks),
    )


def pdf(agreement: Agreement, *, on: date) -> bytes:
    """The PDF that is signed."""
    return rendered(act(agreement, on=on), agreement.authority)


def docx(agreement: Agreement, *, on: date) -> bytes:
    """The Word document: the authority's own model when it has one for this scheme or for all, else ours.

    Raises Refused when the model cannot be filled, naming what is wrong in it.
    """
    template = model_for(agreement)
    if template is None:
        return to_docx(dressed(act(agreement, on=on), agreement.authority))
    return filled(template, agreement, on=on)


def model_for(agreement: Agreement) -> Template | None:
    """The authority's model for this scheme, else its model for every scheme."""
    active = Template.objects.active().filter(authority=agreement.authority)
    found = active.filter(scheme_key__in=["", agreement.scheme_key]).select_related("file")
    return found.order_by("-scheme_key").first()


def filled(template: Template, agreement: Agreement, *, on: date) -> bytes:
    """A model with the values of an agreement."""
    with template.file.file.open("rb") as stream:
        content = stream.read()
    try:
        return fill_docx(content, variables.values(agreement, on=on))
    except Unusable as error:
        raise Refused(f"Modèle « {template} » : {error}") from error


def amendment_act(amendment: Amendment) -> Act:
    """An amendment as a document: what it was, what it becomes, the schedules side by side."""
    agreement = amendment.agreement
    blocks: list[Block] = [
        Paragraph(
            f"Le présent avenant modifie la convention {agreement.number}, signée le "
            f"{long_date(agreement.signed_on) if agreement.signed_on else 'jour de sa signature'} entre "
            f"{agreement.authority.name} et **{agreement.terms['recipient']['name']}**."
        ),
        Heading("Article 1 – Motif"),
        Paragraph(amendment.reason),
        Heading("Article 2 – Modification"),
        _before_and_after(amendment),
        *_new_schedule(amendment),
        Heading("Article 3 – Autres dispositions"),
        Paragraph("Les autres articles de la convention sont inchangés."),
        _signatures(agreement),
    ]
    return compose(
        authority=agreement.authority,
        title=f"Avenant {amendment.number} à la convention {agreement.number}",
        reference=f"{agreement.number}, avenant {amendment.number}",
        blocks=tuple(blocks),
    )


def amendment_pdf(amendment: Amendment) -> bytes:
    return rendered(amendment_act(amendment), amendment.agreement.authority)


def _before_and_after(amendment: Amendment) -> Table:
    before = amendments.said(amendment.kind, amendment.before)
    after = amendments.said(amendment.kind, amendment.after)
    return Table(
        caption=f"Objet de l'avenant : {amendment.get_kind_display().lower()}",
        header=("", "Avant", "Après"),
        rows=tuple((label, was, now) for (label, was), (_, now) in zip(before, after, strict=True)),
    )


def _new_schedule(amendment: Amendment) -> list[Block]:
    agreement = amendment.agreement
    lines = amendments.future_lines(agreement, amendment.kind, amendment.after)
    if lines is None:
        return []
    paid = planning.total(planning.kept(agreement))
    told = [Paragraph(f"Sont déjà versés ou en cours de versement : {euros(paid)}.")]
    return [*told, clauses.schedule_table(agreement, lines, "Versements à venir")]


def _signatures(agreement: Agreement) -> Signatures:
    terms = agreement.terms
    return Signatures(
        (
            Party(f"Pour {agreement.authority.name}", terms["signatory"]),
            Party("Le bénéficiaire", terms["recipient"]["name"]),
        )
    )


def _sworn_statement(agreement: Agreement) -> list[Block]:
    """The statement that no aid of the same nature was received in ten years (CGCT D1511-47)."""
    name = agreement.terms["recipient"]["name"]
    return [
        Heading("Annexe – Déclaration sur l'honneur"),
        Paragraph(
            f"Je soussigné(e), {name}, déclare sur l'honneur ne pas avoir bénéficié, au cours des dix "
            "années qui "
            "précèdent la signature de la présente convention, d'une aide de même catégorie à "
            "l'installation ou au "
            "maintien mentionnée au I de l'article L. 1511-8 du code général des collectivités "
            "territoriales, "
            "quelle que soit la zone où elle a été attribuée (CGCT, art. D. 1511-47)."
        ),
        Paragraph(
            "J'ai connaissance des sanctions encourues en cas de fausse déclaration (code pénal, art. 441-6)."
        ),
        Signatures((Party("Le bénéficiaire", name),)),
    ]
