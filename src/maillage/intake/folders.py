"""The files of a folder, archives opened."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from maillage.kit.console import Refused
from maillage.sources.probe import Probe
from maillage.sources.tables import SourceError


@contextmanager
def files_of(folder: Path) -> Iterator[list[Path]]:
    """Every file of a folder and its sub-folders (or one file), the members of zip archives in their place.

    Archives are unpacked to a temporary folder for as long as the block lasts. Raises Refused when there is
    nothing to read or no right to, SourceError on an archive that is broken or would unpack absurdly.
    """
    with TemporaryDirectory(prefix="maillage-") as unpacked:
        files: list[Path] = []
        for number, path in enumerate(_listed(folder)):
            files += _unzipped(path, Path(unpacked) / str(number)) if _is_archive(path) else [path]
        yield files


def _is_archive(path: Path) -> bool:
    try:
        return Probe(path).format == "zip"
    except SourceError:
        # Broken or unreadable: said when the file is read, with its name in the report.
        return False


def _unzipped(path: Path, target: Path) -> list[Path]:
    Probe(path).check_archive_weight()
    try:
        with zipfile.ZipFile(path) as archive:
            # extractall keeps every member inside the target, whatever its name says.
            archive.extractall(target)
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise SourceError(f"{path.name} : archive illisible ; téléchargez de nouveau le fichier.") from error
    return sorted(_walk(target))


def _listed(folder: Path) -> list[Path]:
    with _readable(folder):
        exists = folder.exists()
    if not exists:
        raise Refused(f"« {folder} » n'existe pas ; donnez le dossier où se trouvent les fichiers officiels.")
    if folder.is_file():
        return [folder]
    files = sorted(_walk(folder))
    if not files:
        raise Refused(f"« {folder} » ne contient aucun fichier.")
    return files


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise Refused(f"« {folder} » : lecture refusée ; donnez le droit de lire ce dossier.") from error


def _walk(folder: Path) -> Iterator[Path]:
    with _readable(folder):
        entries = list(folder.iterdir())
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry)
        elif entry.is_file():
            yield entry
