from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.rules import cumulation
from maillage.rules.cumulation import FundingPlan, iepp_cap
from maillage.rules.history import PastAid
from maillage.rules.parts import Ceiling, Cumulation
from maillage.rules.terms import Effect, LegalBasis

ON = date(2026, 11, 22)
INSTALLATION = PastAid(
    "prime",
    "une prime d'installation",
    granted_on=date(2017, 3, 1),
    amount=Decimal(10_000),
    signed_on=date(2017, 4, 15),
    legal_basis=LegalBasis.L1511_8_I,
    category="installation",
)


def levels(findings) -> list[str]:
    return [finding.level.value for finding in findings]


def test_ten_years_run_from_the_signature_of_the_last_agreement() -> None:
    (finding,) = cumulation.ten_years("installation", [INSTALLATION], ON)
    assert (finding.code, finding.level) == ("L-05", Effect.STOP)
    assert "15\N{NO-BREAK SPACE}avril\N{NO-BREAK SPACE}2027" in finding.sentence
    assert levels(cumulation.ten_years("installation", [INSTALLATION], date(2027, 4, 14))) == ["stop"]
    assert cumulation.ten_years("installation", [INSTALLATION], date(2027, 4, 15)) == []


def test_the_last_agreement_counts_not_the_first() -> None:
    later = replace(INSTALLATION, signed_on=date(2020, 1, 1))
    (finding,) = cumulation.ten_years("installation", [later, INSTALLATION], ON)
    assert "2030" in finding.sentence


def test_another_category_or_another_basis_does_not_count() -> None:
    assert cumulation.ten_years("equipement", [INSTALLATION], ON) == []
    grant = replace(INSTALLATION, legal_basis=LegalBasis.GRANT_L2000_321)
    assert cumulation.ten_years("installation", [grant], ON) == []


def test_the_ten_year_rule_did_not_exist_before_15_march_2025() -> None:
    assert cumulation.ten_years("installation", [INSTALLATION], date(2025, 3, 14)) == []
    assert levels(cumulation.ten_years("installation", [INSTALLATION], date(2025, 3, 15))) == ["stop"]


@pytest.mark.parametrize(
    ("category", "past"),
    [
        ("installation", replace(INSTALLATION, signed_on=None)),
        ("installation", replace(INSTALLATION, category="")),
        ("", INSTALLATION),
    ],
)
def test_an_unknown_date_or_category_is_to_be_proved(category: str, past: PastAid) -> None:
    assert levels(cumulation.ten_years(category, [past], ON)) == ["warn"]
    if past.signed_on is not None:
        assert cumulation.ten_years(category, [past], date(2027, 4, 15)) == []


def test_an_excluded_aid_stops() -> None:
    terms = Cumulation(incompatible=("cesp",))
    assert levels(cumulation.incompatible_aids(terms, [PastAid("cesp", "le CESP"), INSTALLATION])) == ["stop"]


def test_a_ceiling_is_shared_by_all_authorities_over_rolling_years() -> None:
    terms = Ceiling(Decimal(50_000), 3)
    aids = [
        PastAid("a", "une aide", date(2023, 11, 22), Decimal(40_000)),
        PastAid("b", "une autre", date(2023, 11, 23), Decimal(30_000)),
    ]
    assert cumulation.ceiling(terms, aids, Decimal(20_000), ON) == []
    (finding,) = cumulation.ceiling(terms, aids, Decimal("20000.01"), ON)
    assert finding.level is Effect.STOP
    assert "20\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€ au plus" in finding.remedy
    unknown = PastAid("c", "une aide non chiffrée", ON)
    assert levels(cumulation.ceiling(terms, [*aids, unknown], Decimal(1), ON)) == ["warn"]
    full = [PastAid("d", "une aide", ON, Decimal(60_000))]
    assert "rien ne reste" in cumulation.ceiling(terms, full, Decimal(1), ON)[0].remedy
    assert cumulation.ceiling(Ceiling(None, 3), aids, Decimal(10**6), ON) == []


