from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied

from budget.money import appropriate, envelope, euro, funded, key, yearly
from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.budget import balances, ledger
from maillage.budget.actions import (
    carry_over,
    close_envelope,
    lapse,
    open_before_adoption,
    open_envelope,
    transfer_appropriation,
    transfer_authorisation,
    vote_appropriations,
    vote_authorisation,
)
from maillage.budget.figures import Balance
from maillage.budget.models import Entry, Envelope
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.plans.models import Axis, Measure, Plan
from people import authority, person

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")


def held(target: Envelope) -> Balance:
    return balances.of([target])[target.pk]


def commit(target: Envelope, amount: str | int, year: int | None = None) -> Entry:
    return ledger.commit(
        envelope=target, amount=euro(amount), subject=authority(), key=key(), by=None, year=year
    )


def order(target: Envelope, amount: str | int, year: int = 2026) -> Entry:
    return ledger.order_payment(
        envelope=target, year=year, amount=euro(amount), subject=authority(), key=key(), by=None
    )


# Envelopes


def test_only_who_votes_the_budget_opens_and_votes() -> None:
    officer, finance = person(Role.MISSION_OFFICER), person(Role.FINANCE_OFFICER)
    fields = {"label": "Bourses", "section": "operating", "first_year": 2026, "last_year": 2028}
    with pytest.raises(PermissionDenied):
        open_envelope(authority=authority(), by=officer, **fields)  # type: ignore[arg-type]
    opened = open_envelope(authority=authority(), by=finance, **fields)  # type: ignore[arg-type]
    with pytest.raises(PermissionDenied):
        vote_authorisation(envelope=opened, amount=euro(1), decision="CD-1", by=officer)
    vote_authorisation(envelope=opened, amount=euro(180000), decision="CD-1", by=finance)
    event = Event.objects.get(verb="vote_authorisation")
    assert event.sentence == "AE de « Bourses » votée, 180\u202f000\xa0€ (CD-1)."
    assert (event.actor, event.object_id) == (finance, str(opened.pk))


def test_envelopes_of_the_same_name_get_keys_of_their_own() -> None:
    assert [envelope().key, envelope().key] == ["bourses", "bourses-2"]


def test_an_envelope_is_not_opened_on_the_measure_of_another_authority() -> None:
    plan = Plan.objects.create(authority=authority("01"), key="p", title="P", first_year=2026, last_year=2027)
    axis = Axis.objects.create(plan=plan, key="a", position=1, title="A")
    measure = Measure.objects.create(axis=axis, key="m", position=1, title="M")
    with pytest.raises(Refused, match="d'une autre collectivité"):
        envelope(measure=measure)


def test_years_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(Refused, match="ne peut précéder"):
        envelope(last_year=2020)


@pytest.mark.parametrize(
    ("section", "multi_year", "nature", "allowed"),
    [
        ("operating", True, "6513", True),
        ("operating", True, "64111", False),
        ("operating", True, "6218", False),
        ("operating", False, "64111", True),
        ("investment", True, "64111", True),
    ],
)
def test_an_ae_never_bears_staff_costs(section: str, multi_year: bool, nature: str, allowed: bool) -> None:
    fields = {"section": section, "is_multi_year": multi_year, "nature": nature}
    if allowed:
        assert envelope(**fields).nature == nature
    else:
        with pytest.raises(Refused, match="frais de personnel"):
            envelope(**fields)


def test_an_envelope_closes_once_nothing_waits_to_be_ordered() -> None:
    target = funded(100, y2026=100)
    commit(target, 60)
    waiting = order(target, 50)
    with pytest.raises(Refused, match=r"10\s€ engagés et non mandatés"):
        close_envelope(envelope=target, by=None)
    order(target, 10)
    close_envelope(envelope=target, by=None)
    ledger.confirm_payment(order=waiting, key="p", by=None)
    with pytest.raises(Refused, match="est close"):
        appropriate(target, y2026=1)


# Votes


