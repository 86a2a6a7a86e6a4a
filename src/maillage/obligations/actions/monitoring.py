"""Comparing each load of the registers with the obligations: in a few queries, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.care.models import Practice, Structure
from maillage.kit import clock
from maillage.kit.text import number
from maillage.obligations import monitor as register
from maillage.obligations.models import Observation, PracticeObligation, Survey
from maillage.obligations.standing import is_suspended
from maillage.obligations.states import WATCHED
from maillage.territories.keys import parse
from maillage.territories.models import Commune, Dataset

# A file that keeps fewer of the people of a territory than this share of the last one is not believed.
BELIEVED_SHARE = 0.5
NOUNS = {register.PRACTITIONERS: "professionnels", register.STRUCTURES: "structures"}


def monitor(*, dataset: Dataset | None = None, by: User | None = None) -> list[Survey]:
    """Compare the registers in force with the obligations, each once per authority; gives the new surveys.

    With a dataset, that one is compared again: nothing already raised is raised twice. Called after every
    load; a load killed before this leaves it to the next.
    """
    registers = Dataset.objects.active().filter(kind__in=NOUNS).order_by("kind", "slot")
    chosen = [dataset] if dataset is not None else list(registers)
    surveys = []
    for one in chosen:
        done = set(Survey.objects.filter(dataset=one).values_list("authority", flat=True))
        for authority in Authority.objects.order_by("pk"):
            if dataset is None and authority.pk in done:
                continue
            if (survey := _survey(one, authority, by)) is not None:
                surveys.append(survey)
    return surveys


@transaction.atomic
def _survey(dataset: Dataset, authority: Authority, by: User | None) -> Survey | None:
    """Compare one register with one authority. None when the register is not about its territory."""
    counted = _count(dataset, authority)
    before = _last_believed(dataset, authority)
    if parse(authority.territory).is_fictional != dataset.is_fictional or (not counted and before is None):
        return None
    survey, _ = Survey.objects.select_for_update().get_or_create(
        authority=authority,
        dataset=dataset,
        defaults={"kind": dataset.kind, "file": dataset.file, "counted": counted},
    )
    survey.counted, survey.compared, survey.raised, survey.is_complete = counted, 0, 0, True
    if before is not None and counted < before.counted * BELIEVED_SHARE:
        survey.is_complete = False
        survey.outcome = (
            f"{dataset.file} ne compte plus que {number(counted)} {NOUNS[dataset.kind]} dans le territoire, "
            f"contre {number(before.counted)} dans {before.file} : il paraît incomplet, aucun constat "
            f"n'a été "
            "dressé."
        )
    else:
        _compare(survey, dataset, authority)
    survey.save()
    record("monitor_register", survey.outcome, by=by, authority=authority, about=survey)
    return survey


def _compare(survey: Survey, dataset: Dataset, authority: Authority) -> None:
    watched = list(_watched(dataset.kind, authority))
    on = clock.today()
    sites = register.sites_of(dataset, watched)
    places = [site for found in sites.values() for site in found]
    ground = register.ground_of(parse(authority.territory), watched, places, fictional=dataset.is_fictional)
    findings = [
        found
        for one in watched
        if (found := register.finding(one, sites[one.pk], ground, on, suspended=is_suspended(one, on)))
    ]
    survey.compared = len(watched)
    survey.raised = len(_raise(findings, dataset))
    closed = _close_what_is_over(findings, watched, dataset)
    ended = f", {closed} ne se constate{'nt' if closed > 1 else ''} plus" if closed else ""
    survey.outcome = (
        f"{dataset.file} comparé à {_count_of(len(watched), 'engagement')} : "
        f"{_count_of(survey.raised, 'nouveau constat', 'nouveaux constats')}{ended}."
    )


def _watched(kind: str, authority: Authority) -> QuerySet[PracticeObligation]:
    """The obligations of an authority that a register may tell something of."""
    holder = Q(finess="") & ~Q(rpps="") if kind == register.PRACTITIONERS else ~Q(finess="")
    found = PracticeObligation.objects.filter(holder, agreement__authority=authority, state__in=WATCHED)
    return found.with_periods().order_by("pk")


def _raise(findings: Sequence[register.Finding], dataset: Dataset) -> list[Observation]:
    """Store what is new: neither in hand nor explained already."""
    known = set(
        Observation.objects.filter(obligation__in=[found.obligation.pk for found in findings])
        .exclude(fingerprint="")
        .values_list("fingerprint", flat=True)
    )
    return Observation.objects.bulk_create(
        Observation(
            obligation=found.obligation,
            dataset=dataset,
            kind=found.kind,
            found=found.found,
            fingerprint=found.fingerprint,
        )
        for found in findings
        if found.fingerprint not in known
    )


def _close_what_is_over(
    findings: Sequence[register.Finding], watched: Sequence[PracticeObligation], dataset: Dataset
) -> int:
    """Close the open observations that this load no longer shows; they may then be raised anew."""
    shown = [found.fingerprint for found in findings]
    over = Observation.objects.filter(
        obligation__in=[one.pk for one in watched], state=Observation.State.OPEN
    )
    return over.exclude(fingerprint__in=shown).update(
        state=Observation.State.EXPLAINED,
        explanation=f"N'est plus constaté dans {dataset.file}.",
        fingerprint="",
        closed_at=clock.now(),
    )


def _count(dataset: Dataset, authority: Authority) -> int:
    """How many people, or structures, of the territory the register holds."""
    key = parse(authority.territory)
    own = Commune.objects.within(key.level, key.code).order_by().values("pk")
    if dataset.kind == register.PRACTITIONERS:
        found = Practice.objects.filter(dataset=dataset, commune__in=own)
        return found.order_by().values("rpps").distinct().count()
    return Structure.objects.filter(dataset=dataset, commune__in=own).count()


def _last_believed(dataset: Dataset, authority: Authority) -> Survey | None:
    """The last complete survey of the same register, before this file."""
    before = Survey.objects.filter(authority=authority, kind=dataset.kind, is_complete=True)
    return before.exclude(dataset=dataset.pk).order_by("-at", "-pk").first()


def _count_of(count: int, one: str, several: str = "") -> str:
    return f"{number(count)} {one if count < 2 else several or f'{one}s'}"
