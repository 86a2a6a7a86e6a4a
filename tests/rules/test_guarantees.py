from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from maillage.rules.guarantees import GuaranteeFacts, annuity, check_guarantee, ratios
from maillage.rules.terms import Effect

TODAY = date(2026, 11, 22)
HELD = GuaranteeFacts(
    operating_revenue=Decimal(1_000_000),
    own_annuities=Decimal(300_000),
    guaranteed_annuities=Decimal(150_000),
    debtor_annuities=Decimal(30_000),
    new_annuity=Decimal(20_000),
    shares=(Decimal("0.30"), Decimal("0.20")),
)


def codes(facts: GuaranteeFacts) -> list[tuple[str, str]]:
    return [(finding.code, finding.level) for finding in check_guarantee(facts, TODAY)]


def test_guarantees_at_exactly_50_10_and_50_percent_are_lawful() -> None:
    facts = replace(HELD, guaranteed_annuities=Decimal(180_000))
    assert [ratio.share for ratio in ratios(facts, TODAY)] == [Decimal("0.5"), Decimal("0.1"), Decimal("0.5")]
    assert codes(facts) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"guaranteed_annuities": Decimal("180000.01")}, "L-12a"),
        ({"debtor_annuities": Decimal("30000.01")}, "L-12b"),
        ({"shares": (Decimal("0.30"), Decimal("0.21"))}, "L-12c"),
    ],
)
def test_each_ratio_stops_on_its_own(change, code: str) -> None:
    assert codes(replace(HELD, **change)) == [(code, Effect.STOP)]


def test_a_development_operation_may_be_guaranteed_to_80_percent() -> None:
    facts = replace(HELD, shares=(Decimal("0.80"),))
    assert codes(facts) == [("L-12c", Effect.STOP)]
    assert codes(replace(facts, development=True)) == []
    assert codes(replace(HELD, shares=(Decimal("0.81"),), development=True)) == [("L-12c", Effect.STOP)]


def test_a_missing_figure_is_to_be_proved_and_never_zero() -> None:
    facts = replace(HELD, own_annuities=None, debtor_annuities=None, shares=(Decimal("0.3"), None))
    assert codes(facts) == [("L-12a", Effect.WARN), ("L-12b", Effect.WARN), ("L-12c", Effect.WARN)]
    assert [ratio.held for ratio in ratios(facts, TODAY)] == [None, None, None]
    assert codes(replace(HELD, operating_revenue=Decimal(0))) == [
        ("L-12a", Effect.WARN),
        ("L-12b", Effect.WARN),
    ]


def test_a_finding_gives_its_figures_and_its_article() -> None:
    finding = check_guarantee(replace(HELD, guaranteed_annuities=Decimal(280_000)), TODAY)[0]
    assert "60\N{NARROW NO-BREAK SPACE}%" in finding.sentence
    assert "dépassé" in finding.sentence
    assert finding.article == "CGCT L3231-4 et D1511-32"


def test_annuities_of_constant_instalments() -> None:
    assert annuity(Decimal(100_000), Decimal("0.03"), 20) == Decimal("6721.57")
    assert annuity(Decimal(100_000), Decimal("0.03"), 20, per_year=12) == Decimal("6655.20")
    assert annuity(Decimal(100_000), Decimal(0), 20) == Decimal("5000.00")
    for principal, rate, years in (
        (Decimal(-1), Decimal(0), 1),
        (Decimal(1), Decimal(-1), 1),
        (Decimal(1), Decimal(0), 0),
    ):
        with pytest.raises(ValueError, match="annuité"):
            annuity(principal, rate, years)
