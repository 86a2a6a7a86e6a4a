"""Every change to an obligation: one verb of the trade each."""

from maillage.obligations.actions.breaches import (
    confirm,
    defer,
    dismiss,
    open_adversarial,
    record_observations,
    suspect,
    waive,
)
from maillage.obligations.actions.ending import close_with_agreement, end_by_zone_loss, fulfil_due
from maillage.obligations.actions.monitoring import monitor
from maillage.obligations.actions.observing import explain_observation
from maillage.obligations.actions.practice import (
    cease,
    change_place,
    interrupt,
    open_obligation,
    resume,
    set_trigger,
    start,
)
from maillage.obligations.actions.proofs import accept_proof, receive_proof, refuse_proof, remind
from maillage.obligations.actions.recoveries import cancel, order, record_recovery, relieve, write_off

__all__ = [
    "accept_proof",
    "cancel",
    "cease",
    "change_place",
    "close_with_agreement",
    "confirm",
    "defer",
    "dismiss",
    "end_by_zone_loss",
    "explain_observation",
    "fulfil_due",
    "interrupt",
    "monitor",
    "open_adversarial",
    "open_obligation",
    "order",
    "receive_proof",
    "record_observations",
    "record_recovery",
    "refuse_proof",
    "relieve",
    "remind",
    "resume",
    "set_trigger",
    "start",
    "suspect",
    "waive",
    "write_off",
]
