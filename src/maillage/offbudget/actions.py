"""Every change to loan guarantees and tax exemptions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.applications.models import Application
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.offbudget.figures import facts
from maillage.offbudget.models import GuaranteeYear, LoanGuarantee, TaxExemption
from maillage.rules.findings import stopping
from maillage.rules.guarantees import check_guarantee, ratios
from maillage.rules.money import euros


@transaction.atomic
def record_guarantee_year(
    *,
    authority: Authority,
    year: int,
    operating_revenue: Decimal,
    own_debt_annuity: Decimal,
    other_guaranteed_annuities: Decimal,
    by: User | None,
) -> GuaranteeYear:
    """Write down, or correct, the figures of a year that guarantees are measured against."""
    require(by, Right.VOTE_BUDGET, authority)
    figures = {
        "operating_revenue": operating_revenue,
        "own_debt_annuity": own_debt_annuity,
        "other_guaranteed_annuities": other_guaranteed_annuities,
    }
    kept, _ = GuaranteeYear.objects.update_or_create(authority=authority, year=year, defaults=figures)
    sentence = f"Chiffres {year} des ratios de garantie : {euros(operating_revenue)} de recettes réelles."
    record("record_guarantee_year", sentence, by=by, authority=authority, about=kept)
    return kept


@transaction.atomic
def propose_guarantee(
    *, authority: Authority, by: User | None, application: Application | None = None, **terms: Any
) -> LoanGuarantee:
    """Open the file of a loan to be guaranteed. `terms` are the fields of the loan."""
    require(by, Right.REVIEW_APPLICATIONS, authority)
    guarantee = LoanGuarantee(authority=authority, application=application, **terms)
    save(guarantee)
    sentence = f"Garantie proposée : {guarantee}, {euros(guarantee.principal)}."
    record("propose_guarantee", sentence, by=by, authority=authority, about=guarantee)
    return guarantee


@transaction.atomic
def grant_guarantee(*, guarantee: LoanGuarantee, decision: str, by: User | None) -> LoanGuarantee:
    """Grant a guarantee under a deliberation. Refused when one of the three ratios of the law is broken.

    CGCT L3231-4, D1511-32 to D1511-35. The ratios of the day are kept with the guarantee.
    """
    authority = guarantee.authority
    require(by, Right.RECORD_DECISIONS, authority)
    # Two guarantees granted at once must not both fit in what only one of them leaves.
    Authority.objects.select_for_update().get(pk=authority.pk)
    guarantee = _in_state(guarantee, LoanGuarantee.State.PROPOSED)
    if not decision.strip():
        raise Refused("Donnez le numéro de la délibération qui accorde la garantie.")
    measured = facts(guarantee, year_of(guarantee), LoanGuarantee.objects.filter(authority=authority))
    broken = stopping(check_guarantee(measured, guarantee.starts_on))
    if broken:
        raise Refused(f"{broken[0].sentence} {broken[0].remedy}")
    guarantee.ratios = [ratio.sentence for ratio in ratios(measured, guarantee.starts_on)]
    guarantee.state, guarantee.decision = LoanGuarantee.State.GRANTED, decision.strip()
    guarantee.save()
    sentence = f"Garantie accordée par la délibération {guarantee.decision} : {guarantee}."
    record("grant_guarantee", sentence, by=by, authority=authority, about=guarantee)
    return guarantee


@transaction.atomic
def refuse_guarantee(*, guarantee: LoanGuarantee, by: User | None) -> LoanGuarantee:
    """Close a proposed guarantee without granting it."""
    require(by, Right.RECORD_DECISIONS, guarantee.authority)
    guarantee = _in_state(guarantee, LoanGuarantee.State.PROPOSED)
    guarantee.state = LoanGuarantee.State.REFUSED
    guarantee.save()
    sentence = f"Garantie refusée : {guarantee}."
    record("refuse_guarantee", sentence, by=by, authority=guarantee.authority, about=guarantee)
    return guarantee


@transaction.atomic
def call_guarantee(*, guarantee: LoanGuarantee, amount: Decimal, on: date, by: User | None) -> LoanGuarantee:
    """The lender calls the guarantee: the sum due at that day (CGCT annexe I, rubrique 732)."""
    require(by, Right.RECOVER, guarantee.authority)
    guarantee = _in_state(guarantee, LoanGuarantee.State.GRANTED)
    ceiling = guarantee.principal * guarantee.share
    if not 0 < amount <= ceiling:
        raise Refused(f"Le montant appelé va de 0,01 € à la part garantie du capital, {euros(ceiling)}.")
    guarantee.state, guarantee.called_amount = LoanGuarantee.State.CALLED, amount
    guarantee.save()
    sentence = f"Garantie appelée le {on:%d/%m/%Y} pour {euros(amount)} : {guarantee}."
    record("call_guarantee", sentence, by=by, authority=guarantee.authority, about=guarantee)
    return guarantee


@transaction.atomic
def end_guarantee(*, guarantee: LoanGuarantee, by: User | None) -> LoanGuarantee:
    """The loan is repaid, or the call settled: the guarantee weighs no more."""
    require(by, Right.RECOVER, guarantee.authority)
    guarantee = _in_state(guarantee, LoanGuarantee.State.GRANTED, LoanGuarantee.State.CALLED)
    guarantee.state = LoanGuarantee.State.ENDED
    guarantee.save()
    sentence = f"Garantie éteinte : {guarantee}."
    record("end_guarantee", sentence, by=by, authority=guarantee.authority, about=guarantee)
    return guarantee


@transaction.atomic
def record_exemption(*, authority: Authority, by: User | None, **terms: Any) -> TaxExemption:
    """Enter a health house in the register of exemptions (CGI art. 1635 quater E, I, 7°)."""
    require(by, Right.RECORD_DECISIONS, authority)
    exemption = TaxExemption(authority=authority, **terms)
    save(exemption)
    sentence = f"Exonération de taxe d'aménagement inscrite : {exemption.project}."
    record("record_exemption", sentence, by=by, authority=authority, about=exemption)
    return exemption


@transaction.atomic
def correct_exemption(*, exemption: TaxExemption, by: User | None, **terms: Any) -> TaxExemption:
    """Correct a line of the register; the journal keeps what changed."""
    require(by, Right.RECORD_DECISIONS, exemption.authority)
    before = {name: str(getattr(exemption, name)) for name in terms}
    for name, value in terms.items():
        setattr(exemption, name, value)
    save(exemption)
    sentence = f"Exonération corrigée : {exemption.project}."
    record(
        "correct_exemption", sentence, by=by, authority=exemption.authority, about=exemption, before=before
    )
    return exemption


def year_of(guarantee: LoanGuarantee) -> GuaranteeYear | None:
    """The figures of the year the loan starts in, if they were given."""
    return GuaranteeYear.objects.filter(authority=guarantee.authority, year=guarantee.starts_on.year).first()


def _in_state(guarantee: LoanGuarantee, *states: LoanGuarantee.State) -> LoanGuarantee:
    """The guarantee as it is now, locked. Refused in any other state."""
    current = LoanGuarantee.objects.select_for_update().get(pk=guarantee.pk)
    if current.state not in states:
        raise Refused(f"Cette garantie est {current.get_state_display().lower()} : rien à faire de plus.")
    return current
