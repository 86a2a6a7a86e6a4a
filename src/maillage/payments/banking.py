"""What an IBAN and a BIC must be before anyone is paid by them."""

from __future__ import annotations

from dataclasses import dataclass

from schwifty import BIC, IBAN
from schwifty.exceptions import (
    InvalidBBANChecksum,
    InvalidChecksumDigits,
    InvalidCountryCode,
    InvalidLength,
    SchwiftyException,
)

from maillage.kit.console import Refused

_FAULTS: tuple[tuple[type[SchwiftyException], str], ...] = (
    (InvalidCountryCode, "il commence par un code de pays inconnu"),
    (InvalidLength, "il n'a pas le nombre de caractères de son pays"),
    (InvalidChecksumDigits, "sa clé de contrôle est fausse"),
    (InvalidBBANChecksum, "sa clé RIB est fausse"),
)


@dataclass(frozen=True, slots=True)
class Details:
    """Bank details found right, written without spaces."""

    iban: str
    bic: str
    bank_name: str


def checked(iban: str, bic: str = "") -> Details:
    """These details, once found right; the BIC is the bank's when it is not given.

    IBAN: ISO 13616 (length and structure of its country, key of the whole, key of the RIB), in a country of
    SEPA. BIC: ISO 9362, of the country of the IBAN, save overseas banks whose IBAN is French.

    :raises Refused: with what is wrong.
    """
    account = _iban(iban)
    if not account.in_sepa_zone:
        raise Refused(
            f"Cet IBAN est d'un pays hors de la zone SEPA ({account.country_code}) : donnez un compte "
            "ouvert dans un pays de la zone."
        )
    bank = _bic(bic) if bic.strip() else account.bic
    if bic.strip() and bank is not None and account.country_code not in ("FR", bank.country_code):
        raise Refused("Ce BIC n'est pas du même pays que l'IBAN : recopiez les deux du même RIB.")
    return Details(account.compact, bank.compact if bank else "", (account.bank_name or "")[:120])


def _iban(text: str) -> IBAN:
    try:
        return IBAN(text.strip(), validate_bban=True)
    except SchwiftyException as error:
        fault = next((said for kind, said in _FAULTS if isinstance(error, kind)), "il est mal formé")
        raise Refused(f"Cet IBAN n'est pas valable : {fault}. Recopiez-le du RIB.") from error


def _bic(text: str) -> BIC:
    try:
        return BIC(text.strip())
    except SchwiftyException as error:
        raise Refused("Ce BIC n'est pas valable : recopiez ses 8 ou 11 caractères du RIB.") from error
