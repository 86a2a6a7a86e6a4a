"""The harness itself: what it promises to catch, it catches."""

import warnings

import pytest
from django.core.paginator import Paginator, UnorderedObjectListWarning
from django.template import engines
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from maillage.intake.models import ImportRun
from maillage.territories.models import Region


def test_an_undefined_template_variable_fails() -> None:
    template = engines["django"].from_string("Bonjour {{ personne.nom }}")
    with pytest.raises(AssertionError, match=r"undefined template variable: personne\.nom"):
        template.render({})


def test_an_empty_template_variable_passes() -> None:
    assert engines["django"].from_string("[{{ nom }}]").render({"nom": ""}) == "[]"


@pytest.mark.django_db
def test_rows_without_an_order_are_shuffled_and_ordered_ones_are_not() -> None:
    codes = [f"{number:02}" for number in range(40)]
    Region.objects.bulk_create([Region(code=code, name=code) for code in codes])
    assert [region.code for region in Region.objects.order_by("code")] == codes
    assert [region.code for region in Region.objects.all()] == codes
    assert list(Region.objects.order_by().values_list("code", flat=True)) != codes
    assert sorted(Region.objects.order_by().values_list("code", flat=True)) == codes


@pytest.mark.django_db
def test_a_page_of_unordered_rows_is_refused() -> None:
    with pytest.raises(UnorderedObjectListWarning):
        Paginator(Region.objects.order_by(), 10).page(1)


def test_a_warning_is_an_error() -> None:
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


@pytest.mark.browser
def test_a_page_is_opened_in_a_real_browser_on_loaded_data(
    live_server: LiveServer, loaded_territory: ImportRun, page: Page
) -> None:
    answer = page.goto(f"{live_server.url}/")
    assert answer is not None
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == "fr"