def test_an_authorisation_is_not_cut_under_what_is_committed() -> None:
    target = funded(100)
    commit(target, 60)
    with pytest.raises(Refused, match=r"que 40\s€ non engagés"):
        vote_authorisation(envelope=target, amount=euro("-40.01"), decision="CD-2", by=None)
    vote_authorisation(envelope=target, amount=euro(-40), decision="CD-2", by=None)
    assert (held(target).authorised, held(target).left_to_commit) == (60, 0)


def test_a_vote_needs_the_number_of_its_decision() -> None:
    with pytest.raises(Refused, match="numéro de la décision"):
        vote_authorisation(envelope=envelope(), amount=euro(1), decision=" ", by=None)


def test_a_yearly_envelope_has_no_authorisation() -> None:
    with pytest.raises(Refused, match="est annuelle"):
        vote_authorisation(envelope=yearly(y2026=1), amount=euro(1), decision="CD", by=None)


def test_appropriations_are_split_by_year_in_one_vote() -> None:
    target = funded(180000)
    votes = appropriate(target, y2026=60000, y2027=80000, y2028=40000)
    assert len({vote.group for vote in votes}) == 1
    assert [year.voted for year in held(target).by_year.values()] == [60000, 80000, 40000]
    assert held(target).appropriated == held(target).authorised


def test_appropriations_stay_within_the_years_of_the_envelope() -> None:
    with pytest.raises(Refused, match="court de 2026 à 2028"):
        appropriate(funded(10), y2030=1)
    with pytest.raises(Refused, match="au moins un montant"):
        appropriate(funded(10), y2026=0)


def test_appropriations_are_not_cut_under_what_is_ordered_or_committed() -> None:
    target = funded(100, y2026=80)
    order(target, 50)
    with pytest.raises(Refused, match=r"50\s€ de CP 2026 sont déjà employés"):
        appropriate(target, y2026=-31)
    appropriate(target, y2026=-30)
    annual = yearly(y2026=80)
    commit(annual, 70, 2026)
    with pytest.raises(Refused, match=r"70\s€ de CP 2026"):
        appropriate(annual, y2026=-11)


def test_a_vote_made_twice_under_one_key_is_written_once() -> None:
    target = envelope()
    for _ in range(2):
        vote_authorisation(envelope=target, amount=euro(10), decision="CD", by=None, key="a")
        vote_appropriations(envelope=target, amounts={2026: euro(6)}, decision="CD", by=None, key="b")
        carry_over(envelope=target, year=2026, decision="CD", by=None, key="c")
    assert (held(target).authorised, held(target).appropriated) == (10, 6)
    assert held(target).in_year(2027).voted == 6


# Before the budget is adopted


def test_a_third_of_last_year_is_opened_until_the_vote_takes_its_place() -> None:
    target = envelope()
    vote_authorisation(
        envelope=target, amount=euro(1000), decision="CD-1", by=None, decided_on=date(2026, 3, 1)
    )
    early = {"envelope": target, "year": 2027, "decision": "CD-2", "by": None}
    with pytest.raises(Refused, match=r"que 333,33\s€ .*L5217-10-9"):
        open_before_adoption(amount=euro("333.34"), **early)  # type: ignore[arg-type]
    open_before_adoption(amount=euro(300), **early)  # type: ignore[arg-type]
    with pytest.raises(Refused, match=r"que 33,33\s€"):
        open_before_adoption(amount=euro(34), **early)  # type: ignore[arg-type]
    order(target, 300, 2027)
    with pytest.raises(Refused, match="déjà employés"):
        appropriate(target, y2027=299)
    appropriate(target, y2027=500)
    assert held(target).in_year(2027).voted == 500
    with pytest.raises(Refused, match="sont votés"):
        open_before_adoption(amount=euro(1), **early)  # type: ignore[arg-type]


def test_the_share_opened_before_adoption_is_a_parameter() -> None:
    target = envelope()
    vote_authorisation(
        envelope=target, amount=euro(1000), decision="CD-1", by=None, decided_on=date(2026, 3, 1)
    )
    early = {"envelope": target, "year": 2027, "decision": "CD-2", "by": None}
    open_before_adoption(amount=euro(500), share=Decimal("0.5"), **early)  # type: ignore[arg-type]
    assert held(target).in_year(2027).voted == 500


