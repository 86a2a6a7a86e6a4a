"""Every change to agreements, in the order of their life."""

from maillage.agreements.actions.amending import cancel_amendment, propose_amendment, sign_amendment
from maillage.agreements.actions.closing import end, resume_payments, suspend_payments, terminate
from maillage.agreements.actions.preparing import cancel, prepare, revise, send, take_back
from maillage.agreements.actions.proofs import (
    accept_proof,
    receive_proof,
    refuse_proof,
    requirements,
    settle_activity,
)
from maillage.agreements.actions.signing import forward, hand_signed_copy, record_signature
from maillage.agreements.actions.templates import add_template, archive_template

__all__ = [
    "accept_proof",
    "add_template",
    "archive_template",
    "cancel",
    "cancel_amendment",
    "end",
    "forward",
    "hand_signed_copy",
    "prepare",
    "propose_amendment",
    "receive_proof",
    "record_signature",
    "refuse_proof",
    "requirements",
    "resume_payments",
    "revise",
    "send",
    "settle_activity",
    "sign_amendment",
    "suspend_payments",
    "take_back",
    "terminate",
]
