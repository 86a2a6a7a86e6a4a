"""The plans that ship with the program: models to read, to copy, and the proof that nothing is hard-wired."""

from __future__ import annotations

from importlib.resources import files

from maillage.kit.console import Refused

SHIPPED = ("seine-et-marne", "le-41-en-bonne-sante", "paris-vallee-de-la-marne")


def text_of(name: str) -> str:
    """The text of a shipped plan. Raises Refused, naming those there are."""
    if name not in SHIPPED:
        raise Refused(f"Aucun plan fourni ne s'appelle « {name} » : choisissez {', '.join(SHIPPED)}.")
    return (files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
