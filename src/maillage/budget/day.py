"""What waits for those who vote the budget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.budget import balances
from maillage.budget.models import Envelope
from maillage.kit import clock
from maillage.kit.matters import Matter
from maillage.kit.words import counted, quoted
from maillage.rules.money import euros

# A lapse is announced three months before its day: the time to commit, or to vote again.
NEAR = timedelta(days=90)


def matters(user: User, authority: Authority) -> Iterator[Matter]:
    """Envelopes that nobody has voted, and authorisations that lapse with something left."""
    if not user.can(Right.VOTE_BUDGET, authority):
        return
    today = clock.today()
    envelopes = list(Envelope.objects.filter(authority=authority).open().order_by("lapses_on", "label", "pk"))
    held = balances.of(envelopes)
    if unvoted := sum(not held[envelope.pk].authorised for envelope in envelopes):
        text = f"{counted(unvoted, 'enveloppe')} sans vote : rien ne peut y être engagé."
        yield Matter(text, reverse("budget:overview"), "Voter", "waiting")
    for envelope in envelopes:
        left = held[envelope.pk].left_to_commit
        if envelope.lapses_on and envelope.lapses_on <= today + NEAR and left > 0:
            over = envelope.lapses_on <= today
            when = f"{'caducs depuis' if over else 'caducs'} le {envelope.lapses_on:%d/%m/%Y}"
            text = f"Enveloppe {quoted(str(envelope))} : {euros(left)} {when}."
            url = reverse("budget:envelope", args=[envelope.pk])
            yield Matter(text, url, "Voir l'enveloppe", "late" if over else "waiting")
