"""What people type about committees, sessions and decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, roles_with
from maillage.committees.actions import Vote, Votes
from maillage.committees.models import AgendaItem, Committee, Decision, DecisionQuerySet, Member
from maillage.kit import clock
from maillage.kit.forms import AmountField, day_input, offer_rows

TO_TAKE, TO_TRANSMIT, TO_NOTIFY, NOTIFIED, ALL = (
    "a-prendre",
    "a-transmettre",
    "a-notifier",
    "notifiees",
    "toutes",
)
QUEUES = {
    TO_TAKE: "À prendre",
    TO_TRANSMIT: "À transmettre",
    TO_NOTIFY: "À notifier",
    NOTIFIED: "Notifiées",
    ALL: "Toutes",
}


def _lines(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CommitteeForm(forms.Form):
    name = forms.CharField(label="Nom", max_length=200)
    quorum = forms.IntegerField(
        label="Quorum", min_value=1, help_text="Membres votants présents ou représentés, au moins."
    )
    proxies = forms.IntegerField(
        label="Pouvoirs par membre",
        min_value=0,
        initial=1,
        help_text="Absents qu'un présent peut représenter.",
    )


class MemberForm(forms.Form):
    name = forms.CharField(label="Nom", max_length=200)
    title = forms.CharField(label="Qualité", max_length=200, required=False)
    user = forms.ModelChoiceField(
        label="Compte",
        queryset=User.objects.none(),
        required=False,
        empty_label="Sans compte",
        help_text="Avec un compte d'élu ou de partenaire, il lit ses séances et déclare ses déports.",
    )
    email = forms.EmailField(
        label="Adresse électronique", required=False, help_text="Pour les convocations, sans compte."
    )
    is_voting = forms.BooleanField(label="Voix délibérative", required=False, initial=True)
    is_chair = forms.BooleanField(label="Préside", required=False)
    since = forms.DateField(label="Depuis", required=False, widget=day_input())
    until = forms.DateField(label="Jusqu'au", required=False, widget=day_input())
    ties = forms.CharField(
        label="Liens d'intérêts déclarés",
        required=False,
        widget=_lines(),
        help_text="Une personne ou un organisme par ligne.",
    )

    def __init__(self, *args: Any, authority: Authority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = roles_with(Right.SIT_IN_COMMITTEE)
        seated = Q(memberships__authority=authority, memberships__role__in=roles)
        offer_rows(self, "user", User.objects.filter(seated).distinct().order_by("full_name", "pk"))


class SessionForm(forms.Form):
    committee = forms.ModelChoiceField(label="Comité", queryset=Committee.objects.none(), empty_label=None)
    held_at = forms.DateTimeField(
        label="Date et heure",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label="Lieu", max_length=200, required=False)

    def __init__(self, *args: Any, committees: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "committee", committees)


class OpinionForm(forms.Form):
    """The opinion, its votes and the amount it comes with."""

    opinion = forms.ChoiceField(label="Avis", choices=AgendaItem.Opinion.choices)
    amount = AmountField(label="Montant proposé (€)", required=False)
    votes_for = forms.IntegerField(label="Pour", min_value=0, required=False)
    votes_against = forms.IntegerField(label="Contre", min_value=0, required=False)
    abstentions = forms.IntegerField(label="Abstentions", min_value=0, required=False)
    reasons = forms.CharField(
        label="Motifs",
        required=False,
        widget=_lines(),
        help_text="Nécessaires pour un avis défavorable ou un ajournement.",
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        counted = [given.get(name) for name in ("votes_for", "votes_against", "abstentions")]
        if any(count is not None for count in counted) and any(count is None for count in counted):
            raise forms.ValidationError("Donnez les trois nombres de voix, ou aucun.")
        return given

    @property
    def votes(self) -> Votes | None:
        given = self.cleaned_data
        if given["votes_for"] is None:
            return None
        return Votes(given["votes_for"], given["votes_against"], given["abstentions"])


class AmountForm(forms.Form):
    """One amount of the arbitration table; empty leaves it undecided."""

    amount = AmountField(label="Montant (€)", required=False)


class WithdrawalForm(forms.Form):
    member = forms.ModelChoiceField(label="Membre", queryset=Member.objects.none())
    reason = forms.CharField(label="Motif", max_length=250, required=False)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "member", members)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Motif", widget=_lines(), max_length=400)


class ActForm(forms.Form):
    """The act by which decisions are taken."""

    body = forms.ChoiceField(label="Instance", choices=Decision.Body.choices)
    number = forms.CharField(label="Numéro de la délibération ou de l'arrêté", max_length=60)
    taken_on = forms.DateField(label="Date", widget=day_input())
    together = forms.ChoiceField(
        label="Si l'une d'elles ne peut être enregistrée",
        choices=[("1", "N'en enregistrer aucune"), ("", "Enregistrer les autres")],
        required=False,
        initial="1",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taken_on"].initial = clock.today


class VoteForm(forms.Form):
    """What was voted on one decision."""

    outcome = forms.ChoiceField(
        label="Vote", choices=[*Decision.Outcome.choices, (Vote.ADJOURNED, "Ajournement")]
    )
    amount = AmountField(label="Montant (€)", required=False)
    reasons = forms.CharField(label="Motifs", required=False, max_length=2000)

    def __init__(self, data: Any = None, *, decision: Decision) -> None:
        initial = {"outcome": decision.outcome, "amount": decision.amount, "reasons": decision.reasons}
        super().__init__(data, prefix=f"vote-{decision.pk}", initial=initial)
        self.decision = decision
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{self.fields[name].label}, {decision.application.number}"

    @property
    def vote(self) -> Vote:
        return Vote(self.decision, **self.cleaned_data)


class TransmissionForm(forms.Form):
    on = forms.DateField(label="Transmises le", widget=day_input())
    receipt = forms.CharField(label="Accusé de la préfecture", max_length=120)


class PublicationForm(forms.Form):
    on = forms.DateField(label="Publiées le", widget=day_input())


class WithdrawDecisionForm(forms.Form):
    on = forms.DateField(label="Retirée le", widget=day_input())
    reason = forms.CharField(label="Motif", widget=_lines())


class ProposalForm(forms.Form):
    outcome = forms.ChoiceField(label="Sens", choices=Decision.Outcome.choices)
    amount = AmountField(label="Montant (€)", required=False)
    reasons = forms.CharField(
        label="Motifs", required=False, widget=_lines(), help_text="Nécessaires pour un refus."
    )


class DecisionFilter(forms.Form):
    """What the list of decisions shows; those to take when nothing is chosen."""

    etat = forms.ChoiceField(label="État", choices=[*QUEUES.items()], required=False)
    texte = forms.CharField(label="Dossier, bénéficiaire ou numéro d'acte", required=False, max_length=100)

    @property
    def queue(self) -> str:
        return (self.is_valid() and self.cleaned_data["etat"]) or TO_TAKE

    def apply(self, decisions: DecisionQuerySet) -> DecisionQuerySet:
        found = {
            TO_TAKE: decisions.to_take,
            TO_TRANSMIT: decisions.to_transmit,
            TO_NOTIFY: decisions.to_notify,
            NOTIFIED: decisions.notified,
            ALL: decisions.all,
        }[self.queue]()
        text = self.cleaned_data["texte"].strip() if self.is_valid() else ""
        if not text:
            return found
        return found.filter(
            Q(application__number__icontains=text)
            | Q(application__recipient__name__icontains=text)
            | Q(number__icontains=text)
        )
