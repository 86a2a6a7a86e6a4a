"""Who may open what: every address of the program × every kind of person, in one table.

An address missing from the table fails the test. To add one, write a line in the module of its room under
`access_table/`: how to call it (its arguments, `post=` for what only answers to a POST, `needs=` for a
fixture it cannot do without), then who gets in. Whoever is not named gets what the `others` of the line say;
a visitor is sent to sign in unless the page is public.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import access_table
from access_table.lines import NO_ROLE, OUTSIDER, PEOPLE, VISITOR, Line
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from people import authority, person


def table() -> dict[str, Line]:
    """The lines of every room, which must not name the same address twice."""
    found: dict[str, Line] = {}
    for module in pkgutil.iter_modules(access_table.__path__):
        lines = getattr(importlib.import_module(f"access_table.{module.name}"), "LINES", {})
        assert not lines.keys() & found.keys(), (
            f"access_table/{module.name}.py names an address of another room"
        )
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
    line = ACCESS[name]
    if line.needs:
        request.getfixturevalue(line.needs)
    address = reverse(name, args=line.arguments())
    answered = {kind: answer(line, address, user) for kind, user in everyone.items()}
    assert answered == {kind: line.expected(kind) for kind in PEOPLE}
    if line.post is not None:
        administrator = everyone[Role.ADMINISTRATOR]
        assert status(signed_in(administrator).get, address) == 405, "what changes something opened by a link"
        without_token = signed_in(administrator, Client(enforce_csrf_checks=True))
        assert status(without_token.post, address) == 403, "changed without the token of its form"


def answer(line: Line, address: str, user: User | None) -> int:
    """How an address answers someone. What it changed is undone: the next one finds things as they were."""
    client = signed_in(user)
    if line.post is None:
        return status(client.get, address)
    return status(partial(client.post, data=line.post), address)


def signed_in(user: User | None, client: Client | None = None) -> Client:
    client = client or Client()
    if user is not None:
        client.force_login(user)
    return client


def status(call: Callable[[str], Any], address: str) -> int:
    with transaction.atomic():
        code: int = call(address).status_code
        transaction.set_rollback(True)
    return code
