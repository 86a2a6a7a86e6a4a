"""From which states each verb may be used: one table, for the actions, the pages and their tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from maillage.kit.console import Refused
from maillage.obligations.models import Breach, Clawback, PracticeObligation

Obligation = PracticeObligation.State
WATCHED: Final = (Obligation.AWAITING_START, Obligation.RUNNING, Obligation.DEFERRED)

OBLIGATION: Final[Mapping[str, tuple[str, ...]]] = {
    "set_trigger": (Obligation.STUDYING, Obligation.AWAITING_START),
    "start": (Obligation.AWAITING_START, Obligation.DEFERRED),
    "interrupt": (Obligation.RUNNING,),
    "resume": (Obligation.RUNNING,),
    "change_place": (Obligation.RUNNING,),
    "cease": (Obligation.RUNNING,),
    "end_by_zone_loss": (Obligation.RUNNING,),
    "suspect": PracticeObligation.OPEN_STATES,
}
BREACH: Final[Mapping[str, tuple[str, ...]]] = {
    "open_adversarial": (Breach.State.SUSPECTED,),
    "record_observations": (Breach.State.ADVERSARIAL,),
    "defer": (Breach.State.SUSPECTED, Breach.State.ADVERSARIAL),
    "waive": (Breach.State.SUSPECTED, Breach.State.ADVERSARIAL),
    "dismiss": (Breach.State.SUSPECTED, Breach.State.ADVERSARIAL),
    "confirm": (Breach.State.ADVERSARIAL,),
}
CLAWBACK: Final[Mapping[str, tuple[str, ...]]] = {
    "order": (Clawback.State.DECIDED,),
    "record_recovery": (Clawback.State.ORDERED,),
    "relieve": (Clawback.State.DECIDED, Clawback.State.ORDERED),
    "write_off": (Clawback.State.ORDERED,),
    "cancel": (Clawback.State.DECIDED, Clawback.State.ORDERED),
}


def allowed(obligation: PracticeObligation, verb: str) -> bool:
    return obligation.state in OBLIGATION[verb]


def locked(obligation: PracticeObligation, verb: str) -> PracticeObligation:
    """The obligation read anew and held. Raises Refused unless the verb may be used on it."""
    rows = PracticeObligation.objects.select_for_update(of=("self",)).with_periods()
    return _require(rows.get(pk=obligation.pk), verb, OBLIGATION, "Cet engagement")


def locked_breach(breach: Breach, verb: str) -> Breach:
    """The breach, and its obligation before it, read anew and held. Raises Refused in any other state."""
    rows = PracticeObligation.objects.select_for_update(of=("self",)).with_periods()
    obligation = rows.get(pk=breach.obligation_id)
    current = Breach.objects.select_for_update(of=("self",)).select_related("letter").get(pk=breach.pk)
    current.obligation = obligation
    return _require(current, verb, BREACH, "Ce manquement")


def locked_clawback(clawback: Clawback, verb: str) -> Clawback:
    """The claw-back read anew and held. Raises Refused in any other state."""
    rows = Clawback.objects.select_for_update(of=("self",)).with_instalments()
    return _require(rows.get(pk=clawback.pk), verb, CLAWBACK, "Ce reversement")


def _require(row: Any, verb: str, table: Mapping[str, tuple[str, ...]], this: str) -> Any:
    if row.state in table[verb]:
        return row
    labels = dict(type(row).State.choices)
    wanted = ", ".join(f"« {labels[state]} »" for state in table[verb])
    raise Refused(
        f"{this} est à l'état « {row.get_state_display()} » : cela se fait à l'état {wanted}. "
        "Rechargez la page."
    )