# Transfers, carry-over, lapse


def test_a_transfer_moves_what_is_not_committed() -> None:
    source, target = funded(100), funded(10, label="Accueil")
    commit(source, 70)
    move = {"source": source, "target": target, "decision": "CD", "by": None}
    with pytest.raises(Refused, match=r"que 30\s€ non engagés"):
        transfer_authorisation(amount=euro(31), **move)  # type: ignore[arg-type]
    out, into = transfer_authorisation(amount=euro(30), **move)  # type: ignore[arg-type]
    assert out.group == into.group
    assert (held(source).authorised, held(target).authorised) == (70, 40)


def test_a_transfer_of_appropriations_moves_what_nothing_holds() -> None:
    source, target = funded(100, y2026=100), funded(10, label="Accueil")
    order(source, 70)
    move = {"source": source, "target": target, "year": 2026, "decision": "CD", "by": None}
    with pytest.raises(Refused, match=r"que 30\s€ de CP 2026"):
        transfer_appropriation(amount=euro(31), **move)  # type: ignore[arg-type]
    transfer_appropriation(amount=euro(30), **move)  # type: ignore[arg-type]
    assert (held(source).in_year(2026).left, held(target).in_year(2026).left) == (0, 30)


@pytest.mark.parametrize("fields", [{"section": "investment"}, {"at": "01"}, {}])
def test_a_transfer_stays_in_its_section_and_its_authority(fields: dict[str, str]) -> None:
    source = funded(100)
    elsewhere = {**fields, "at": authority(fields["at"])} if "at" in fields else fields
    target = envelope("Autre", **elsewhere) if fields else source  # type: ignore[arg-type]
    with pytest.raises(Refused, match="autre enveloppe"):
        transfer_authorisation(source=source, target=target, amount=euro(1), decision="CD", by=None)


def test_what_is_left_of_a_year_is_carried_to_the_next() -> None:
    target = funded(100, y2026=80)
    order(target, 50)
    carry_over(envelope=target, year=2026, decision="CD", by=None)
    assert (held(target).in_year(2026).left, held(target).in_year(2027).voted) == (0, 30)
    with pytest.raises(Refused, match="pas de CP 2026 à reporter"):
        carry_over(envelope=target, year=2026, decision="CD", by=None)
    with pytest.raises(Refused, match=r"que 30\s€"):
        carry_over(envelope=target, year=2027, amount=euro(31), decision="CD", by=None)


def test_the_appropriations_of_a_year_lapse_once_it_is_over() -> None:
    target = funded(100, y2026=80)
    order(target, 50)
    with clock.at(datetime(2026, 12, 31, tzinfo=PARIS)), pytest.raises(Refused, match="n'est pas terminé"):
        lapse(envelope=target, year=2026, decision="CD", by=None)
    with clock.at(datetime(2027, 1, 2, tzinfo=PARIS)):
        first = lapse(envelope=target, year=2026, decision="CD", by=None, key="k")
        assert lapse(envelope=target, year=2026, decision="CD", by=None, key="k") == first
        with pytest.raises(Refused, match="rien à annuler"):
            lapse(envelope=target, year=2026, decision="CD", by=None)
    assert (first.amount, held(target).in_year(2026).voted) == (30, 50)


def test_an_authorisation_lapses_at_its_date_and_keeps_what_is_committed() -> None:
    target = envelope(lapses_on=date(2027, 6, 1))
    vote_authorisation(envelope=target, amount=euro(100), decision="CD", by=None)
    with clock.at(datetime(2026, 6, 1, tzinfo=PARIS)):
        commit(target, 60)
        with pytest.raises(Refused, match="avant le 01/06/2027"):
            lapse(envelope=target, decision="CD", by=None)
    with clock.at(datetime(2027, 6, 2, tzinfo=PARIS)):
        lapse(envelope=target, decision="CD", by=None)
    assert (held(target).authorised, held(target).committed) == (60, 60)
    with pytest.raises(Refused, match="faute de date de caducité"):
        lapse(envelope=funded(10), decision="CD", by=None)
