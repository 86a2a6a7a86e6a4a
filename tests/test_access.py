"""Who may open what: every address of the program × every kind of person, in one table.

An address missing from the table fails the test. To add one, write a line: how to call it (its arguments,
`post=` for what only answers to a POST, `needs=` for a fixture it cannot do without), then who gets in.
Whoever is not named gets what the `others` of the line say; a visitor is sent to sign in unless the page
is public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.intake.models import ImportRun
from maillage.jobs.models import Job
from people import authority, person

VISITOR, NO_ROLE, OUTSIDER = "visitor", "no role", "administrator elsewhere"
PEOPLE = (VISITOR, *Role, NO_ROLE, OUTSIDER)
SIGNED_IN = frozenset(PEOPLE) - {VISITOR}
FOUND, MOVED, REFUSED, ABSENT = 200, 302, 403, 404

IMPORTERS = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.ANALYST, OUTSIDER})
READERS_OF_JOURNAL = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.FINANCE_OFFICER, OUTSIDER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR, OUTSIDER})


@dataclass(frozen=True)
class Line:
    """How to call an address, who gets `allowed`, what the others get.

    `elsewhere` is what the administrator of another authority gets, when it is not what the others get:
    they hold the right, but not over this object.
    """

    who: frozenset[str]
    arguments: Callable[[], list[Any]] = list
    allowed: int = FOUND
    others: int = REFUSED
    visitor: int = MOVED
    elsewhere: int | None = None
    post: dict[str, Any] | None = None
    needs: str = ""

    def expected(self, kind: str) -> int:
        if kind in self.who:
            return self.allowed
        if kind == OUTSIDER and self.elsewhere is not None:
            return self.elsewhere
        return self.visitor if kind == VISITOR else self.others


def public(arguments: Callable[[], list[Any]] = list, *, answers: int = FOUND, **options: Any) -> Line:
    """A page anyone may read."""
    return Line(frozenset(PEOPLE), arguments, allowed=answers, **options)


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

ACCESS: dict[str, Line] = {
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


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The full name of every address, e.g. `office:journal`."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"


def test_every_address_is_in_the_table_and_the_table_names_no_other() -> None:
    assert set(names(get_resolver())) == set(ACCESS)


@pytest.fixture
def everyone() -> dict[str, User | None]:
    """One person of each kind; the one from elsewhere administers another authority."""
    here, elsewhere = authority("00"), authority("01")
    members: dict[str, User | None] = {role: person(role, here) for role in Role}
    # A second administrator on each side: what is refused to the last one is another test's business.
    person(Role.ADMINISTRATOR, here, name="Suppléante")
    outsider = person(Role.ADMINISTRATOR, elsewhere)
    return {VISITOR: None, **members, NO_ROLE: person(), OUTSIDER: outsider}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACCESS)
def test_an_address_answers_each_kind_of_person_as_the_table_says(
    name: str, everyone: dict[str, User | None], request: pytest.FixtureRequest
) -> None:
    line, answered = ACCESS[name], {}
    if line.needs:
        request.getfixturevalue(line.needs)
    for kind, user in everyone.items():
        client = Client()
        if user is not None:
            client.force_login(user)
        address = reverse(name, args=line.arguments())
        call = client.get if line.post is None else client.post
        answered[kind] = call(address, line.post or {}).status_code
    assert answered == {kind: line.expected(kind) for kind in PEOPLE}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, line in ACCESS.items() if line.post is not None])
def test_what_changes_something_cannot_be_opened_by_a_link(
    name: str, everyone: dict[str, User | None]
) -> None:
    client = Client()
    client.force_login(everyone[Role.ADMINISTRATOR])  # type: ignore[arg-type]
    assert client.get(reverse(name, args=ACCESS[name].arguments())).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, line in ACCESS.items() if line.post is not None])
def test_what_changes_something_needs_the_token_of_its_form(
    name: str, everyone: dict[str, User | None]
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(everyone[Role.ADMINISTRATOR])  # type: ignore[arg-type]
    assert client.post(reverse(name, args=ACCESS[name].arguments())).status_code == 403
