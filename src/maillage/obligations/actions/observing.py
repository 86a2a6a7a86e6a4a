"""What is done about an observation of the register."""

from __future__ import annotations

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.obligations.actions.common import require_follower, required
from maillage.obligations.models import Observation


@transaction.atomic
def explain_observation(*, observation: Observation, explanation: str, by: User | None) -> Observation:
    """Close an observation that has a good reason: the same fact is not raised again."""
    require_follower(by, observation.obligation)
    current = (
        Observation.objects.select_for_update(of=("self",))
        .select_related("obligation__agreement__authority", "obligation__agreement__recipient")
        .get(pk=observation.pk)
    )
    if current.state != Observation.State.OPEN:
        raise Refused("Ce constat est déjà traité : rechargez la page.")
    current.explanation = required(explanation, "Dites ce qui explique ce constat.")
    current.state, current.closed_at, current.closed_by = Observation.State.EXPLAINED, clock.now(), by
    current.save()
    sentence = f"Constat expliqué ({current.get_kind_display().lower()}) : {current.explanation}"
    authority = current.obligation.agreement.authority
    record("explain_observation", sentence, by=by, authority=authority, about=current.obligation)
    return current
