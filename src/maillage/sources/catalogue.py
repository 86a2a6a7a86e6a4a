"""The catalogue of official files: who publishes each, where, under which licence, how often."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from maillage.sources.tables import SourceError

CATALOGUE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Entry:
    """One official file. `source` is the slug of its reader; several files may share one reader.

    `address` is None when no permanent one exists: the file is then downloaded by hand from `page`.
    `resource` is the pattern of a title among the files of a data.gouv.fr data set.
    """

    slug: str
    source: str
    title: str
    publisher: str
    page: str
    licence: str
    cadence: str
    format: str
    note: str
    address: str | None = None
    file_name: str | None = None
    resource: str | None = None

    @property
    def by_departement(self) -> bool:
        """Whether the file is asked for one département at a time."""
        return "{departement}" in (self.address or "")


@cache
def catalogue() -> tuple[Entry, ...]:
    """All entries, in the order of the file. Raises SourceError on an entry that does not hold."""
    return load(CATALOGUE)


def load(path: Path) -> tuple[Entry, ...]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path.name} : TOML mal formé ({error}) ; corrigez le catalogue.") from error
    entries = tuple(_entry(path.name, record) for record in document.get("entry", []))
    slugs = [entry.slug for entry in entries]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise SourceError(f"{path.name} : l'entrée « {slug} » est donnée deux fois ; gardez-en une.")
    return entries


def by_slug(slug: str) -> Entry:
    """One entry. Raises SourceError with the nearest names when there is none."""
    entries = {entry.slug: entry for entry in catalogue()}
    if slug in entries:
        return entries[slug]
    near = get_close_matches(slug, entries, cutoff=0.5) or list(entries)
    raise SourceError(f"Source « {slug} » inconnue ; essayez {', '.join(near)}.")


def _entry(file: str, record: dict[str, Any]) -> Entry:
    named = f"{file}, entrée « {record.get('slug', '?')} »"
    known = {field.name for field in fields(Entry)}
    required = {field.name for field in fields(Entry) if field.default is MISSING}
    if unknown := record.keys() - known:
        raise SourceError(f"{named} : champ inconnu {', '.join(sorted(unknown))} ; retirez-le.")
    if missing := required - record.keys():
        raise SourceError(f"{named} : champ absent {', '.join(sorted(missing))} ; ajoutez-le.")
    if wrong := [name for name, value in record.items() if not isinstance(value, str) or not value.strip()]:
        raise SourceError(f"{named} : {', '.join(wrong)} doit être un texte non vide.")
    for name in ("page", "address"):
        if name in record and not record[name].startswith("https://"):
            raise SourceError(f"{named} : {name} doit commencer par https://.")
    if ("address" in record) != ("file_name" in record):
        raise SourceError(f"{named} : address et file_name vont ensemble ; donnez les deux ou aucun.")
    return Entry(**record)
