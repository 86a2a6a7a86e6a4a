"""Every change to a plan: written from a file, then followed in the office."""

from maillage.plans.actions.following import (
    add_measure,
    assign_owner,
    reach_milestone,
    record_decision,
    record_reading,
    set_status,
)
from maillage.plans.actions.writing import keep_version, write_plan

__all__ = [
    "add_measure",
    "assign_owner",
    "keep_version",
    "reach_milestone",
    "record_decision",
    "record_reading",
    "set_status",
    "write_plan",
]
