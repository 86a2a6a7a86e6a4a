"""Small made-up files in the shape of the official ones, and their reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from maillage.sources.probe import Probe
from maillage.sources.reader import read, recognise
from maillage.sources.readers import READERS
from maillage.sources.tables import Reading, Scope

Rows = Sequence[Sequence[Any]]


@pytest.fixture
def write_text(tmp_path: Path) -> Callable[..., Path]:
    def write(content: str, *, name: str = "fichier.dat", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding))
        return path

    return write


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[..., Path]:
    def write(content: Any, *, name: str = "fichier.dat") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_workbook(tmp_path: Path) -> Callable[..., Path]:
    def write(sheets: dict[str, Rows], *, name: str = "classeur.dat") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as workbook:
            for title, rows in sheets.items():
                sheet = workbook.add_worksheet(title)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return path

    return write


@pytest.fixture
def load() -> Callable[[Path], Reading]:
    """Recognise a file among all readers, read it and hold it to its schemas."""

    def load_file(path: Path) -> Reading:
        probe = Probe(path)
        return read(probe, recognise(probe, READERS), Scope())

    return load_file


@pytest.fixture
def problems() -> Callable[[Reading], dict[str, int]]:
    """What was found wrong in a file, and how many times."""

    def count(reading: Reading) -> dict[str, int]:
        return {problem: times for (_, problem, _), times in reading.defects.counts.items()}

    return count
