"""What this room puts in « ma journée »."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.kit import clock
from maillage.kit.matters import Matter, Urgency
from maillage.obligations.lists import Tab, in_tab
from maillage.obligations.models import Clawback, PracticeObligation, RecoveryInstalment, Survey


def matters(user: User, authority: Authority | None) -> Iterator[Matter]:
    """What waits about obligations and claims, by right."""
    if authority is None:
        return
    if user.can(Right.FOLLOW_OBLIGATIONS, authority):
        yield from _obligations(authority)
    if user.can(Right.RECOVER, authority):
        yield from _claims(authority)


def _obligations(authority: Authority) -> Iterator[Matter]:
    found = PracticeObligation.objects.filter(agreement__authority=authority)
    today = clock.today()
    lines: tuple[tuple[Tab, str, Urgency], ...] = (
        (Tab.OBSERVATIONS, "engagement{s} {ont} un constat du répertoire à examiner.", "late"),
        (Tab.BREACHES, "manquement{s} présumé{s} {attendent} une suite.", "late"),
        (Tab.PROOFS, "attestation{s} d'exercice {sont} en retard.", "late"),
        (Tab.TO_CHECK, "attestation{s} reçue{s} {sont} à vérifier.", "waiting"),
    )
    for tab, sentence, urgency in lines:
        count = in_tab(found, tab, today).count()
        if count:
            url = f"{reverse('obligations:obligations')}?onglet={tab.value}"
            yield Matter(f"{count} {_agreed(sentence, count)}", url, "Voir la liste", urgency)
    last = Survey.objects.filter(authority=authority).order_by("-at", "-pk").first()
    if last is not None and not last.is_complete:
        yield Matter(last.outcome, reverse("obligations:obligations"), "Voir les engagements", "late")


def _claims(authority: Authority) -> Iterator[Matter]:
    claims = Clawback.objects.filter(breach__obligation__agreement__authority=authority)
    url = reverse("obligations:clawbacks")
    decided = claims.filter(state=Clawback.State.DECIDED).count()
    if decided:
        text = _agreed("reversement{s} {attendent} un titre de recettes.", decided)
        yield Matter(f"{decided} {text}", f"{url}?etat=decided", "Voir la liste", "waiting")
    late = RecoveryInstalment.objects.filter(
        clawback__in=claims.filter(state=Clawback.State.ORDERED), paid_on=None, due_on__lt=clock.today()
    ).count()
    if late:
        text = _agreed("échéance{s} de reversement {sont} en retard.", late)
        yield Matter(f"{late} {text}", f"{url}?etat=ordered", "Voir la liste", "late")


def _agreed(sentence: str, count: int) -> str:
    """The words in the singular or the plural."""
    several = {"s": "s", "ont": "ont", "attendent": "attendent", "sont": "sont"}
    one = {"s": "", "ont": "a", "attendent": "attend", "sont": "est"}
    return sentence.format(**(several if count > 1 else one))
