"""Download of an official file: resumed when cut, checked, and put in place whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import urlsplit

from maillage.sources.catalogue import Entry
from maillage.sources.tables import SourceError
from maillage.sources.values import departement_code

CHUNK_BYTES = 256 * 1024
MAX_BYTES = 5 * 1024**3
MAX_LISTING_BYTES = 20 * 1024**2
RETRIES = 4
LONGEST_WAIT = 30.0
CONNECTION_ERRORS = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
HEADERS = {"User-Agent": "maillage", "Accept-Encoding": "identity"}

T = TypeVar("T")
# Bytes received so far, and in all when the server says so.
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file in place. `resumed_at` is how many bytes an earlier attempt had already brought."""

    path: Path
    address: str
    size: int
    sha256: str
    resumed_at: int


@dataclass(frozen=True, slots=True)
class Target:
    """What to download: its address, and its announced checksum as (algorithm, hexadecimal digest)."""

    address: str
    checksum: tuple[str, str] | None = None


class _CutError(Exception):
    """The connection ended before the file; what came is kept and asked for again from there."""


def fetch(
    entry: Entry,
    folder: Path,
    *,
    departement: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    timeout: float = 60,
    wait: float = 1,
    max_bytes: int = MAX_BYTES,
) -> Fetched:
    """Download the file of an entry into a folder.

    An unfinished download stays beside it as `<name>.part` and is resumed by the next call when the server
    still holds the same file. `timeout` and `wait` (before the first retry, doubled each time) are in
    seconds. Raises SourceError, in one French sentence, whenever the file is not in place afterwards.
    """
    if entry.address is None or entry.file_name is None:
        raise SourceError(
            f"{entry.title} : pas d'adresse permanente ; téléchargez le fichier depuis {entry.page} "
            "puis chargez-le."
        )
    if entry.by_departement and departement is None:
        raise SourceError(f"{entry.title} : ce fichier se demande pour un département ; précisez lequel.")
    if departement is not None and departement_code(departement) != departement:
        raise SourceError(
            f"« {departement} » n'est pas un code de département ; écrivez par exemple 01 ou 2A."
        )
    path = folder / entry.file_name.format(departement=departement)
    if path.exists() and not overwrite:
        raise SourceError(
            f"{path.name} existe déjà dans {folder} ; demandez son remplacement ou déplacez-le."
        )
    address = entry.address.format(departement=departement)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target = _retrying(lambda: _target(entry, address, timeout), entry, wait)
        download = _Download(entry, target, path, progress, timeout, max_bytes)
        _retrying(download.attempt, entry, wait)
        return download.put_in_place()
    except OSError as error:
        raise _disk_refusal(folder, error) from error


def _target(entry: Entry, address: str, timeout: float) -> Target:
    """The address of the file itself, found in the listing of its data set when it has one."""
    if entry.resource is None:
        return Target(address)
    with _open(entry, address, {}, timeout) as response:
        try:
            listing = json.loads(response.read(MAX_LISTING_BYTES))
        except CONNECTION_ERRORS as error:
            raise _CutError from error
        except ValueError as error:
            raise _moved(entry, "ne donne plus la liste des fichiers") from error
    pattern = re.compile(entry.resource)
    found = [
        resource
        for resource in (listing.get("resources") or [] if isinstance(listing, dict) else [])
        if pattern.fullmatch(str(resource.get("title") or "")) and resource.get("url")
    ]
    if not found:
        raise _moved(entry, "ne liste plus ce fichier")
    newest = max(found, key=lambda resource: str(resource["title"]))
    checksum = newest.get("checksum") or {}
    algorithm = str(checksum.get("type") or "").replace("-", "").lower()
    known = algorithm in hashlib.algorithms_guaranteed and checksum.get("value")
    return Target(newest["url"], (algorithm, str(checksum["value"]).lower()) if known else None)


class _RangeError(_CutError):
    """The server has nothing after the bytes already here: they are of another edition."""


