"""One module per family of official files; `READERS` is the list they are tried in, one instance each."""

from __future__ import annotations

from maillage.sources.reader import Reader
from maillage.sources.readers.communes import CommunesReader

READERS: list[Reader] = [
    CommunesReader(),
]
