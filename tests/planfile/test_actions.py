"""A file loaded: once, versioned, never destroying what is in use; and given back."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from maillage.accounts.models import Authority
from maillage.accounts.roles import Role
from maillage.applications.models import Call
from maillage.budget.models import Entry, Envelope
from maillage.kit.console import Refused
from maillage.planfile.actions import Loaded, load, load_file
from maillage.planfile.exporting import export, file_of
from maillage.planfile.library import SHIPPED, text_of
from maillage.planfile.reading import read
from maillage.plans.models import Measure, Plan, PlanVersion
from maillage.schemes.models import Scheme, SchemeVersion
from people import authority, person
from planfile.sample import TEXT, edited

pytestmark = pytest.mark.django_db


def loaded(text: str = TEXT) -> Loaded:
    return load(text=text, authority=authority(), by=None)


def without(start: str, end: str) -> str:
    """The text without what goes from one mark to another."""
    head, _, rest = TEXT.partition(start)
    return head + end + rest.partition(end)[2]


def test_a_load_writes_everything_the_file_holds() -> None:
    loaded()
    assert Plan.objects.get().title == "Plan santé"
    assert Measure.objects.count() == 2
    assert Envelope.objects.get().measure == Measure.objects.get(key="bourses")
    assert not Entry.objects.exists()
    scheme = Scheme.objects.get()
    assert (scheme.envelope, scheme.versions.get().state) == (
        Envelope.objects.get(),
        SchemeVersion.State.DRAFT,
    )
    assert Call.objects.get().state == Call.State.DRAFT


def test_the_same_file_twice_changes_nothing() -> None:
    first = loaded()
    second = loaded()
    assert second.changes == ()
    assert second.version == first.version
    assert PlanVersion.objects.count() == SchemeVersion.objects.count() == 1


def test_another_file_is_another_version_with_its_changes() -> None:
    loaded()
    again = loaded(edited('title = "Loger les internes"', 'title = "Loger"'))
    assert again.version.number == 2
    assert again.changes == ("Mesure modifiée : Loger.",)


def test_a_comment_changes_no_row() -> None:
    loaded()
    assert loaded(edited("# A comment nobody keeps.", "# Another.")).changes == ()
    assert PlanVersion.objects.count() == 2


def test_rules_that_change_go_to_the_draft() -> None:
    loaded()
    again = loaded(edited("value = 12000", "value = 9000"))
    assert Scheme.objects.get().versions.get().rules["amount"]["value"] == 9000
    assert any("brouillon" in change for change in again.changes)


def test_a_published_version_never_changes() -> None:
    loaded()
    first = SchemeVersion.objects.get()
    SchemeVersion.objects.filter(pk=first.pk).update(
        state=SchemeVersion.State.PUBLISHED, published_at=first.created_at
    )
    loaded(edited("value = 12000", "value = 9000"))
    numbers = {version.number: version for version in SchemeVersion.objects.all()}
    assert numbers[1].rules["amount"]["value"] == 12000
    assert numbers[2].state == SchemeVersion.State.DRAFT
    assert numbers[2].rules["amount"]["value"] == 9000


def test_a_scheme_that_leaves_the_file_is_closed() -> None:
    loaded()
    again = loaded(without("[[schemes]]", "[[remarks]]"))
    assert Scheme.objects.get().closed_on is not None
    assert any("clos" in change for change in again.changes)


def test_a_published_call_belongs_to_the_office() -> None:
    loaded()
    call = Call.objects.get()
    Call.objects.update(state=Call.State.PUBLISHED, published_at=call.opens_at)
    again = loaded(edited('title = "Appel"', 'title = "Appel modifié"'))
    assert Call.objects.get().title == "Appel"
    assert any("déjà publié" in change for change in again.changes)


def test_a_call_without_dates_is_kept_in_the_file() -> None:
    text = edited("opens_at = 2026-03-01T09:00:00", 'opens_at = "à définir"')
    assert any("dates à définir" in change for change in loaded(text).changes)
    assert not Call.objects.exists()
    assert file_of(Plan.objects.get()).calls[0].title == "Appel"


def test_a_broken_file_is_refused_with_its_line() -> None:
    with pytest.raises(Refused, match=r"ligne \d+, plan.authority"):
        loaded(edited('"departement:00"', '"ici"'))
    assert not Plan.objects.exists()


def test_loading_asks_for_the_right() -> None:
    with pytest.raises(PermissionDenied):
        load(text=TEXT, authority=authority(), by=person(Role.FINANCE_OFFICER))


def test_who_may_not_vote_opens_no_envelope() -> None:
    answer = load(text=TEXT, authority=authority(), by=person(Role.MISSION_OFFICER))
    assert not Envelope.objects.exists()
    assert any("par les finances" in change for change in answer.changes)


def test_a_file_opens_its_authority_or_serves_another() -> None:
    load_file(text=TEXT)
    assert Authority.objects.get().name == "Département fictif"
    load_file(text=TEXT, territory="departement:01")
    assert Plan.objects.count() == 2


@pytest.mark.parametrize("text", [TEXT, *map(text_of, SHIPPED)])
def test_what_is_exported_loads_to_the_same(text: str) -> None:
    plan = load_file(text=text).plan
    exported = export(plan)
    assert read(exported).file == read(text).file
    assert load_file(text=exported).changes == ()
    assert export(Plan.objects.get()) == exported