class _Download:
    """One file on its way: `<name>.part` holds what came, `<name>.part.json` which edition it is of."""

    def __init__(
        self,
        entry: Entry,
        target: Target,
        path: Path,
        progress: Progress | None,
        timeout: float,
        max_bytes: int,
    ) -> None:
        self.entry = entry
        self.target = target
        self.path = path
        self.part = path.with_name(f"{path.name}.part")
        self.edition = path.with_name(f"{path.name}.part.json")
        self.progress = progress
        self.timeout = timeout
        self.max_bytes = max_bytes
        self.resumed_at = self._held()

    def attempt(self) -> None:
        """Bring the file, or the rest of it. Raises _CutError when it did not come whole."""
        held = self._held()
        with self._request(held) as response:
            resuming = response.status == 206 and _range_start(response.headers) == held
            if not resuming:
                held = 0
            total = _total(response.headers, held)
            self._check_size(total or 0)
            self._note_edition(response.headers)
            with self.part.open("ab" if resuming else "wb") as stream:
                received = self._copy(response, stream, held, total)
        if total is not None and received < total:
            raise _CutError

    def _request(self, held: int) -> Any:
        headers = {"Range": f"bytes={held}-", "If-Range": self._validator()} if held else {}
        try:
            return _open(self.entry, self.target.address, headers, self.timeout)
        except _RangeError:
            self._forget()
            raise

    def put_in_place(self) -> Fetched:
        self._check_content()
        digest = _digest(self.part, "sha256")
        if self.target.checksum:
            algorithm, announced = self.target.checksum
            if _digest(self.part, algorithm) != announced:
                self._forget()
                raise SourceError(
                    f"{self.path.name} : l'empreinte {algorithm} n'est pas celle annoncée, "
                    "le fichier est abîmé ; relancez le téléchargement."
                )
        size = self.part.stat().st_size
        self.part.replace(self.path)
        self.edition.unlink(missing_ok=True)
        return Fetched(self.path, self.target.address, size, digest, self.resumed_at)

    def _copy(self, response: IO[bytes], stream: IO[bytes], received: int, total: int | None) -> int:
        try:
            while chunk := response.read(CHUNK_BYTES):
                stream.write(chunk)
                received += len(chunk)
                self._check_size(received)
                if self.progress:
                    self.progress(received, total)
        except CONNECTION_ERRORS as error:
            raise _CutError from error
        return received

    def _check_size(self, size: int) -> None:
        if size > self.max_bytes:
            self._forget()
            raise SourceError(
                f"{self.path.name} : plus de {self.max_bytes / 1e9:.1f} Go, trop grand ; vérifiez l'adresse "
                f"{self.target.address}."
            )

    def _check_content(self) -> None:
        with self.part.open("rb") as stream:
            head = stream.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        if not head:
            self._forget()
            raise _moved(self.entry, "répond par un fichier vide")
        if head.startswith((b"<!doctype html", b"<html")):
            self._forget()
            raise _moved(self.entry, "répond par une page web et non par le fichier")

    # --- what an earlier attempt left -------------------------------------------------------------

    def _held(self) -> int:
        """Bytes already here of the edition the server may still hold; 0 when they cannot be told."""
        return self.part.stat().st_size if self.part.exists() and self._validator() else 0

    def _validator(self) -> str:
        try:
            edition = json.loads(self.edition.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return ""
        return str(edition.get("validator") or "") if edition.get("address") == self.target.address else ""

    def _note_edition(self, headers: Message) -> None:
        etag = headers.get("ETag") or ""
        # A weak tag does not promise the same bytes: the date of the file does better.
        validator = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified") or ""
        edition = {"address": self.target.address, "validator": validator}
        self.edition.write_text(json.dumps(edition), encoding="utf-8")

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.edition.unlink(missing_ok=True)


# --- HTTP -----------------------------------------------------------------------------------------


class _WebRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirections between web addresses only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        _check_scheme(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPDefaultErrorHandler,
        _WebRedirects,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _open(entry: Entry, address: str, headers: dict[str, str], timeout: float) -> Any:
    """The response of the server. Raises _CutError when asking again may help, SourceError otherwise."""
    _check_scheme(address)
    request = urllib.request.Request(address, headers=HEADERS | headers)
    try:
        response = _opener().open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        with error:
            raise _http_refusal(entry, error.code) from error
    except CONNECTION_ERRORS as error:
        raise _CutError from error
    if response.headers.get_content_type() == "text/html":
        response.close()
        raise _moved(entry, "répond par une page web et non par le fichier")
    return response


def _http_refusal(entry: Entry, status: int) -> Exception:
    if status == 416:
        return _RangeError()
    if status in BUSY:
        return _CutError()
    if status in (404, 410):
        return _moved(entry, f"n'existe plus (erreur {status})")
    return SourceError(
        f"{entry.title} : le serveur refuse le téléchargement (erreur {status}) ; "
        f"essayez depuis {entry.page}."
    )


def _check_scheme(address: str) -> None:
    if urlsplit(address).scheme not in ("http", "https"):
        raise SourceError(f"Adresse refusée : {address} ; seules les adresses http et https sont suivies.")


def _range_start(headers: Message) -> int | None:
    found = re.match(r"bytes (\d+)-", headers.get("Content-Range") or "")
    return int(found[1]) if found else None


def _total(headers: Message, held: int) -> int | None:
    length = headers.get("Content-Length") or ""
    return held + int(length) if length.isdigit() else None


def _retrying(attempt: Callable[[], T], entry: Entry, wait: float) -> T:
    retries = 0
    while True:
        try:
            return attempt()
        except _CutError as error:
            if retries == RETRIES:
                raise SourceError(
                    f"{entry.title} : la connexion est sans cesse coupée ou le serveur ne répond pas ; "
                    "relancez plus tard, le téléchargement reprendra où il s'est arrêté."
                ) from error
            time.sleep(min(wait * 2**retries, LONGEST_WAIT))
            retries += 1


def _moved(entry: Entry, what: str) -> SourceError:
    return SourceError(
        f"{entry.title} : l'adresse {what}, elle a sans doute changé ; cherchez la nouvelle sur {entry.page}."
    )


def _disk_refusal(folder: Path, error: OSError) -> SourceError:
    if error.errno == errno.ENOSPC:
        return SourceError(
            f"{folder} : disque plein ; libérez de la place puis relancez, le téléchargement reprendra."
        )
    return SourceError(f"{folder} : écriture impossible ({error.strerror}) ; choisissez un autre dossier.")


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
