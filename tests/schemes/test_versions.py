"""Versions: drafted, published, replaced; once published, never changed."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.schemes.actions import (
    close_scheme,
    create_scheme,
    discard_draft,
    draft_version,
    edit_draft,
    publish,
    reopen_scheme,
    update_scheme,
)
from maillage.schemes.models import Scheme, SchemeVersion
from people import authority, person
from scheme_examples import bursary, draft, published, scheme


@pytest.mark.django_db
def test_publishing_replaces_the_version_before_and_keeps_it() -> None:
    first = published()
    second = draft_version(scheme=first.scheme, rules=bursary(legal_note="Autre."), note="", by=None)
    publish(version=second, decision="Délibération n° 2", by=None)
    first.refresh_from_db()
    assert (first.state, second.state, second.number) == ("replaced", "published", 2)
    assert first.replaced_at is not None
    assert first.scheme.current == second
    assert first.rules["legal_note"] == "Délibération fictive."


@pytest.mark.django_db
def test_a_draft_is_written_as_its_rules_are_read() -> None:
    version = draft()
    assert version.parsed.to_json() == version.rules
    edit_draft(version=version, rules=bursary(legal_note="Revue."), note="Revue", by=None)
    assert SchemeVersion.objects.get().parsed.legal_note == "Revue."


@pytest.mark.django_db
def test_rules_that_cannot_be_read_are_refused_with_their_place() -> None:
    version = draft()
    with pytest.raises(Refused, match=r"obligation\.months"):
        edit_draft(version=version, rules=bursary(obligation={"months": "trois ans"}), note="", by=None)
    assert SchemeVersion.objects.get().rules == version.rules


@pytest.mark.django_db
def test_one_draft_at_a_time() -> None:
    version = draft()
    with pytest.raises(Refused, match="déjà un brouillon"):
        draft_version(scheme=version.scheme, rules=bursary(), note="", by=None)


@pytest.mark.django_db
def test_a_discarded_draft_leaves_the_rules_in_force() -> None:
    version = published()
    discard_draft(version=draft_version(scheme=version.scheme, rules=bursary(), note="", by=None), by=None)
    assert list(SchemeVersion.objects.values_list("pk", flat=True)) == [version.pk]
    assert Event.objects.filter(verb="discard_draft").get().data["rules"]


@pytest.mark.django_db
def test_an_undecided_amount_is_not_published() -> None:
    version = draft(rules=bursary(amount={"value": 500, "unset": ["cap"]}))
    with pytest.raises(Refused, match="plafond à définir"):
        publish(version=version, decision="Délibération n° 1", by=None)


@pytest.mark.django_db
def test_what_the_law_forbids_is_not_published() -> None:
    short = bursary(legal_basis="IEPP", obligation={"months": 36})
    with pytest.raises(Refused):
        publish(version=draft(rules=short), decision="Délibération n° 1", by=None)


@pytest.mark.django_db
def test_rules_need_a_deliberation() -> None:
    with pytest.raises(Refused, match="délibération"):
        publish(version=draft(), decision=" ", by=None)


@pytest.mark.django_db
def test_warnings_are_read_before_publishing_and_recorded() -> None:
    officer = person(Role.MISSION_OFFICER)
    version = draft(by=officer)
    with pytest.raises(Refused, match="avertissements"):
        publish(version=version, decision="Délibération n° 1", by=officer)
    publish(version=version, decision="Délibération n° 1", by=officer, acknowledged=True)
    assert Event.objects.get(verb="publish_version").data["warnings"]


@pytest.mark.django_db
def test_a_published_version_is_neither_edited_discarded_nor_published_again() -> None:
    version = published()
    for refused in (
        lambda: edit_draft(version=version, rules=bursary(), note="", by=None),
        lambda: discard_draft(version=version, by=None),
        lambda: publish(version=version, decision="Délibération n° 2", by=None),
    ):
        with pytest.raises(Refused, match="publiée"):
            refused()


@pytest.mark.django_db
def test_the_model_refuses_to_change_or_delete_a_published_version() -> None:
    version = published()
    version.rules = {}
    for change in (version.save, version.delete, lambda: version.save(update_fields=["note"])):
        with pytest.raises(TypeError, match="published version"):
            change()


CHANGES: list[dict[str, Any]] = [
    {"rules": {}},
    {"number": 7},
    {"decision": "autre"},
    {"state": "draft", "published_at": None},
    {"published_at": None},
]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_database_refuses_to_change_a_published_version(change: dict[str, Any]) -> None:
    version = published()
    with pytest.raises(IntegrityError), transaction.atomic():
        SchemeVersion.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM schemes_schemeversion WHERE id = %s", [version.pk])


class TestPublishedVersion(TestCase):
    @settings(max_examples=25)
    @given(
        steps=st.lists(
            st.tuples(
                st.sampled_from(["draft", "edit", "discard", "publish"]), st.integers(1, 90), st.booleans()
            ),
            max_size=12,
        )
    )
    def test_no_sequence_of_actions_changes_one(self, steps: list[tuple[str, int, bool]]) -> None:
        aid = scheme(authority("00"))
        frozen: dict[int, Any] = {}
        for verb, months, lawful in steps:
            rules = bursary(
                obligation={"months": months}, amount={"value": months} if lawful else {"unset": ["value"]}
            )
            with contextlib.suppress(Refused):
                _step(verb, aid, rules)
            for version in aid.versions.exclude(state="draft"):
                found = (version.number, version.rules, version.decision, version.published_at)
                assert frozen.setdefault(version.pk, found) == found
        assert aid.versions.filter(state="published").count() <= 1


def _step(verb: str, aid: Scheme, rules: dict[str, Any]) -> None:
    version = aid.draft
    if verb == "draft":
        draft_version(scheme=aid, rules=rules, note="", by=None)
    elif version is not None and verb == "edit":
        edit_draft(version=version, rules=rules, note="", by=None)
    elif version is not None and verb == "discard":
        discard_draft(version=version, by=None)
    elif version is not None:
        publish(version=version, decision="Délibération", by=None)


@pytest.mark.django_db
def test_a_scheme_is_presented_closed_and_reopened() -> None:
    aid = scheme()
    update_scheme(scheme=aid, title="Bourse", summary="En bref.", by=None)
    close_scheme(scheme=aid, by=None)
    with pytest.raises(Refused, match="déjà clos"):
        close_scheme(scheme=aid, by=None)
    reopen_scheme(scheme=aid, by=None)
    assert (aid.title, aid.closed_on) == ("Bourse", None)
    assert Event.objects.about(aid).count() == 4


@pytest.mark.django_db
def test_a_key_serves_once_by_authority() -> None:
    scheme()
    with pytest.raises(Refused, match="porte déjà cette clé"):
        scheme()
    assert scheme(authority("01")).pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    "role", [Role.CASE_OFFICER, Role.FINANCE_OFFICER, Role.ELECTED_MEMBER, Role.APPLICANT]
)
def test_only_those_who_may_edit_schemes_do(role: Role) -> None:
    user = person(role)
    with pytest.raises(PermissionDenied):
        create_scheme(authority=authority(), key="x", title="X", by=user)
    with pytest.raises(PermissionDenied):
        publish(version=draft(), decision="Délibération n° 1", by=user)


@pytest.mark.django_db
def test_the_catalogue_holds_published_schemes_that_are_not_closed(django_assert_num_queries: Any) -> None:
    offered = published(key="a").scheme
    closed = published(key="b").scheme
    close_scheme(scheme=closed, by=None)
    draft(key="c")
    with django_assert_num_queries(2):
        found = list(Scheme.objects.offered(clock.today()).with_current())
        assert [aid.current.scheme_id for aid in found if aid.current] == [offered.pk]
