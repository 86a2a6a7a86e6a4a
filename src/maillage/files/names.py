"""The name under which a file is shown and given back."""

from __future__ import annotations

import re
import unicodedata

from maillage.files.content import Kind
from maillage.kit.console import Refused

LONGEST = 120
# What a machine may run, wherever it stands in a name (« facture.pdf.exe », « photo.php.jpg »).
PROGRAMS = frozenset(
    re.findall(
        r"\w+",
        "apk app bat chm cmd com cpl dll exe hta htm html iso jar js jse lnk mjs msi msp php pif ps1 py rb "
        "reg scr sh svg sys vb vbe vbs ws wsf wsh xht xhtml",
    )
)
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def cleaned(name: str, kind: Kind) -> str:
    """The name without its folders and odd characters, with the extension of what the file really is.

    Raises Refused when it holds, anywhere, the extension of a program.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cf", "Cs", "Co", "Cn"))
    name = " ".join(_FORBIDDEN.sub(" ", name).split()).strip(". ")
    parts = name.split(".")
    program = next((part for part in parts[1:] if part.strip().lower() in PROGRAMS), None)
    if program is not None:
        raise Refused(
            f"Le nom de ce fichier contient « .{program.strip()} » : renommez-le, puis renvoyez-le."
        )
    stem = ".".join(parts[:-1]) if len(parts) > 1 and 1 <= len(parts[-1].strip()) <= 5 else name
    return f"{stem.strip('. ')[:LONGEST] or 'document'}.{kind.extensions[0]}"
