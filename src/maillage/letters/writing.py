"""How our letters begin: the head of the authority, the recipient, the day."""

from __future__ import annotations

from dataclasses import replace

from maillage.accounts.models import Authority
from maillage.acts.document import Act, Block
from maillage.kit import clock


def compose(
    *,
    authority: Authority,
    title: str,
    blocks: tuple[Block, ...],
    reference: str = "",
    authority_lines: tuple[str, ...] = (),
    recipient_lines: tuple[str, ...] = (),
    place: str = "",
) -> Act:
    """A document of an authority, dated today. Its reference is that of the letter when left out."""
    return Act(
        title=title,
        reference=reference,
        authority=authority.name,
        authority_lines=authority_lines,
        colour=authority.colour,
        place=place,
        dated=clock.today(),
        recipient_lines=recipient_lines,
        blocks=blocks,
    )


def dressed(act: Act, authority: Authority) -> Act:
    """The document with the name, the colour and the logo the authority has today."""
    return replace(act, authority=authority.name, colour=authority.colour, logo=_logo(authority))


def _logo(authority: Authority) -> bytes | None:
    """The logo, always a PNG of our own; None when there is none or its file has disappeared."""
    if not authority.logo:
        return None
    try:
        with authority.logo.open("rb") as stream:
            content: bytes = stream.read()
    except FileNotFoundError:
        return None
    return content
