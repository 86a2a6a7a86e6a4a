"""The snapshots one may build on, offered by profession then from the latest."""

from __future__ import annotations

from django import forms

from maillage.diagnosis.models import Snapshot
from maillage.diagnosis.professions import PROFESSIONS
from maillage.kit.forms import offer, offer_rows


def offer_snapshots(form: forms.Form, *, fictional: bool) -> None:
    """Give the field « snapshot » of a form those that hold today."""
    found = Snapshot.objects.filter(is_fictional=fictional, superseded=False).defer("arrays")
    offer_rows(form, "snapshot", found)
    labels = {code: known.label for code, known in PROFESSIONS.items()}
    rows = sorted(found, key=lambda one: (list(PROFESSIONS).index(one.profession), -one.vintage))
    offer(form, "snapshot", [(one.pk, f"{labels[one.profession]}, {one.vintage}") for one in rows])
