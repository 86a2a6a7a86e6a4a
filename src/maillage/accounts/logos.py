"""Logos: whatever is sent is decoded, made small and written anew, so that only an image is ever served."""

from __future__ import annotations

import io
import secrets
import warnings

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, UnidentifiedImageError

from maillage.kit.console import Refused

MAX_BYTES = 1024 * 1024
MAX_PIXELS = 4000 * 4000
FORMATS = ("PNG", "JPEG", "WEBP")
# Twice the largest size at which a page shows it.
FITTED = (640, 240)


def clean_logo(upload: UploadedFile) -> ContentFile[bytes]:
    """The logo as a new PNG of at most 640 × 240 pixels, whatever the name and type it was sent under.

    Raises Refused when it is over 1 MB, over 16 megapixels, or not a PNG, JPEG or WebP image.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise Refused("Ce logo dépasse 1 Mo : réduisez-le, une largeur de 640 pixels suffit.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(upload, formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise Refused("Ce logo compte trop de pixels : une largeur de 640 pixels suffit.")
            picture = image.convert("RGBA")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ) as error:
        raise Refused(
            "Ce fichier n'est pas une image lisible : envoyez un PNG, un JPEG ou un WebP."
        ) from error
    picture.thumbnail(FITTED)
    stream = io.BytesIO()
    picture.save(stream, format="PNG", optimize=True)
    return ContentFile(stream.getvalue(), name=f"{secrets.token_hex(8)}.png")
