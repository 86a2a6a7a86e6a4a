"""Guarantees and exemptions of a fictional authority, for the tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from maillage.offbudget import actions
from maillage.offbudget.models import GuaranteeYear, LoanGuarantee, TaxExemption
from people import authority


def guarantee(**terms: Any) -> LoanGuarantee:
    """A loan of 200,000 € to be guaranteed by half."""
    loan = {
        "debtor": "SISA des Aulnes",
        "lender": "Banque fictive",
        "purpose": "Construction d'une maison de santé",
        "principal": Decimal(200_000),
        "rate": Decimal("3.5"),
        "years": 15,
        "share": Decimal("0.5"),
        "starts_on": date(2026, 6, 1),
    }
    return actions.propose_guarantee(authority=authority(), by=None, **(loan | terms))


def guarantee_year(**figures: Any) -> GuaranteeYear:
    """The figures of 2026."""
    usual = {
        "operating_revenue": Decimal(500_000_000),
        "own_debt_annuity": Decimal(30_000_000),
        "other_guaranteed_annuities": Decimal(5_000_000),
    }
    return actions.record_guarantee_year(authority=authority(), year=2026, by=None, **(usual | figures))


def exemption(**terms: Any) -> TaxExemption:
    """A health house exempted from the whole of the tax."""
    house = {
        "project": "Maison de santé des Aulnes",
        "commune": "00001",
        "decision": "2026-31",
        "effective_on": date(2026, 1, 1),
    }
    return actions.record_exemption(authority=authority(), by=None, **(house | terms))
