"""The form that brings official files in through the browser."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

MOST_BYTES = 500 * 1024**2
MOST_FILES = 50


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One or several files; each is checked by its content when it is loaded, not here."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [super(ManyFilesField, self).clean(item, initial) for item in data or [None]]
        if len(files) > MOST_FILES or sum(file.size for file in files) > MOST_BYTES:
            raise forms.ValidationError(
                f"Envoyez au plus {MOST_FILES} fichiers et {MOST_BYTES // 1024**2} Mo à la fois ; au-delà, "
                "utilisez « maillage load DOSSIER » sur le serveur."
            )
        return files


class UploadForm(forms.Form):
    uploads = ManyFilesField(
        label="Fichiers officiels",
        widget=ManyFilesInput(attrs={"multiple": True}),
        help_text="Reconnus à leur contenu : CSV, JSON, GeoJSON, classeurs, Parquet.",
    )
