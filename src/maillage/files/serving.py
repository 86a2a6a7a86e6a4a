"""Giving a file back: as a download, and never as a page of ours."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from maillage.files.models import StoredFile
from maillage.kit.console import Refused


def answer(stored: StoredFile) -> HttpResponse:
    """A download of the file. The caller has checked that this person may read it.

    Raises Refused, with a sentence, when the file is not accepted, was erased or has disappeared.
    """
    if stored.purged_at is not None:
        raise Refused("Ce fichier a été effacé : sa durée de conservation est écoulée.")
    if stored.state == StoredFile.State.QUARANTINED:
        raise Refused(stored.reason or "Ce fichier est en cours de vérification : revenez dans un instant.")
    if stored.state == StoredFile.State.REFUSED:
        raise Refused(f"Ce fichier a été refusé. {stored.reason}")
    try:
        with stored.file.open("rb") as stream:
            content = stream.read()
    except FileNotFoundError as error:
        raise Refused(
            "Le contenu de ce fichier a disparu : retrouvez-le dans la dernière sauvegarde."
        ) from error
    response = HttpResponse(content, content_type=stored.media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=stored.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response
