from __future__ import annotations

import hashlib
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction

from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.files import actions
from maillage.files.actions import check, discard_strays, discard_unattached, keep, purge, receive
from maillage.files.models import StoredFile, private_storage
from maillage.files.scanner import Unreachable, scan
from maillage.files.serving import answer
from maillage.jobs.models import Job
from maillage.kit import clock
from maillage.kit.console import Refused
from people import authority, person
from specimens import docx, image, pdf

pytestmark = pytest.mark.django_db


def sent(content: bytes, name: str = "pièce.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def received(content: bytes = b"", **options: Any) -> StoredFile:
    options = {"authority": authority(), "by": None} | options
    return receive(upload=sent(content or pdf()), **options)


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files stay in quarantine: no job is asked for."""
    monkeypatch.setattr(actions, "enqueue", lambda **given: None)


@contextmanager
def daemon(verdict: bytes, heard: list[bytes]) -> Iterator[str]:
    """A ClamAV daemon that answers one question; gives its address and what it heard."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        link, _ = listening.accept()
        with link, link.makefile("rb") as stream:
            heard.append(stream.read(10))
            while size := struct.unpack(">L", stream.read(4))[0]:
                heard.append(stream.read(size))
            link.sendall(verdict)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}"
    thread.join()
    listening.close()


def test_a_file_waits_in_quarantine_until_a_worker_has_checked_it(no_worker: None) -> None:
    alice = person(Role.APPLICANT)
    file = received(by=alice)
    assert (file.state, file.name, file.media_type) == ("quarantined", "pièce.pdf", "application/pdf")
    assert (file.sha256, file.size) == (hashlib.sha256(pdf()).hexdigest(), len(pdf()))
    assert not StoredFile.objects.usable().exists()
    assert check(file=file).is_usable
    assert [
        *Event.objects.filter(object_kind="files.storedfile").order_by("pk").values_list("verb", flat=True)
    ] == [
        "receive_file",
        "accept_file",
    ]


def test_the_worker_accepts_it() -> None:
    file = received()
    assert file.is_usable
    assert Job.objects.get(kind="check_files").state == Job.State.DONE


def test_it_is_kept_where_nothing_is_served_and_under_another_name() -> None:
    file = received()
    folder = Path(private_storage().path(""))
    path = Path(file.file.path)
    assert path.is_relative_to(folder)
    assert folder.name == "files"
    assert "pièce" not in path.name
    assert (path.stat().st_mode & 0o077, path.parent.stat().st_mode & 0o077) == (0, 0)
    with pytest.raises(ValueError, match="no address"):
        assert file.file.url


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"x", {}, "Ce type de fichier n'est pas connu : envoyez un fichier PDF, JPEG ou PNG"),
        (docx(), {}, r"en réalité de type Word \(.docx\) : envoyez un fichier PDF, JPEG ou PNG"),
        (image(), {"accepted": ("pdf",)}, "envoyez un fichier PDF."),
        (pdf() + b" " * 1024 * 1024, {"max_mb": 1}, "pèse 1,0 Mo, la limite est de 1 Mo"),
        (pdf(b"<< /S /JavaScript >>"), {}, "une action"),
    ],
)
def test_what_cannot_be_accepted_is_refused_at_the_door(
    content: bytes, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        received(content, **options)
    assert not StoredFile.objects.exists()


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Refused, match="est vide"):
        receive(upload=sent(b""), authority=authority(), by=None)


def test_a_file_that_changed_on_the_disk_is_refused(no_worker: None) -> None:
    changed, lost = received(), received()
    Path(changed.file.path).write_bytes(pdf() + b"\n%%EOF")
    Path(lost.file.path).unlink()
    assert "a changé" in check(file=changed).reason
    assert "a disparu" in check(file=lost).reason
    assert lost.state == "refused"


@pytest.mark.parametrize(("verdict", "virus"), [(b"stream: OK\0", ""), (b"stream: Eicar FOUND\0", "Eicar")])
def test_the_scanner_is_shown_the_whole_content(verdict: bytes, virus: str) -> None:
    heard: list[bytes] = []
    content = os.urandom(150_000)
    with daemon(verdict, heard) as address:
        assert scan(content, address) == virus
    assert heard[0] == b"zINSTREAM\0"
    assert b"".join(heard[1:]) == content


