"""Every change to committees, their sessions, and the decisions taken."""

from maillage.committees.actions.agenda import (
    Votes,
    delist,
    enlist,
    set_opinion,
    set_proposed,
    withdraw_member,
)
from maillage.committees.actions.closing import close_session, left_before_closing
from maillage.committees.actions.committees import (
    add_member,
    create_committee,
    declare_ties,
    end_membership,
    update_committee,
)
from maillage.committees.actions.deciding import Result, Vote, adjourn, decide, propose, record_votes
from maillage.committees.actions.notifying import (
    letter_sent,
    notify,
    notify_each,
    prepare_notification,
    withdraw_decision,
)
from maillage.committees.actions.scenarios import add_scenario, remove_scenario, retain, set_line
from maillage.committees.actions.sessions import (
    cancel_session,
    convene,
    open_session,
    plan_session,
    record_attendance,
    reschedule,
)
from maillage.committees.actions.transmitting import publish, transmit

__all__ = [
    "Result",
    "Vote",
    "Votes",
    "add_member",
    "add_scenario",
    "adjourn",
    "cancel_session",
    "close_session",
    "convene",
    "create_committee",
    "decide",
    "declare_ties",
    "delist",
    "end_membership",
    "enlist",
    "left_before_closing",
    "letter_sent",
    "notify",
    "notify_each",
    "open_session",
    "plan_session",
    "prepare_notification",
    "propose",
    "publish",
    "record_attendance",
    "record_votes",
    "remove_scenario",
    "reschedule",
    "retain",
    "set_line",
    "set_opinion",
    "set_proposed",
    "transmit",
    "update_committee",
    "withdraw_decision",
    "withdraw_member",
]
