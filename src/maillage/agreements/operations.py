"""What may be done with an agreement from its page: one form and one action each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from maillage.accounts.models import User
from maillage.accounts.rights import Right
from maillage.agreements import actions, forms
from maillage.agreements.models import Agreement

State = Agreement.State


@dataclass(frozen=True, slots=True)
class Operation:
    """A form, the action it calls, and how both are said.

    :ivar own: the recipient may do it too, on their own agreement.
    :ivar when: a condition besides the state.
    """

    label: str
    explanation: str
    done: str
    form: type[forms.OperationForm]
    action: Callable[..., object]
    states: tuple[Agreement.State, ...]
    right: Right = Right.MANAGE_AGREEMENTS
    own: bool = False
    when: Callable[[Agreement], bool] = field(default=lambda agreement: True)

    def run(self, agreement: Agreement, form: forms.OperationForm, by: User) -> object:
        return self.action(agreement=agreement, by=by, **form.arguments())

    def open_to(self, agreement: Agreement, user: User) -> bool:
        is_own = self.own and agreement.recipient.user_id == user.pk
        allowed = is_own or user.can(self.right, agreement.authority)
        return allowed and agreement.state in self.states and self.when(agreement)


def _suspended(agreement: Agreement) -> bool:
    return agreement.suspensions.filter(ends_on=None).exists()


def _to_settle(agreement: Agreement) -> bool:
    return agreement.instalments.filter(is_estimate=True, state="planned").exists()


def _asks_proofs(agreement: Agreement) -> bool:
    return bool(actions.requirements(agreement))


OPERATIONS: Final[dict[str, Operation]] = {
    "envoyer": Operation(
        "Envoyer pour signature",
        "L'acte est figé en PDF et le bénéficiaire le voit dans son espace.",
        "La convention est envoyée pour signature.",
        forms.OperationForm,
        actions.send,
        (State.DRAFT,),
    ),
    "signature": Operation(
        "Enregistrer une signature",
        "À la seconde signature, les versements sont planifiés.",
        "La signature est enregistrée.",
        forms.SignatureForm,
        actions.record_signature,
        (State.SENT,),
    ),
    "exemplaire": Operation(
        "Déposer l'exemplaire signé",
        "Imprimez la convention, signez-la, puis déposez-la ici.",
        "L'exemplaire signé est reçu.",
        forms.CopyForm,
        actions.hand_signed_copy,
        (State.SENT,),
        own=True,
    ),
    "justificatif": Operation(
        "Déposer un justificatif",
        "Un versement qui demande un justificatif attend qu'il soit reçu et accepté.",
        "Le justificatif est reçu.",
        forms.ProofForm,
        actions.receive_proof,
        (State.SIGNED, State.ENDED),
        right=Right.CERTIFY_PROOFS,
        own=True,
        when=_asks_proofs,
    ),
    "solde": Operation(
        "Arrêter le solde selon l'activité",
        "Le solde est calculé sur les relevés d'activité acceptés ; ce qui n'est pas justifié est dégagé.",
        "Le solde est arrêté.",
        forms.DayForm,
        actions.settle_activity,
        (State.SIGNED,),
        right=Right.CERTIFY_PROOFS,
        when=_to_settle,
    ),
    "transmission": Operation(
        "Enregistrer une transmission",
        "La convention signée est transmise à l'ARS et à l'assurance maladie (CGCT L1511-8).",
        "La transmission est enregistrée.",
        forms.ForwardForm,
        actions.forward,
        (State.SIGNED, State.ENDED, State.TERMINATED),
    ),
    "modifier": Operation(
        "Modifier la convention",
        "Tant que personne n'a signé ; déjà envoyée, elle devra l'être de nouveau.",
        "La convention est modifiée.",
        forms.ReviseForm,
        actions.revise,
        (State.DRAFT,),
    ),
    "corriger": Operation(
        "Reprendre pour correction",
        "La convention revient en préparation ; les signatures déjà enregistrées sont effacées.",
        "La convention est reprise.",
        forms.ReasonForm,
        actions.take_back,
        (State.SENT,),
    ),
    "annuler": Operation(
        "Annuler la convention",
        "Le bénéficiaire renonce : les crédits engagés reviennent à l'enveloppe.",
        "La convention est annulée.",
        forms.ReasonForm,
        actions.cancel,
        (State.DRAFT, State.SENT),
    ),
    "suspendre": Operation(
        "Suspendre les versements",
        "Aucun versement ne part tant que la suspension dure.",
        "Les versements sont suspendus.",
        forms.SuspensionForm,
        actions.suspend_payments,
        (State.SIGNED,),
        when=lambda agreement: not _suspended(agreement),
    ),
    "reprendre": Operation(
        "Reprendre les versements",
        "La suspension prend fin ce jour-là.",
        "Les versements reprennent.",
        forms.DayForm,
        actions.resume_payments,
        (State.SIGNED,),
        when=_suspended,
    ),
    "terminer": Operation(
        "Constater le terme",
        "Tout est payé : la convention est arrivée à son terme.",
        "La convention est terminée.",
        forms.DayForm,
        actions.end,
        (State.SIGNED,),
    ),
    "resilier": Operation(
        "Résilier la convention",
        "Les versements à venir sont annulés et leurs crédits reviennent à l'enveloppe.",
        "La convention est résiliée.",
        forms.TerminationForm,
        actions.terminate,
        (State.SIGNED,),
    ),
}


def possible(agreement: Agreement, user: User) -> dict[str, Operation]:
    """The operations this person may do now, by their address, the most likely first."""
    return {slug: one for slug, one in OPERATIONS.items() if one.open_to(agreement, user)}


def next_one(found: dict[str, Operation], agreement: Agreement) -> str:
    """The address of the one thing to do next; "" when nothing waits."""
    waiting = ["envoyer", "signature", "exemplaire", "solde"]
    if agreement.signed_copy_id is not None:
        waiting.remove("exemplaire")
    return next((slug for slug in waiting if slug in found), "")
