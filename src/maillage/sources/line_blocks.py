"""Lines of a very large delimited file seen as arrays: cells are located without being cut out.

Telling millions of lines apart by the bytes of a few cells costs less than splitting each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from maillage.sources.probe import Probe
from maillage.sources.tables import SourceError

BLOCK_BYTES = 4 * 1024**2
LONGEST_LINE_BYTES = 1024**2
NEWLINE, RETURN = ord("\n"), ord("\r")

Positions = NDArray[np.int64]


class LineBlock:
    """Whole lines of a file. Arrays have one value per line that is not blank.

    :ivar numbers: line numbers in the file, from 1.
    :ivar starts: position of each line in the block; `offset` is that of the block in the file.
    :ivar ends: position after its last byte, the end of line left out.
    :ivar separators: how many delimiters the line holds.
    """

    def __init__(self, data: bytes, offset: int, first_number: int, delimiter: bytes) -> None:
        self.data = data
        self.offset = offset
        self._bytes = np.frombuffer(data, dtype=np.uint8)
        newlines = np.flatnonzero(self._bytes == NEWLINE)
        starts = np.concatenate(([0], newlines[:-1] + 1))
        ends = newlines - (self._bytes[np.maximum(newlines - 1, 0)] == RETURN)
        self.next_number = first_number + len(newlines)
        filled = ends > starts
        self.numbers: Positions = first_number + np.flatnonzero(filled)
        self.starts: Positions = starts[filled]
        self.ends: Positions = ends[filled]
        self._delimiters = np.flatnonzero(self._bytes == ord(delimiter))
        self._first = np.searchsorted(self._delimiters, self.starts)
        self.separators: Positions = np.diff(self._first, append=len(self._delimiters))
        if not len(self._delimiters):
            self._delimiters = np.array([len(data)])

    def __len__(self) -> int:
        return len(self.numbers)

    def line(self, row: int) -> bytes:
        return self.data[self.starts[row] : self.ends[row]]

    def cell(self, column: int) -> tuple[Positions, Positions]:
        """Where the cell of a column starts and ends in each line; empty in a line too short to have it."""
        before = self._delimiters.take(self._first + column - 1, mode="clip") + 1 if column else self.starts
        after = self._delimiters.take(self._first + column, mode="clip")
        ends = np.where(self.separators > column, after, self.ends)
        return np.where(self.separators >= column, before, ends), ends

    def leading_bytes(self, starts: Positions, ends: Positions, width: int) -> NDArray[np.uint8]:
        """The first bytes of each cell, padded with zeros. Shape (lines, width)."""
        places = starts[:, None] + np.arange(width)
        found = self._bytes[np.minimum(places, len(self._bytes) - 1)]
        return np.where(places < ends[:, None], found, 0).astype(np.uint8)


def line_blocks(probe: Probe, delimiter: bytes) -> Iterator[LineBlock]:
    """The whole file in blocks of a few megabytes. Raises SourceError on a line that never ends."""
    offset, number, rest = 0, 1, b""
    with probe.path.open("rb") as stream:
        while read := stream.read(BLOCK_BYTES):
            data = rest + read
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            if len(rest) > LONGEST_LINE_BYTES:
                raise SourceError(
                    f"{probe.name} : une ligne dépasse un million de caractères ; le fichier est abîmé, "
                    "téléchargez-le de nouveau."
                )
            if cut:
                block = LineBlock(data[:cut], offset, number, delimiter)
                yield block
                offset, number = offset + cut, block.next_number
    if rest:
        yield LineBlock(rest + b"\n", offset, number, delimiter)
