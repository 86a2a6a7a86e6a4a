"""What waits for those who decide on guarantees."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.kit.matters import Matter
from maillage.offbudget.models import LoanGuarantee


def matters(user: User, authority: Authority) -> Iterator[Matter]:
    """Guarantees proposed and not yet decided."""
    if not user.can(Right.RECORD_DECISIONS, authority):
        return
    proposed = LoanGuarantee.objects.filter(authority=authority, state=LoanGuarantee.State.PROPOSED)
    if waiting := proposed.count():
        said = "1 garantie d'emprunt attend" if waiting == 1 else f"{waiting} garanties d'emprunt attendent"
        yield Matter(
            f"{said} une décision.", reverse("offbudget:guarantees"), "Voir les garanties", "waiting"
        )
