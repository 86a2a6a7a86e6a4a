"""The grants that no agreement carries yet."""

from __future__ import annotations

from maillage.committees.models import Decision, DecisionQuerySet
from maillage.rules.terms import Kind


def awaiting_agreement() -> DecisionQuerySet:
    """Grants taken and without an agreement; a tax exemption is a deliberation and needs none."""
    granted = Decision.objects.filter(
        outcome=Decision.Outcome.GRANTED, state=Decision.State.TAKEN, agreement=None
    )
    return granted.exclude(application__version__rules__kind=Kind.TAX_EXEMPTION.value)
