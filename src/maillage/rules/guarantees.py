"""Loan guarantees: annuities, and the three ratios of the law (CGCT L3231-4, D1511-32 to D1511-35, L-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maillage.rules import parameters
from maillage.rules.findings import Finding
from maillage.rules.money import ZERO, euros, percent, to_cent
from maillage.rules.parameters import Overrides
from maillage.rules.terms import Effect


@dataclass(frozen=True)
class GuaranteeFacts:
    """What the ratios are computed from; None when not provided, which is not zero.

    :ivar operating_revenue: real operating revenue of the authority's budget, a year.
    :ivar own_annuities: annuities of the authority's own debt due in the year.
    :ivar guaranteed_annuities: annuities already guaranteed due in the year, this loan not counted.
    :ivar debtor_annuities: those already guaranteed for this debtor, this loan not counted.
    :ivar new_annuity: annuity of this loan, at the share guaranteed.
    :ivar shares: share of the loan guaranteed by each authority, this one included.
    :ivar development: urban development operation (articles L300-1 to L300-4 of the code de l'urbanisme).
    """

    operating_revenue: Decimal | None
    own_annuities: Decimal | None
    guaranteed_annuities: Decimal | None
    debtor_annuities: Decimal | None
    new_annuity: Decimal
    shares: tuple[Decimal | None, ...]
    development: bool = False


@dataclass(frozen=True)
class Ratio:
    """One ratio of the law: ``numerator`` ÷ ``base`` against ``limit``; ``share`` is None when unknown."""

    code: str
    article: str
    share: Decimal | None
    limit: Decimal
    sentence: str

    @property
    def held(self) -> bool | None:
        """Is the limit respected; None when a figure is missing."""
        return None if self.share is None else self.share <= self.limit


def annuity(principal: Decimal, yearly_rate: Decimal, years: int, *, per_year: int = 1) -> Decimal:
    """Sum due in a year on a loan repaid by constant instalments.

    Instalment = principal × r ÷ (1 − (1 + r)^−n), with r = rate ÷ instalments a year, n their number;
    rounded to the cent, times their number in a year. At a zero rate, principal ÷ n.

    :param yearly_rate: 0.03 for 3 %.
    :raises ValueError: no duration, or a negative principal or rate.
    """
    count = years * per_year
    if count <= 0 or principal < 0 or yearly_rate < 0:
        raise ValueError(
            "Une annuité se calcule sur un capital et un taux positifs, et au moins une échéance : corrigez "
            "les caractéristiques de l'emprunt."
        )
    rate = yearly_rate / per_year
    instalment = principal / count if rate == 0 else principal * rate / (1 - (1 + rate) ** -count)
    return per_year * to_cent(instalment)


def ratios(facts: GuaranteeFacts, on: date, overrides: Overrides | None = None) -> tuple[Ratio, ...]:
    """The three ratios with this loan counted.

    - L-12a: (guaranteed annuities + own annuities) ÷ real operating revenue <= 50 % (L3231-4, D1511-32);
    - L-12b: annuities guaranteed for the debtor ÷ total that may be guaranteed <= 10 % (D1511-34), the total
      being that 50 % of the revenue;
    - L-12c: share of the loan guaranteed by all authorities <= 50 %, 80 % for development (D1511-35).
    """
    debt_limit = parameters.value("guarantee_debt_share", on, overrides)
    debtor_limit = parameters.value("guarantee_debtor_share", on, overrides)
    loan_name = "guarantee_loan_share_development" if facts.development else "guarantee_loan_share"
    loan_limit = parameters.value(loan_name, on, overrides)
    room = None if facts.operating_revenue is None else facts.operating_revenue * debt_limit
    return (
        _ratio(
            "L-12a",
            "CGCT L3231-4 et D1511-32",
            "Annuités garanties et dette propre",
            _sum(facts.guaranteed_annuities, facts.own_annuities, facts.new_annuity),
            facts.operating_revenue,
            "des recettes réelles de fonctionnement",
            debt_limit,
        ),
        _ratio(
            "L-12b",
            "CGCT D1511-34",
            "Annuités garanties au même débiteur",
            _sum(facts.debtor_annuities, facts.new_annuity),
            room,
            "du total garantissable",
            debtor_limit,
        ),
        _loan_ratio(facts, loan_limit),
    )


def check_guarantee(
    facts: GuaranteeFacts, on: date, overrides: Overrides | None = None
) -> tuple[Finding, ...]:
    """A stop for each ratio that is broken, a warning for each that cannot be computed."""
    findings = []
    for ratio in ratios(facts, on, overrides):
        if ratio.held is None:
            remedy = "Renseignez les montants qui manquent avant la décision."
            findings.append(
                Finding(Effect.WARN, ratio.code, ratio.article, ratio.sentence, remedy, "guarantee")
            )
        elif not ratio.held:
            remedy = "Réduisez la part garantie ou le montant de l'emprunt, ou refusez la garantie."
            findings.append(
                Finding(Effect.STOP, ratio.code, ratio.article, ratio.sentence, remedy, "guarantee")
            )
    return tuple(findings)


def _loan_ratio(facts: GuaranteeFacts, limit: Decimal) -> Ratio:
    share = _sum(*facts.shares)
    label = "Part de l'emprunt garantie par l'ensemble des collectivités"
    known = f"{percent(share)}" if share is not None else "donnée absente"
    sentence = f"{label} : {known}, pour un maximum de {percent(limit)} : {_verdict(share, limit)}."
    return Ratio("L-12c", "CGCT D1511-35", share, limit, sentence)


def _ratio(
    code: str,
    article: str,
    label: str,
    numerator: Decimal | None,
    base: Decimal | None,
    of_what: str,
    limit: Decimal,
) -> Ratio:
    if numerator is None or base is None or base <= 0:
        sentence = f"{label} : donnée absente, pour un maximum de {percent(limit)} {of_what} : à prouver."
        return Ratio(code, article, None, limit, sentence)
    share = numerator / base
    sentence = (
        f"{label} : {euros(numerator)} sur {euros(base)}, soit {percent(share)} {of_what}, pour un "
        f"maximum de {percent(limit)} : {_verdict(share, limit)}."
    )
    return Ratio(code, article, share, limit, sentence)


def _verdict(share: Decimal | None, limit: Decimal) -> str:
    if share is None:
        return "à prouver"
    return "respecté" if share <= limit else "dépassé"


def _sum(*amounts: Decimal | None) -> Decimal | None:
    """The sum, unknown as soon as one amount is."""
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
