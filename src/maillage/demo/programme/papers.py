"""The papers that fictional people hand in, and their official numbers: valid, and nobody's."""

from __future__ import annotations

from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

# No bank has this code: it keeps the IBANs of the demo out of anyone's account.
_BANK = "00000"
_BRANCH = "00000"


def paper(label: str) -> SimpleUploadedFile:
    """A one-page PDF that says what it stands for."""
    return SimpleUploadedFile(f"{label[:60]}.pdf", _pdf(label), content_type="application/pdf")


@cache
def _pdf(label: str) -> bytes:
    text = f"{label} (document fictif de démonstration)".encode("cp1252", "replace")
    escaped = text.replace(b"\\", b"").replace(b"(", b"\\(").replace(b")", b"\\)")
    drawn = b"BT /F1 12 Tf 60 760 Td (" + escaped + b") Tj ET"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>"
    )
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        font,
    )
    content, offsets = b"%PDF-1.4\n", []
    for rank, body in enumerate(bodies, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (rank, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(content))
    return content + head + table + tail


def iban(rank: int) -> str:
    """A French IBAN with valid keys (RIB key, then ISO 7064 mod 97)."""
    account = f"{rank:011d}"
    rib = 97 - (89 * int(_BANK) + 15 * int(_BRANCH) + 3 * int(account)) % 97
    number = f"{_BANK}{_BRANCH}{account}{rib:02d}"
    key = 98 - int(f"{number}152700") % 97
    return f"FR{key:02d}{number}"


def siret(rank: int) -> str:
    """A SIRET with valid keys (Luhn): SIREN beginning with 000, first establishment."""
    siren = f"000{rank:05d}"
    siren += _luhn(siren)
    return f"{siren}0001" + _luhn(f"{siren}0001")


def _luhn(digits: str) -> str:
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))]
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)
