"""A batch, from the choice of instalments to the file that leaves for finance: whole or not at all."""

import csv
import hashlib
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from applying import submitted
from budget.money import euro, funded
from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.agreements.models import Agreement, Instalment, PaymentSuspension, Proof
from maillage.budget import balances
from maillage.budget.models import Entry
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.payments import actions
from maillage.payments.models import Payment, PaymentBatch
from maillage.payments.readiness import missing
from maillage.payments.readiness import payable as payable_now
from maillage.payments.statements import already_paid, documents
from paying import (
    IBANS,
    account,
    agreement,
    approved,
    in_2026,
    payable,
    payments,
    prepared,
    returned,
    sent,
    total,
)
from people import authority, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_2026")]
State = PaymentBatch.State


@pytest.fixture
def _in_2026():
    with clock.at(in_2026()):
        yield


def states(of: Agreement) -> set[str]:
    return set(of.instalments.values_list("state", flat=True))


def test_prepared_approved_sent_paid() -> None:
    signed = payable(2000)
    officer, finance = person(Role.ADMINISTRATOR), person(Role.FINANCE_OFFICER)
    batch = prepared(signed, by=officer)
    assert (batch.number, batch.state) == ("B-2026-001", State.PREPARED)
    assert states(signed) == {"in_batch"}
    batch = actions.approve_batch(batch=batch, by=finance)
    assert states(signed) == {"ordered"}
    assert Entry.objects.filter(kind="payment_order").count() == 4
    batch = actions.send_batch(batch=batch, by=finance)
    assert (batch.total, batch.count) == (Decimal(2000), 4)
    returned(batch, by=finance)
    batch.refresh_from_db()
    assert (batch.state, states(signed)) == (State.CLOSED, {"paid"})
    assert balances.of_subject("committees.decision", signed.decision_id).paid == 2000


def test_numbers_follow_one_another_in_the_year() -> None:
    assert [prepared().number, prepared().number] == ["B-2026-001", "B-2026-002"]


def test_what_is_payable_is_what_nothing_is_missing_from() -> None:
    ready, poor = payable(), agreement()
    today = clock.today()
    found = payable_now(authority(), today)
    assert {one.agreement_id for one in found} == {ready.pk}
    everything = list(Instalment.objects.order_by("pk"))
    lacks = missing(everything, today)
    assert {one.pk for one in everything if not lacks[one.pk]} == {one.pk for one in found}
    assert all("coordonnées bancaires" in lacks[one.pk][0] for one in poor.instalments.all())


def test_each_thing_missing_is_said() -> None:
    signed = agreement(envelope=funded(9000, y2026=9000))
    account(signed.recipient, checked=False)
    first = signed.instalments.get(number=1)
    first.proof = "certificate"
    first.save()
    PaymentSuspension.objects.create(agreement=signed, starts_on=clock.today(), reason="redoublement")
    text = " ".join(missing([first], clock.today())[first.pk])
    for said in ("redoublement", "« Certificat » n'est pas reçu", "à vérifier par les finances"):
        assert said in text


def test_nothing_is_prepared_when_one_instalment_lacks_something() -> None:
    ready, poor = payable(), agreement()
    with pytest.raises(Refused, match="n'a pas donné ses coordonnées"):
        prepared(ready, poor)
    assert not PaymentBatch.objects.exists()
    assert states(ready) == {"planned"}


def test_an_instalment_is_in_one_batch_only() -> None:
    signed = payable()
    prepared(signed)
    with pytest.raises(Refused, match="en bordereau"):
        prepared(signed)


def test_who_prepared_does_not_approve() -> None:
    finance = person(Role.FINANCE_OFFICER)
    batch = prepared(by=finance)
    with pytest.raises(Refused, match="une autre personne"):
        actions.approve_batch(batch=batch, by=finance)
    actions.approve_batch(batch=batch, by=person(Role.FINANCE_OFFICER))


