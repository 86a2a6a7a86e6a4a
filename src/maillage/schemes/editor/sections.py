"""The sections of a scheme's rules, one form each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django import forms

from maillage.kit.forms import FrenchDecimalField, ShareField
from maillage.rules.amounts import UNSET_LABELS
from maillage.rules.fields import FieldType, Source
from maillage.rules.parts import AMOUNTS, FIELD_START
from maillage.rules.reading import decimal_of
from maillage.rules.terms import (
    AidForm,
    DeMinimis,
    FileType,
    Formula,
    Holder,
    Interruption,
    Kind,
    LegalBasis,
    Recipient,
    ScheduleKind,
    Start,
    Trigger,
    Unit,
    Within,
    ZoneAt,
    ZoneLoss,
)
from maillage.rules.vocabulary import ZONE_CATEGORIES
from maillage.schemes.editor.base import (
    ChoiceLinesField,
    Document,
    ExpressionField,
    LinesField,
    RowForm,
    SectionForm,
    choices_of,
    plain,
    read_json,
    typed,
)
from maillage.schemes.reading import parsed

SLUG_HELP: Final = "Minuscules sans accent, chiffres et « _ »."
UNDECIDED: Final = "Laissez vide ce que rien ne fixe."


def _months(label: str, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=f"{label} (mois)", required=False, min_value=0, max_value=1200, **options)


def _several(label: str, choices: Any, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **options
    )


def _money(label: str, **options: Any) -> FrenchDecimalField:
    return FrenchDecimalField(label=f"{label} (€)", required=False, min_value=0, decimal_places=2, **options)


class CoFunderRow(RowForm):
    name = forms.CharField(label="Cofinanceur", required=False)
    share = ShareField(label="Sa part (%)", required=False, help_text=UNDECIDED)


class FrameSection(SectionForm):
    slug, title = "cadre", "Cadre et base légale"
    rows_key, rows_title, row = "co_funders", "Cofinanceurs", CoFunderRow

    kind = forms.ChoiceField(label="Nature de l'aide", choices=choices_of(Kind))
    legal_basis = forms.ChoiceField(label="Base légale", choices=choices_of(LegalBasis))
    legal_note = forms.CharField(
        label="Précision sur la base légale", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    aid_form = forms.ChoiceField(
        label="Forme de l'aide",
        required=False,
        choices=choices_of(AidForm, empty="Sans objet"),
        help_text="CGCT, article R1511-44 : pour une aide à l'installation ou au maintien.",
    )
    recipients = _several("Bénéficiaires", choices_of(Recipient))
    lead_authority = forms.CharField(
        label="Collectivité pilote",
        required=False,
        help_text="Quand une autre décide, par exemple la Région.",
    )
    sources = LinesField(label="Sources", required=False, help_text="Une par ligne.")


class QuestionRow(RowForm):
    key = forms.CharField(label="Identifiant", required=False, help_text=SLUG_HELP)
    label = forms.CharField(label="Question", required=False)
    type = forms.ChoiceField(
        label="Réponse", required=False, choices=choices_of(FieldType, empty="Comme d'ordinaire")
    )
    choices = ChoiceLinesField(
        label="Choix", required=False, help_text="Un par ligne : identifiant = libellé."
    )
    help = forms.CharField(label="Aide à la réponse", required=False)
    unit = forms.CharField(label="Unité", required=False)
    source = forms.ChoiceField(
        label="Origine", required=False, choices=choices_of(Source, empty="Comme d'ordinaire")
    )
    required = forms.BooleanField(label="Réponse obligatoire", required=False)
    personal = forms.BooleanField(label="Donnée personnelle", required=False)


class QuestionsSection(SectionForm):
    slug, title = "questions", "Questions propres au dispositif"
    rows_key, rows_title, row = "fields", "Questions", QuestionRow


class AmountSection(SectionForm):
    slug, title, part = "montant", "Montant", "amount"
    _help = "Un montant en euros, ou une expression entre accolades."

    value = ExpressionField(label="Montant de l'aide", required=False, help_text=_help)
    cap = ExpressionField(label="Plafond", required=False, help_text=_help)
    yearly_cap = ExpressionField(label="Plafond annuel", required=False, help_text=_help)
    max_years = forms.IntegerField(label="Nombre d'années au plus", required=False, min_value=1, max_value=50)
    requested = forms.BooleanField(
        label="Le montant accordé ne dépasse pas le montant demandé", required=False
    )
    unset = _several(
        "Montants que la collectivité n'a pas encore fixés",
        [(name, UNSET_LABELS[name]) for name in AMOUNTS],
        help_text="Une version ne peut pas être publiée tant qu'il en reste un.",
    )
    note = forms.CharField(label="Précision", required=False, widget=forms.Textarea(attrs={"rows": 3}))


class StepRow(RowForm):
    label = forms.CharField(label="Étape", required=False)
    share = ShareField(label="Part de l'aide (%)", required=False)
    proof = forms.CharField(label="Pièce demandée (identifiant)", required=False)


class ScheduleSection(SectionForm):
    slug, title, part = "versement", "Versement", "schedule"
    optional = "L'aide est versée (décochez pour une garantie ou une exonération)"
    rows_key, rows_title, row = "steps", "Étapes, pour un versement par étapes", StepRow

    kind = forms.ChoiceField(label="Rythme", required=False, choices=choices_of(ScheduleKind))
    count = forms.IntegerField(label="Nombre de versements", required=False, min_value=1, max_value=600)
    every_months = _months("Intervalle entre deux versements")
    starts = forms.ChoiceField(label="Premier versement", required=False)
    proof = forms.CharField(label="Pièce demandée avant chaque versement (identifiant)", required=False)
    proof_every_months = _months("Renouvellement du justificatif")
    base = _money("Selon l'activité : part fixe")
    floor = _money("Selon l'activité : plancher")
    activity_cap = _money("Selon l'activité : plafond")
    provisional_share = ShareField(label="Selon l'activité : part versée d'avance (%)", required=False)

    _activity: Final = ("base", "floor", "provisional_share")

    def __init__(self, data: Mapping[str, Any] | None, document: Document) -> None:
        super().__init__(data, document)
        starts = self.fields["starts"]
        if isinstance(starts, forms.ChoiceField):
            starts.choices = [*choices_of(Start), *_dates(document)]
        rates = self.held().get("activity", {}).get("rates", {})
        for unit in Unit:
            self.fields[f"rate_{unit.value}"] = _money(f"Selon l'activité : par {unit.label}")
            self.initial[f"rate_{unit.value}"] = decimal_of(rates.get(unit.value))

    @classmethod
    def initial_of(cls, held: Mapping[str, Any]) -> dict[str, Any]:
        activity = held.get("activity", {})
        flat = {**held, **{name: activity.get(name) for name in cls._activity}}
        return typed(cls.base_fields, {**flat, "activity_cap": activity.get("cap")})

    def written(self) -> Document:
        said = dict(self.cleaned_data)
        said.pop("is_present")
        rates = plain({unit.value: said.pop(f"rate_{unit.value}") for unit in Unit})
        undecided = {
            unit: None
            for unit, rate in self.held().get("activity", {}).get("rates", {}).items()
            if rate is None
        }
        activity = plain({name: said.pop(name) for name in self._activity})
        cap = plain({"cap": said.pop("activity_cap")})
        activity |= cap | ({"rates": {**undecided, **rates}} if {**undecided, **rates} else {})
        return {**plain(said), **({"activity": activity} if activity else {})}


def _dates(document: Document) -> list[tuple[str, str]]:
    """The dates of the form a schedule may start from."""
    fields = parsed(document).vocabulary.values()
    return [
        (f"{FIELD_START}{field.key}", f"À cette date : {field.label.lower()}")
        for field in fields
        if field.type is FieldType.DATE
    ]


class ObligationSection(SectionForm):
    slug, title, part = "engagement", "Engagement", "obligation"
    optional = "Le bénéficiaire s'engage à exercer"

    months = _months("Durée de l'engagement")
    consecutive = forms.BooleanField(label="Mois consécutifs", required=False)
    trigger = forms.ChoiceField(
        label="Événement déclencheur", required=False, choices=choices_of(Trigger), initial=Trigger.SIGNATURE
    )
    start_within_months = _months("Délai pour commencer après cet événement")
    share = ShareField(label="Part d'activité exigée (%)", required=False)
    share_is_strict = forms.BooleanField(label="Part à dépasser strictement (majorité)", required=False)
    holder = forms.ChoiceField(label="Qui s'engage", required=False, choices=choices_of(Holder))
    within = forms.ChoiceField(label="Lieu d'exercice", required=False, choices=choices_of(Within))
    communes = LinesField(label="Communes désignées", required=False, help_text="Un code INSEE par ligne.")
    zones = _several("Zones admises", list(ZONE_CATEGORIES.items()))
    zone_at = forms.ChoiceField(label="Zonage constaté", required=False, choices=choices_of(ZoneAt))
    zone_loss = forms.ChoiceField(
        label="Si le lieu sort du zonage", required=False, choices=choices_of(ZoneLoss)
    )
    proof_every_months = _months("Justificatif d'exercice, tous les")
    reminders = LinesField(
        label="Rappels", required=False, help_text="Jours par rapport à l'échéance : -30, 0, 30."
    )
    interruptions = _several("Causes de suspension", choices_of(Interruption))

    _place: Final = ("within", "communes", "zones", "zone_at")

    @classmethod
    def initial_of(cls, held: Mapping[str, Any]) -> dict[str, Any]:
        place = held.get("place", {})
        days = [str(day) for day in held.get("reminders", [-30, 0, 30])]
        return typed(cls.base_fields, {**held, **place, "reminders": days})

    def clean_reminders(self) -> list[int]:
        days = [day for line in self.cleaned_data["reminders"] for day in line.replace(",", " ").split()]
        try:
            return [int(day) for day in days]
        except ValueError as error:
            raise forms.ValidationError("Écrivez des nombres entiers de jours.") from error

    def written(self) -> Document:
        said = dict(self.cleaned_data)
        said.pop("is_present")
        place = plain({name: said.pop(name) for name in self._place})
        return {**plain(said), "reminders": said["reminders"], **({"place": place} if place else {})}


class ClawbackSection(SectionForm):
    slug, title, part = "reversement", "Reversement", "clawback"
    optional = "Un reversement est prévu quand l'engagement n'est pas tenu"

    not_started = forms.ChoiceField(
        label="Si l'exercice ne commence pas", required=False, choices=choices_of(Formula)
    )
    formula = forms.ChoiceField(
        label="Si l'engagement est rompu avant son terme", required=False, choices=choices_of(Formula)
    )
    penalty_per_month = _money("Pénalité par mois perçu")
    penalty_minimum = _money("Pénalité minimale")
    penalty_flat = _money("Pénalité forfaitaire")
    source = forms.CharField(label="Source", required=False)


class DocumentRow(RowForm):
    key = forms.CharField(label="Identifiant", required=False, help_text=SLUG_HELP)
    label = forms.CharField(label="Pièce", required=False)
    need = forms.ChoiceField(
        label="Demandée",
        required=False,
        choices=[("always", "Toujours"), ("never", "Facultative"), ("if", "Selon la condition ci-dessous")],
    )
    condition = ExpressionField(
        label="Condition", required=False, help_text="Expression entre accolades, si la pièce en dépend."
    )
    accepted = _several("Formats", choices_of(FileType))
    max_mb = forms.IntegerField(label="Taille (Mo au plus)", required=False, min_value=1, max_value=100)
    valid_months = _months("De moins de")
    law = forms.CharField(label="Texte", required=False)

    @property
    def is_blank(self) -> bool:
        return not self.cleaned_data.get("key") and not self.cleaned_data.get("label")

    def item(self) -> Document:
        found = super().item()
        need, condition = found.pop("need", "always"), found.pop("condition", None)
        if need == "if":
            return {**found, "required": condition}
        return found if need == "always" else {**found, "required": False}

    @classmethod
    def initial_of(cls, item: Mapping[str, Any]) -> dict[str, Any]:
        required = item.get("required", True)
        need = "if" if isinstance(required, dict) else "always" if required else "never"
        condition = required if isinstance(required, dict) else None
        return typed(cls.base_fields, {**item, "need": need, "condition": condition})


class DocumentsSection(SectionForm):
    slug, title = "pieces", "Pièces à fournir"
    rows_key, rows_title, row = "documents", "Pièces", DocumentRow


class CumulationSection(SectionForm):
    slug, title, part = "cumul", "Cumul avec d'autres aides", "cumulation"

    ten_years = forms.BooleanField(
        label="Dix ans entre deux aides de même catégorie (CGCT D1511-47)", required=False
    )
    category = forms.CharField(label="Catégorie de l'aide", required=False)
    de_minimis = forms.ChoiceField(
        label="Aide de minimis", required=False, choices=choices_of(DeMinimis, empty="Non")
    )
    incompatible = LinesField(
        label="Aides incompatibles", required=False, help_text="Un identifiant par ligne."
    )
    ceiling_amount = _money("Plafond toutes collectivités confondues")
    ceiling_years = forms.IntegerField(
        label="… sur combien d'années", required=False, min_value=1, max_value=50
    )
    public_share_max = ShareField(label="Financements publics au plus (%)", required=False)
    own_share_min = ShareField(label="Apport du porteur au moins (%)", required=False)
    once_per_project = forms.BooleanField(label="Une seule fois par projet", required=False)
    once_per_recipient = forms.BooleanField(label="Une seule fois par bénéficiaire", required=False)

    @classmethod
    def initial_of(cls, held: Mapping[str, Any]) -> dict[str, Any]:
        ceiling = held.get("ceiling", {})
        flat = {"ceiling_amount": ceiling.get("amount"), "ceiling_years": ceiling.get("years")}
        return typed(cls.base_fields, {**held, **flat})

    def written(self) -> Document:
        said = dict(self.cleaned_data)
        ceiling = plain({"amount": said.pop("ceiling_amount"), "years": said.pop("ceiling_years")})
        return {**plain(said), **({"ceiling": ceiling} if ceiling else {})}


class WholeSection(SectionForm):
    """The whole document as it is stored: what no other section can say."""

    slug, title = "document", "Document entier"

    text = forms.CharField(
        label="Règles, en JSON",
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false"}),
        help_text="À réserver à ce que les autres rubriques ne savent pas dire.",
    )

    @classmethod
    def initial_of(cls, held: Mapping[str, Any]) -> dict[str, Any]:
        return {"text": json.dumps(held, ensure_ascii=False, indent=2)}

    def clean_text(self) -> Any:
        return read_json(self.cleaned_data["text"])

    def new_document(self) -> Document:
        document: Document = self.cleaned_data["text"]
        return document


SECTIONS: Final[Mapping[str, type[SectionForm]]] = {
    section.slug: section
    for section in (
        FrameSection,
        AmountSection,
        ScheduleSection,
        ObligationSection,
        ClawbackSection,
        DocumentsSection,
        QuestionsSection,
        CumulationSection,
        WholeSection,
    )
}
