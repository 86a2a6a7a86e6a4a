"""What waits for an officer, a partner or an applicant among the applications of an authority."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.applications import lists
from maillage.applications.lists import Tab
from maillage.applications.models import Application, CorrectionRequest, OpinionRequest
from maillage.kit import clock
from maillage.kit.matters import Matter


def matters(user: User, authority: Authority) -> list[Matter]:
    """One's own files that silence will soon refuse, those nobody has, opinions to give, what one asked."""
    found = [*_files(user, authority)] if user.can(Right.REVIEW_APPLICATIONS, authority) else []
    return [*found, *_opinions(user, authority), *_asked(user, authority)]


def _files(user: User, authority: Authority) -> Iterator[Matter]:
    everything, today = lists.deposited(user, authority), clock.today()
    near = lists.in_tab(everything, Tab.NEAR, user=user, on=today)
    free = lists.in_tab(everything, Tab.TO_TAKE, user=user, on=today)
    url = reverse("applications:dossiers")
    if (mine := lists.count(near.filter(assigned_to=user))).value:
        yield Matter(
            f"{mine} de vos dossiers {_verb(mine, 'approche', 'approchent')} du refus implicite.",
            f"{url}?onglet={Tab.NEAR.value}&instructeur={user.pk}",
            "Les voir",
            "late",
        )
    if (waiting := lists.count(free)).value:
        yield Matter(
            f"{waiting} {_verb(waiting, 'dossier attend', 'dossiers attendent')} un instructeur.",
            f"{url}?onglet={Tab.TO_TAKE.value}",
            "Les prendre",
            "waiting",
        )


def _opinions(user: User, authority: Authority) -> Iterator[Matter]:
    asked = OpinionRequest.objects.filter(asked_to=user, application__authority=authority, given_at=None)
    if waiting := asked.count():
        late = asked.filter(due_on__lt=clock.today()).exists()
        yield Matter(
            f"{waiting} avis à rendre.",
            reverse("applications:opinions"),
            "Répondre",
            "late" if late else "waiting",
        )


def _asked(user: User, authority: Authority) -> Iterator[Matter]:
    """What an applicant still has to send."""
    mine, url = Application.objects.filter(applicant=user, authority=authority), reverse("applications:mine")
    corrected = CorrectionRequest.objects.open().filter(
        application__in=mine.filter(state__in=Application.OPEN_STATES)
    )
    if waiting := corrected.count():
        late = corrected.filter(due_on__lt=clock.today()).exists()
        said = "1 demande attend" if waiting == 1 else f"{waiting} demandes attendent"
        yield Matter(f"{said} un complément de votre part.", url, "Répondre", "late" if late else "waiting")
    if begun := mine.filter(state=Application.State.DRAFT).count():
        said = "1 demande commencée n'est" if begun == 1 else f"{begun} demandes commencées ne sont"
        yield Matter(f"{said} pas déposée{'s' if begun > 1 else ''}.", url, "Reprendre", "known")


def _verb(count: lists.Count, one: str, many: str) -> str:
    return one if count.value == 1 else many
