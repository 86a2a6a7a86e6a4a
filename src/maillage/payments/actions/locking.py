"""A batch as it is now, held until the end of the transaction."""

from __future__ import annotations

from maillage.kit.console import Refused
from maillage.payments.models import PaymentBatch


def held(batch: PaymentBatch, *states: PaymentBatch.State) -> PaymentBatch:
    """The batch read anew and locked. Refused in any other state."""
    rows = PaymentBatch.objects.select_for_update(of=("self",)).select_related("authority")
    current = rows.get(pk=batch.pk)
    if current.state not in states:
        raise Refused(
            f"Le bordereau {current} est {current.get_state_display().lower()} : rechargez la page pour voir "
            "où il en est."
        )
    return current
