"""The pages of the payments: what they say first, what they never show, what their forms do."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from applying import pdf, submitted
from budget.money import funded
from maillage.accounts.models import Authority, Event, User
from maillage.accounts.roles import Role
from maillage.kit import clock
from maillage.payments.day import matters
from maillage.payments.models import BankAccount, PaymentBatch
from maillage.payments.sections import payments_section
from paying import (
    IBANS,
    account,
    agreement,
    approved,
    in_2026,
    payable,
    prepared,
    recipient_of,
    return_file,
    returned,
    sent,
)
from people import authority, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_2026")]


@pytest.fixture
def _in_2026():
    with clock.at(in_2026()):
        yield


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def finance(client: Client) -> Client:
    return signed_in(client, person(Role.FINANCE_OFFICER))


def text(client: Client, name: str, *arguments: Any, query: str = "") -> str:
    response = client.get(reverse(f"payments:{name}", args=arguments) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_batch_is_made_from_the_page_of_what_is_to_pay(finance: Client) -> None:
    signed = payable(2000)
    agreement()
    page = text(finance, "payable")
    assert "4 échéances" in page
    assert "4 attendent encore" in page
    chosen = [one.pk for one in signed.instalments.order_by("number")[:3]]
    response = finance.post(reverse("payments:prepare"), {"echeance": chosen})
    batch = PaymentBatch.objects.get()
    assert response.url == reverse("payments:batch", args=[batch.pk])
    assert batch.payments.count() == 3
    finance.post(reverse("payments:prepare"), {"tout": "oui"})
    assert PaymentBatch.objects.count() == 2


def test_what_is_missing_is_said_and_exported(finance: Client) -> None:
    agreement()
    page = text(finance, "payable", query="?vue=incompletes")
    assert "n’a pas donné" in page or "n&#x27;a pas donné ses coordonnées bancaires" in page
    export = finance.get(reverse("payments:payable_export", args=["csv"]) + "?vue=incompletes")
    assert b"coordonn" in b"".join(export.streaming_content)


def test_filters_keep_what_they_name(finance: Client) -> None:
    one, other = payable(), payable(envelope=funded(9000, label="Vélos", y2026=9000))
    query = f"?enveloppe={other.decision.envelope_id}"
    page = text(finance, "payable", query=query)
    assert other.number in page
    assert one.number not in page


@pytest.mark.parametrize("name", ["payable", "batches"])
def test_lists_ask_no_query_per_row(
    finance: Client, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        payable() if name == "payable" else prepared()
    with django_assert_max_num_queries(30):
        text(finance, name)


def test_no_page_shows_an_iban_but_the_one_that_is_asked_for(finance: Client) -> None:
    signed = payable()
    batch = sent(signed)
    active = signed.recipient.bank_accounts.get()
    pages = [
        text(finance, "payable"),
        text(finance, "batch", batch.pk),
        text(finance, "accounts", query="?etat=tous"),
        text(finance, "account", active.pk),
        text(finance, "add_account", signed.recipient_id),
        b"".join(
            finance.get(reverse("payments:table", args=[batch.pk, "lignes", "csv"])).streaming_content
        ).decode(),
    ]
    for page in pages:
        assert IBANS[0] not in page.replace(" ", "")
    shown = finance.post(reverse("payments:reveal", args=[active.pk]))
    assert "FR76 3000 6000 0112 3456 7890 189" in shown.content.decode()
    assert shown["Cache-Control"] == "private, no-store"
    assert Event.objects.about(active).filter(verb="read_bank_details").count() == 1


def test_the_file_and_the_rib_are_downloaded_and_recorded(finance: Client) -> None:
    batch = sent()
    response = finance.post(reverse("payments:file", args=[batch.pk, "csv"]))
    assert IBANS[0] in response.content.decode("utf-8-sig")
    active = BankAccount.objects.get()
    assert finance.post(reverse("payments:proof", args=[active.pk]))["Content-Type"] == "application/pdf"
    verbs = set(Event.objects.values_list("verb", flat=True))
    assert {"read_batch_file", "read_bank_proof"} <= verbs


def test_a_whole_batch_by_two_people_on_the_pages(client: Client) -> None:
    payable(2000)
    administrator, finance = person(Role.ADMINISTRATOR), person(Role.FINANCE_OFFICER)
    signed_in(client, administrator).post(reverse("payments:prepare"), {"tout": "oui"})
    batch = PaymentBatch.objects.get()
    assert "doit approuver ce bordereau" in text(client, "batch", batch.pk)
    signed_in(client, finance).post(reverse("payments:approve", args=[batch.pk]))
    client.post(reverse("payments:send", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.checksum in text(client, "batch", batch.pk)
    day = clock.today().strftime("%d/%m/%Y")
    rows = [(one.reference, "payé", day, "") for one in batch.payments.order_by("reference")]
    response = client.post(reverse("payments:returns"), {"upload": return_file(rows)}, follow=True)
    assert "Retour lu : 4 payés." in response.content.decode()
    assert "Soldé" in text(client, "batch", batch.pk)


def test_a_refusal_is_said_on_the_page(finance: Client) -> None:
    batch = prepared(payable(2000, envelope=funded(5000, y2026=100)))
    response = finance.post(reverse("payments:approve", args=[batch.pk]), follow=True)
    assert "de CP 2026" in response.content.decode()
    response = finance.post(reverse("payments:cancel", args=[batch.pk]), {"reason": ""}, follow=True)
    assert "Motif" in response.content.decode()
    response = finance.post(reverse("payments:returns"), {"upload": pdf()})
    assert "ni un CSV" in response.content.decode()


def test_an_applicant_hands_in_a_rib_and_never_reads_it_again(client: Client) -> None:
    signed = agreement()
    user = signed.recipient.user
    assert user is not None
    signed_in(client, user)
    address = reverse("payments:add_account", args=[signed.recipient_id])
    given = {"holder": "Camille Exemple", "iban": IBANS[0], "bic": "", "upload": pdf("rib.pdf")}
    response = client.post(address, given, follow=True)
    page = response.content.decode()
    assert "Les coordonnées sont reçues" in page
    assert "FR76 •••• 0189" in page
    wrong = client.post(address, {**given, "iban": "FR76", "upload": pdf()}).content.decode()
    assert "n&#x27;est pas valable" in wrong
    stranger = person(Role.APPLICANT)
    assert signed_in(client, stranger).get(address).status_code == 404


def test_the_page_of_an_application_shows_its_payments_to_both_sides() -> None:
    assert payments_section(submitted(), person(Role.CASE_OFFICER)) == ""
    signed = payable()
    application = signed.decision.application
    batch = sent(signed)
    returned(batch, rejected="Compte clos")
    for user in (person(Role.CASE_OFFICER), application.applicant):
        shown = payments_section(application, user)
        assert "Compte clos" in shown
        assert "FR76 •••• 0189" in shown
        assert IBANS[0] not in shown


def said(user: User, at: Authority) -> str:
    return " ".join(matter.text for matter in matters(user, at))


def test_the_day_says_what_waits_for_each() -> None:
    here = authority()
    prepared(payable(500, parts=1))
    approved(payable(500, parts=1))
    payable(1200, parts=2)
    account(recipient_of(submitted()), checked=False)
    finance = said(person(Role.FINANCE_OFFICER), here)
    for words in (
        "RIB est à vérifier",
        "1 bordereau à approuver",
        "1 bordereau à envoyer",
        "2 échéances à payer",
    ):
        assert words in finance
    assert "RIB" not in said(person(Role.ADMINISTRATOR), here)
    assert said(person(Role.CASE_OFFICER), here) == ""
    returned(sent(payable(500, parts=1)), rejected="Compte clos")
    assert "1 versement rejeté" in said(person(Role.FINANCE_OFFICER), here)


def test_the_forecast_says_what_the_schedules_ask_and_what_is_missing(finance: Client) -> None:
    payable(2000, envelope=funded(5000, y2026=1500))
    page = (
        text(finance, "forecast").replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    )
    assert "2 000 € restent à payer" in page
    assert "il manque 500 € en 2026 de CP" in page


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "ods"])
def test_exports(finance: Client, fmt: str) -> None:
    batch = sent()
    report = returned(batch)
    for name, arguments in (
        ("payable_export", [fmt]),
        ("batches_export", [fmt]),
        ("forecast_export", [fmt]),
        ("report_export", [report.pk, fmt]),
        ("table", [batch.pk, "pieces", fmt]),
    ):
        response = finance.get(reverse(f"payments:{name}", args=arguments))
        assert response.status_code == 200
        assert b"".join(response)
    assert finance.get(reverse("payments:table", args=[batch.pk, "ailleurs", fmt])).status_code == 404
