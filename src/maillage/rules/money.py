"""Money to the cent, and how amounts, shares and quantities are written in French."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


def to_cent(value: Decimal) -> Decimal:
    """The amount rounded to the nearest cent, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


def down_to_cent(value: Decimal) -> Decimal:
    """The amount with what is under a cent left out: 333.339 → 333.33."""
    return value.quantize(CENT, ROUND_DOWN)


def decimal_text(value: Decimal) -> str:
    """A number in French, with the decimals it has and no more: 1234.50 → « 1 234,5 »."""
    text = f"{abs(value):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.replace(",", _NARROW_SPACE).replace(".", ",")
    return f"{_MINUS}{text}" if value < 0 and text != "0" else text


def euros(value: Decimal) -> str:
    """An amount in French: « 12 000 € », « 7 333,33 € »; cents are written when there are some."""
    rounded = to_cent(value)
    decimals = 0 if rounded == rounded.to_integral_value() else 2
    text = f"{abs(rounded):,.{decimals}f}".replace(",", _NARROW_SPACE).replace(".", ",")
    return f"{_MINUS if rounded < 0 else ''}{text}{_SPACE}€"


def percent(share: Decimal) -> str:
    """A share of one as a percentage, to a tenth: 0.125 → « 12,5 % »."""
    tenth = (share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{decimal_text(tenth)}{_NARROW_SPACE}%"
