"""My day: what waits for me, what is late, what is missing. Read from the other rooms, nothing stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.agreements import day as agreements
from maillage.applications import day as applications
from maillage.budget import day as budget
from maillage.committees import day as committees
from maillage.intake.models import ImportRun
from maillage.jobs.models import Job, Worker
from maillage.kit.matters import Matter
from maillage.letters import day as letters
from maillage.obligations import day as obligations
from maillage.offbudget import day as offbudget
from maillage.payments import day as payments
from maillage.plans import day as plans
from maillage.schemes import day as schemes
from maillage.territories.models import Dataset

# Without them no page of a territory can be shown.
NEEDED = {"communes": "la liste des communes", "contours": "les contours", "apl": "l'accessibilité (APL)"}
# Years between the year a yearly publication describes and the day its successor is out.
YEARLY = {"apl": 3, "facilities": 3, "densities": 3, "population_by_age": 3}
RECENT = timedelta(days=7)


# What each room has for this person, in the order of the walk of a euro.
ROOMS: tuple[Callable[[User, Authority], Iterable[Matter]], ...] = (
    plans.matters,
    budget.matters,
    schemes.matters,
    applications.matters,
    committees.matters,
    agreements.matters,
    payments.matters,
    obligations.matters,
    offbudget.matters,
    letters.matters,
)


def matters(user: User, authority: Authority | None) -> list[Matter]:
    """What this person has to see to, the most pressing first."""
    found = [*_jobs(user)]
    if authority is not None:
        for room in ROOMS:
            found += room(user, authority)
    if user.can(Right.IMPORT_DATA, authority):
        found += [*_missing_data(), *_old_data(timezone.localdate()), *_last_import(user)]
    order = {"late": 0, "waiting": 1, "known": 2}
    return sorted(found, key=lambda matter: order[matter.urgency])


def _jobs(user: User) -> Iterator[Matter]:
    mine = Job.objects.visible_to(user).order_by("-pk")
    states = [Job.State.QUEUED, Job.State.RUNNING]
    waiting = list(mine.filter(state__in=states)[:5])
    failed = mine.filter(state=Job.State.FAILED, finished_at__gte=timezone.now() - RECENT)
    for job in failed[:5]:
        yield Matter(f"{job} a échoué. {job.error}", _url(job), "Voir ce qui s'est passé", "late")
    for job in waiting:
        yield Matter(f"{job} : {job.get_state_display().lower()}.", _url(job), "Suivre l'avancement", "known")
    if waiting and not Worker.objects.alive().exists():
        text = "Des travaux attendent et aucun exécutant n'est en marche : lancez « maillage worker »."
        yield Matter(text, reverse("office:jobs"), "Voir les travaux", "late")


def _url(job: Job) -> str:
    return reverse("office:job", args=[job.pk])


def _missing_data() -> Iterator[Matter]:
    loaded = set(Dataset.objects.active().values_list("kind", flat=True).distinct())
    missing = [label for kind, label in NEEDED.items() if kind not in loaded]
    if missing:
        text = f"Il manque {', '.join(missing)} : chargez les fichiers officiels par « maillage load »."
        yield Matter(text, reverse("diagnosis:method"), "Voir les données attendues", "late")


def _old_data(today: date) -> Iterator[Matter]:
    newest = Dataset.objects.active().filter(kind__in=YEARLY, vintage__isnull=False)
    for kind, title, vintage in (
        newest.order_by("kind")
        .values("kind")
        .annotate(latest=Max("vintage"))
        .values_list("kind", Max("title"), "latest")
    ):
        if today.year - vintage > YEARLY[kind]:
            text = f"{title} : le dernier millésime chargé est {vintage}, un plus récent a dû paraître."
            yield Matter(text, reverse("diagnosis:method"), "Voir les sources", "waiting")


def _last_import(user: User) -> Iterator[Matter]:
    run = ImportRun.objects.visible_to(user).order_by("-pk").first()
    if run is not None and not run.succeeded:
        url = reverse("office:import_report", args=[run.pk])
        yield Matter(f"Le dernier import a été refusé. {run.outcome}", url, "Lire le compte rendu", "late")
