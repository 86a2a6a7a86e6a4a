"""A first look at a file: its format, encoding and first lines, read without trusting its name.

Looking costs a few kilobytes whatever the size of the file; archives are weighed before they are opened.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from python_calamine import CalamineError, CalamineWorkbook

from maillage.sources.tables import DefectLog, SourceError

Format = Literal["csv", "json", "json.gz", "xlsx", "xls", "parquet", "zip", "pbf", "empty", "unknown"]

HEAD_BYTES = 64 * 1024
# The largest official workbook unpacks to 60 MB, at most 15 times its packed size.
MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_PACK_RATIO = 200
# Whole-file JSON parsing takes about eight times the file in memory; larger files need a streaming reader.
MAX_JSON_BYTES = 400 * 1024**2
# Workbooks are parsed whole too; the largest official one weighs 15 MB.
MAX_WORKBOOK_BYTES = 400 * 1024**2
# A sheet is laid out whole in memory, up to its furthest cell, even when all others are empty.
MAX_SHEET_CELLS = 20_000_000
CELL_REFERENCE = re.compile(rb"""r=["']([A-Z]{1,3})([0-9]{1,7})["']""")
DELIMITERS = ";|,\t"
# What a damaged or encrypted archive makes the standard library raise.
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Probe:
    """One file of a folder, opened lazily: nothing is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.defects = DefectLog(path.name)
        self._sheets: dict[str, list[list[Any]]] = {}

    @cached_property
    def size(self) -> int:
        return self.path.stat().st_size

    @cached_property
    def head(self) -> bytes:
        try:
            with self.path.open("rb") as stream:
                return stream.read(HEAD_BYTES)
        except PermissionError as error:
            raise SourceError(
                f"{self.name} : lecture refusée ; donnez le droit de lire ce fichier puis recommencez."
            ) from error

    @cached_property
    def sha256(self) -> str:
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @cached_property
    def format(self) -> Format:
        head = self.head
        if not head:
            return "empty"
        if head.startswith(b"PK\x03\x04"):
            return "xlsx" if self._zip_holds("xl/workbook") else "zip"
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            return "xls"
        if head.startswith(b"PAR1"):
            return "parquet"
        if head.startswith(b"\x1f\x8b"):
            return "json.gz"
        if b"OSMHeader" in head[:64]:
            return "pbf"
        text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
        if text[:1] in (b"{", b"["):
            return "json"
        return "csv" if self.header and len(self.header) > 1 else "unknown"

    # --- text -----------------------------------------------------------------------------------

    @cached_property
    def encoding(self) -> str:
        """utf-8-sig, utf-8 or cp1252, decided on the head; readers decode strictly and report."""
        if self.head.startswith(b"\xef\xbb\xbf"):
            return "utf-8-sig"
        try:
            # A multi-byte character may be cut by the end of the head.
            self.head[: self.head.rfind(b"\n") + 1 or None].decode("utf-8")
        except UnicodeDecodeError:
            return "cp1252"
        return "utf-8"

    @cached_property
    def head_text(self) -> str:
        if b"\x00" in self.head[:4096]:
            return ""
        return self.head.decode(self.encoding, errors="replace")

    @cached_property
    def head_lines(self) -> list[str]:
        return self.head_text.splitlines()

    @cached_property
    def delimiter(self) -> str:
        """The separator that cuts the first line into most columns."""
        first = self.head_lines[0] if self.head_lines else ""
        return max(DELIMITERS, key=first.count)

    @cached_property
    def header(self) -> list[str]:
        """The cells of the first line, unquoted and stripped; empty for a binary file."""
        if not self.head_lines:
            return []
        cells = next(csv.reader([self.head_lines[0]], delimiter=self.delimiter), [])
        return [cell.strip() for cell in cells]

    @cached_property
    def ends_with_newline(self) -> bool:
        with self.path.open("rb") as stream:
            stream.seek(-min(1, self.size), io.SEEK_END)
            return stream.read() in (b"\n", b"\r")

    def open_text(self) -> io.TextIOWrapper:
        """The file as text, decoded strictly: UTF-8 first, cp1252 with a defect when it is not UTF-8."""
        encoding = self.encoding if self._decodes(self.encoding) else "cp1252"
        if encoding == "cp1252":
            self.defects.add(
                column="", problem="fichier en Windows-1252 et non en UTF-8", action="lu en Windows-1252"
            )
        return self.path.open(encoding=encoding, newline="", errors="strict")

    def _decodes(self, encoding: str) -> bool:
        """Whether the whole file is in that encoding; what is no text at all is refused on the way."""
        try:
            with self.path.open(encoding=encoding, newline="") as stream:
                while chunk := stream.read(1 << 20):
                    if "\x00" in chunk or (len(chunk) == 1 << 20 and "\n" not in chunk):
                        raise SourceError(
                            f"{self.name} : ce n'est pas un fichier de texte (octets nuls ou ligne sans fin) "
                            "; téléchargez-le de nouveau."
                        )
        except UnicodeDecodeError:
            return False
        return True

    def csv_rows(self, *, skip: int = 1, quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
        """Line number and cells of each row after the first `skip` lines.

        Raises SourceError when bytes cannot be decoded or a quoted cell never ends.
        """
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
        with self.open_text() as stream:
            # strict: a quoted cell still open at the end of the file has swallowed the rows after it.
            reader = csv.reader(stream, delimiter=self.delimiter, quoting=quoting, strict=True)
            try:
                for row in reader:
                    if reader.line_num > skip and row:
                        yield reader.line_num, row
            except (UnicodeDecodeError, csv.Error) as error:
                raise SourceError(
                    f"{self.name} : illisible après la ligne {reader.line_num} ; "
                    "le fichier est abîmé ou dans un encodage inconnu, téléchargez-le de nouveau."
                ) from error

    # --- JSON -----------------------------------------------------------------------------------

    @cached_property
    def first_record(self) -> dict[str, Any]:
        """The first object of a JSON list, {} when the file is not one (or the object outgrows the head)."""
        text = self.head_text.lstrip()
        if not text.startswith("["):
            return {}
        try:
            record, _ = json.JSONDecoder().raw_decode(text[1:].lstrip())
        except (json.JSONDecodeError, RecursionError):
            return {}
        return record if isinstance(record, dict) else {}

    def load_json(self) -> Any:
        """The whole document. Raises SourceError when it is cut, broken or too large to be parsed whole."""
        if self.size > MAX_JSON_BYTES:
            raise SourceError(
                f"{self.name} : {self.size / 1e9:.1f} Go, trop grand pour un fichier de ce type ; "
                "vérifiez qu'il s'agit du bon fichier."
            )
        try:
            return json.loads(self.path.read_bytes())
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{self.name} : ce JSON n'est pas en UTF-8 ; enregistrez-le dans cet encodage "
                "ou téléchargez-le de nouveau."
            ) from error
        except (json.JSONDecodeError, RecursionError) as error:
            where = f" (ligne {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
            raise SourceError(
                f"{self.name} : JSON incomplet ou abîmé{where} ; téléchargez de nouveau le fichier."
            ) from error

    def load_features(self) -> list[dict[str, Any]]:
        """The features of a GeoJSON collection, each with its properties (an empty dict when it has none)."""
        document = self.load_json()
        features = document.get("features") if isinstance(document, dict) else None
        if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
            raise SourceError(
                f"{self.name} : une liste « features » est attendue ; téléchargez de nouveau le fichier."
            )
        for feature in features:
            if not isinstance(feature.get("properties"), dict):
                feature["properties"] = {}
        return features

    def open_gzip(self) -> gzip.GzipFile:
        return gzip.open(self.path, "rb")

    # --- workbooks ------------------------------------------------------------------------------

    @contextmanager
    def _archive(self) -> Iterator[zipfile.ZipFile]:
        """The file as a zip archive; whatever is broken in it is one sentence."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                yield archive
        except BROKEN_ARCHIVE as error:
            raise SourceError(
                f"{self.name} : archive ou classeur incomplet ou abîmé ; téléchargez de nouveau le fichier."
            ) from error

    def _zip_holds(self, prefix: str) -> bool:
        with self._archive() as archive:
            return any(name.startswith(prefix) for name in archive.namelist())

    def check_archive_weight(self) -> None:
        """Refuse an archive that would unpack to an absurd size, before anything is unpacked."""
        with self._archive() as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_PACK_RATIO * max(self.size, 1 << 20):
            raise SourceError(
                f"{self.name} : l'archive se déplierait en {unpacked / 1e9:.1f} Go pour "
                f"{self.size / 1e6:.1f} Mo ; fichier refusé, vérifiez sa provenance."
            )

    def _check_sheet_areas(self) -> None:
        """Refuse a workbook where one stray cell far away would make a sheet fill the memory."""
        with self._archive() as archive:
            areas = [
                _sheet_area(archive, name)
                for name in archive.namelist()
                if name.startswith("xl/worksheets/") and name.endswith(".xml")
            ]
        if max(areas, default=0) > MAX_SHEET_CELLS:
            raise SourceError(
                f"{self.name} : une feuille s'étend sur {max(areas):,} cellules".replace(",", " ")
                + " ; effacez les cellules isolées au loin ou téléchargez de nouveau le fichier."
            )

    @cached_property
    def workbook(self) -> CalamineWorkbook:
        if self.size > MAX_WORKBOOK_BYTES:
            raise SourceError(
                f"{self.name} : {self.size / 1e9:.1f} Go, trop grand pour un classeur ; "
                "vérifiez qu'il s'agit du bon fichier."
            )
        if self.format == "xlsx":
            self.check_archive_weight()
            self._check_sheet_areas()
        try:
            return CalamineWorkbook.from_path(str(self.path))
        except (CalamineError, OSError, ValueError) as error:
            raise SourceError(f"{self.name} : classeur abîmé ; téléchargez de nouveau le fichier.") from error

    @property
    def is_workbook(self) -> bool:
        return self.format in ("xlsx", "xls")

    @cached_property
    def sheet_names(self) -> list[str]:
        return list(self.workbook.sheet_names) if self.is_workbook else []

    def sheet(self, name: str) -> list[list[Any]]:
        """All cells of a sheet, from its first row and column; parsed once, whoever asks."""
        if name not in self._sheets:
            self._sheets[name] = self._parse_sheet(name)
        return self._sheets[name]

    def _parse_sheet(self, name: str) -> list[list[Any]]:
        try:
            return self.workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except CalamineError as error:
            raise SourceError(
                f"{self.name}, feuille « {name} » : illisible ; téléchargez de nouveau le fichier."
            ) from error


def _sheet_area(archive: zipfile.ZipFile, name: str) -> int:
    """Rows × columns up to the furthest cell of a worksheet, from the cell references it writes."""
    last_row, last_column = 0, 0
    rest = b""
    with archive.open(name) as stream:
        while chunk := stream.read(1 << 20):
            block = rest + chunk
            found = CELL_REFERENCE.findall(block)
            last_row = max(last_row, *map(int, {row for _, row in found}), 0)
            last_column = max(last_column, *map(_column_number, {letters for letters, _ in found}), 0)
            rest = block[-16:]
    return last_row * last_column


def _column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
