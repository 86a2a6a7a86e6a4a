"""What is typed about a call: its window, its themes, its scoring grid."""

from __future__ import annotations

from typing import Any

from django import forms

from maillage.accounts.models import Authority
from maillage.applications.models import Call
from maillage.kit.forms import offer_rows
from maillage.schemes.models import Scheme


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class CallForm(forms.Form):
    """Themes and criteria are typed one per line, which needs no script and is read at a glance."""

    scheme = forms.ModelChoiceField(label="Dispositif", queryset=Scheme.objects.none())
    title = forms.CharField(label="Titre", max_length=200)
    presentation = forms.CharField(
        label="Présentation", required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    opens_at = forms.DateTimeField(label="Ouvre le", widget=moment_input())
    closes_at = forms.DateTimeField(label="Ferme le", widget=moment_input())
    themes = forms.CharField(
        label="Thèmes",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Un par ligne.",
    )
    scoring_grid = forms.CharField(
        label="Grille de notation",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Un critère par ligne : libellé ; points ; coefficient. "
        "Par exemple : Utilité pour le territoire ; 10 ; 2",
    )

    def __init__(self, authority: Authority, data: Any = None, *, call: Call | None = None) -> None:
        super().__init__(data, initial=_initial(call) if call is not None else None)
        self.call = call
        offer_rows(self, "scheme", Scheme.objects.filter(authority=authority))

    def clean_themes(self) -> list[dict[str, Any]]:
        known = {theme["label"]: theme["key"] for theme in self.call.themes} if self.call else {}
        return [{"label": line, "key": known.get(line, "")} for line in _lines(self.cleaned_data["themes"])]

    def clean_scoring_grid(self) -> list[dict[str, Any]]:
        known = {line["label"]: line["key"] for line in self.call.scoring_grid} if self.call else {}
        return [_criterion(line, known) for line in _lines(self.cleaned_data["scoring_grid"])]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _criterion(line: str, known: dict[str, str]) -> dict[str, Any]:
    """« Libellé ; 10 ; 2 »; the weight may be left out."""
    label, *numbers = [part.strip() for part in line.split(";")]
    if not label or not 1 <= len(numbers) <= 2 or not all(part.isdecimal() for part in numbers):
        raise forms.ValidationError(
            f"« {line} » ne se lit pas : écrivez le libellé, les points puis le coefficient, séparés par des "
            "points-virgules."
        )
    points, weight = int(numbers[0]), int(numbers[1]) if len(numbers) == 2 else 1
    return {"label": label, "key": known.get(label, ""), "points": points, "weight": weight}


def _initial(call: Call) -> dict[str, Any]:
    return {
        "scheme": call.scheme_id,
        "title": call.title,
        "presentation": call.presentation,
        "opens_at": call.opens_at,
        "closes_at": call.closes_at,
        "themes": "\n".join(theme["label"] for theme in call.themes),
        "scoring_grid": "\n".join(
            f"{line['label']} ; {line['points']} ; {line['weight']}" for line in call.scoring_grid
        ),
    }


class ExtensionForm(forms.Form):
    closes_at = forms.DateTimeField(label="Nouvelle fermeture", widget=moment_input())


class CancellationForm(forms.Form):
    reason = forms.CharField(label="Motif", max_length=250)
