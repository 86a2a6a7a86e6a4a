from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, IntegrityError, connection, transaction

from maillage.accounts.journal import grouped, record
from maillage.accounts.models import Authority, Event, Membership, User
from maillage.accounts.roles import Role
from people import authority, person

pytestmark = pytest.mark.django_db


def test_an_address_is_one_account_whatever_its_capitals() -> None:
    alice = person(Role.ADMINISTRATOR)
    assert User.objects.get_by_natural_key(alice.email.upper()) == alice
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=alice.email.upper(), full_name="Une autre")


def test_the_database_refuses_a_colour_that_is_not_one() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Authority.objects.filter(pk=authority().pk).update(colour="rouge")


def test_an_authority_is_visible_to_its_members_only() -> None:
    here, there = authority("00"), authority("01")
    assert list(Authority.objects.visible_to(person(Role.PARTNER, here))) == [here]
    assert not Authority.objects.visible_to(person()).exists()
    assert there not in Authority.objects.visible_to(person(Role.ADMINISTRATOR, here))


def test_an_authority_without_members_is_visible_to_nobody_and_not_to_visitors() -> None:
    authority()
    assert not Authority.objects.visible_to(AnonymousUser()).exists()
    assert not Membership.objects.visible_to(AnonymousUser()).exists()
    assert not Event.objects.visible_to(AnonymousUser()).exists()


def test_administrators_see_the_people_of_their_authority_and_others_see_themselves() -> None:
    here, there = authority("00"), authority("01")
    alice, bob, charlie = (
        person(Role.ADMINISTRATOR, here),
        person(Role.CASE_OFFICER, here),
        person(Role.ADMINISTRATOR, there),
    )
    assert set(User.objects.visible_to(alice)) == {alice, bob}
    assert set(User.objects.visible_to(bob)) == {bob}
    assert set(Membership.objects.visible_to(charlie).values_list("user", flat=True)) == {charlie.pk}


def test_the_journal_of_an_authority_is_read_by_those_who_have_the_right_there() -> None:
    here, there = authority("00"), authority("01")
    event = record("test", "Un essai.", by=None, authority=here)
    assert event in Event.objects.visible_to(person(Role.FINANCE_OFFICER, here))
    assert event not in Event.objects.visible_to(person(Role.HOST, here))
    assert event not in Event.objects.visible_to(person(Role.ADMINISTRATOR, there))


def test_the_journal_cannot_be_rewritten_from_code() -> None:
    event = record("test", "Un essai.", by=None)
    attempts = (
        event.save,
        event.delete,
        Event.objects.all().delete,
        lambda: Event.objects.update(sentence="Rien."),
        lambda: Event.objects.bulk_update([event], ["sentence"]),
    )
    for attempt in attempts:
        with pytest.raises(TypeError, match="append-only"):
            attempt()


def test_the_database_itself_refuses_to_rewrite_the_journal() -> None:
    record("test", "Un essai.", by=None)
    statement = "UPDATE accounts_event SET sentence = 'Rien.'"
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_events_of_one_bulk_action_bear_one_number() -> None:
    with grouped():
        first, second = record("test", "Un.", by=None), record("test", "Deux.", by=None)
    alone = record("test", "Trois.", by=None)
    assert first.request_id == second.request_id != alone.request_id


def test_roles_are_read_once_for_a_whole_request(django_assert_num_queries: object) -> None:
    alice = User.objects.get(pk=person(Role.ADMINISTRATOR).pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert all(alice.roles_in(membership.authority) for membership in alice.roles * 3)
