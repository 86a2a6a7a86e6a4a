"""Amounts, shares and days in templates, written as in France: `{% load french %}`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from maillage.kit.text import UNKNOWN
from maillage.rules import money
from maillage.rules.calendar import day_text

register = template.Library()


@register.filter
def euros(value: Decimal | None) -> str:
    """« 12 000 € », « 7 333,33 € »; « n. d. » for an amount that is not known, which is not zero."""
    return UNKNOWN if value is None else money.euros(value)


@register.filter
def share(value: Decimal | None) -> str:
    """A share of one as a percentage: « 12,5 % »."""
    return UNKNOWN if value is None else money.percent(value)


@register.filter
def day(value: date | None) -> str:
    """« 1er mars 2028 »; the local day of a moment, nothing for no day."""
    if value is None:
        return ""
    return day_text(timezone.localdate(value) if isinstance(value, datetime) else value)


@register.filter
def moment(value: datetime | None) -> str:
    """« 1er mars 2028 à 14:05 », in local time; nothing for no moment."""
    return "" if value is None else f"{day(value)} à {timezone.localtime(value):%H:%M}"
