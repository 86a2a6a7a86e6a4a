"""Every change to bank details, payment batches and what finance returns."""

from maillage.payments.actions.accounts import (
    accept_bank_account,
    add_bank_account,
    archive_bank_account,
    read_proof,
    refuse_bank_account,
    reveal,
)
from maillage.payments.actions.batches import approve_batch, cancel_batch, prepare_batch, remove_payment
from maillage.payments.actions.returns import read_return
from maillage.payments.actions.sending import read_file, send_batch

__all__ = [
    "accept_bank_account",
    "add_bank_account",
    "approve_batch",
    "archive_bank_account",
    "cancel_batch",
    "prepare_batch",
    "read_file",
    "read_proof",
    "read_return",
    "refuse_bank_account",
    "remove_payment",
    "reveal",
    "send_batch",
]