def test_appropriations_that_fall_short_are_said_and_nothing_is_half_done() -> None:
    rich, poor = payable(1000), payable(2000, envelope=funded(5000, label="Vélos", y2026=1500))
    batch = prepared(rich, poor)
    with pytest.raises(Refused, match=r"500.€ de CP 2026 sur l'enveloppe « Vélos »"):
        actions.approve_batch(batch=batch, by=None)
    batch.refresh_from_db()
    assert batch.state == State.PREPARED
    assert not Entry.objects.filter(kind="payment_order").exists()
    actions.remove_payment(
        payment=batch.payments.get(instalment=poor.instalments.get(number=4)), reason="CP", by=None
    )
    assert actions.approve_batch(batch=batch, by=None).state == State.APPROVED


def test_a_line_removed_with_its_reason_is_free_again() -> None:
    signed = payable()
    batch = prepared(signed)
    line = payments(batch)[0]
    with pytest.raises(Refused, match="motif"):
        actions.remove_payment(payment=line, reason="", by=None)
    removed = actions.remove_payment(payment=line, reason="Montant à revoir", by=None)
    assert (removed.state, removed.reason) == (Payment.State.REMOVED, "Montant à revoir")
    assert states(signed) == {"planned", "in_batch"}
    with pytest.raises(Refused, match="n'est plus dans le bordereau"):
        actions.remove_payment(payment=line, reason="encore", by=None)


def test_what_came_to_be_missing_stops_the_approval() -> None:
    signed = payable()
    batch = prepared(signed)
    PaymentSuspension.objects.create(agreement=signed, starts_on=clock.today(), reason="congé")
    with pytest.raises(Refused, match="congé"):
        actions.approve_batch(batch=batch, by=None)
    assert states(signed) == {"in_batch"}


@pytest.mark.parametrize("make", [prepared, approved])
def test_a_batch_not_sent_can_be_cancelled(make) -> None:
    signed = payable()
    batch = actions.cancel_batch(batch=make(signed), reason="Erreur d'exercice", by=None)
    assert (batch.state, states(signed)) == (State.CANCELLED, {"planned"})
    envelope = signed.decision.envelope
    assert balances.of([envelope])[envelope.pk].ordered == 0
    assert prepared(signed).number == "B-2026-002"


ALL = {"remove", "approve", "send", "cancel"}


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (State.PREPARED, {"remove", "approve", "cancel"}),
        (State.APPROVED, {"send", "cancel"}),
        (State.SENT, {"send"}),
        (State.CLOSED, set()),
        (State.CANCELLED, set()),
    ],
)
def test_each_verb_from_each_state(state: PaymentBatch.State, allowed: set[str]) -> None:
    batch = {
        State.PREPARED: prepared,
        State.APPROVED: approved,
        State.SENT: sent,
        State.CLOSED: lambda: returned(sent()) and PaymentBatch.objects.get(),
        State.CANCELLED: lambda: actions.cancel_batch(batch=prepared(), reason="x", by=None),
    }[state]()
    verbs = {
        "remove": lambda: actions.remove_payment(payment=payments(batch)[0], reason="x", by=None),
        "approve": lambda: actions.approve_batch(batch=batch, by=None),
        "send": lambda: actions.send_batch(batch=batch, by=None),
        "cancel": lambda: actions.cancel_batch(batch=batch, reason="x", by=None),
    }
    for name in ALL:
        point = transaction.savepoint()
        if name in allowed:
            verbs[name]()
        else:
            with pytest.raises(Refused):
                verbs[name]()
        transaction.savepoint_rollback(point)


def test_rights() -> None:
    batch, officer = prepared(), person(Role.MISSION_OFFICER)
    administrator = person(Role.ADMINISTRATOR)
    with pytest.raises(PermissionDenied):
        prepared(payable(), by=officer)
    with pytest.raises(PermissionDenied):
        actions.approve_batch(batch=batch, by=administrator)
    batch = actions.approve_batch(batch=batch, by=None)
    for verb in (actions.send_batch, lambda **given: actions.read_file(fmt="csv", **given)):
        with pytest.raises(PermissionDenied):
            verb(batch=batch, by=administrator)


