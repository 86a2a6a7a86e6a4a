import re
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Engine, RequestContext
from django.template.loader import render_to_string
from django.test import RequestFactory

from maillage.drawing.scales import apl_scale, legend


class Structure(forms.Form):
    name = forms.CharField(label="Nom de la structure")
    kind = forms.ChoiceField(label="Statut", choices=[("msp", "Maison de santé")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, help_text="En une phrase.")
    agreed = forms.BooleanField(label="J’ai lu les règles")


def html(name: str, **context: object) -> str:
    return render_to_string(f"components/{name}.html", context)


def test_form_errors_come_first_and_lead_to_their_field() -> None:
    page = html("form", form=Structure({"name": "", "kind": "", "agreed": ""}))
    summary = page[: page.index("<label")]
    targets = re.findall(r'href="#(\w+)"', summary)
    assert len(targets) == 3
    assert all(f'id="{target}"' in page for target in targets)


def test_help_and_errors_are_tied_to_their_control() -> None:
    page = html("form", form=Structure({"note": "x", "kind": "msp"}))
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', page)).split()
    assert {"id_note_helptext", "id_name_error"} <= set(described)
    assert all(f'id="{target}"' in page for target in described)


def test_only_optional_fields_say_so() -> None:
    page = html("form", form=Structure())
    assert page.count("(facultatif)") == 1
    assert "À corriger" not in page


def test_pages_of_a_list_keep_the_rest_of_the_address() -> None:
    page = Paginator(list(range(120)), 50).page(2)
    request = RequestFactory().get("/liste", {"sort": "apl", "page": "2"})
    # An engine without the context processors of the site, which ask who is signed in.
    template = Engine(dirs=[settings.PACKAGE / "site" / "templates"]).get_template(
        "components/pagination.html"
    )
    shown = template.render(RequestContext(request, {"page": page, "noun": "communes"}))
    assert "51 à 100 sur 120 communes" in shown
    assert 'href="?sort=apl&amp;page=3"' in shown


@pytest.mark.parametrize("running", [True, False])
def test_progress_is_asked_again_only_while_the_job_runs(running: bool) -> None:
    job = {"title": "Import", "state_label": "…", "message": "", "percent": 12.5, "running": running}
    shown = html("progress", job=job, poll_url="/travaux/1", cancel_url="")
    assert ("hx-get" in shown) is running
    assert ('value="12.5"' in shown) is running


def test_unknown_progress_has_no_value() -> None:
    job = {"title": "Import", "state_label": "…", "message": "", "percent": None, "running": True}
    assert "value=" not in html("progress", job=job, poll_url="/travaux/1", cancel_url="")


def test_sorted_column_says_so_and_first_cell_heads_its_row() -> None:
    table = {
        "caption": "Communes",
        "columns": [
            {"label": "Commune"},
            {"label": "APL", "numeric": True, "sort_url": "?s=a", "sort": "descending"},
        ],
        "rows": [{"cells": [{"text": "Clairmont", "url": "/c"}, {"text": "2,4", "numeric": True}]}],
    }
    shown = html("table", table=table)
    assert shown.count('aria-sort="descending"') == 1
    assert re.search(r'<th scope="row"><a href="/c">Clairmont</a></th>\s*<td class="number">2,4</td>', shown)


def test_map_legend_counts_classes_and_missing_data() -> None:
    held = legend({"1": 1.0, "2": None}, apl_scale(), {"1": 1500, "2": 10})
    shown = html(
        "map",
        map=SimpleNamespace(
            svg="<svg></svg>", title="APL", legend=held, noun="Communes", source="DREES", table_url="#tableau"
        ),
    )
    assert "<svg></svg>" in shown
    assert "moins de 1,5" in shown
    assert "donnée absente" in shown
    assert shown.count('href="#tableau"') == 2


@pytest.mark.parametrize("name", ["400.html", "500.html", "403_csrf.html"])
def test_pages_of_last_resort_need_no_context(name: str) -> None:
    assert "<h1>" in render_to_string(name)
