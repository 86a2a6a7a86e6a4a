"""The pages of the house itself: portal, accounts, diagnosis, office."""

from __future__ import annotations

from typing import Any

from access_table.lines import (
    ABSENT,
    ADMINISTRATORS,
    IMPORTERS,
    MOVED,
    OUTSIDER,
    READERS_OF_JOURNAL,
    SIGNED_IN,
    VISITOR,
    Line,
    public,
)
from access_table.plans import READERS, export
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.intake.models import ImportRun
from maillage.jobs.models import Job
from people import authority, person


def diagnosis(*arguments: str) -> Line:
    """A public page about the territory that `loaded_territory` holds."""
    return public(lambda: [*arguments], needs="loaded_territory")


def job() -> list[Any]:
    """A running job of the case officer, in the first authority."""
    owner = User.objects.get(full_name=Role.CASE_OFFICER.label)
    fields = {
        "kind": "essai",
        "owner": owner,
        "authority": authority(),
        "state": Job.State.RUNNING,
        "attempts": 1,
    }
    return [Job.objects.create(**fields).pk]


def import_run() -> list[Any]:
    return [ImportRun.objects.create(folder="/d", succeeded=True, outcome="", report={"files": []}).pk]


def membership() -> list[Any]:
    return [person(Role.HOST).memberships.get().pk]


def slug() -> list[Any]:
    return [authority().slug]


# Those who see the job of another: administrators of its authority. Elsewhere it does not exist.
SEE_THE_JOB = frozenset({Role.CASE_OFFICER, Role.ADMINISTRATOR})

# Those who see applications, which is what the search finds.
CASE_READERS = READERS - {Role.ELECTED_MEMBER, Role.ANALYST} | {OUTSIDER}

LINES: dict[str, Line] = {
    "portal:home": public(),
    "portal:accessibility": public(),
    "accounts:sign_in": Line(frozenset({VISITOR}), others=MOVED),
    "accounts:sign_out": public(answers=MOVED, post={}),
    "accounts:enter_demo": public(answers=ABSENT, post={}),
    "accounts:password_change": Line(SIGNED_IN),
    "accounts:choose_authority": Line(SIGNED_IN, allowed=ABSENT, post={}),
    "accounts:theme": public(slug),
    "accounts:logo": public(slug, answers=ABSENT),
    "diagnosis:map": diagnosis("departement:20"),
    "diagnosis:figures": diagnosis("departement:20"),
    "diagnosis:table": diagnosis("departement:20"),
    "diagnosis:export": diagnosis("departement:20", "csv"),
    "diagnosis:method": diagnosis(),
    "office:my_day": Line(SIGNED_IN),
    "office:glance": Line(READERS | {OUTSIDER}),
    "office:glance_export": Line(READERS, export, elsewhere=ABSENT),
    "office:search": Line(CASE_READERS),
    "office:jobs": Line(SIGNED_IN),
    "office:job": Line(SEE_THE_JOB, job, others=ABSENT),
    "office:job_progress": Line(SEE_THE_JOB, job, others=ABSENT),
    "office:job_cancel": Line(SEE_THE_JOB, job, allowed=MOVED, others=ABSENT, post={}),
    "office:job_file": Line(frozenset(), job, others=ABSENT),
    "office:imports": Line(IMPORTERS),
    "office:upload": Line(IMPORTERS),
    "office:import_report": Line(IMPORTERS, import_run),
    "office:settings": Line(ADMINISTRATORS),
    "office:members": Line(ADMINISTRATORS),
    "office:revoke": Line(
        frozenset({Role.ADMINISTRATOR}), membership, allowed=MOVED, elsewhere=ABSENT, post={}
    ),
    "office:journal": Line(READERS_OF_JOURNAL),
}
