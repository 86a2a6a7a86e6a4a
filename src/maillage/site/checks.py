"""System checks: what would make the program fail later, said at once and with its remedy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

VENDOR_FILES = (
    "bootstrap.min.css",
    "source-sans-3-latin.woff2",
    "source-sans-3-latin-ext.woff2",
    "fonts/SourceSans3-Regular.ttf",
)


def missing_vendor_files() -> list[str]:
    """Front-end files that `make setup` brings and that are not there."""
    folder = settings.PACKAGE / "site" / "static" / "vendor"
    return [name for name in VENDOR_FILES if not (folder / name).exists()]


@register(Tags.staticfiles)
def vendor_files_are_present(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    missing = missing_vendor_files()
    if not missing:
        return []
    return [
        Error(
            f"Il manque des fichiers d'affichage : {', '.join(missing)}.",
            hint="Lancez « make setup », qui les met en place.",
            id="maillage.E001",
        )
    ]


@register(Tags.security)
def demo_stays_off_the_network(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if not (settings.DEMO and settings.HTTPS):
        return []
    return [
        Error(
            "La démonstration laisse entrer sans mot de passe : elle est refusée en production.",
            hint="Retirez MAILLAGE_DEMO et le fichier « demo » de MAILLAGE_HOME, ou MAILLAGE_HTTPS.",
            id="maillage.E002",
        )
    ]


@register()
def home_is_writable(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    if os.access(settings.HOME, os.W_OK):
        return []
    return [
        Error(
            f"Le dossier {settings.HOME} n'est pas accessible en écriture.",
            hint="Donnez-en le droit à qui lance le programme, ou choisissez un autre MAILLAGE_HOME.",
            id="maillage.E003",
        )
    ]
