"""What waits for those who follow a plan."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.kit import clock
from maillage.kit.matters import Matter
from maillage.kit.words import counted
from maillage.plans.models import Measure, Plan


def matters(user: User, authority: Authority) -> Iterator[Matter]:
    """Measures that are late, then those nobody has heard of, plan by plan."""
    if not user.can(Right.EDIT_PLAN, authority):
        return
    late = Q(axes__measures__in=Measure.objects.late(clock.today()))
    silent = Q(axes__measures__status=Measure.Status.NOT_REPORTED)
    running = Plan.objects.filter(authority=authority, status=Plan.Status.RUNNING)
    found = running.annotate(
        late=Count("axes__measures", filter=late, distinct=True),
        silent=Count("axes__measures", filter=silent, distinct=True),
    )
    for plan in found.order_by("-first_year", "title", "pk"):
        url = reverse("plans:plan", args=[plan.pk])
        if plan.late:
            text = f"{plan} : {counted(plan.late, 'mesure a', 'mesures ont')} un jalon dépassé."
            yield Matter(text, f"{url}?milestones=late", "Voir les mesures", "late")
        if plan.silent:
            text = f"{plan} : {counted(plan.silent, 'mesure')} sans nouvelles."
            status = Measure.Status.NOT_REPORTED.value
            yield Matter(text, f"{url}?status={status}", "Dire où elles en sont", "waiting")
