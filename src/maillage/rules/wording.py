"""French for rules: lists, capitals, shares, the end of a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from maillage.rules.money import decimal_text

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"


def listed(items: Iterable[str], link: str = "et") -> str:
    """« A », « A et B », « A, B et C »."""
    *first, last = items
    return f"{', '.join(first)} {link} {last}" if first else last


def linked(verb: str, items: list[str], link: str = "ou") -> str:
    """A verb and its values; « de » is said again before each: « relève de la profession de A ou d'B »."""
    if verb.endswith(" de"):
        return f"{verb.removesuffix(' de')} {listed(map(of, items), link)}"
    return f"{verb} {listed(items, link)}"


def neither(items: Iterable[str]) -> str:
    """« ni A ni B »."""
    return " ".join(f"ni {item}" for item in items)


def capital(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def inside(label: str) -> str:
    """A label as it reads inside a sentence: « Sage-femme » → « sage-femme », « ZIP » untouched."""
    is_word = label[1:2].islower() or label[1:2] in ("'", " ")
    return label[:1].lower() + label[1:] if is_word else label


def sentence(text: str) -> str:
    """The text as a sentence: capital, full stop."""
    text = capital(text.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def share_text(share: Decimal) -> str:
    """A share of one as a percentage, with every decimal it has: 0.125 → « 12,5 % »."""
    return f"{decimal_text(share * 100)}{NARROW_SPACE}%"


def of(noun: str) -> str:
    """« de » before a noun and its article: « du lieu », « des travaux », « de la commune »."""
    if noun.startswith("le "):
        return f"du {noun[3:]}"
    if noun.startswith("les "):
        return f"des {noun[4:]}"
    return f"d'{noun}" if noun[:1] in "aeiouyéèêhâîô" else f"de {noun}"
