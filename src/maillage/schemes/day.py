"""What waits for those who write the schemes."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.kit.matters import Matter
from maillage.schemes.models import SchemeVersion


def matters(user: User, authority: Authority) -> Iterator[Matter]:
    """Rules written and not yet in force."""
    if not user.can(Right.EDIT_SCHEMES, authority):
        return
    drafts = SchemeVersion.objects.filter(
        scheme__authority=authority, scheme__closed_on=None, state=SchemeVersion.State.DRAFT
    )
    if waiting := drafts.count():
        said = "1 dispositif a" if waiting == 1 else f"{waiting} dispositifs ont"
        yield Matter(
            f"{said} un brouillon à publier.", reverse("schemes:list"), "Voir les dispositifs", "known"
        )
