"""Every change to an application, its documents, its clock and its calls."""

from maillage.applications.actions.advising import ask_opinion, give_opinion, score, write_note
from maillage.applications.actions.calls import (
    cancel_call,
    create_call,
    edit_call,
    extend_call,
    publish_call,
)
from maillage.applications.actions.drafting import (
    attach,
    declare_aid,
    discard,
    remove_declared_aid,
    remove_document,
    save,
    start,
)
from maillage.applications.actions.filing import (
    answer_correction,
    read_messages,
    submit,
    withdraw,
    write_message,
)
from maillage.applications.actions.lapsing import lapse_silent, reopen
from maillage.applications.actions.outcome import put_on_agenda, record_outcome, take_off_agenda
from maillage.applications.actions.registration import (
    confirm_email,
    register,
    send_confirmation,
    send_known_address,
)
from maillage.applications.actions.reviewing import (
    accept_document,
    ask_correction,
    assign,
    begin_review,
    declare_complete,
    declare_inadmissible,
    give_back,
    hand_over,
    judge_again,
    mark_ready,
    override,
    refuse_document,
)

__all__ = [
    "accept_document",
    "answer_correction",
    "ask_correction",
    "ask_opinion",
    "assign",
    "attach",
    "begin_review",
    "cancel_call",
    "confirm_email",
    "create_call",
    "declare_aid",
    "declare_complete",
    "declare_inadmissible",
    "discard",
    "edit_call",
    "extend_call",
    "give_back",
    "give_opinion",
    "hand_over",
    "judge_again",
    "lapse_silent",
    "mark_ready",
    "override",
    "publish_call",
    "put_on_agenda",
    "read_messages",
    "record_outcome",
    "refuse_document",
    "register",
    "remove_declared_aid",
    "remove_document",
    "reopen",
    "save",
    "score",
    "send_confirmation",
    "send_known_address",
    "start",
    "submit",
    "take_off_agenda",
    "withdraw",
    "write_message",
    "write_note",
]
