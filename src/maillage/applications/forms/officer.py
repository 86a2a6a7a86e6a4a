"""What a case officer types about one application."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, roles_with
from maillage.applications.forms.filters import case_officers
from maillage.applications.models import Application, OpinionRequest
from maillage.applications.questions import questions
from maillage.kit import clock
from maillage.kit.forms import day_input, offer, offer_rows
from maillage.rules.deadlines import completeness_due_on


def long_text() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 4})


class DossierForm(forms.Form):
    """A form about one application; those that ask nothing are just this one."""

    def __init__(self, application: Application, data: Any = None, **options: Any) -> None:
        self.application = application
        super().__init__(data, **options)


class AssignForm(DossierForm):
    to = forms.ModelChoiceField(
        label="Confier à", queryset=User.objects.none(), required=False, empty_label="Personne"
    )

    def __init__(self, application: Application, data: Any = None, **options: Any) -> None:
        super().__init__(application, data, **options)
        offer_rows(self, "to", case_officers(application.authority))
        self.initial.setdefault("to", application.assigned_to_id)


class AcceptForm(DossierForm):
    """Sent from the row of a document."""

    document = forms.IntegerField()
    valid_until = forms.DateField(label="Valable jusqu'au", required=False)


class RefuseForm(DossierForm):
    """Sent from the row of a document."""

    document = forms.IntegerField()
    reason = forms.CharField(label="Motif du refus", max_length=250)


class CorrectionForm(DossierForm):
    fields_asked = forms.MultipleChoiceField(
        label="Réponses à corriger", required=False, widget=forms.CheckboxSelectMultiple
    )
    requirements = forms.MultipleChoiceField(
        label="Pièces attendues", required=False, widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(label="Ce qui est attendu", widget=long_text())
    due_on = forms.DateField(label="Réponse attendue avant le", widget=day_input())

    def __init__(self, application: Application, data: Any = None, **options: Any) -> None:
        super().__init__(application, data, **options)
        asked = [(key, field.label) for key, field in questions(application).items()]
        documents = [(known.key, known.label) for known in application.version.parsed.documents]
        offer(self, "fields_asked", asked)
        offer(self, "requirements", documents)
        self.initial.setdefault("due_on", completeness_due_on(clock.today()))
        if not documents:
            del self.fields["requirements"]


class ReasonForm(DossierForm):
    reason = forms.CharField(label="Motif", widget=long_text())


class OverrideForm(ReasonForm):
    """Sent from the line of a finding."""

    code = forms.CharField(max_length=100)


class MessageForm(DossierForm):
    text = forms.CharField(label="Message", widget=long_text())


class NoteForm(DossierForm):
    text = forms.CharField(label="Note interne", widget=long_text())


class OpinionRequestForm(DossierForm):
    asked_to = forms.ModelChoiceField(label="Demander à", queryset=User.objects.none())
    question = forms.CharField(label="Question", widget=long_text())
    due_on = forms.DateField(label="Réponse attendue avant le", required=False, widget=day_input())
    is_confidential = forms.BooleanField(
        label="Avis confidentiel : le demandeur ne le lira pas", required=False, initial=True
    )

    def __init__(self, application: Application, data: Any = None, **options: Any) -> None:
        super().__init__(application, data, **options)
        offer_rows(self, "asked_to", advisers(application.authority))
        self.initial.setdefault("due_on", clock.today() + timedelta(days=21))


def advisers(authority: Authority) -> Any:
    """Who may be asked an opinion: the partners first come to mind, but whoever holds the right may."""
    members = User.objects.filter(
        is_active=True,
        memberships__authority=authority,
        memberships__role__in=roles_with(Right.GIVE_OPINIONS),
    )
    return members.distinct().order_by("full_name", "pk")


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(
        label="Votre avis", choices=OpinionRequest.Opinion.choices, widget=forms.RadioSelect
    )
    reasons = forms.CharField(
        label="Motifs",
        required=False,
        widget=long_text(),
        help_text="Nécessaires pour un avis réservé ou défavorable.",
    )


class ScoreForm(DossierForm):
    """Points and a comment for each criterion of the grid; a criterion left blank is not scored."""

    def __init__(self, application: Application, data: Any = None, **options: Any) -> None:
        super().__init__(application, data, **options)
        self.grid = application.call.scoring_grid if application.call is not None else []
        for line in self.grid:
            self.fields[f"points-{line['key']}"] = forms.DecimalField(
                label=f"{line['label']} (sur {line['points']})",
                required=False,
                min_value=0,
                max_value=line["points"],
                decimal_places=2,
            )
            self.fields[f"comment-{line['key']}"] = forms.CharField(
                label=f"Commentaire : {line['label']}", required=False, max_length=2000
            )

    def points(self) -> dict[str, tuple[Decimal, str]]:
        """What was given, by criterion."""
        data = self.cleaned_data
        return {
            line["key"]: (data[f"points-{line['key']}"], data[f"comment-{line['key']}"])
            for line in self.grid
            if data.get(f"points-{line['key']}") is not None
        }


class HandOverForm(forms.Form):
    leaver = forms.ModelChoiceField(label="Dossiers de", queryset=User.objects.none())
    to = forms.ModelChoiceField(label="Les confier à", queryset=User.objects.none())

    def __init__(self, authority: Authority, data: Any = None) -> None:
        super().__init__(data)
        holders = Application.objects.filter(authority=authority, state__in=Application.OPEN_STATES)
        held = User.objects.filter(pk__in=holders.order_by().values("assigned_to"))
        offer_rows(self, "leaver", held.order_by("full_name", "pk"))
        offer_rows(self, "to", case_officers(authority))
