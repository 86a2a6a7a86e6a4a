"""Downloads against a local server that cuts, refuses, redirects and lies."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from maillage.sources import fetch as module
from maillage.sources.catalogue import Entry
from maillage.sources.fetch import Fetched, fetch
from maillage.sources.tables import SourceError

CONTENT = bytes(range(256)) * 8_000


@dataclass
class Site:
    """What the server answers, and what it was asked."""

    content: bytes = CONTENT
    etag: str | None = '"v1"'
    kind: str = "application/octet-stream"
    knows_ranges: bool = True
    announces_length: bool = True
    # For each request to come: a status to refuse with, or the number of bytes before the cut.
    refusals: list[int] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    base: str = ""


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        wanted = self.headers.get("Range")
        site.asked.append((self.path, wanted))
        if self.path in site.redirects:
            return self._answer(302, b"", {"Location": site.redirects[self.path]})
        if self.path in site.documents:
            return self._answer(200, site.documents[self.path], {"Content-Type": "application/json"})
        if site.refusals:
            return self._answer(site.refusals.pop(0), b"non", {})
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if not site.knows_ranges or self.headers.get("If-Range") != site.etag:
            start = 0
        if start and start >= len(site.content):
            return self._answer(416, b"", {})
        headers = {"Content-Type": site.kind}
        if site.etag:
            headers["ETag"] = site.etag
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(site.content) - 1}/{len(site.content)}"
        return self._answer(206 if start else 200, site.content[start:], headers)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.site.announces_length or not body:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        sent = body[: self.site.cuts.pop(0)] if self.site.cuts and status in (200, 206) else body
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the tests look at what was asked."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(base=f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass.site = site  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def entry(site: Site, path: str = "/file", **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "slug": "x",
        "source": "x",
        "title": "Fichier d'essai",
        "publisher": "Personne",
        "page": "https://exemple.test/page",
        "licence": "libre",
        "cadence": "jamais",
        "format": "octets",
        "note": "inventé",
        "address": site.base + path,
        "file_name": "essai.bin",
    }
    return Entry(**values | changes)


def get(site: Site, folder: Path, path: str = "/file", **changes: Any) -> Fetched:
    options = {key: changes.pop(key) for key in ("overwrite", "progress", "max_bytes") if key in changes}
    return fetch(entry(site, path, **changes), folder, wait=0, timeout=5, **options)


def test_a_file_comes_whole_with_its_checksum_and_leaves_nothing_beside(site: Site, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    fetched = get(site, tmp_path / "new", progress=lambda received, total: seen.append((received, total)))
    assert fetched.path.read_bytes() == CONTENT
    assert fetched.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (fetched.size, fetched.resumed_at) == (len(CONTENT), 0)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["essai.bin"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_a_cut_connection_is_resumed_where_it_stopped(site: Site, tmp_path: Path) -> None:
    site.cuts = [1_000_000, 500_000]
    assert get(site, tmp_path).path.read_bytes() == CONTENT
    assert [wanted for _, wanted in site.asked] == [None, "bytes=1000000-", "bytes=1500000-"]


def test_the_next_call_resumes_what_the_last_one_left(site: Site, tmp_path: Path) -> None:
    site.cuts = [1_000_000, 0, 0, 0, 0]
    with pytest.raises(SourceError, match="reprendra où il s'est arrêté"):
        get(site, tmp_path)
    fetched = get(site, tmp_path)
    assert fetched.resumed_at == 1_000_000
    assert fetched.path.read_bytes() == CONTENT


@pytest.mark.parametrize("change", [{"etag": '"v2"'}, {"knows_ranges": False}])
def test_a_new_edition_or_a_server_without_ranges_starts_again(
    site: Site, tmp_path: Path, change: dict[str, Any]
) -> None:
    site.cuts = [1_000_000, 0, 0, 0, 0]
    with pytest.raises(SourceError):
        get(site, tmp_path)
    for name, value in change.items():
        setattr(site, name, value)
    site.content = CONTENT[::-1]
    assert get(site, tmp_path).path.read_bytes() == CONTENT[::-1]


def test_without_any_edition_mark_nothing_is_glued_together(site: Site, tmp_path: Path) -> None:
    site.etag = None
    site.cuts = [1_000_000]
    assert get(site, tmp_path).path.read_bytes() == CONTENT
    assert [wanted for _, wanted in site.asked] == [None, None]


def test_more_bytes_here_than_there_start_again(site: Site, tmp_path: Path) -> None:
    site.cuts = [1_000_000, 0, 0, 0, 0]
    with pytest.raises(SourceError):
        get(site, tmp_path)
    site.content = CONTENT[:5_000]
    assert get(site, tmp_path).path.read_bytes() == CONTENT[:5_000]


def test_a_file_of_unknown_length_is_read_to_its_end(site: Site, tmp_path: Path) -> None:
    site.announces_length = False
    assert get(site, tmp_path).size == len(CONTENT)


def test_a_busy_server_is_asked_again_a_few_times(site: Site, tmp_path: Path) -> None:
    site.refusals = [503, 429, 500]
    assert get(site, tmp_path).size == len(CONTENT)
    assert len(site.asked) == 4


def test_a_server_that_stays_busy_is_given_up(site: Site, tmp_path: Path) -> None:
    site.refusals = [503] * 10
    with pytest.raises(SourceError, match="ne répond pas ; relancez plus tard"):
        get(site, tmp_path)
    assert len(site.asked) == module.RETRIES + 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_moved_address_says_where_to_look(site: Site, tmp_path: Path, status: int) -> None:
    site.refusals = [status]
    with pytest.raises(SourceError, match=rf"erreur {status}\).*a sans doute changé ; .*exemple.test/page"):
        get(site, tmp_path)
    assert len(site.asked) == 1


def test_a_refusal_is_said_and_not_insisted_upon(site: Site, tmp_path: Path) -> None:
    site.refusals = [403]
    with pytest.raises(SourceError, match="refuse le téléchargement"):
        get(site, tmp_path)
    assert len(site.asked) == 1


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_web_page_is_not_taken_for_the_file(site: Site, tmp_path: Path, kind: str) -> None:
    site.kind, site.content = kind, b"\n<!DOCTYPE html><title>Accueil</title>"
    with pytest.raises(SourceError, match="page web et non par le fichier"):
        get(site, tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_empty_answer_is_refused(site: Site, tmp_path: Path) -> None:
    site.content = b""
    with pytest.raises(SourceError, match="fichier vide"):
        get(site, tmp_path)


def test_redirections_are_followed_on_the_web_only(site: Site, tmp_path: Path) -> None:
    site.redirects = {"/old": "/older", "/older": f"{site.base}/file", "/bad": "ftp://127.0.0.1/file"}
    assert get(site, tmp_path, "/old").size == len(CONTENT)
    with pytest.raises(SourceError, match="seules les adresses http et https"):
        get(site, tmp_path, "/bad", file_name="autre.bin")
    with pytest.raises(SourceError, match="seules les adresses http et https"):
        get(site, tmp_path, address="file:///etc/hostname", file_name="autre.bin")


def test_a_file_already_there_is_replaced_only_when_asked(site: Site, tmp_path: Path) -> None:
    (tmp_path / "essai.bin").write_bytes(b"old")
    with pytest.raises(SourceError, match="existe déjà"):
        get(site, tmp_path)
    assert site.asked == []
    assert get(site, tmp_path, overwrite=True).path.read_bytes() == CONTENT


def test_a_failed_replacement_leaves_the_old_file(site: Site, tmp_path: Path) -> None:
    (tmp_path / "essai.bin").write_bytes(b"old")
    site.refusals = [404]
    with pytest.raises(SourceError):
        get(site, tmp_path, overwrite=True)
    assert (tmp_path / "essai.bin").read_bytes() == b"old"


@pytest.mark.parametrize("announces_length", [True, False])
def test_a_file_beyond_the_limit_is_refused(site: Site, tmp_path: Path, announces_length: bool) -> None:
    site.announces_length = announces_length
    with pytest.raises(SourceError, match="trop grand"):
        get(site, tmp_path, max_bytes=1_000_000)
    assert not list(tmp_path.iterdir())


def listing(site: Site, digest: str, titles: tuple[str, ...] = ("f-20260901.gz", "f-20260930.gz")) -> bytes:
    resources = [
        {"title": title, "url": f"{site.base}/{title}", "checksum": {"type": "sha1", "value": digest}}
        for title in (*titles, "lisez-moi.pdf")
    ]
    return json.dumps({"resources": resources}).encode()


def test_the_newest_file_of_a_data_set_is_found_and_its_checksum_held(site: Site, tmp_path: Path) -> None:
    site.documents["/set/"] = listing(site, hashlib.sha1(CONTENT).hexdigest())
    fetched = get(site, tmp_path, "/set/", resource=r"f-\d{8}\.gz")
    assert fetched.address.endswith("/f-20260930.gz")


def test_a_file_that_is_not_the_one_announced_is_thrown_away(site: Site, tmp_path: Path) -> None:
    site.documents["/set/"] = listing(site, "0" * 40)
    with pytest.raises(SourceError, match="l'empreinte sha1 n'est pas celle annoncée"):
        get(site, tmp_path, "/set/", resource=r"f-\d{8}\.gz")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("document", [b'{"resources": []}', b"[]", b"not json"])
def test_a_data_set_without_the_file_says_it_moved(site: Site, tmp_path: Path, document: bytes) -> None:
    site.documents["/set/"] = document
    with pytest.raises(SourceError, match="a sans doute changé"):
        get(site, tmp_path, "/set/", resource=r"f-\d{8}\.gz")


def test_a_source_without_address_says_where_to_get_it_by_hand(site: Site, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"pas d'adresse permanente ; .*exemple.test/page"):
        get(site, tmp_path, address=None, file_name=None)


def test_a_file_by_département_asks_for_one(site: Site, tmp_path: Path) -> None:
    wanted = entry(site, "/file?d={departement}", file_name="c-{departement}.bin")
    with pytest.raises(SourceError, match="précisez lequel"):
        fetch(wanted, tmp_path)
    assert fetch(wanted, tmp_path, departement="77").path.name == "c-77.bin"
    assert site.asked == [("/file?d=77", None)]


def test_a_folder_that_is_a_file_is_refused_in_one_sentence(site: Site, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(SourceError, match="écriture impossible"):
        get(site, tmp_path / "taken")


def test_a_full_disk_is_said_as_such(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module._Download, "_copy", full)
    with pytest.raises(SourceError, match="disque plein"):
        get(site, tmp_path)


def test_a_server_that_is_not_there_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(SourceError, match="ne répond pas"):
        get(Site(base="http://127.0.0.1:9"), tmp_path)


@pytest.mark.parametrize("departement", ["../77", "7", "77&x=1", ""])
def test_what_is_no_departement_never_reaches_a_path_or_an_address(
    site: Site, tmp_path: Path, departement: str
) -> None:
    wanted = entry(site, "/file?d={departement}", file_name="c-{departement}.bin")
    with pytest.raises(SourceError, match="département"):
        fetch(wanted, tmp_path, departement=departement)
    assert site.asked == []
