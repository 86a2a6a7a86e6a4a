from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from maillage.accounts.models import Event
from maillage.accounts.roles import Role
from maillage.kit.console import Refused
from maillage.offbudget import actions
from maillage.offbudget.figures import guaranteed_annuity, tax_forgone, total_forgone
from maillage.offbudget.models import LoanGuarantee, TaxExemption
from people import authority, person
from programme_offbudget import exemption, guarantee, guarantee_year

pytestmark = pytest.mark.django_db


def test_the_annuity_is_that_of_the_share_guaranteed() -> None:
    one = LoanGuarantee(principal=Decimal(120_000), rate=Decimal(0), years=12, share=Decimal("0.5"))
    assert guaranteed_annuity(one) == Decimal("5000.00")


def test_a_guarantee_within_the_ratios_is_granted_and_keeps_them() -> None:
    guarantee_year()
    granted = actions.grant_guarantee(guarantee=guarantee(), decision="2026-12", by=None)
    assert granted.state == "granted"
    assert len(granted.ratios) == 3
    assert all("respecté" in sentence for sentence in granted.ratios)
    assert Event.objects.about(granted).first().verb == "grant_guarantee"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"share": Decimal("0.6")}, "ensemble des collectivités : 60"),
        ({"share": Decimal("0.3"), "other_share": Decimal("0.3")}, "ensemble des collectivités : 60"),
        ({"principal": Decimal(60_000_000), "years": 1}, "même débiteur"),
    ],
)
def test_a_guarantee_that_breaks_a_ratio_is_refused_with_its_figures(
    terms: dict[str, Any], says: str
) -> None:
    guarantee_year()
    one = guarantee(**terms)
    with pytest.raises(Refused, match=says):
        actions.grant_guarantee(guarantee=one, decision="2026-12", by=None)
    one.refresh_from_db()
    assert one.state == "proposed"


def test_the_guarantees_of_a_debtor_add_up_year_by_year() -> None:
    nothing = Decimal(0)
    guarantee_year(
        operating_revenue=Decimal(1_000_000), own_debt_annuity=nothing, other_guaranteed_annuities=nothing
    )
    first = guarantee(principal=Decimal(400_000), rate=Decimal(0), years=10)
    actions.grant_guarantee(guarantee=first, decision="2026-12", by=None)
    second = guarantee(principal=Decimal(800_000), rate=Decimal(0), years=10)
    with pytest.raises(Refused, match="même débiteur"):
        actions.grant_guarantee(guarantee=second, decision="2026-13", by=None)
    other = guarantee(principal=Decimal(800_000), rate=Decimal(0), years=10, debtor="Autre maison")
    assert actions.grant_guarantee(guarantee=other, decision="2026-14", by=None).state == "granted"


def test_without_the_figures_of_the_year_two_ratios_are_unknown_and_said_so() -> None:
    granted = actions.grant_guarantee(guarantee=guarantee(), decision="2026-12", by=None)
    assert sum("à prouver" in sentence for sentence in granted.ratios) == 2


def test_a_deliberation_is_needed_and_a_guarantee_is_granted_once() -> None:
    one = guarantee()
    with pytest.raises(Refused, match="délibération"):
        actions.grant_guarantee(guarantee=one, decision=" ", by=None)
    actions.grant_guarantee(guarantee=one, decision="2026-12", by=None)
    with pytest.raises(Refused, match="accordée"):
        actions.grant_guarantee(guarantee=one, decision="2026-12", by=None)
    with pytest.raises(Refused, match="accordée"):
        actions.refuse_guarantee(guarantee=one, by=None)


def test_a_called_guarantee_never_exceeds_the_share_then_ends() -> None:
    one = actions.grant_guarantee(guarantee=guarantee(), decision="2026-12", by=None)
    with pytest.raises(Refused, match="part garantie"):
        actions.call_guarantee(guarantee=one, amount=Decimal(100_001), on=date(2027, 1, 1), by=None)
    called = actions.call_guarantee(guarantee=one, amount=Decimal(90_000), on=date(2027, 1, 1), by=None)
    assert called.called_amount == Decimal(90_000)
    assert actions.end_guarantee(guarantee=called, by=None).state == "ended"


def test_only_those_who_decide_may_grant() -> None:
    one = guarantee()
    with pytest.raises(PermissionDenied):
        actions.grant_guarantee(guarantee=one, decision="2026-12", by=person(Role.CASE_OFFICER))
    mission = person(Role.MISSION_OFFICER)
    assert actions.grant_guarantee(guarantee=one, decision="2026-12", by=mission).state == "granted"


def test_the_tax_forgone_is_area_times_value_times_rate_times_share() -> None:
    one = exemption(
        taxable_area=Decimal(400),
        value_per_m2=Decimal(900),
        tax_rate=Decimal("2.5"),
        exempted_share=Decimal(1),
    )
    assert tax_forgone(one) == Decimal("9000.00")


def test_what_cannot_be_estimated_is_counted_apart_and_is_not_zero() -> None:
    known = exemption(taxable_area=Decimal(100), value_per_m2=Decimal(900), tax_rate=Decimal(2))
    unknown = exemption(project="Maison sans permis")
    assert tax_forgone(unknown) is None
    total = total_forgone([known, unknown])
    assert (total.known, total.unknown) == (Decimal("1800.00"), 1)


def test_a_correction_keeps_what_was_written_before() -> None:
    one = exemption()
    actions.correct_exemption(exemption=one, by=None, project="Maison de santé des Tilleuls")
    event = Event.objects.about(one).first()
    assert event is not None
    assert event.data["before"] == {"project": "Maison de santé des Aulnes"}


def test_a_share_typed_in_per_cent_is_kept_as_a_share_of_one(client: Client) -> None:
    client.force_login(person(Role.CASE_OFFICER))
    typed = {
        "debtor": "SISA des Aulnes", "lender": "Banque fictive", "purpose": "Cabinet", "principal": "200000",
        "rate": "3.5", "years": "15", "starts_on": "2026-06-01", "share": "50", "other_share": "0",
    }  # fmt: skip
    answer = client.post(reverse("offbudget:guarantee_new"), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    assert LoanGuarantee.objects.get().share == Decimal("0.5")


def test_a_refusal_is_shown_on_the_page_of_the_guarantee(client: Client) -> None:
    client.force_login(person(Role.MISSION_OFFICER))
    one = guarantee(share=Decimal("0.9"))
    answer = client.post(reverse("offbudget:guarantee_grant", args=[one.pk]), {"decision": "1"}, follow=True)
    assert "Réduisez la part garantie" in answer.content.decode()


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize("name", ["guarantees_export", "exemptions_export"])
def test_both_registers_are_exported(client: Client, name: str, fmt: str) -> None:
    guarantee(), exemption()
    client.force_login(person(Role.MISSION_OFFICER))
    assert client.get(reverse(f"offbudget:{name}", args=[fmt])).status_code == 200
    assert client.get(reverse(f"offbudget:{name}", args=["exe"])).status_code == 404


def test_the_register_of_another_authority_is_not_seen(client: Client) -> None:
    one = guarantee()
    client.force_login(person(Role.ADMINISTRATOR, authority("01")))
    assert client.get(reverse("offbudget:guarantee", args=[one.pk])).status_code == 404
    assert TaxExemption.objects.visible_to(person()).count() == 0
