"""The aids a recipient already holds, as far as they are known: declared here, or signed in any authority."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from maillage.applications.models import Application, DeclaredAid, Recipient
from maillage.applications.registry import HISTORIES
from maillage.rules.history import PastAid
from maillage.rules.terms import DeMinimis, LegalBasis


def past_aids(application: Application) -> list[PastAid]:
    """Aids declared on this application or an earlier one, and those the rooms above know of."""
    declared = DeclaredAid.objects.filter(application=application)
    recipient = application.recipient
    if recipient is not None:
        declared |= DeclaredAid.objects.filter(recipient=recipient)
    return [*map(_declared, declared.distinct()), *(_registered(recipient) if recipient else [])]


def previous_aid_on(aids: Iterable[PastAid], *, category: str, on: date) -> date | None:
    """Signature of the last agreement of the same category up to a day (CGCT D1511-47)."""
    signed = [
        aid.signed_on
        for aid in aids
        if aid.signed_on is not None and aid.signed_on <= on and category and aid.category == category
    ]
    return max(signed, default=None)


def _registered(recipient: Recipient) -> list[PastAid]:
    return [aid for history in HISTORIES for aid in history(recipient)]


def _declared(aid: DeclaredAid) -> PastAid:
    # A declared category is one of the ten-year rule, which only aids of L1511-8 I enter.
    regimes = {regime.value: regime for regime in DeMinimis}
    return PastAid(
        aid=aid.category,
        label=f"« {aid.label} » ({aid.funder})",
        granted_on=aid.signed_on,
        amount=aid.amount,
        signed_on=aid.signed_on,
        legal_basis=LegalBasis.L1511_8_I if aid.category else None,
        category=aid.category,
        regulation=regimes.get(aid.de_minimis),
        authority=aid.funder,
    )
