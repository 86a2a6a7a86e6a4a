from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from maillage.accounts.actions import grant_role, invite, update_authority
from maillage.accounts.models import Event, User
from maillage.accounts.roles import Role
from people import PASSWORD, authority, person

pytestmark = pytest.mark.django_db

SIGN_IN = "/connexion/"


def test_the_right_password_opens_the_session_whatever_the_capitals_of_the_address(client: Client) -> None:
    alice = person(Role.ADMINISTRATOR)
    answer = client.post(SIGN_IN, {"username": alice.email.upper(), "password": PASSWORD})
    assert answer.headers["Location"] == reverse("office:my_day")
    assert Event.objects.get(verb="sign_in").actor == alice


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(client: Client) -> None:
    known = person(Role.HOST).email
    pages = [
        client.post(SIGN_IN, {"username": address, "password": "faux"}).content.decode()
        for address in (known, "inconnu@exemple.invalid")
    ]
    assert all("Adresse ou mot de passe inconnu" in page for page in pages)


def test_sign_in_goes_on_to_the_page_that_was_asked_for_but_never_to_another_site(client: Client) -> None:
    alice = person(Role.ADMINISTRATOR)
    filled = {"username": alice.email, "password": PASSWORD}
    assert (
        client.post(SIGN_IN, {**filled, "next": "/bureau/equipe/"}).headers["Location"] == "/bureau/equipe/"
    )
    client.logout()
    away = client.post(SIGN_IN, {**filled, "next": "https://ailleurs.invalid/"})
    assert away.headers["Location"] == reverse("office:my_day")


def test_too_many_wrong_passwords_suspend_the_address_and_capitals_do_not_help(
    client: Client, settings: Any
) -> None:
    settings.AXES_ENABLED = True
    alice = person(Role.ADMINISTRATOR)
    spellings = [alice.email, alice.email.upper(), alice.email.title()]
    for attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post(SIGN_IN, {"username": spellings[attempt % 3], "password": "faux"})
    assert answer.status_code == 429
    assert "connexion est suspendue" in answer.content.decode()
    assert client.post(SIGN_IN, {"username": alice.email, "password": PASSWORD}).status_code == 429


def test_sign_out_is_a_post_that_ends_the_session(client: Client) -> None:
    client.force_login(person(Role.HOST))
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    client.post(reverse("accounts:sign_out"))
    assert client.get(reverse("office:my_day")).status_code == 302


def test_a_temporary_password_must_be_changed_before_anything_else(client: Client) -> None:
    membership, password = invite(
        email="bob@exemple.invalid", full_name="Bob", role=Role.ADMINISTRATOR, authority=authority(), by=None
    )
    change = reverse("accounts:password_change")
    answer = client.post(SIGN_IN, {"username": membership.user.email, "password": password})
    assert answer.headers["Location"] == change
    assert client.get(reverse("office:members")).headers["Location"] == change
    client.post(change, {"old_password": password, "new_password1": PASSWORD, "new_password2": PASSWORD})
    assert client.get(reverse("office:members")).status_code == 200
    assert User.objects.get().check_password(PASSWORD)


def test_the_demo_lets_in_as_a_fictional_person_of_the_role(client: Client) -> None:
    demo = authority("00", is_demo=True)
    person(Role.ADMINISTRATOR, demo, name="Quelqu'un de réel")
    for _ in range(2):
        client.post(reverse("accounts:enter_demo"), {"authority": demo.slug, "role": Role.ADMINISTRATOR})
        page = client.get(reverse("office:my_day")).content.decode()
        assert "Administration (démonstration)" in page
        client.logout()
    assert User.objects.filter(email__endswith=".invalid", full_name__contains="démonstration").count() == 1


@pytest.mark.parametrize(("demo_setting", "is_demo"), [(False, True), (True, False)])
def test_there_is_no_demo_outside_the_demo(
    client: Client, settings: Any, demo_setting: bool, is_demo: bool
) -> None:
    settings.DEMO = demo_setting
    target = authority(is_demo=is_demo)
    answer = client.post(
        reverse("accounts:enter_demo"), {"authority": target.slug, "role": Role.ADMINISTRATOR}
    )
    assert answer.status_code == 404
    assert not User.objects.exists()


def test_the_demo_cannot_be_entered_by_a_link(client: Client) -> None:
    demo = authority(is_demo=True)
    assert (
        client.get(reverse("accounts:enter_demo"), {"authority": demo.slug, "role": "host"}).status_code
        == 405
    )


def test_a_demo_in_production_is_refused_by_a_system_check(settings: Any) -> None:
    settings.DEMO = settings.HTTPS = True
    assert "maillage.E002" in [message.id for message in run_checks()]
    settings.HTTPS = False
    assert "maillage.E002" not in [message.id for message in run_checks()]


def test_a_visitor_sees_the_only_authority_and_none_when_there_are_two(client: Client) -> None:
    only = authority("00")
    assert only.name in client.get("/accessibilite/").content.decode()
    authority("01")
    assert only.name not in client.get("/accessibilite/").content.decode()


def test_someone_of_two_authorities_chooses_which_one_to_work_for(client: Client) -> None:
    first, second = authority("00"), authority("01")
    alice = person(Role.HOST, first)
    grant_role(user=alice, authority=second, role=Role.ADMINISTRATOR, by=None)
    client.force_login(alice)
    assert client.get(reverse("office:settings")).status_code == 403
    client.post(reverse("accounts:choose_authority"), {"authority": second.slug})
    assert client.get(reverse("office:settings")).status_code == 200


def test_nobody_chooses_an_authority_where_they_have_no_role(client: Client) -> None:
    client.force_login(person(Role.ADMINISTRATOR, authority("00")))
    foreign = authority("01")
    answer = client.post(reverse("accounts:choose_authority"), {"authority": foreign.slug})
    assert answer.status_code == 404


def test_the_theme_is_one_css_variable_and_may_be_kept(client: Client) -> None:
    answer = client.get(authority().css_url)
    assert answer.content.decode().strip() == ":root { --authority-colour: #0d5c6b; }"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_address_of_the_theme_changes_with_the_colour() -> None:
    here = authority()
    before = here.css_url
    here.colour = "#112233"
    assert here.css_url != before


def test_the_logo_is_served_as_an_image_that_nothing_may_reinterpret(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    stream = io.BytesIO()
    Image.new("RGB", (20, 20)).save(stream, format="JPEG")
    here = update_authority(
        authority=authority(),
        by=None,
        name="X",
        short_name="X",
        siren="",
        colour="#0d5c6b",
        logo=SimpleUploadedFile("x.html", stream.getvalue()),
    )
    answer = client.get(here.logo_url)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]
    Path(here.logo.path).unlink()
    assert client.get(here.logo_url).status_code == 404
