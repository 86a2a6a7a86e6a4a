"""What the actions of this room share: who may act, how rows are saved."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.files.actions import receive
from maillage.files.models import StoredFile
from maillage.kit.console import Refused
from maillage.obligations.models import PracticeObligation

DECLARED, RECORDED = "déclarée par le bénéficiaire", "enregistrée par le service"


def is_recipient(by: User | None, obligation: PracticeObligation) -> bool:
    return by is not None and by.pk == obligation.agreement.recipient.user_id


def require_follower(by: User | None, obligation: PracticeObligation) -> None:
    require(by, Right.FOLLOW_OBLIGATIONS, obligation.agreement.authority)


def require_follower_or_recipient(by: User | None, obligation: PracticeObligation) -> None:
    """What the recipient declares, an officer may record for them."""
    if not is_recipient(by, obligation):
        require_follower(by, obligation)


def source_of(by: User | None, obligation: PracticeObligation) -> str:
    return DECLARED if is_recipient(by, obligation) else RECORDED


def received(
    upload: UploadedFile | None, obligation: PracticeObligation, by: User | None
) -> StoredFile | None:
    """The file handed in, if any."""
    if upload is None:
        return None
    return receive(upload=upload, authority=obligation.agreement.authority, by=by)


def required(text: str, sentence: str) -> str:
    """The text, stripped. Raises Refused with the sentence when there is none."""
    if not text.strip():
        raise Refused(sentence)
    return text.strip()
