"""What guarantees weigh and what exemptions cost: pure sums over rows already read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from maillage.offbudget.models import GuaranteeYear, LoanGuarantee, TaxExemption
from maillage.rules.guarantees import GuaranteeFacts, annuity
from maillage.rules.money import ZERO, to_cent

HUNDRED = Decimal(100)
RUNNING = (LoanGuarantee.State.GRANTED, LoanGuarantee.State.CALLED)


def guaranteed_annuity(guarantee: LoanGuarantee) -> Decimal:
    """The share guaranteed of what the loan asks in a year (constant instalments)."""
    whole = annuity(guarantee.principal, guarantee.rate / HUNDRED, guarantee.years)
    return to_cent(whole * guarantee.share)


def runs_in(guarantee: LoanGuarantee, year: int) -> bool:
    """Whether an instalment of the loan falls in the year while the guarantee stands."""
    first = guarantee.starts_on.year
    return guarantee.state in RUNNING and first <= year < first + guarantee.years


def facts(
    guarantee: LoanGuarantee, year: GuaranteeYear | None, others: Iterable[LoanGuarantee]
) -> GuaranteeFacts:
    """What the three ratios of the law are computed from, this loan counted apart.

    :param year: the authority's figures of the year; None leaves two of the ratios unknown.
    :param others: the other guarantees of the authority, in any state.
    """
    when = guarantee.starts_on.year
    running = [other for other in others if other.pk != guarantee.pk and runs_in(other, when)]
    mine = sum((guaranteed_annuity(one) for one in running), start=ZERO)
    same = sum((guaranteed_annuity(one) for one in running if one.debtor == guarantee.debtor), start=ZERO)
    return GuaranteeFacts(
        operating_revenue=year.operating_revenue if year else None,
        own_annuities=year.own_debt_annuity if year else None,
        guaranteed_annuities=year.other_guaranteed_annuities + mine if year else None,
        debtor_annuities=same,
        new_annuity=guaranteed_annuity(guarantee),
        shares=(guarantee.share, guarantee.other_share),
    )


def tax_forgone(exemption: TaxExemption) -> Decimal | None:
    """Area × value per m² × rate × share exempted, in euros; None when one of them is not known.

    CGI art. 1635 quater H to L: the département's part of the development tax.
    """
    area, value, rate = exemption.taxable_area, exemption.value_per_m2, exemption.tax_rate
    if area is None or value is None or rate is None:
        return None
    return to_cent(area * value * rate / HUNDRED * exemption.exempted_share)


@dataclass(frozen=True, slots=True)
class Forgone:
    """The tax forgone by a list of exemptions, and how many of them could not be estimated."""

    known: Decimal
    unknown: int


def total_forgone(exemptions: Iterable[TaxExemption]) -> Forgone:
    estimates = [tax_forgone(exemption) for exemption in exemptions]
    known = [estimate for estimate in estimates if estimate is not None]
    return Forgone(sum(known, start=ZERO), len(estimates) - len(known))
