"""Small files of every kind, sound and otherwise."""

from __future__ import annotations

import io
import zipfile
import zlib

from PIL import Image


def image(kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "#0d5c6b").save(stream, format=kind)
    return stream.getvalue()


def pdf(*objects: bytes) -> bytes:
    """A PDF of one blank page, with other objects as they are given."""
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
        *objects,
    ]
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (rank, text) for rank, text in enumerate(body, start=1)]
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def stream(head: bytes, content: bytes, *, deflated: bool = True) -> bytes:
    data = zlib.compress(content) if deflated else content
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(data), data)


def archive(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members:
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            opened.writestr(name, content, compress_type=how)
    return buffer.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    return archive(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"), *more)


def xlsx(*more: tuple[str, bytes]) -> bytes:
    return archive(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<w/>"), *more)


def ods(*more: tuple[str, bytes]) -> bytes:
    return archive(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<c/>"), *more
    )
