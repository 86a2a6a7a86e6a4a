"""How actions write: what is wrong is said in French, whoever finds it, the fields or the database."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from maillage.kit.console import Refused


def save(row: models.Model, *fields: str) -> None:
    """Check the fields of a row, then save it, or only these fields.

    Constraints are left to the database, which checks them anyway and under concurrency too: they are asked
    of Django, one query each, only to find the sentence of the one that was broken.

    :raises Refused: with the sentences of what is wrong.
    """
    relations = {field.name for field in row._meta.concrete_fields if field.is_relation}
    try:
        row.clean_fields(exclude=relations)
        row.clean()
        with transaction.atomic():
            row.save(update_fields=fields or None)
    except (ValidationError, IntegrityError):
        _refuse(row)
        raise


def _refuse(row: models.Model) -> None:
    """Raise Refused with everything that is wrong with a row; nothing when Django finds nothing."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def said(text: str, longest: int = 2000) -> str:
    """A reason somebody must have written, stripped.

    :raises Refused: when there is none, or when it is too long.
    """
    text = text.strip()
    if not text:
        raise Refused("Écrivez le motif : il sera gardé, et lu par la personne concernée.")
    if len(text) > longest:
        raise Refused(f"Le motif dépasse {longest} caractères : raccourcissez-le.")
    return text
