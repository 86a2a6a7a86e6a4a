"""The aids a recipient was already granted, whatever the authority of the installation."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from maillage.agreements.models import Agreement
from maillage.applications.models import Recipient
from maillage.rules.history import PastAid

_SIGNED = ("signed", "ended", "terminated")


def signed_aids(recipient: Recipient) -> Iterator[PastAid]:
    """Its signed agreements, and those of the same person or body elsewhere (RPPS, SIRET): the ten-year rule
    counts from their signature (CGCT D1511-47)."""
    found = Agreement.objects.filter(_same(recipient), state__in=_SIGNED)
    for agreement in found.select_related("authority", "decision"):
        rules = agreement.rules
        yield PastAid(
            aid=agreement.scheme_key,
            label=f"l'aide « {agreement.terms['scheme']['title']} » ({agreement.number})",
            granted_on=agreement.decision.taken_on,
            amount=agreement.amount,
            signed_on=agreement.signed_on,
            legal_basis=rules.legal_basis,
            category=rules.cumulation.category,
            regulation=rules.cumulation.de_minimis,
            authority=agreement.authority.name,
        )


def _same(recipient: Recipient) -> Q:
    same = Q(recipient=recipient)
    if recipient.rpps:
        same |= Q(recipient__rpps=recipient.rpps)
    if recipient.siret:
        same |= Q(recipient__siret=recipient.siret)
    return same
