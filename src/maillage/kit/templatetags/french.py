"""Amounts and shares in templates, written as in France: `{% load french %}`."""

from __future__ import annotations

from decimal import Decimal

from django import template

from maillage.kit.text import UNKNOWN
from maillage.rules import money

register = template.Library()


@register.filter
def euros(value: Decimal | None) -> str:
    """« 12 000 € », « 7 333,33 € »; « n. d. » for an amount that is not known, which is not zero."""
    return UNKNOWN if value is None else money.euros(value)


@register.filter
def share(value: Decimal | None) -> str:
    """A share of one as a percentage: « 12,5 % »."""
    return UNKNOWN if value is None else money.percent(value)
