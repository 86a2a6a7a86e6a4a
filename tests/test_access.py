"""Who may open what: every address of the program × every kind of person, in one table.

An address missing from the table fails the test. To add one, write a line in the module of its room under
`access/`: how to call it (its arguments, `post=` for what only answers to a POST, `needs=` for a fixture it
cannot do without), then who gets in. Whoever is not named gets what the `others` of the line say; a visitor
is sent to sign in unless the page is public.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import access
from access.lines import NO_ROLE, OUTSIDER, PEOPLE, VISITOR, Line
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from people import authority, person


def table() -> dict[str, Line]:
    """The lines of every room, which must not name the same address twice."""
    found: dict[str, Line] = {}
    for module in pkgutil.iter_modules(access.__path__):
        lines = getattr(importlib.import_module(f"access.{module.name}"), "LINES", {})
        assert not lines.keys() & found.keys(), f"access/{module.name}.py names an address of another room"
        found |= lines
    return found


ACCESS = table()


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
