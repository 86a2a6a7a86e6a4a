"""What a file is, by its content, and what makes it dangerous. Its name and its sender are not believed."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from maillage.files.pdf import check_pdf
from maillage.kit.console import Refused

MAX_PIXELS = 60_000_000
# An office document unpacks to five or ten times its size.
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 200
MAX_MEMBERS = 5000
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that may be handed in."""

    slug: str
    label: str
    media_type: str
    extensions: tuple[str, ...]
    recognise: Callable[[bytes], bool]
    check: Callable[[bytes], None]


def _check_image(content: bytes) -> None:
    """Decode it whole: what is cut, broken or immense is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Refused(
                        "Cette image compte trop de pixels : réduisez-la, puis envoyez-la de nouveau."
                    )
                image.load()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise Refused(
            "Cette image est abîmée : ouvrez-la, enregistrez-la de nouveau, puis renvoyez-la."
        ) from error


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


def _holds(part: str) -> Callable[[bytes], bool]:
    """Whether it is an Office Open XML package with this main part."""

    def recognise(content: bytes) -> bool:
        names = {member.filename for member in _members(content)}
        return content.startswith(b"PK\x03\x04") and {"[Content_Types].xml", part} <= names

    return recognise


def _declares(kind: bytes) -> Callable[[bytes], bool]:
    """Whether it is an OpenDocument package of this kind: its first member says so, uncompressed."""

    def recognise(content: bytes) -> bool:
        return content.startswith(b"PK\x03\x04") and content[30:120].startswith(
            b"mimetype" + OPEN_DOCUMENT + kind
        )

    return recognise


def _check_archive(content: bytes) -> None:
    """Refuse an archive that unpacks out of measure, holds macros or is encrypted; then read it whole."""
    members = _members(content)
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > min(MAX_UNPACKED, MAX_RATIO * len(content)):
        raise Refused("Ce document est démesuré une fois décompressé : refaites-le, ou envoyez-le en PDF.")
    if any(_is_active(member.filename) for member in members):
        raise Refused("Ce document contient des macros ou des objets actifs : envoyez-le en PDF.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, RuntimeError, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise Refused(
            "Ce document est protégé ou abîmé : enregistrez-le sans mot de passe, ou en PDF."
        ) from error
    if broken is not None:
        raise Refused("Ce document est abîmé : enregistrez-le de nouveau, puis renvoyez-le.")


def _is_active(name: str) -> bool:
    lowered = name.lower()
    active = ("vbaproject.bin", "vbadata.xml", ".exe", ".dll", ".js", ".vbs", ".jar")
    return lowered.endswith(active) or lowered.startswith(("basic/", "scripts/")) or "/activex/" in lowered


def _is_text(content: bytes) -> bool:
    """Whether it reads as lines of text with at least two columns."""
    first = content[:65536]
    if (
        b"\0" in first
        or first.lstrip()[:1] in (b"<", b"{", b"%")
        or first.startswith((b"MZ", b"#!", b"\x7fELF"))
    ):
        return False
    header = _decoded(first).splitlines()[:1]
    return bool(header) and any(mark in header[0] for mark in ";,\t")


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _check_text(content: bytes) -> None:
    try:
        for _ in csv.reader(io.StringIO(_decoded(content))):
            pass
    except csv.Error as error:
        raise Refused("Ce tableau CSV est abîmé : enregistrez-le de nouveau depuis votre tableur.") from error


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ALL = (
    Kind("pdf", "PDF", "application/pdf", ("pdf",), lambda content: b"%PDF-" in content[:1024], check_pdf),
    Kind(
        "jpeg",
        "JPEG",
        "image/jpeg",
        ("jpg", "jpeg"),
        lambda content: content.startswith(b"\xff\xd8\xff"),
        _check_image,
    ),
    Kind(
        "png",
        "PNG",
        "image/png",
        ("png",),
        lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"),
        _check_image,
    ),
    Kind(
        "docx",
        "Word (.docx)",
        f"{_OFFICE}wordprocessingml.document",
        ("docx",),
        _holds("word/document.xml"),
        _check_archive,
    ),
    Kind(
        "xlsx",
        "Excel (.xlsx)",
        f"{_OFFICE}spreadsheetml.sheet",
        ("xlsx",),
        _holds("xl/workbook.xml"),
        _check_archive,
    ),
    Kind(
        "ods",
        "OpenDocument (.ods)",
        f"{OPEN_DOCUMENT.decode()}spreadsheet",
        ("ods",),
        _declares(b"spreadsheet"),
        _check_archive,
    ),
    Kind("csv", "CSV", "text/csv", ("csv",), _is_text, _check_text),
)
KINDS = {kind.slug: kind for kind in _ALL}
BY_MEDIA_TYPE = {kind.media_type: kind for kind in _ALL}


def recognise(content: bytes) -> Kind | None:
    """The kind of a file, from its content alone; None when it is none of those we know."""
    return next((kind for kind in _ALL if kind.recognise(content)), None)


def labels(slugs: tuple[str, ...]) -> str:
    """« PDF, JPEG ou PNG »."""
    *first, last = (KINDS[slug].label for slug in slugs)
    return f"{', '.join(first)} ou {last}" if first else last
