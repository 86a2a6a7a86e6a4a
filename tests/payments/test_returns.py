"""What finance returns: paid, rejected, unknown, already known; twice changes nothing; partial is fine."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.budget.models import Entry
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.payments import actions
from maillage.payments.models import Payment, PaymentBatch, ReturnFile
from maillage.payments.returned import read
from paying import IBANS, account, in_2026, payable, payments, prepared, return_file, returned, sent
from people import authority, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_2026")]


@pytest.fixture
def _in_2026():
    with clock.at(in_2026()):
        yield


def today() -> str:
    return clock.today().strftime("%d/%m/%Y")


def outcomes(report: ReturnFile) -> list[str]:
    return [line["outcome"] for line in report.report["lines"]]


def read_rows(*rows: tuple[str, str, str, str]) -> ReturnFile:
    return actions.read_return(authority=authority(), upload=return_file(rows), by=None)


def snapshot() -> tuple[Any, ...]:
    entries = sorted(Entry.objects.values_list("key", flat=True))
    return entries, sorted(Payment.objects.values_list("pk", "state", "settled_on", "reason"))


def test_a_partial_return_leaves_the_rest_on_its_way_and_the_last_closes_the_batch() -> None:
    batch = sent()
    first, *others = payments(batch)
    read_rows((first.reference, "Payé", today(), ""))
    batch.refresh_from_db()
    assert batch.state == PaymentBatch.State.SENT
    read_rows(*((one.reference, "payée", today(), "") for one in others))
    batch.refresh_from_db()
    assert (batch.state, batch.closed_at) == (PaymentBatch.State.CLOSED, clock.now())


def test_a_rejected_payment_frees_the_instalment_to_be_paid_on_new_details() -> None:
    signed = payable(500, parts=1)
    batch = sent(signed)
    returned(batch, rejected="Compte clos")
    line = payments(batch)[0]
    assert (line.state, line.reason) == (Payment.State.REJECTED, "Compte clos")
    assert signed.instalments.get().state == "planned"
    account(signed.recipient, iban=IBANS[1])
    again = sent(signed)
    assert payments(again)[0].iban == IBANS[1]
    returned(again)
    assert signed.instalments.get().state == "paid"
    assert [entry.kind for entry in Entry.objects.filter(kind__startswith="pay").order_by("pk")] == [
        "payment_order", "payment_order", "payment",
    ]  # fmt: skip


def test_the_same_file_twice_gives_the_same_report_and_changes_nothing() -> None:
    batch = sent()
    first = returned(batch)
    before = snapshot()
    again = returned(batch)
    assert again == first
    assert snapshot() == before


def test_the_same_lines_in_another_file_are_already_known() -> None:
    batch = sent()
    returned(batch)
    before = snapshot()
    rows = [(one.reference, "PAYE", today(), "deuxième envoi") for one in payments(batch)]
    assert set(outcomes(read_rows(*rows))) == {"known"}
    assert snapshot() == before


def test_every_line_is_told() -> None:
    batch = sent()
    a, b, c, d = payments(batch)
    prepared_only = payments(prepared())[0]
    report = read_rows(
        (a.reference, "Payé", today(), ""),
        (a.reference, "Payé", today(), ""),
        (a.reference, "Rejeté", today(), "trop tard"),
        (b.reference, "Rejeté", today(), ""),
        (c.reference, "En cours", today(), ""),
        (c.reference, "Payé", "hier", ""),
        (c.reference, "Payé", "", ""),
        (c.reference, "Payé", (clock.today() + timedelta(days=1)).strftime("%d/%m/%Y"), ""),
        (c.reference, "Payé", "01/01/2026", ""),
        (d.reference, "", "", ""),
        ("B-2026-999-0001", "Payé", today(), ""),
        (prepared_only.reference, "Payé", today(), ""),
    )
    assert outcomes(report) == [
        "paid", "known", "contradictory", "rejected", "unreadable", "unreadable", "unreadable", "unreadable",
        "unreadable", "waiting", "unknown", "unknown",
    ]  # fmt: skip
    b.refresh_from_db()
    assert b.reason == "motif non précisé"
    event = Event.objects.get(verb="read_return")
    assert event.sentence.startswith("Retour lu : 1 payé, 1 rejeté, 1 déjà connu, 1 en attente, 2 références")


def test_payments_of_another_authority_are_unknown() -> None:
    line = payments(sent())[0]
    report = actions.read_return(
        authority=authority("01"), upload=return_file([(line.reference, "Payé", today(), "")]), by=None
    )
    assert outcomes(report) == ["unknown"]
    line.refresh_from_db()
    assert line.state == Payment.State.ORDERED


def test_a_workbook_is_read_as_well() -> None:
    batch = sent()
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Retour de la paierie"])
        sheet.write_row(1, 0, ["Date", "Référence", "Motif", "État"])
        for rank, one in enumerate(payments(batch), start=2):
            day = book.add_format({"num_format": "dd/mm/yyyy"})
            sheet.write_datetime(rank, 0, clock.today(), day)
            sheet.write_row(rank, 1, [one.reference, "", "Payé"])
    upload = SimpleUploadedFile("retour.xlsx", stream.getvalue())
    report = actions.read_return(authority=authority(), upload=upload, by=None)
    assert outcomes(report) == ["paid"] * 4
    assert payments(batch)[0].settled_on == clock.today()


def test_our_own_file_sent_back_with_a_state_is_read() -> None:
    batch = sent(payable(500, parts=1))
    with batch.file.file.open("rb") as stream:
        text = stream.read().decode("utf-8-sig")
    header, line, *rest = text.split("\r\n")
    filled = "\r\n".join([f"{header};État;Date", f"{line};Payé;{today()}", *rest])
    upload = SimpleUploadedFile("retour.csv", filled.encode("cp1252"))
    assert outcomes(actions.read_return(authority=authority(), upload=upload, by=None)) == ["paid"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 rien", "ni un CSV"),
        (b"nom;prix\r\na;b\r\n", "colonnes attendues"),
        ("référence;état\r\n".encode(), "aucune ligne"),
    ],
)
def test_what_is_no_return_file_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read(content)
    with pytest.raises(Refused):
        actions.read_return(authority=authority(), upload=SimpleUploadedFile("x.csv", content), by=None)
    assert not ReturnFile.objects.exists()


@pytest.mark.parametrize("written", ["05/06/2026", "2026-06-05", "05.06.2026", "20260605"])
def test_days_are_read_as_people_write_them(written: str) -> None:
    line = read(f"Référence;Statut;Date\r\nB-1;Réglé;{written}\r\n".encode())[0]
    assert (line.day, line.outcome, line.row) == (date(2026, 6, 5), "paid", 2)


def test_reading_a_return_takes_the_right() -> None:
    with pytest.raises(PermissionDenied):
        returned(sent(), by=person(Role.MISSION_OFFICER))
