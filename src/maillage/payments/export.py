"""The file of a batch for finance: its lines, its total, its count and its checksum. CSV and XLSX."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import xlsxwriter

from maillage.kit.exports import Row, to_csv
from maillage.payments.models import Payment, PaymentBatch
from maillage.payments.statements import ALREADY_PAID_COLUMNS, DOCUMENT_COLUMNS, already_paid, documents
from maillage.rules.money import ZERO

COLUMNS = (
    "Référence",
    "Bénéficiaire",
    "SIRET",
    "Titulaire",
    "IBAN",
    "BIC",
    "Montant (€)",
    "Exercice",
    "Enveloppe",
    "Nature",
    "Fonction",
    "Convention",
    "Échéance",
    "Délibération",
)


@dataclass(frozen=True, slots=True)
class Control:
    """What the file says of itself, so that whoever receives it can tell that it is whole."""

    total: Decimal
    count: int
    checksum: str

    @property
    def rows(self) -> list[Row]:
        return [
            ("Total (€)", self.total),
            ("Nombre de paiements", self.count),
            ("Empreinte SHA-256", self.checksum),
        ]


def control(payments: Sequence[Payment]) -> Control:
    """Total, count and checksum of the payments of a batch.

    checksum = SHA-256 of the lines `reference;iban;bic;amount` in UTF-8, the amount in cents, ordered by
    reference, each ended by a line feed.
    """
    lines = sorted(f"{one.reference};{one.iban};{one.bic};{int(one.amount * 100)}\n" for one in payments)
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    return Control(sum((one.amount for one in payments), ZERO), len(payments), digest)


def lines(payments: Iterable[Payment]) -> list[Row]:
    """The payments as finance reads them, bank details in clear."""
    return [_line(payment) for payment in payments]


def csv_file(payments: Sequence[Payment], made: Control) -> bytes:
    """The lines, then, after an empty one, what the file says of itself."""
    return to_csv(COLUMNS, [*lines(payments), (), *made.rows])


def xlsx_file(batch: PaymentBatch, payments: Sequence[Payment], made: Control) -> bytes:
    """A workbook: payments, control, sums already paid, supporting documents."""
    about: list[Row] = [("Bordereau", batch.number), ("Exercice", batch.year), *made.rows]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        _sheet(book, "Paiements", COLUMNS, lines(payments))
        _sheet(book, "Contrôle", ("Élément", "Valeur"), about)
        _sheet(book, "Sommes déjà payées", ALREADY_PAID_COLUMNS, already_paid(payments))
        _sheet(book, "Pièces justificatives", DOCUMENT_COLUMNS, documents(payments))
    return stream.getvalue()


def _line(payment: Payment) -> Row:
    instalment, envelope = payment.instalment, payment.envelope
    agreement = instalment.agreement
    return (
        payment.reference,
        str(agreement.recipient),
        agreement.recipient.siret,
        payment.holder,
        payment.iban,
        payment.bic,
        payment.amount,
        payment.batch.year,
        str(envelope),
        envelope.nature,
        envelope.function,
        agreement.number,
        instalment.label,
        agreement.decision.number,
    )


def _sheet(book: xlsxwriter.Workbook, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.write_row(0, 0, columns, bold)
    for rank, row in enumerate(rows, start=1):
        for position, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(rank, position, cell, day)
            elif isinstance(cell, Decimal):
                sheet.write_number(rank, position, cell, money)
            elif cell is not None:
                sheet.write(rank, position, cell)
    sheet.autofit()
