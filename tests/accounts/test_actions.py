from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from PIL import Image

from maillage.accounts.actions import (
    create_authority,
    ensure_authority,
    grant_role,
    invite,
    one_time_password,
    revoke_role,
    update_authority,
)
from maillage.accounts.models import Authority, Event, Membership, User
from maillage.accounts.roles import Role
from maillage.kit.console import Refused
from people import authority, person

pytestmark = pytest.mark.django_db


def changed(target: Authority, by: User | None, **changes: object) -> Authority:
    """Update an authority, the rest of its settings kept as it is."""
    kept = {field: getattr(target, field) for field in ("name", "short_name", "siren", "colour")}
    return update_authority(authority=target, by=by, **{**kept, **changes})  # type: ignore[arg-type]


def image(kind: str = "PNG", size: tuple[int, int] = (900, 300)) -> SimpleUploadedFile:
    stream = io.BytesIO()
    Image.new("RGB", size, "#0d5c6b").save(stream, format=kind)
    return SimpleUploadedFile("n'importe quoi.exe", stream.getvalue(), content_type="text/html")


def test_only_a_member_with_the_right_changes_the_settings() -> None:
    here = authority()
    with pytest.raises(PermissionDenied):
        changed(here, person(Role.MISSION_OFFICER), name="Autre")
    with pytest.raises(PermissionDenied):
        changed(here, person(Role.ADMINISTRATOR, authority("01")), name="Autre")
    assert changed(here, person(Role.ADMINISTRATOR), name="Autre").name == "Autre"


def test_a_change_of_settings_is_in_the_journal_with_before_and_after() -> None:
    alice = person(Role.ADMINISTRATOR)
    changed(authority(), alice, colour="#7A1F3D")
    event = Event.objects.get(verb="update_authority")
    assert (event.actor, event.sentence) == (alice, "Réglages modifiés : couleur.")
    assert event.data["changes"]["colour"] == ["#0d5c6b", "#7a1f3d"]


def test_settings_left_as_they_are_leave_no_event() -> None:
    changed(authority(), None)
    assert not Event.objects.filter(verb="update_authority").exists()


def test_a_pale_colour_is_refused_with_one_that_would_do() -> None:
    with pytest.raises(Refused, match=r"contraste 1,1 pour|contraste 1,\d.*par exemple #"):
        changed(authority(), None, colour="#ffee00")
    with pytest.raises(Refused, match="hexadécimal"):
        changed(authority(), None, colour="red")


