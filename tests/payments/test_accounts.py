"""Bank details: two people, archived never edited, held while a payment is in flight, read by finance."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from applying import submitted
from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.applications.models import Recipient
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.payments import actions
from maillage.payments.models import BankAccount
from paying import IBANS, account, approved, in_2026, payable, recipient_of, returned, sent
from people import person

pytestmark = pytest.mark.django_db
State = BankAccount.State


@pytest.fixture
def recipient() -> Recipient:
    return recipient_of(submitted())


def test_the_recipient_hands_them_in_and_finance_accepts(recipient: Recipient) -> None:
    handed = account(recipient, checked=False)
    assert (handed.state, handed.added_by) == (State.TO_CHECK, recipient.user)
    accepted = actions.accept_bank_account(account=handed, by=person(Role.FINANCE_OFFICER))
    assert accepted.state == State.ACTIVE


def test_who_enters_does_not_accept(recipient: Recipient) -> None:
    finance = person(Role.FINANCE_OFFICER)
    handed = account(recipient, by=finance, checked=False)
    with pytest.raises(Refused, match="une autre personne"):
        actions.accept_bank_account(account=handed, by=finance)
    actions.accept_bank_account(account=handed, by=person(Role.FINANCE_OFFICER))


@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.CASE_OFFICER, Role.APPLICANT]
)
def test_only_finance_reads_accepts_refuses_or_archives(recipient: Recipient, role: Role) -> None:
    active, other = account(recipient), account(recipient, iban=IBANS[1], checked=False)
    reader = person(role)
    for verb, on in (
        (actions.reveal, active),
        (actions.read_proof, active),
        (actions.archive_bank_account, active),
        (actions.accept_bank_account, other),
    ):
        with pytest.raises(PermissionDenied):
            verb(account=on, by=reader)
    with pytest.raises(PermissionDenied):
        actions.refuse_bank_account(account=other, reason="RIB d'un tiers", by=reader)


def test_another_applicant_hands_in_nothing(recipient: Recipient) -> None:
    with pytest.raises(PermissionDenied):
        account(recipient, by=person(Role.APPLICANT), checked=False)


def test_each_reading_is_in_the_journal(recipient: Recipient) -> None:
    active, finance = account(recipient), person(Role.FINANCE_OFFICER)
    assert actions.reveal(account=active, by=finance) == "FR76 3000 6000 0112 3456 7890 189"
    actions.read_proof(account=active, by=finance)
    verbs = list(Event.objects.about(active).filter(actor=finance).values_list("verb", flat=True))
    assert verbs == ["read_bank_proof", "read_bank_details"]


def test_the_journal_never_holds_an_iban(recipient: Recipient) -> None:
    actions.reveal(account=account(recipient), by=None)
    for event in Event.objects.all():
        assert IBANS[0] not in f"{event.sentence} {event.object_label} {event.data}".replace(" ", "")


def test_new_details_archive_the_former_ones(recipient: Recipient) -> None:
    former = account(recipient)
    account(recipient, iban=IBANS[1])
    former.refresh_from_db()
    assert former.state == State.ARCHIVED
    assert former.archived_at is not None
    assert recipient.bank_accounts.active().get().iban == IBANS[1]


def test_the_database_refuses_to_edit_them(recipient: Recipient) -> None:
    active = account(recipient)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccount.objects.filter(pk=active.pk).update(iban=IBANS[1])


def test_the_same_details_twice_are_refused(recipient: Recipient) -> None:
    account(recipient, checked=False)
    with pytest.raises(Refused, match="déjà enregistrées"):
        account(recipient, checked=False)


def test_a_rib_is_asked_of_people(recipient: Recipient) -> None:
    with pytest.raises(Refused, match="Joignez le RIB"):
        actions.add_bank_account(
            recipient=recipient, holder="X", iban=IBANS[0], upload=None, by=recipient.user
        )


def test_a_refusal_has_a_reason_and_ends_it(recipient: Recipient) -> None:
    handed = account(recipient, checked=False)
    with pytest.raises(Refused, match="pourquoi"):
        actions.refuse_bank_account(account=handed, reason=" ", by=None)
    refused = actions.refuse_bank_account(account=handed, reason="RIB d'un tiers", by=None)
    assert (refused.state, refused.reason) == (State.REFUSED, "RIB d'un tiers")
    with pytest.raises(Refused, match="refusées"):
        actions.accept_bank_account(account=refused, by=None)


def test_details_are_held_while_a_payment_is_in_flight() -> None:
    with clock.at(in_2026()):
        signed = payable()
        batch = approved(signed)
        active = signed.recipient.bank_accounts.active().get()
        newer = account(signed.recipient, iban=IBANS[1], checked=False)
        with pytest.raises(Refused, match="en cours vers les coordonnées actuelles"):
            actions.archive_bank_account(account=active, by=None)
        with pytest.raises(Refused, match="en cours vers les coordonnées actuelles"):
            actions.accept_bank_account(account=newer, by=None)
        actions.send_batch(batch=batch, by=None)
        returned(batch)
        assert actions.accept_bank_account(account=newer, by=None).state == State.ACTIVE


def test_a_payment_keeps_the_details_it_left_with() -> None:
    with clock.at(in_2026()):
        signed = payable()
        batch = sent(signed)
        returned(batch)
        account(signed.recipient, iban=IBANS[1])
        assert {payment.iban for payment in batch.payments.all()} == {IBANS[0]}


def test_a_rib_that_is_no_document_is_refused(recipient: Recipient) -> None:
    broken = SimpleUploadedFile("rib.pdf", b"not a pdf at all", content_type="application/pdf")
    with pytest.raises(Refused):
        actions.add_bank_account(
            recipient=recipient, holder="X", iban=IBANS[0], upload=broken, by=recipient.user
        )
