"""The payments: a batch each month, sent to finance, whose answer comes a week later."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.demo.programme.calendar import Story, later
from maillage.demo.programme.stage import Stage
from maillage.kit import clock
from maillage.payments.actions import approve_batch, prepare_batch, read_return, send_batch
from maillage.payments.models import Payment, PaymentBatch
from maillage.payments.readiness import payable

EVERY: Final = 30
FIRST_AGO: Final = 5 + 31 * EVERY
REJECTED: Final = 0.02
REASON: Final = "Compte clos"


def pay(stage: Stage) -> Story:
    """Every month: a batch prepared by one person, approved and sent by another, then answered."""
    authority, finance = stage.team.authority, stage.team.finance
    for ago in range(FIRST_AGO, -EVERY, -EVERY):
        yield stage.calendar.day(ago)
        due = list(payable(authority, clock.today()))
        if not due:
            continue
        by = stage.team.administrator
        batch = prepare_batch(authority=authority, year=clock.today().year, instalments=due, by=by)
        yield later(1)
        batch = approve_batch(batch=batch, by=finance)
        yield later(1)
        batch = send_batch(batch=batch, by=finance)
        stage.calendar.add(_answer(stage, batch))


def _answer(stage: Stage, batch: PaymentBatch) -> Story:
    yield later(7)
    payments = batch.payments.in_flight().order_by("reference")
    lines = _lines(stage, payments)
    upload = SimpleUploadedFile(f"retour-{batch.number}.csv", lines, content_type="text/csv")
    read_return(authority=stage.team.authority, upload=upload, by=stage.team.finance)


def _lines(stage: Stage, payments: Iterable[Payment]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(("référence", "état", "date", "motif"))
    day = f"{clock.today() - timedelta(days=1):%d/%m/%Y}"
    for payment in payments:
        if stage.happens(REJECTED):
            writer.writerow((payment.reference, "rejeté", day, REASON))
        else:
            writer.writerow((payment.reference, "payé", day, ""))
    return stream.getvalue().encode()
