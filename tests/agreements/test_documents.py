"""The acts: what they say, in order; PDF and Word; templates of the authority."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from agreeing import ACTIVITY, BURSARY, amended, granted, prepared, signed
from maillage.acts.document import Act, Bullets, Figures, Heading, Legal, Paragraph, Table
from maillage.agreements import actions, documents
from maillage.agreements.models import Template
from maillage.agreements.variables import VARIABLES
from maillage.applications.models import Recipient
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.money import euros

pytestmark = pytest.mark.django_db


def words(act: Act) -> str:
    """Everything an act says."""
    said: list[str] = []
    for block in act.blocks:
        match block:
            case Heading() | Paragraph() | Legal():
                said.append(block.text)
            case Bullets():
                said += block.items
            case Figures():
                said += [f"{label} {value}" for label, value in block.pairs]
            case Table():
                said += [" ".join(row) for row in block.rows]
    return "\n".join(said).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def word(*paragraphs: str) -> SimpleUploadedFile:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return SimpleUploadedFile("modele.docx", stream.getvalue())


def test_the_agreement_says_all_that_the_law_asks() -> None:
    said = words(documents.act(prepared(BURSARY, clauses="Un tuteur est désigné."), on=clock.today()))
    for expected in (
        "12 000 €",
        "Mensualité 24 sur 24",
        "36 mois, consécutifs",
        "n'est plus classée",
        "7 333,33 €",
        "Certificat de scolarité",
        "Un tuteur est désigné.",
        "agence régionale de santé",
        "CP-2026-12",
    ):
        assert expected in said


def test_articles_are_numbered_without_a_gap() -> None:
    act = documents.act(prepared(BURSARY), on=clock.today())
    headings = [block.text for block in act.blocks if isinstance(block, Heading)]
    numbered = [text for text in headings if text.startswith("Article")]
    assert [text.split()[1] for text in numbered] == [str(rank) for rank in range(1, len(numbered) + 1)]


def test_the_ten_year_statement_is_annexed_when_the_rule_applies() -> None:
    assert "dix années" not in words(documents.act(prepared(BURSARY), on=clock.today()))
    aid: dict[str, Any] = {**BURSARY, "cumulation": {"ten_years": True}}
    assert "dix années" in words(documents.act(prepared(aid), on=clock.today()))


def test_an_association_keeps_its_commitment_and_reports_on_an_earmarked_grant() -> None:
    decision = granted(ACTIVITY)
    Recipient.objects.filter(pk=decision.application.recipient_id).update(kind="association")
    decision.application.refresh_from_db()
    agreement = actions.prepare(decision=decision, by=None)
    said = words(documents.act(agreement, on=clock.today()))
    assert "contrat d'engagement républicain" in said
    assert "compte rendu financier" in said
    agreement = actions.send(agreement=agreement, by=None)
    for party in ("recipient", "authority"):
        agreement = actions.record_signature(agreement=agreement, party=party, on=clock.today(), by=None)  # type: ignore[arg-type]
    (report,) = agreement.terms["reports"]
    assert report["due_on"] == f"{clock.today().year + 1}-06-30"
    assert "financial_report" in actions.requirements(agreement)


def test_the_pdf_is_one_and_frozen_when_sent() -> None:
    agreement = signed(BURSARY)
    assert agreement.document is not None
    with agreement.document.file.open("rb") as stream:
        assert stream.read(5) == b"%PDF-"


def test_the_word_document_follows_the_model_of_the_scheme_then_that_of_all() -> None:
    agreement = prepared(BURSARY)
    ours = Document(io.BytesIO(documents.docx(agreement, on=clock.today())))
    assert any("Article 1" in paragraph.text for paragraph in ours.paragraphs)
    for key, text in (
        ("", "Pour tous : {{ numero }}"),
        (agreement.scheme_key, "Pour celui-ci : {{ montant }}"),
    ):
        actions.add_template(
            authority=agreement.authority, label="Modèle", upload=word(text), scheme_key=key, by=None
        )
    found = Document(io.BytesIO(documents.docx(agreement, on=clock.today())))
    assert found.paragraphs[0].text == f"Pour celui-ci : {euros(agreement.amount)}"
    actions.archive_template(template=Template.objects.get(scheme_key=agreement.scheme_key), by=None)
    found = Document(io.BytesIO(documents.docx(agreement, on=clock.today())))
    assert found.paragraphs[0].text == f"Pour tous : {agreement.number}"


def test_every_variable_may_be_shown() -> None:
    agreement = signed(BURSARY)
    texts = [f"{{{{ {name} }}}}" for name, _, value in VARIABLES if isinstance(value, str)]
    loop = "{% for v in versements %}{{ v.numero }} {{ v.objet }} {{ v.date }} {{ v.montant }}{% endfor %}"
    actions.add_template(authority=agreement.authority, label="Tout", upload=word(*texts, loop), by=None)
    assert documents.docx(agreement, on=clock.today())


def test_a_wrong_variable_is_refused_by_its_name() -> None:
    agreement = prepared(BURSARY)
    with pytest.raises(Refused, match="montan_total"):
        actions.add_template(
            authority=agreement.authority, label="Faux", upload=word("{{ montan_total }}"), by=None
        )


def test_an_amendment_shows_before_and_after() -> None:
    said = words(documents.amendment_act(amended(signed(BURSARY), "obligation", months=48)))
    assert "Durée de l'engagement 36 mois 48 mois" in said
