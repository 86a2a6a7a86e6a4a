"""What a reader is, and how a file finds its own."""

from __future__ import annotations

from typing import Protocol

from maillage.sources.probe import Probe
from maillage.sources.schemas import check
from maillage.sources.tables import Reading, Scope, SourceError


class UnrecognisedError(SourceError):
    """No reader knows the content of the file."""


class Reader(Protocol):
    """One official file format. A module-level instance of each stands in `readers.READERS`."""

    # Stable slug of the format, the entry of the catalogue it belongs to.
    source: str
    # What a user calls the file, in French.
    title: str
    # What the file looks like, in French, for the sentence that says what was expected.
    expects: str

    def recognises(self, probe: Probe) -> bool:
        """Whether the content is of this format. Reads the head, never trusts the name."""
        ...

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """The typed tables of the file. Raises SourceError with one French sentence."""
        ...


def recognise(probe: Probe, readers: list[Reader]) -> Reader:
    """The reader of a file. Raises UnrecognisedError naming what was expected when none knows it."""
    if probe.format == "empty":
        raise SourceError(f"{probe.name} : fichier vide ; téléchargez-le de nouveau.")
    for reader in readers:
        if reader.recognises(probe):
            return reader
    expected = " ; ".join(reader.expects for reader in readers)
    raise UnrecognisedError(f"{probe.name} : contenu non reconnu. Fichiers attendus : {expected}.")


def read(probe: Probe, reader: Reader, scope: Scope) -> Reading:
    """Read a file and hold each of its tables to its schema."""
    reading = reader.read(probe, scope)
    for table in reading.tables:
        check(table, file=probe.name)
    return reading