def test_the_database_freezes_an_ordered_payment() -> None:
    line = payments(sent())[0]
    for change in ({"amount": 1}, {"iban": IBANS[1]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=line.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=line.pk).delete()


def content(stored) -> bytes:
    with stored.file.open("rb") as stream:
        return stream.read()


def test_the_csv_carries_its_total_its_count_and_a_checksum_anyone_can_compute() -> None:
    batch = sent(payable("333.33", parts=1), payable("0.10", parts=1))
    rows = list(csv.reader(io.StringIO(content(batch.file).decode("utf-8-sig")), delimiter=";"))
    empty = rows.index([])
    header, lines, control = rows[0], rows[1:empty], dict(rows[empty + 1 :])
    found = [dict(zip(header, line, strict=True)) for line in lines]
    canonical = sorted(
        f"{one['Référence']};{one['IBAN']};{one['BIC']};{one['Montant (€)'].replace(',', '').lstrip('0')}\n"
        for one in found
    )
    assert control["Total (€)"] == "333,43"
    assert control["Nombre de paiements"] == "2"
    assert control["Empreinte SHA-256"] == hashlib.sha256("".join(canonical).encode()).hexdigest()
    assert batch.checksum == control["Empreinte SHA-256"]


def test_the_workbook_holds_payments_control_sums_paid_and_documents() -> None:
    signed = payable(2000)
    returned(sent_first := sent_one(signed, 1))
    assert sent_first.count == 1
    batch = sent_one(signed, 2)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content(batch.workbook)))
    assert book.sheet_names == ["Paiements", "Contrôle", "Sommes déjà payées", "Pièces justificatives"]
    assert dict(book.get_sheet_by_name("Contrôle").to_python())["Empreinte SHA-256"] == batch.checksum
    statement = book.get_sheet_by_name("Sommes déjà payées").to_python()[1]
    assert statement[3:] == [2000, 500, 0, 500, 1000]
    pieces = [row[3] for row in book.get_sheet_by_name("Pièces justificatives").to_python()[1:]]
    assert pieces[:3] == ["Décision attributive", "Transmission au représentant de l'État", "Convention"]


def sent_one(signed: Agreement, number: int) -> PaymentBatch:
    """A batch sent of one instalment."""
    chosen = signed.instalments.filter(number=number)
    batch = actions.prepare_batch(authority=authority(), year=2026, instalments=chosen, by=None)
    return actions.send_batch(batch=actions.approve_batch(batch=batch, by=None), by=None)


def test_the_statement_tells_paid_from_on_its_way() -> None:
    signed = payable(2000)
    returned(sent_one(signed, 1))
    sent_one(signed, 2)
    rows = list(already_paid(sent_one(signed, 3).payments.with_agreement()))
    assert rows[0][3:] == (2000, 500, 500, 500, 500)


def test_the_proof_of_an_instalment_is_among_the_documents() -> None:
    signed = payable()
    first = signed.instalments.get(number=1)
    first.proof = "certificate"
    first.save()
    today = clock.today()
    Proof.objects.create(
        agreement=signed, requirement="certificate", state=Proof.State.ACCEPTED,
        covers_from=today - timedelta(days=365), covers_until=today, checked_at=clock.now(),
    )  # fmt: skip
    rows = documents(prepared(signed).payments.with_agreement().order_by("reference"))
    assert "Certificat" in [row[3] for row in rows if row[0] == "B-2026-001-0001"]


def test_downloads_of_the_file_are_in_the_journal() -> None:
    batch, finance = sent(), person(Role.FINANCE_OFFICER)
    assert actions.read_file(batch=batch, fmt="xlsx", by=finance) == batch.workbook
    assert Event.objects.about(batch).filter(verb="read_batch_file", actor=finance).count() == 1
    with pytest.raises(Refused, match="pas encore de fichier"):
        actions.read_file(batch=prepared(), fmt="csv", by=finance)


def test_sent_twice_is_sent_once() -> None:
    batch = sent()
    again = actions.send_batch(batch=batch, by=None)
    assert (again.file, again.checksum) == (batch.file, batch.checksum)


def test_total_of_the_batch_is_that_of_its_lines_and_of_the_ledger() -> None:
    signed = payable("1000.01", parts=1), payable("7333.33", parts=1, application=submitted())
    batch = sent(*signed)
    ordered = sum(entry.amount for entry in Entry.objects.filter(kind="payment_order"))
    assert batch.total == total(batch) == ordered == euro("8333.34")
