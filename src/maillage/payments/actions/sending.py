"""A batch leaves for finance: bank details copied onto each payment, one file that can be checked."""

from __future__ import annotations

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.files.actions import keep
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.exports import CONTENT_TYPES
from maillage.kit.words import counted
from maillage.payments.actions.locking import held
from maillage.payments.export import control, csv_file, xlsx_file
from maillage.payments.models import Payment, PaymentBatch
from maillage.rules.money import euros


@transaction.atomic
def send_batch(*, batch: PaymentBatch, by: User | None) -> PaymentBatch:
    """Copy the bank details, write the files, freeze total, count and checksum. Sent twice is sent once."""
    require(by, Right.SEE_BANK_DETAILS, batch.authority)
    batch = held(batch, PaymentBatch.State.APPROVED, PaymentBatch.State.SENT)
    if batch.state == PaymentBatch.State.SENT:
        return batch
    payments = list(batch.payments.in_flight().with_agreement().order_by("reference"))
    for payment in payments:
        _copy_account(payment)
    made = control(payments)
    files = {"csv": csv_file(payments, made), "xlsx": xlsx_file(batch, payments, made)}
    stored = {
        fmt: keep(
            content=content,
            name=f"bordereau-{batch.number}.{fmt}",
            media_type=CONTENT_TYPES[fmt].partition(";")[0],
            authority=batch.authority,
            by=by,
        )
        for fmt, content in files.items()
    }
    batch.file, batch.workbook = stored["csv"], stored["xlsx"]
    batch.total, batch.count, batch.checksum = made.total, made.count, made.checksum
    batch.state, batch.sent_at = PaymentBatch.State.SENT, clock.now()
    batch.save()
    sentence = (
        f"Bordereau {batch} envoyé à la comptabilité : {counted(made.count, 'paiement')}, "
        f"{euros(made.total)}, empreinte {made.checksum[:12]}…"
    )
    record("send_batch", sentence, by=by, authority=batch.authority, about=batch, checksum=made.checksum)
    return batch


@transaction.atomic
def read_file(*, batch: PaymentBatch, fmt: str, by: User | None) -> StoredFile:
    """The file sent, `csv` or `xlsx`, for finance. It holds bank details: the reading is recorded."""
    require(by, Right.SEE_BANK_DETAILS, batch.authority)
    stored = batch.workbook if fmt == "xlsx" else batch.file
    if stored is None:
        raise Refused(f"Le bordereau {batch} n'a pas encore de fichier : envoyez-le d'abord.")
    sentence = f"Fichier {fmt.upper()} du bordereau {batch} téléchargé, coordonnées bancaires comprises."
    record("read_batch_file", sentence, by=by, authority=batch.authority, about=batch)
    return stored


def _copy_account(payment: Payment) -> None:
    account = payment.account
    if account is None:
        raise Refused(f"Le paiement {payment} n'a pas de coordonnées bancaires : annulez le bordereau.")
    payment.holder, payment.iban, payment.bic = account.holder, account.iban, account.bic
    payment.save(update_fields=["holder", "iban", "bic"])
