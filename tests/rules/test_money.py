from decimal import Decimal

import pytest

from maillage.rules.money import decimal_text, down_to_cent, euros, percent, to_cent


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12000", "12 000 €"),
        ("7333.33", "7 333,33 €"),
        ("0", "0 €"),
        ("-1500.5", "−1 500,50 €"),
        ("0.005", "0,01 €"),
        ("1300000.00", "1 300 000 €"),
    ],
)
def test_amounts_are_written_in_french(amount: str, text: str) -> None:
    written = (
        euros(Decimal(amount)).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    )
    assert written == text


def test_shares_and_quantities_keep_only_the_decimals_they_have() -> None:
    assert percent(Decimal("0.125")).startswith("12,5")
    assert percent(Decimal("0.5")).startswith("50\N{NARROW NO-BREAK SPACE}%")
    assert decimal_text(Decimal("1E+2")) == "100"
    assert decimal_text(Decimal("-2.50")) == "\N{MINUS SIGN}2,5"


def test_cents_are_rounded_half_up_or_left_out() -> None:
    assert to_cent(Decimal("0.125")) == Decimal("0.13")
    assert down_to_cent(Decimal("333.339")) == Decimal("333.33")
