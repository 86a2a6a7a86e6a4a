"""What is chosen in the list of letters and when one is sent."""

from __future__ import annotations

from django import forms
from django.db.models import Q

from maillage.letters.kinds import KINDS
from maillage.letters.models import Letter, LetterQuerySet

TO_SEND, SENT, FAILED, CANCELLED = "a-envoyer", "envoyes", "courriel-en-echec", "annules"
STATES = {
    TO_SEND: "À envoyer",
    SENT: "Envoyés",
    FAILED: "Courriel non parti",
    CANCELLED: "Annulés",
}


class LetterFilter(forms.Form):
    """What the list shows; letters to send when nothing is chosen."""

    state = forms.ChoiceField(label="État", choices=[*STATES.items()], required=False)
    kind = forms.ChoiceField(label="Nature", choices=[("", "Toutes"), *KINDS.items()], required=False)
    text = forms.CharField(label="Destinataire, objet ou numéro", required=False, max_length=100)

    @property
    def wanted_state(self) -> str:
        return (self.is_valid() and self.cleaned_data["state"]) or TO_SEND

    def apply(self, letters: LetterQuerySet) -> LetterQuerySet:
        """The letters that meet what was filled in; the whole filter falls when one field is wrong."""
        found = {
            TO_SEND: letters.to_send,
            SENT: letters.sent,
            FAILED: letters.mail_failed,
            CANCELLED: letters.cancelled,
        }[self.wanted_state]()
        if not self.is_valid():
            return found
        if kind := self.cleaned_data["kind"]:
            found = found.filter(kind=kind)
        if text := self.cleaned_data["text"].strip():
            found = found.filter(
                Q(recipient_name__icontains=text) | Q(title__icontains=text) | Q(number__icontains=text)
            )
        return found


class SendForm(forms.Form):
    """How a letter leaves."""

    channel = forms.ChoiceField(label="Envoi", choices=Letter.Channel.choices)
    recipient_email = forms.EmailField(
        label="Adresse électronique", required=False, help_text="Nécessaire pour un courriel."
    )
    tracking = forms.CharField(
        label="Numéro de recommandé",
        required=False,
        max_length=40,
        help_text="S’il est déjà connu ; il peut être donné après l’envoi.",
    )


class TrackingForm(forms.Form):
    tracking = forms.CharField(label="Numéro de recommandé", max_length=40)
