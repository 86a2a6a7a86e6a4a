"""Lines located as arrays are the lines one gets by splitting."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.sources import line_blocks as module
from maillage.sources.line_blocks import LineBlock, line_blocks
from maillage.sources.probe import Probe
from maillage.sources.tables import DEFECTS_KEPT_PER_PROBLEM, DefectLog

CELL = st.text(alphabet="ab1é ", max_size=7).map(str.encode)
LINE = st.lists(CELL, max_size=5).map(b"|".join)


@given(lines=st.lists(LINE, min_size=1, max_size=12), ending=st.sampled_from([b"\n", b"\r\n"]))
def test_cells_are_those_one_gets_by_splitting(lines: list[bytes], ending: bytes) -> None:
    block = LineBlock(b"".join(line + ending for line in lines), 0, 1, b"|")
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line]
    assert [(int(block.numbers[row]), block.line(row)) for row in range(len(block))] == filled
    assert block.separators.tolist() == [line.count(b"|") for _, line in filled]
    for column in range(6):
        starts, ends = block.cell(column)
        heads = block.leading_bytes(starts, ends, 4)
        for row, (_, line) in enumerate(filled):
            cells = line.split(b"|")
            expected = cells[column] if column < len(cells) else b""
            assert block.data[starts[row] : ends[row]] == expected
            assert bytes(heads[row]) == expected[:4].ljust(4, b"\0")


@pytest.mark.parametrize("closed", [True, False])
def test_a_file_over_many_blocks_is_read_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    monkeypatch.setattr(module, "BLOCK_BYTES", 64)
    lines = [f"{number}|{'x' * (number % 50)}|fin".encode() for number in range(500)]
    path = tmp_path / "file"
    path.write_bytes(b"\n".join(lines) + (b"\n" if closed else b""))
    found = [
        (int(block.numbers[row]), block.offset + int(block.starts[row]), block.line(row))
        for block in line_blocks(Probe(path), b"|")
        for row in range(len(block))
    ]
    assert [line for _, _, line in found] == lines
    assert [number for number, _, _ in found] == list(range(1, 501))
    content = path.read_bytes()
    assert all(content.startswith(line, offset) for _, offset, line in found)


@pytest.mark.parametrize("count", [0, 3, DEFECTS_KEPT_PER_PROBLEM, DEFECTS_KEPT_PER_PROBLEM + 50])
def test_a_defect_on_many_lines_counts_as_many_defects_on_one(count: int) -> None:
    values = {"column": "c", "problem": "p", "action": "a"}
    together, apart = DefectLog("file"), DefectLog("file")
    together.add_all(range(count), **values)
    for line in range(count):
        apart.add(line=line, **values)
    assert together == apart
