from datetime import date
from decimal import Decimal

import pytest

from maillage.rules.de_minimis import check_headroom, headroom
from maillage.rules.history import PastAid
from maillage.rules.parameters import UnknownParameter
from maillage.rules.terms import DeMinimis, Effect

ON = date(2026, 11, 22)


def aid(granted_on: date | None, amount: int | None, regulation: DeMinimis = DeMinimis.GENERAL) -> PastAid:
    value = None if amount is None else Decimal(amount)
    return PastAid("autre", "l'aide voisine", granted_on, value, regulation=regulation)


def test_de_minimis_300_000_over_three_rolling_years() -> None:
    aids = [aid(date(2023, 11, 23), 100_000), aid(date(2026, 11, 22), 50_000)]
    room = headroom(aids, DeMinimis.GENERAL, ON)
    assert (room.ceiling, room.used, room.left) == (300_000, 150_000, 150_000)
    assert check_headroom(room, Decimal(150_000)) is None
    finding = check_headroom(room, Decimal("150000.01"))
    assert finding is not None
    assert (finding.code, finding.level) == ("L-14", Effect.STOP)


def test_the_three_years_roll_to_the_day() -> None:
    three_years_ago = aid(date(2023, 11, 22), 100_000)
    assert headroom([three_years_ago], DeMinimis.GENERAL, ON).used == 0
    assert headroom([three_years_ago], DeMinimis.GENERAL, date(2026, 11, 21)).used == 100_000


def test_an_aid_granted_after_the_award_is_not_counted_yet() -> None:
    assert headroom([aid(date(2026, 11, 23), 100_000)], DeMinimis.GENERAL, ON).used == 0


def test_services_of_general_interest_have_750_000_of_their_own() -> None:
    aids = [aid(ON, 200_000, DeMinimis.SGEI), aid(ON, 100_000)]
    assert headroom(aids, DeMinimis.SGEI, ON).left == 550_000
    assert headroom(aids, DeMinimis.GENERAL, ON).left == 200_000


def test_an_undeclared_amount_leaves_the_headroom_unknown() -> None:
    for unknown in (aid(ON, None), aid(None, 10_000)):
        room = headroom([unknown, aid(ON, 290_000)], DeMinimis.GENERAL, ON)
        assert room.left is None
        assert "reste inconnu" in room.sentence
        warning = check_headroom(room, Decimal(10_000))
        assert warning is not None
        assert warning.level is Effect.WARN
        stop = check_headroom(room, Decimal(10_001))
        assert stop is not None
        assert stop.level is Effect.STOP
    assert headroom([aid(date(2020, 1, 1), None)], DeMinimis.GENERAL, ON).left == 300_000


def test_what_is_left_is_never_under_zero() -> None:
    room = headroom([aid(ON, 400_000)], DeMinimis.GENERAL, ON)
    assert room.left == 0
    assert check_headroom(room, Decimal(1)) is not None


def test_the_regulation_ends_with_2030() -> None:
    with pytest.raises(UnknownParameter):
        headroom([], DeMinimis.GENERAL, date(2031, 1, 1))
