"""What the assembly votes. What is then done with the money is written by `budget.ledger`.

Every function takes `decision` (its number) and `decided_on` (today unless given); `key` makes a retry
harmless, and is drawn unless given.
"""

from maillage.budget.actions.envelopes import close_envelope, open_envelope
from maillage.budget.actions.transfers import carry_over, transfer_appropriation, transfer_authorisation
from maillage.budget.actions.votes import (
    SHARE_BEFORE_ADOPTION,
    lapse,
    open_before_adoption,
    vote_appropriations,
    vote_authorisation,
)

__all__ = [
    "SHARE_BEFORE_ADOPTION",
    "carry_over",
    "close_envelope",
    "lapse",
    "open_before_adoption",
    "open_envelope",
    "transfer_appropriation",
    "transfer_authorisation",
    "vote_appropriations",
    "vote_authorisation",
]
