"""A plan file through the browser: handed in to be checked, then the very text that was checked is loaded."""

from __future__ import annotations

from typing import Any

from django import forms

from maillage.kit.forms import offer
from maillage.planfile.library import SHIPPED, text_of
from maillage.planfile.reading import MAX_BYTES, read


def _shipped() -> list[tuple[str, str]]:
    """The plans that ship with the program, by their title."""
    titles = [(name, read(text_of(name)).file) for name in SHIPPED]
    return [(name, file.content.title if file else name) for name, file in titles]


class CheckForm(forms.Form):
    """A file of one's own, or one of the shipped plans."""

    upload = forms.FileField(
        label="Fichier du plan",
        required=False,
        help_text="Un fichier TOML, en UTF-8, de 2 Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ".toml"}),
    )
    shipped = forms.ChoiceField(label="Ou un plan fourni", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "shipped", [("", "Aucun"), *_shipped()])

    def clean(self) -> dict[str, Any]:
        """Add `text` and `name`, what is to be checked and what it is called."""
        held = super().clean() or {}
        upload, shipped = held.get("upload"), held.get("shipped")
        if bool(upload) == bool(shipped):
            raise forms.ValidationError("Choisissez un fichier, ou l'un des plans fournis.")
        if upload is None:
            return {**held, "text": text_of(str(shipped)), "name": shipped}
        if upload.size > MAX_BYTES:
            raise forms.ValidationError("Ce fichier est trop gros pour un plan : 2 Mo au plus.")
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "Ce fichier n'est pas un texte en UTF-8 : enregistrez-le ainsi."
            ) from None
        return {**held, "text": text.replace("\r\n", "\n"), "name": upload.name}


class LoadForm(forms.Form):
    """The text that was checked, sent back as it was."""

    text = forms.CharField(widget=forms.HiddenInput, max_length=MAX_BYTES, strip=False)

    def clean_text(self) -> str:
        # Browsers send the ends of lines their own way; the file's are needed to know it again.
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")
