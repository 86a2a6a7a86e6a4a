"""What every action of this room does: hold the agreement, check its state, say what happened."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.agreements.models import Agreement
from maillage.files.actions import receive
from maillage.files.models import StoredFile
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.rules.calendar import day_text

State = Agreement.State
ACCEPTED = ("pdf", "jpeg", "png")
MAX_MB = 20


def held(agreement: Agreement, *states: Agreement.State) -> Agreement:
    """The agreement as it is now, locked. Raises Refused in any other state."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related(
        "authority", "recipient", "decision__application__version__scheme", "decision__envelope"
    )
    current = rows.get(pk=agreement.pk)
    if current.state not in states:
        wanted = " ou ".join(f"« {state.label.lower()} »" for state in states)
        raise Refused(
            f"La convention {current.number} est « {current.get_state_display().lower()} » : cette action "
            f"demande qu'elle soit {wanted}."
        )
    return current


def manage(agreement: Agreement, by: User | None) -> None:
    require(by, Right.MANAGE_AGREEMENTS, agreement.authority)


def manage_or_own(agreement: Agreement, by: User | None) -> None:
    """The recipient on their own agreement once sent, or whoever manages agreements."""
    if by is not None and agreement.recipient.user_id == by.pk:
        if agreement.sent_at is None:
            raise PermissionDenied("Cette convention ne vous a pas encore été envoyée.")
        return
    manage(agreement, by)


def take_in(agreement: Agreement, upload: UploadedFile, by: User | None) -> StoredFile:
    """A file handed in for an agreement, checked by its content."""
    return receive(upload=upload, authority=agreement.authority, by=by, accepted=ACCEPTED, max_mb=MAX_MB)


def past(on: date, what: str) -> date:
    """A day that has come. Raises Refused otherwise."""
    if on > clock.today():
        raise Refused(f"{what} ne peut être datée du {day_text(on)}, qui est à venir : corrigez la date.")
    return on


def tell(verb: str, sentence: str, agreement: Agreement, by: User | None, **data: Any) -> None:
    record(verb, sentence, by=by, authority=agreement.authority, about=agreement, **data)
