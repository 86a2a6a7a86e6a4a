"""What waits for those who send letters."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.kit.matters import Matter
from maillage.letters.actions import SENDERS
from maillage.letters.forms import FAILED, TO_SEND
from maillage.letters.models import Letter


def matters(user: User, authority: Authority) -> Iterator[Matter]:
    """Letters to send, and e-mails that have not left."""
    if not any(user.can(right, authority) for right in SENDERS):
        return
    letters, url = Letter.objects.filter(authority=authority), reverse("letters:letters")
    if failed := letters.mail_failed().count():
        said = "1 courriel n'est pas parti." if failed == 1 else f"{failed} courriels ne sont pas partis."
        yield Matter(said, f"{url}?state={FAILED}", "Voir pourquoi", "late")
    if waiting := letters.to_send().count():
        said = "1 courrier est à envoyer." if waiting == 1 else f"{waiting} courriers sont à envoyer."
        yield Matter(said, f"{url}?state={TO_SEND}", "Les relire et les envoyer", "waiting")
