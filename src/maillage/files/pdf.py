"""PDF files handed in: whole, readable without a password, and showing pages rather than doing things.

Names may be written with `#xx` escapes, and objects hidden in compressed streams: both are undone before
looking. The forms of attack that remain are the business of the virus scanner.
"""

from __future__ import annotations

import re
import zlib

from maillage.kit.console import Refused

# Per stream and in all, inflated: a page of a plan unpacks to a few megabytes.
MAX_STREAM = 8 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024

_ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_ACTIVE = re.compile(rb"/(?:JavaScript|Launch|RichMedia|ImportData)(?![A-Za-z0-9])")
_ATTACHED = re.compile(rb"/EmbeddedFile(?![A-Za-z0-9])")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?!html|!DOCTYPE|script|svg)", re.IGNORECASE)
# Encodings in which a stream of objects is never written, but in which some could be hidden.
_HIDING = re.compile(rb"/(?:ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode|AHx|A85|LZW|RL)\b")
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")


def check_pdf(content: bytes) -> None:
    """Raise Refused when the PDF is cut, encrypted, active, or carries anything but XML data."""
    if b"%%EOF" not in content[-2048:] or not content.startswith(b"%PDF-"):
        raise Refused("Ce PDF est incomplet : téléchargez-le ou enregistrez-le de nouveau, puis renvoyez-le.")
    _check_objects(_named(content))
    unpacked = 0
    for match in _STREAM.finditer(content):
        head = _named(content[max(0, match.start() - 1024) : match.start()].rpartition(b"obj")[2])
        inflated = _inflated(content, match.end())
        unpacked += len(inflated)
        if unpacked > MAX_UNPACKED or (len(inflated) >= MAX_STREAM and _OBJECTS.search(head)):
            raise Refused("Ce PDF est démesuré une fois décompressé : imprimez-le en PDF, puis renvoyez-le.")
        if _OBJECTS.search(head):
            if _HIDING.search(head):
                raise Refused(
                    "Ce PDF est écrit d'une manière inhabituelle : imprimez-le en PDF, puis renvoyez-le."
                )
            _check_objects(_named(inflated))
        elif _ATTACHED.search(head) and not _XML.match(inflated or content[match.end() :][:64]):
            raise Refused("Ce PDF contient un fichier joint : envoyez ce fichier à part, et le PDF sans lui.")


def _named(content: bytes) -> bytes:
    """With the escapes of names undone: `/J#61vaScript` is `/JavaScript`."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), content)


def _check_objects(objects: bytes) -> None:
    if _ENCRYPTED.search(objects):
        raise Refused("Ce PDF est protégé par un mot de passe : enregistrez-le sans protection.")
    if _ACTIVE.search(objects):
        raise Refused("Ce PDF contient un programme ou une action : imprimez-le en PDF, puis renvoyez-le.")


def _inflated(content: bytes, start: int) -> bytes:
    """The first megabytes of a stream, in clear; nothing when it is not deflated."""
    end = content.find(b"endstream", start)
    view, inflater = memoryview(content), zlib.decompressobj()
    try:
        found = inflater.decompress(view[start:end] if end > 0 else view[start:], MAX_STREAM)
        if not inflater.eof and len(found) < MAX_STREAM and end > 0:
            # The word may stand inside the data, where it ends nothing.
            found += inflater.decompress(view[end:], MAX_STREAM - len(found))
    except zlib.error:
        return b""
    return found
