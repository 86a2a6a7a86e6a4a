"""Bank details: entered by one person, accepted by another, archived, never edited; each reading recorded."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, has_right, require
from maillage.applications.models import Recipient
from maillage.files.actions import receive
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.payments.banking import checked
from maillage.payments.models import BankAccount, Payment

State = BankAccount.State


def may_add(recipient: Recipient, by: User) -> bool:
    """Whether this person may hand in bank details: the recipient, or those who pay or manage agreements."""
    mine = recipient.user_id is not None and recipient.user_id == by.pk
    rights = (Right.PREPARE_PAYMENTS, Right.MANAGE_AGREEMENTS)
    return mine or any(has_right(by, right, recipient.authority) for right in rights)


@transaction.atomic
def add_bank_account(
    *,
    recipient: Recipient,
    holder: str,
    iban: str,
    bic: str = "",
    upload: UploadedFile | None,
    by: User | None,
) -> BankAccount:
    """Hand in bank details with their RIB; finance checks them before anything is paid by them.

    :raises Refused: an IBAN or BIC that is wrong, no RIB, details that this recipient already has.
    """
    if by is not None and not may_add(recipient, by):
        raise PermissionDenied(f"Votre rôle pour {recipient.authority} ne permet pas cette action.")
    if not holder.strip():
        raise Refused("Donnez le titulaire du compte, comme le RIB l'écrit.")
    details = checked(iban, bic)
    _lock(recipient)
    standing = recipient.bank_accounts.filter(state__in=[State.TO_CHECK, State.ACTIVE])
    if standing.filter(iban=details.iban).exists():
        raise Refused("Ces coordonnées sont déjà enregistrées pour ce bénéficiaire : rien à faire de plus.")
    if upload is None and by is not None:
        raise Refused("Joignez le RIB : les finances le comparent à ce qui est saisi.")
    account = BankAccount.objects.create(
        recipient=recipient,
        holder=holder.strip()[:200],
        iban=details.iban,
        bic=details.bic,
        bank_name=details.bank_name,
        proof=receive(upload=upload, authority=recipient.authority, by=by) if upload is not None else None,
        added_by=by,
    )
    _record("add_bank_account", f"Coordonnées bancaires déposées : {account}, {recipient}.", account, by)
    return account


@transaction.atomic
def accept_bank_account(*, account: BankAccount, by: User | None) -> BankAccount:
    """Finance found the details right: they become the active ones, the former are archived.

    :raises Refused: by the person who entered them; with a RIB not checked; while a payment is in flight.
    """
    require(by, Right.SEE_BANK_DETAILS, account.recipient.authority)
    account = _in_state(account, State.TO_CHECK)
    if by is not None and account.added_by_id == by.pk:
        raise Refused("Vous avez saisi ces coordonnées : une autre personne des finances doit les vérifier.")
    _require_usable_proof(account)
    _require_no_payment_in_flight(account.recipient)
    for former in account.recipient.bank_accounts.active():
        _archive(former)
    account.state, account.checked_at, account.checked_by = State.ACTIVE, clock.now(), by
    account.save(update_fields=["state", "checked_at", "checked_by"])
    _record(
        "accept_bank_account",
        f"Coordonnées bancaires vérifiées : {account}, {account.recipient}.",
        account,
        by,
    )
    return account


@transaction.atomic
def refuse_bank_account(*, account: BankAccount, reason: str, by: User | None) -> BankAccount:
    """The details are wrong, or the RIB is not that of the recipient."""
    require(by, Right.SEE_BANK_DETAILS, account.recipient.authority)
    account = _in_state(account, State.TO_CHECK)
    if not reason.strip():
        raise Refused("Écrivez pourquoi ces coordonnées sont refusées : le bénéficiaire le lira.")
    account.state, account.reason = State.REFUSED, reason.strip()[:250]
    account.checked_at, account.checked_by = clock.now(), by
    account.save(update_fields=["state", "reason", "checked_at", "checked_by"])
    _record(
        "refuse_bank_account", f"Coordonnées bancaires refusées : {account}. {account.reason}", account, by
    )
    return account


@transaction.atomic
def archive_bank_account(*, account: BankAccount, by: User | None) -> BankAccount:
    """The recipient is no longer paid there. Refused while a payment is in flight."""
    require(by, Right.SEE_BANK_DETAILS, account.recipient.authority)
    account = _in_state(account, State.ACTIVE)
    _require_no_payment_in_flight(account.recipient)
    _archive(account)
    _record(
        "archive_bank_account",
        f"Coordonnées bancaires archivées : {account}, {account.recipient}.",
        account,
        by,
    )
    return account


@transaction.atomic
def reveal(*, account: BankAccount, by: User | None) -> str:
    """The whole IBAN, in groups of four, for finance. The reading is recorded."""
    require(by, Right.SEE_BANK_DETAILS, account.recipient.authority)
    _record("read_bank_details", f"Coordonnées bancaires lues : {account}, {account.recipient}.", account, by)
    return " ".join(account.iban[start : start + 4] for start in range(0, len(account.iban), 4))


@transaction.atomic
def read_proof(*, account: BankAccount, by: User | None) -> StoredFile:
    """The RIB handed in, for finance. The reading is recorded."""
    require(by, Right.SEE_BANK_DETAILS, account.recipient.authority)
    if account.proof is None:
        raise Refused("Aucun RIB n'est joint à ces coordonnées : demandez-le au bénéficiaire.")
    _record("read_bank_proof", f"RIB lu : {account}, {account.recipient}.", account, by)
    return account.proof


def _lock(recipient: Recipient) -> None:
    """One change at a time to the accounts of a recipient."""
    Recipient.objects.select_for_update(of=("self",), no_key=True).get(pk=recipient.pk)


def _in_state(account: BankAccount, wanted: BankAccount.State) -> BankAccount:
    """The account as it is now, its recipient held. Refused in any other state."""
    _lock(account.recipient)
    current = BankAccount.objects.select_related("recipient__authority", "proof").get(pk=account.pk)
    if current.state != wanted:
        raise Refused(
            f"Ces coordonnées sont {current.get_state_display().lower()} : rechargez la page pour voir où "
            "elles en sont."
        )
    return current


def _require_usable_proof(account: BankAccount) -> None:
    proof = account.proof
    if proof is None or proof.is_usable:
        return
    if proof.state == StoredFile.State.QUARANTINED:
        raise Refused("Le RIB joint est en cours de vérification : revenez dans un instant.")
    raise Refused("Le RIB joint a été refusé ou effacé : refusez ces coordonnées et demandez-en un autre.")


def _require_no_payment_in_flight(recipient: Recipient) -> None:
    """What is ordered goes where it was ordered to."""
    payment = Payment.objects.in_flight().filter(instalment__agreement__recipient=recipient).first()
    if payment is not None:
        raise Refused(
            f"Le paiement {payment} est en cours vers les coordonnées actuelles : attendez le retour de la "
            "comptabilité."
        )


def _archive(account: BankAccount) -> None:
    account.state, account.archived_at = State.ARCHIVED, clock.now()
    account.save(update_fields=["state", "archived_at"])


def _record(verb: str, sentence: str, account: BankAccount, by: User | None) -> None:
    record(verb, sentence, by=by, authority=account.recipient.authority, about=account)
