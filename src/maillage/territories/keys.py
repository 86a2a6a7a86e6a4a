"""The name of a territory, the same in addresses, commands and code: `departement:77`, `epci:200057958`…"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

Level = Literal["commune", "epci", "departement", "region", "france"]
LEVELS: tuple[Level, ...] = get_args(Level)
LEVEL_LABELS: dict[Level, str] = {
    "commune": "commune",
    "epci": "intercommunalité",
    "departement": "département",
    "region": "région",
    "france": "France",
}


# Codes of the demo's territories; no official code of any level begins so.
FICTIONAL_PREFIX = "00"


@dataclass(frozen=True, slots=True)
class Key:
    """A level and an official code. France has no code."""

    level: Level
    code: str = ""

    @property
    def is_fictional(self) -> bool:
        """Whether it is a territory of the demo, whose data and figures stay apart from real ones."""
        return self.code.startswith(FICTIONAL_PREFIX)

    def __str__(self) -> str:
        return f"{self.level}:{self.code}" if self.code else self.level


FRANCE = Key("france")


def parse(text: str) -> Key:
    """Read `departement:77`, `france`… Raises ValueError with a French sentence on anything else."""
    level, _, code = text.strip().partition(":")
    if level == "france" and not code:
        return FRANCE
    if level not in LEVELS or level == "france" or not code:
        raise ValueError(
            f"« {text} » n'est pas un territoire ; écrivez par exemple commune:77305, epci:200057958, "
            "departement:77, region:11 ou france."
        )
    return Key(cast(Level, level), code.upper() if level != "epci" else code)
