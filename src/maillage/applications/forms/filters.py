"""How the list of applications is narrowed: a plain GET form, whose address is the saved view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, roles_with
from maillage.applications.lists import AWAITING, suspended
from maillage.applications.models import Application, ApplicationQuerySet, Call
from maillage.kit.forms import offer, offer_rows
from maillage.kit.text import search_key
from maillage.schemes.models import Scheme
from maillage.territories.models import Commune

NOBODY = "personne"
DEADLINES = {
    "depassee": "Dépassée",
    "7": "Dans 7 jours au plus",
    "30": "Dans 30 jours au plus",
    "suspendue": "Suspendue",
}
# What moves in the list without narrowing it.
MOVES = ("apres", "avant")
STATES = [choice for choice in Application.State.choices if choice[0] != Application.State.DRAFT]


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force, and the query of the list without it."""

    label: str
    query: str


def case_officers(authority: Authority) -> Any:
    """Who may be given an application: the active members of the authority who review."""
    members = User.objects.filter(
        is_active=True,
        memberships__authority=authority,
        memberships__role__in=roles_with(Right.REVIEW_APPLICATIONS),
    )
    return members.distinct().order_by("full_name", "pk")


class ApplicationFilter(forms.Form):
    """Every field is optional; what cannot be read narrows nothing and is said beside the field."""

    texte = forms.CharField(label="Numéro, nom, objet", required=False, max_length=100)
    dispositif = forms.ModelChoiceField(
        label="Dispositif", queryset=Scheme.objects.none(), required=False, empty_label="Tous"
    )
    appel = forms.ModelChoiceField(
        label="Appel", queryset=Call.objects.none(), required=False, empty_label="Tous"
    )
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *STATES])
    instructeur = forms.ChoiceField(label="Instructeur", required=False)
    commune = forms.CharField(label="Commune", required=False, max_length=100)
    echeance = forms.ChoiceField(
        label="Échéance", required=False, choices=[("", "Toutes"), *DEADLINES.items()]
    )

    def __init__(self, data: QueryDict, *, authority: Authority) -> None:
        super().__init__(data)
        offer_rows(self, "dispositif", Scheme.objects.filter(authority=authority))
        offer_rows(self, "appel", Call.objects.filter(authority=authority))
        officers = [(str(officer.pk), str(officer)) for officer in case_officers(authority)]
        offer(self, "instructeur", [("", "Tous"), (NOBODY, "Personne"), *officers])

    def apply(self, found: ApplicationQuerySet, *, on: date) -> ApplicationQuerySet:
        """The applications that meet what was filled in, on a day."""
        self.is_valid()
        wanted = {key: value for key, value in self.cleaned_data.items() if value}
        for word in search_key(wanted.get("texte", "")).split():
            found = found.filter(search_text__contains=word)
        if "dispositif" in wanted:
            found = found.filter(version__scheme=wanted["dispositif"])
        if "appel" in wanted:
            found = found.filter(call=wanted["appel"])
        if "etat" in wanted:
            found = found.filter(state=wanted["etat"])
        if "instructeur" in wanted:
            officer = wanted["instructeur"]
            found = found.filter(assigned_to=None if officer == NOBODY else int(officer))
        if "commune" in wanted:
            found = found.filter(commune__in=_communes(wanted["commune"]))
        if "echeance" in wanted:
            found = _due(found, wanted["echeance"], on)
        return found

    def chips(self, query: QueryDict) -> list[Chip]:
        """The filters in force, each with the address of the list without it."""
        self.is_valid()
        return [
            Chip(f"{self.fields[key].label} : {self._shown(key, value)}", without(query, key, *MOVES))
            for key, value in self.cleaned_data.items()
            if value
        ]

    def _shown(self, key: str, value: Any) -> str:
        choices = {} if key in ("dispositif", "appel") else dict(getattr(self.fields[key], "choices", ()))
        return str(choices.get(str(value), value))


def without(query: QueryDict, *keys: str, **changes: str | int) -> str:
    """A query string less some keys, and with some changed; "?" when nothing is left."""
    kept = query.copy()
    for key in keys:
        kept.pop(key, None)
    for key, value in changes.items():
        kept[key] = str(value)
    return f"?{kept.urlencode()}"


def _communes(text: str) -> list[str]:
    """Codes of the communes of that code, or whose name or postal code begins like the text."""
    named = Commune.objects.matching(text) if search_key(text) else Commune.objects.none()
    return [text.strip().upper(), *named.values_list("code", flat=True)[:200]]


def _due(found: ApplicationQuerySet, deadline: str, on: date) -> ApplicationQuerySet:
    waiting = found.filter(state__in=AWAITING)
    if deadline == "suspendue":
        return waiting.filter(suspended(on))
    running = waiting.exclude(suspended(on))
    if deadline == "depassee":
        return running.filter(implicit_refusal_on__lte=on)
    return running.filter(
        implicit_refusal_on__gt=on, implicit_refusal_on__lte=on + timedelta(days=int(deadline))
    )