def test_a_project_and_a_recipient_are_funded_once_when_the_scheme_says_so() -> None:
    past = PastAid("innovation", "l'appel à projets 2024", project="p1")
    once = Cumulation(once_per_project=True, once_per_recipient=True)
    assert levels(cumulation.double_funding(once, [past], "innovation", "p1")) == ["stop", "stop"]
    assert levels(cumulation.double_funding(once, [past], "autre", "p1")) == ["stop"]
    assert cumulation.double_funding(once, [past], "autre", "") == []
    assert cumulation.double_funding(Cumulation(), [past], "innovation", "p1") == []


PLAN = FundingPlan(Decimal(100_000), Decimal(80_000), Decimal(20_000), public_owner=True)


def test_a_public_owner_brings_20_percent_of_the_public_funding() -> None:
    assert cumulation.own_share(Cumulation(), PLAN, ON) == []
    short = replace(PLAN, public=Decimal(80_001), own=Decimal(19_999))
    (finding,) = cumulation.own_share(Cumulation(), short, ON)
    assert (finding.level, finding.article) == (Effect.STOP, "CGCT L1111-10 III")
    stricter = Cumulation(own_share_min=Decimal("0.3"))
    assert levels(cumulation.own_share(stricter, PLAN, ON)) == ["stop"]


def test_a_private_owner_brings_what_the_scheme_says() -> None:
    private = replace(PLAN, public_owner=False)
    assert cumulation.own_share(Cumulation(), replace(private, own=None), ON) == []
    asked = Cumulation(own_share_min=Decimal("0.25"))
    assert levels(cumulation.own_share(asked, private, ON)) == ["stop"]


def test_public_aids_stay_under_their_share_of_the_cost() -> None:
    terms = Cumulation(public_share_max=Decimal("0.8"))
    assert cumulation.public_share(terms, PLAN) == []
    assert levels(cumulation.public_share(terms, replace(PLAN, public=Decimal(80_001)))) == ["stop"]
    assert cumulation.public_share(Cumulation(), replace(PLAN, total=None)) == []


def test_an_incomplete_funding_plan_is_to_be_proved() -> None:
    terms = Cumulation(public_share_max=Decimal("0.8"))
    for plan in (replace(PLAN, total=None), replace(PLAN, public=None), replace(PLAN, total=Decimal(0))):
        assert levels(cumulation.public_share(terms, plan)) == ["warn"]
    for plan in (replace(PLAN, own=None), replace(PLAN, public=None)):
        assert levels(cumulation.own_share(terms, plan, ON)) == ["warn"]


def test_an_iepp_of_two_eligible_years_with_one_repeat_is_capped_at_56_816_60() -> None:
    assert iepp_cap(3, 1, ON) == Decimal("56816.60")
    assert iepp_cap(2, 0, ON) == Decimal("56816.60")
    assert cumulation.iepp(Decimal("56816.60"), 2, ON) == []
    (finding,) = cumulation.iepp(Decimal("56816.61"), 2, ON)
    assert (finding.code, finding.level) == ("L-08b", Effect.STOP)
    assert levels(cumulation.iepp(Decimal(1), None, ON)) == ["warn"]
    with pytest.raises(ValueError, match="redoublées"):
        iepp_cap(1, 2, ON)


@given(st.integers(0, 10), st.integers(0, 10))
def test_a_repeated_year_never_raises_the_cap(years: int, repeats: int) -> None:
    if repeats < years:
        assert iepp_cap(years, repeats + 1, ON) < iepp_cap(years, repeats, ON)
        assert iepp_cap(years + 1, repeats + 1, ON) == iepp_cap(years, repeats, ON)


def test_a_housing_allowance_is_refused_above_473_47_and_to_who_is_housed() -> None:
    assert cumulation.housing_allowance(Decimal("473.47"), False, ON) == []
    assert levels(cumulation.housing_allowance(Decimal("473.48"), False, ON)) == ["stop"]
    assert levels(cumulation.housing_allowance(Decimal(500), True, ON)) == ["stop", "stop"]
    assert levels(cumulation.housing_allowance(Decimal(400), None, ON)) == ["warn"]
