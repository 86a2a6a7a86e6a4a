"""What stands before payment: what the agreement lacks, then what paying adds: an account, an envelope.

The list, the guard of the batch and the reminder read the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, prefetch_related_objects

from maillage.accounts.models import Authority
from maillage.agreements import instalments as agreed
from maillage.agreements.models import Instalment, InstalmentQuerySet
from maillage.payments.models import BankAccount


def missing(instalments: Iterable[Instalment], on: date) -> dict[int, list[str]]:
    """What each instalment lacks to be paid on a day, by primary key, in sentences; [] when nothing.

    A few queries whatever their number.
    """
    found = list(instalments)
    prefetch_related_objects(found, "agreement__decision__envelope")
    lacks = agreed.missing_from(found, on)
    recipients = {one.agreement.recipient_id for one in found}
    accounts = BankAccount.objects.filter(recipient__in=recipients, state__in=["active", "to_check"])
    states: dict[int, set[str]] = {}
    for recipient, state in accounts.values_list("recipient_id", "state"):
        states.setdefault(recipient, set()).add(state)
    return {
        one.pk: [*lacks[one.pk], *_here(one, states.get(one.agreement.recipient_id, set()))] for one in found
    }


def payable(authority: Authority, on: date) -> InstalmentQuerySet:
    """The instalments that lack nothing, the oldest first."""
    account = BankAccount.objects.active().filter(recipient=OuterRef("agreement__recipient"))
    return agreed.payable(authority, on).filter(
        Exists(account),
        agreement__decision__envelope__isnull=False,
        agreement__decision__envelope__closed_on=None,
        amount__gt=0,
    )


def _here(instalment: Instalment, accounts: set[str]) -> list[str]:
    sentences = []
    if BankAccount.State.ACTIVE not in accounts:
        sentences.append(
            "Ses coordonnées bancaires sont à vérifier par les finances."
            if accounts
            else "Le bénéficiaire n'a pas donné ses coordonnées bancaires."
        )
    envelope = instalment.agreement.decision.envelope
    if envelope is None:
        sentences.append("La décision ne dit pas sur quelle enveloppe payer.")
    elif envelope.closed_on is not None:
        sentences.append(f"L'enveloppe « {envelope} » est close.")
    if instalment.amount <= 0:
        sentences.append("Son montant est nul : il n'y a rien à payer.")
    return sentences
