"""What people type to sign in, to change their password, to set up their authority."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from maillage.accounts.logos import MAX_BYTES
from maillage.accounts.models import Authority
from maillage.accounts.roles import Role


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "Adresse ou mot de passe inconnu. Vérifiez les majuscules du mot de passe.",
        "inactive": "Ce compte est fermé.",
    }

    def clean_username(self) -> str:
        # Attempts are counted by address: written in one way only, or capitals would give new attempts.
        username: str = self.cleaned_data["username"]
        return username.strip().lower()


class OwnPasswordForm(PasswordChangeForm):
    field_order = ["old_password", "new_password1", "new_password2"]


class AuthorityForm(forms.ModelForm[Authority]):
    logo = forms.FileField(
        label="Nouveau logo",
        required=False,
        help_text=f"PNG, JPEG ou WebP, {MAX_BYTES // 1024 // 1024} Mo au plus.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_logo = forms.BooleanField(label="Retirer le logo actuel", required=False)

    class Meta:
        model = Authority
        fields = ["name", "short_name", "siren", "colour"]
        widgets = {"colour": forms.TextInput(attrs={"type": "color"})}
        help_texts = {
            "short_name": "Pour les endroits où la place manque.",
            "colour": "Assez foncée pour se lire sur fond blanc.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.logo:
            del self.fields["remove_logo"]


class InvitationForm(forms.Form):
    email = forms.EmailField(label="Adresse électronique")
    full_name = forms.CharField(
        label="Nom complet",
        max_length=150,
        required=False,
        help_text="Nécessaire si cette personne n'a pas encore de compte.",
    )
    role = forms.TypedChoiceField(label="Rôle", choices=Role.choices, coerce=Role)
