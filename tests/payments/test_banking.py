"""Which bank details may be paid, and why the others may not."""

import pytest

from maillage.kit.console import Refused
from maillage.payments.banking import checked
from maillage.payments.models import masked


@pytest.mark.parametrize(
    ("iban", "bic", "kept"),
    [
        ("FR76 3000 6000 0112 3456 7890 189", "", "FR7630006000011234567890189"),
        ("fr1420041010050500013m02606", "PSSTFRPPPAR", "FR1420041010050500013M02606"),
        ("DE89 3704 0044 0532 0130 00", "COBADEFFXXX", "DE89370400440532013000"),
        ("BE68 5390 0754 7034", "", "BE68539007547034"),
    ],
)
def test_details_found_right_are_kept_without_spaces(iban: str, bic: str, kept: str) -> None:
    details = checked(iban, bic)
    assert details.iban == kept
    if bic:
        assert details.bic == bic


def test_the_bank_is_told_from_the_iban() -> None:
    details = checked("FR7630006000011234567890189")
    assert "AGRICOLE" in details.bank_name
    assert details.bic.startswith("AGRI")


@pytest.mark.parametrize(
    ("iban", "bic", "said"),
    [
        ("", "", "n'est pas valable"),
        ("FR763000600001123456789018", "", "nombre de caractères"),
        ("ZZ7630006000011234567890189", "", "pays inconnu"),
        ("FR7630006000011234567890188", "", "clé"),
        ("FR7630006000011234567890189", "RUBBISH", "BIC n'est pas valable"),
        ("DE89370400440532013000", "PSSTFRPPPAR", "même pays"),
        ("TR330006100519786457841326", "", "SEPA"),
    ],
)
def test_details_that_are_wrong_are_refused_with_the_reason(iban: str, bic: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        checked(iban, bic)


def test_an_iban_is_masked_but_for_its_ends() -> None:
    assert masked("FR7630006000011234567890189") == "FR76 •••• 0189"
    assert masked("") == ""