def test_a_wrong_siren_is_refused_with_its_sentence() -> None:
    with pytest.raises(Refused, match="neuf chiffres"):
        changed(authority(), None, siren="12")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_written_anew_as_a_small_png_whatever_it_claims(
    kind: str, settings: object, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    here = changed(authority(), None, logo=image(kind))
    with Image.open(here.logo.path) as written:
        assert (written.format, written.size) == ("PNG", (640, 213))
    assert Path(here.logo.name).suffix == ".png"


def test_a_new_logo_takes_the_place_of_the_former_file(
    settings: object, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    here = changed(authority(), None, logo=image())
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        changed(here, None, logo=image())
    assert len(list((tmp_path / "logos").iterdir())) == 1
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert changed(here, None, remove_logo=True).logo_url is None
    assert not list((tmp_path / "logos").iterdir())


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (SimpleUploadedFile("logo.png", b"<svg onload='alert(1)'>"), "PNG, un JPEG ou un WebP"),
        (SimpleUploadedFile("logo.png", image().read()[:200]), "PNG, un JPEG ou un WebP"),
        (SimpleUploadedFile("logo.png", bytes(2**20 + 1)), "1 Mo"),
        (image(size=(5000, 4000)), "trop de pixels"),
    ],
)
def test_what_is_not_a_reasonable_image_is_refused(upload: SimpleUploadedFile, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        changed(authority(), None, logo=upload)


def test_an_authority_is_opened_once_per_territory() -> None:
    first = ensure_authority(territory="epci:200000000", name="Agglomération fictive")
    assert ensure_authority(territory="epci:200000000", name="Un autre nom") == first
    assert Authority.objects.get().name == "Agglomération fictive"


def test_two_authorities_of_one_name_have_two_addresses() -> None:
    slugs = [ensure_authority(territory=f"departement:0{n}", name="Le même nom").slug for n in range(3)]
    assert slugs == ["le-meme-nom", "le-meme-nom-2", "le-meme-nom-3"]


def test_a_territory_that_is_not_one_is_refused() -> None:
    with pytest.raises(Refused, match="departement:77"):
        create_authority(territory="commune:00001", name="Commune fictive")


def test_an_invitation_opens_an_account_with_a_password_to_be_changed() -> None:
    alice = person(Role.ADMINISTRATOR)
    membership, password = invite(
        email=" Bob@Exemple.INVALID", full_name="Bob", role=Role.HOST, authority=authority(), by=alice
    )
    bob = membership.user
    assert (bob.email, bob.password_is_temporary) == ("bob@exemple.invalid", True)
    assert password is not None
    assert bob.check_password(password)


def test_an_invitation_of_someone_known_gives_the_role_and_no_password() -> None:
    known = person()
    _, password = invite(
        email=known.email,
        full_name="",
        role=Role.PARTNER,
        authority=authority(),
        by=person(Role.ADMINISTRATOR),
    )
    assert password is None
    assert User.objects.get(pk=known.pk).roles[0].role == Role.PARTNER


def test_an_invitation_without_a_name_is_refused_when_the_account_is_new() -> None:
    with pytest.raises(Refused, match="nom de la personne"):
        invite(email="x@exemple.invalid", full_name=" ", role=Role.HOST, authority=authority(), by=None)


def test_a_malformed_address_is_refused_and_nothing_is_opened() -> None:
    with pytest.raises(Refused, match="adresse"):
        invite(email="pas une adresse", full_name="X", role=Role.HOST, authority=authority(), by=None)
    assert not User.objects.exists()


def test_roles_are_given_and_taken_by_administrators_only() -> None:
    alice, bob = person(Role.ADMINISTRATOR), person(Role.MISSION_OFFICER)
    with pytest.raises(PermissionDenied):
        grant_role(user=bob, authority=authority(), role=Role.ADMINISTRATOR, by=bob)
    held = Membership.objects.get(user=bob)
    with pytest.raises(PermissionDenied):
        revoke_role(membership=held, by=bob)
    revoke_role(membership=held, by=alice)
    assert not bob.memberships.exists()


def test_a_role_given_twice_is_held_once_and_said_once() -> None:
    bob = person(Role.HOST)
    grant_role(user=bob, authority=authority(), role=Role.HOST, by=None)
    assert bob.memberships.count() == 1
    assert Event.objects.filter(verb="grant_role").count() == 1


def test_the_last_administrator_cannot_be_removed() -> None:
    alice = person(Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="dernier"):
        revoke_role(membership=alice.memberships.get(), by=alice)


def test_one_time_passwords_differ_and_avoid_letters_that_look_alike() -> None:
    drawn = {one_time_password() for _ in range(200)}
    assert len(drawn) == 200
    assert not set("".join(drawn)) & set("0O1lI")


def test_adduser_prints_a_password_for_a_new_account(capsys: pytest.CaptureFixture[str]) -> None:
    authority()
    call_command("adduser", "chef@exemple.invalid", name="La cheffe")
    printed = capsys.readouterr().out
    chef = User.objects.get(email="chef@exemple.invalid")
    assert chef.check_password(printed.rsplit(" ", 1)[1].strip())
    assert chef.roles_in(authority()) == [Role.ADMINISTRATOR]


def test_adduser_asks_which_authority_when_there_are_several_or_none() -> None:
    with pytest.raises(CommandError, match="maillage load"):
        call_command("adduser", "x@exemple.invalid", name="X")
    authority("00"), authority("01")
    with pytest.raises(CommandError, match="departement-fictif-00, departement-fictif-01"):
        call_command("adduser", "x@exemple.invalid", name="X")
