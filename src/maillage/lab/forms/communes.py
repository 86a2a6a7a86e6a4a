"""Communes as they are typed: by their code or by their name."""

from __future__ import annotations

from django.forms import CharField, ValidationError

from maillage.territories.models import Commune


def commune_code(text: str) -> str:
    """The code of a commune, given as such or by its name."""
    found = list(Commune.objects.named(text)[:2])
    if len(found) == 1:
        return found[0].code
    if found:
        raise ValidationError(f"Plusieurs communes s'appellent « {text} » : écrivez le code officiel.")
    raise ValidationError(f"Aucune commune de ce nom ou de ce code (« {text} ») : vérifiez l'orthographe.")


class CommunesField(CharField):
    """Some communes, separated by commas: « Nemours, 77305 »; gives their codes."""

    def clean(self, value: object) -> tuple[str, ...]:
        parts = [part.strip() for part in super().clean(value).replace(";", ",").split(",")]
        return tuple(commune_code(part) for part in parts if part)
