"""How a row is written: every field and constraint checked, what is wrong said in French."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from maillage.kit.console import Refused


def save(row: models.Model, *fields: str) -> None:
    """Check the whole row, then save it, or only these fields. Raises Refused with what is wrong."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    row.save(update_fields=fields or None)


def said(text: str, longest: int | None = None) -> str:
    """A reason somebody must have written."""
    text = text.strip()
    if not text:
        raise Refused("Écrivez le motif : il sera gardé, et lu par la personne concernée.")
    if longest is not None and len(text) > longest:
        raise Refused(f"Le motif dépasse {longest} caractères : raccourcissez-le.")
    return text
