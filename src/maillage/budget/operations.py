"""What may be done with an envelope from its page: one form and one action each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from maillage.accounts.models import User
from maillage.budget import actions, forms
from maillage.budget.models import Envelope

Run = Callable[[Envelope, Any, User], object]


@dataclass(frozen=True, slots=True)
class Operation:
    """A form, the action it calls, and how both are said."""

    label: str
    explanation: str
    done: str
    form: type[forms.OperationForm]
    run: Run
    multi_year_only: bool = False

    def suits(self, envelope: Envelope) -> bool:
        return envelope.is_multi_year or not self.multi_year_only


def _vote_appropriations(envelope: Envelope, form: forms.AppropriationsForm, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("decision", "decided_on", "key")}
    return actions.vote_appropriations(envelope=envelope, amounts=form.amounts, by=by, **given)


def _of(action: Callable[..., object], envelope_is: str = "envelope") -> Run:
    """The action with what the form holds."""
    return lambda envelope, form, by: action(**{envelope_is: envelope}, by=by, **form.cleaned_data)


OPERATIONS: Final[dict[str, Operation]] = {
    "autorisation": Operation(
        "Voter l'autorisation",
        "L'AE ou l'AP est le plafond de ce qui peut être engagé, sur toute la durée de l'enveloppe.",
        "L'autorisation est votée.",
        forms.AuthorisationForm,
        _of(actions.vote_authorisation),
        multi_year_only=True,
    ),
    "credits": Operation(
        "Voter des CP",
        "Les crédits de paiement sont le plafond de ce qui peut être mandaté dans l'année.",
        "Les crédits de paiement sont votés.",
        forms.AppropriationsForm,
        _vote_appropriations,
    ),
    "avant-budget": Operation(
        "Ouvrir des CP avant le vote du budget",
        "Au plus le tiers de l'autorisation ouverte l'année précédente ; le vote du budget les remplace.",
        "Les crédits de paiement sont ouverts.",
        forms.YearAmountForm,
        _of(actions.open_before_adoption),
        multi_year_only=True,
    ),
    "virement-autorisation": Operation(
        "Virer de l'autorisation",
        "La part non engagée de l'autorisation passe à une autre enveloppe de la même section.",
        "Le virement est écrit.",
        forms.TransferForm,
        _of(actions.transfer_authorisation, "source"),
        multi_year_only=True,
    ),
    "virement-credits": Operation(
        "Virer des CP",
        "Les CP disponibles d'une année passent à une autre enveloppe de la même section.",
        "Le virement est écrit.",
        forms.AppropriationTransferForm,
        _of(actions.transfer_appropriation, "source"),
    ),
    "report": Operation(
        "Reporter des CP",
        "Les CP disponibles d'un exercice passent au suivant.",
        "Le report est écrit.",
        forms.CarryOverForm,
        _of(actions.carry_over),
    ),
    "caducite": Operation(
        "Constater la caducité",
        "Ce qui n'a pas servi à temps est annulé : les CP d'un exercice terminé, ou l'autorisation échue.",
        "La caducité est écrite.",
        forms.LapseForm,
        _of(actions.lapse),
    ),
    "cloture": Operation(
        "Clore l'enveloppe",
        "Plus rien ne pourra y être engagé ni mandaté. Les mandats en cours pourront encore être payés.",
        "L'enveloppe est close.",
        forms.CloseForm,
        _of(actions.close_envelope),
    ),
}


def possible(envelope: Envelope) -> dict[str, Operation]:
    """The operations of an envelope, by their address; none once it is closed."""
    if envelope.closed_on is not None:
        return {}
    return {slug: operation for slug, operation in OPERATIONS.items() if operation.suits(envelope)}
