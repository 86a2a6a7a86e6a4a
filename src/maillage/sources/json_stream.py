"""The objects of one array of a JSON file too large to be parsed whole, gzipped or not, one at a time."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Iterator
from gzip import BadGzipFile
from typing import Any

from maillage.sources.probe import HEAD_BYTES, MAX_PACK_RATIO, MAX_UNPACKED_BYTES, Probe
from maillage.sources.tables import SourceError

CHUNK_BYTES = 1024**2
# The largest legal entity (all hospitals of Paris) takes a few megabytes.
MAX_ITEM_CHARACTERS = 64 * 1024**2
SEPARATORS = re.compile(r"[\s,]*")


def unpacked_head(probe: Probe) -> str:
    """The first characters of a JSON file once unpacked; empty when they cannot be read."""
    if probe.format == "json":
        return probe.head_text
    try:
        with probe.open_gzip() as stream:
            return stream.read(HEAD_BYTES).decode("utf-8", errors="replace")
    except (BadGzipFile, EOFError, zlib.error):
        return ""


def array_items(probe: Probe, key: str) -> Iterator[Any]:
    """The items of the first array named `key`, in bounded memory.

    Raises SourceError when the file is cut, broken, has no such array, or unpacks to an absurd size.
    """
    chunks = _text_chunks(probe)
    buffer = _after_opening(probe, chunks, key)
    decoder = json.JSONDecoder()
    position = 0
    while True:
        separators = SEPARATORS.match(buffer, position)
        position = separators.end() if separators else position
        if buffer[position : position + 1] == "]":
            return
        try:
            item, position = decoder.raw_decode(buffer, position)
        except json.JSONDecodeError as error:
            more = next(chunks, "")
            if not more or len(buffer) - position > MAX_ITEM_CHARACTERS:
                raise _broken(probe) from error
            buffer, position = buffer[position:] + more, 0
            continue
        yield item


def _after_opening(probe: Probe, chunks: Iterator[str], key: str) -> str:
    opening = re.compile(rf'"{re.escape(key)}"\s*:\s*\[')
    buffer = ""
    for chunk in chunks:
        buffer += chunk
        if found := opening.search(buffer):
            return buffer[found.end() :]
        if len(buffer) > MAX_ITEM_CHARACTERS:
            break
    raise SourceError(
        f"{probe.name} : la liste « {key} » est introuvable ; vérifiez qu'il s'agit du bon fichier."
    )


def _text_chunks(probe: Probe) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    unpacked = 0
    try:
        with probe.open_gzip() if probe.format == "json.gz" else probe.path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                unpacked += len(chunk)
                if probe.format == "json.gz":
                    _refuse_bomb(probe, unpacked)
                yield decoder.decode(chunk)
    except (UnicodeDecodeError, BadGzipFile, EOFError, zlib.error) as error:
        raise _broken(probe) from error


def _refuse_bomb(probe: Probe, unpacked: int) -> None:
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_PACK_RATIO * max(probe.size, 1 << 20):
        raise SourceError(
            f"{probe.name} : l'archive se déplie en plus de {unpacked / 1e9:.1f} Go pour "
            f"{probe.size / 1e6:.1f} Mo ; fichier refusé, vérifiez sa provenance."
        )


def _broken(probe: Probe) -> SourceError:
    return SourceError(f"{probe.name} : JSON incomplet ou abîmé ; téléchargez de nouveau le fichier.")
