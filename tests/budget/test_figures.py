from __future__ import annotations

from decimal import Decimal

from maillage.budget.figures import EFFECTS, Balance, Line, YearBalance, fold, total
from maillage.budget.models import Entry

E = Decimal


def test_every_kind_of_entry_has_its_effect() -> None:
    assert set(EFFECTS) == set(Entry.Kind.values)


def test_the_authorisation_is_the_ceiling_and_the_appropriations_stand_by_year() -> None:
    balance = fold(
        [
            Line("authorisation_vote", None, E(1000)),
            Line("authorisation_cut", None, E(100)),
            Line("appropriation_vote", 2027, E(300)),
            Line("appropriation_vote", 2026, E(400)),
            Line("appropriation_cut", 2026, E(50)),
            Line("commitment", None, E(500)),
            Line("decommitment", None, E(20)),
            Line("payment_order", 2026, E(200)),
            Line("rejection", 2026, E(40)),
            Line("payment", 2026, E(160)),
        ]
    )
    assert (balance.authorised, balance.committed, balance.left_to_commit) == (900, 480, 420)
    assert (balance.ordered, balance.paid, balance.left_to_order) == (160, 160, 320)
    assert list(balance.by_year) == [2026, 2027]
    assert balance.in_year(2026) == YearBalance(E(350), E(0), E(160), E(160))
    assert balance.in_year(2026).left == 190
    assert balance.appropriated == 650
    assert balance.in_year(2030) == YearBalance()


def test_in_a_yearly_envelope_the_appropriation_is_what_may_be_committed() -> None:
    balance = fold(
        [
            Line("appropriation_vote", 2026, E(300), is_yearly=True),
            Line("commitment", 2026, E(120), is_yearly=True),
        ]
    )
    assert (balance.authorised, balance.left_to_commit, balance.in_year(2026).free) == (300, 180, 180)


def test_balances_add_up_figure_by_figure_and_year_by_year() -> None:
    one = Balance(E(10), E(5), by_year={2027: YearBalance(E(3))})
    other = Balance(E(1), paid=E(2), by_year={2026: YearBalance(E(1)), 2027: YearBalance(E(4), paid=E(2))})
    summed = total([one, other])
    assert (summed.authorised, summed.committed, summed.paid) == (11, 5, 2)
    assert list(summed.by_year) == [2026, 2027]
    assert summed.in_year(2027) == YearBalance(E(7), paid=E(2))
    assert total([]) == Balance()