def test_a_daemon_that_gives_no_verdict_is_unreachable(tmp_path: Path) -> None:
    with (
        daemon(b"INSTREAM size limit exceeded. ERROR\0", []) as address,
        pytest.raises(Unreachable, match="limit"),
    ):
        scan(b"x", address)
    for nowhere in (str(tmp_path / "absent"), "127.0.0.1:1", "sans port"):
        with pytest.raises(Unreachable):
            scan(b"x", nowhere)


def test_a_virus_is_refused_by_its_name(no_worker: None, settings: Any) -> None:
    file = received()
    with daemon(b"stream: Eicar-Test FOUND\0", []) as settings.CLAMD:
        check(file=file)
    assert (file.state, "« Eicar-Test »" in file.reason) == ("refused", True)
    with pytest.raises(Refused, match="a été refusé"):
        answer(file)


def test_without_its_scanner_a_file_stays_in_quarantine_and_says_so(settings: Any, tmp_path: Path) -> None:
    settings.CLAMD = str(tmp_path / "absent")
    file = received()
    assert file.state == "quarantined"
    assert "injoignable" in file.reason
    assert "injoignable" in Job.objects.get(kind="check_files").error
    with pytest.raises(Refused, match="injoignable"):
        answer(file)
    settings.CLAMD = ""
    call_command("files", "check")
    file.refresh_from_db()
    assert file.is_usable


def test_a_file_is_given_back_as_a_download_that_runs_nowhere() -> None:
    response = answer(received())
    assert response["Content-Disposition"].startswith("attachment")
    assert "pi%C3%A8ce.pdf" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response.content == pdf()


def test_what_the_program_writes_can_be_used_at_once() -> None:
    file = keep(content=b"a;b", name="lot.csv", media_type="text/csv", authority=authority(), by=None)
    assert file.is_usable


def test_a_purged_file_leaves_its_row_and_no_content(django_capture_on_commit_callbacks: Any) -> None:
    file = received()
    with django_capture_on_commit_callbacks(execute=True):
        purge(file=file, reason="demande de la personne", by=None)
        purge(file=file, reason="demande de la personne", by=None)
    file.refresh_from_db()
    assert file.purged_at is not None
    assert not Path(file.file.path).exists()
    assert Event.objects.filter(verb="purge_file").count() == 1
    with pytest.raises(Refused, match="a été effacé"):
        answer(file)


def test_a_content_that_disappeared_is_said() -> None:
    file = received()
    Path(file.file.path).unlink()
    with pytest.raises(Refused, match="sauvegarde"):
        answer(file)


def test_what_nothing_points_to_is_erased_after_a_month() -> None:
    with clock.at(clock.now() - timedelta(days=40)):
        old = received()
    received()
    assert discard_unattached() == [old]
    assert StoredFile.objects.filter(purged_at__isnull=True).count() == 1


def test_contents_without_a_row_are_erased_after_a_day() -> None:
    discard_strays()
    known, folder = received(), Path(private_storage().path(""))
    old, recent = folder / "ancien", folder / "récent"
    for stray in (old, recent):
        stray.write_bytes(b"x")
    a_week_ago = (clock.now() - timedelta(days=7)).timestamp()
    for path in (old, Path(known.file.path)):
        os.utime(path, (a_week_ago, a_week_ago))
    assert discard_strays() == 1
    assert (old.exists(), recent.exists(), Path(known.file.path).exists()) == (False, True, True)


def test_one_sees_what_one_sent_and_the_files_of_ones_office() -> None:
    applicant, other = person(Role.APPLICANT), person(Role.APPLICANT)
    file = received(by=applicant)
    seen = {
        who: StoredFile.objects.visible_to(who).filter(pk=file.pk).exists()
        for who in (applicant, other, person(Role.CASE_OFFICER), person(Role.CASE_OFFICER, authority("01")))
    }
    assert [*seen.values()] == [True, False, True, False]


def test_the_database_holds_what_a_file_is() -> None:
    file = received()
    for wrong in ({"state": "ouvert"}, {"sha256": "zz"}, {"state": "refused", "reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            StoredFile.objects.filter(pk=file.pk).update(**wrong)
