"""What may be done about an obligation from its page: one form and one action each, by address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import models

from maillage.accounts.models import User
from maillage.accounts.rights import Right
from maillage.obligations import actions, forms
from maillage.obligations.models import (
    Breach,
    Clawback,
    Observation,
    PracticeObligation,
    PracticeProof,
    RecoveryInstalment,
)

Targets = Callable[[PracticeObligation], "models.QuerySet[Any]"]


@dataclass(frozen=True, slots=True)
class Step:
    """A form, the action it calls, and how both are said.

    :ivar keyword: what the action calls the row it is about.
    :ivar targets: the rows of the obligation it may be about; None when it is the obligation itself.
    :ivar right: who does it in the office.
    :ivar recipient: whether the recipient may do it from their own page.
    """

    label: str
    explanation: str
    done: str
    form: type[forms.StepForm]
    action: Callable[..., object]
    keyword: str = "obligation"
    targets: Targets | None = None
    right: Right = Right.FOLLOW_OBLIGATIONS
    recipient: bool = False

    def run(self, obligation: PracticeObligation, target: Any, form: forms.StepForm, by: User) -> object:
        subject = obligation if self.targets is None else target
        return self.action(**{self.keyword: subject}, by=by, **form.cleaned_data)


def _proofs(obligation: PracticeObligation) -> models.QuerySet[PracticeProof]:
    return PracticeProof.objects.filter(obligation=obligation).select_related(
        "obligation__agreement__recipient"
    )


def _observations(obligation: PracticeObligation) -> models.QuerySet[Observation]:
    return Observation.objects.filter(obligation=obligation).select_related(
        "obligation__agreement__recipient"
    )


def _breaches(obligation: PracticeObligation) -> models.QuerySet[Breach]:
    return Breach.objects.filter(obligation=obligation).select_related("obligation__agreement__recipient")


def _clawbacks(obligation: PracticeObligation) -> models.QuerySet[Clawback]:
    return Clawback.objects.filter(breach__obligation=obligation).with_instalments()


def _instalments(obligation: PracticeObligation) -> models.QuerySet[RecoveryInstalment]:
    return RecoveryInstalment.objects.filter(clawback__breach__obligation=obligation).select_related(
        "clawback__breach__obligation__agreement__recipient"
    )


def _suspect_from(observation: Observation, by: User, **given: Any) -> Breach:
    return actions.suspect(obligation=observation.obligation, observation=observation, by=by, **given)


STEPS: Final[dict[str, Step]] = {
    "declencheur": Step(
        "Enregistrer le diplôme ou l'événement",
        "Le délai pour commencer l'exercice se compte à partir de cette date.",
        "La date est enregistrée.",
        forms.TriggerForm,
        actions.set_trigger,
        recipient=True,
    ),
    "debut": Step(
        "Enregistrer le début de l'exercice",
        "Le lieu est vérifié : communes prévues par la convention et zonage à la date qu'elle fixe.",
        "Le début de l'exercice est enregistré.",
        forms.StartForm,
        actions.start,
        recipient=True,
    ),
    "interruption": Step(
        "Enregistrer une interruption",
        "L'engagement est suspendu pour les motifs que la convention accepte.",
        "L'interruption est enregistrée.",
        forms.InterruptForm,
        actions.interrupt,
    ),
    "reprise": Step(
        "Enregistrer la reprise",
        "L'interruption ouverte prend fin la veille.",
        "La reprise est enregistrée.",
        forms.DayForm,
        actions.resume,
    ),
    "lieu": Step(
        "Changer le lieu d'exercice",
        "Le nouveau lieu doit respecter la convention : communes prévues et zonage à la date qu'elle fixe.",
        "Le lieu d'exercice est changé.",
        forms.PlaceForm,
        actions.change_place,
    ),
    "arret": Step(
        "Enregistrer un arrêt de l'exercice",
        "Pour un motif que la convention n'accepte pas : l'engagement n'est plus servi à partir de ce jour.",
        "L'arrêt est enregistré.",
        forms.CeaseForm,
        actions.cease,
    ),
    "zonage-perdu": Step(
        "Clore, la commune étant sortie du zonage",
        "La convention libère le bénéficiaire sans reversement (CGCT R1511-45, 2°).",
        "L'engagement est clos sans reversement.",
        forms.DayForm,
        actions.end_by_zone_loss,
    ),
    "attestation": Step(
        "Déposer une attestation",
        "L'attestation annuelle dit où l'exercice a lieu et pour quelle part de l'activité.",
        "L'attestation est reçue : elle reste à vérifier.",
        forms.UploadForm,
        actions.receive_proof,
        keyword="proof",
        targets=_proofs,
        recipient=True,
    ),
    "accepter": Step(
        "Accepter l'attestation",
        "Les périodes d'exercice sont prouvées jusqu'à la date anniversaire.",
        "L'attestation est acceptée.",
        forms.NothingForm,
        actions.accept_proof,
        keyword="proof",
        targets=_proofs,
    ),
    "refuser": Step(
        "Refuser l'attestation",
        "Le bénéficiaire lit le motif et en dépose une autre.",
        "L'attestation est refusée.",
        forms.ReasonForm,
        actions.refuse_proof,
        keyword="proof",
        targets=_proofs,
    ),
    "expliquer": Step(
        "Expliquer le constat",
        "Le même fait ne sera plus signalé par les chargements suivants.",
        "Le constat est expliqué.",
        forms.ExplanationForm,
        actions.explain_observation,
        keyword="observation",
        targets=_observations,
    ),
    "presumer": Step(
        "Présumer un manquement",
        "Rien n'est décidé : le bénéficiaire sera d'abord invité à répondre.",
        "Le manquement présumé est ouvert.",
        forms.SuspectForm,
        actions.suspect,
    ),
    "presumer-constat": Step(
        "Présumer un manquement sur ce constat",
        "Rien n'est décidé : le bénéficiaire sera d'abord invité à répondre.",
        "Le manquement présumé est ouvert.",
        forms.SuspectForm,
        _suspect_from,
        keyword="observation",
        targets=_observations,
    ),
    "contradictoire": Step(
        "Ouvrir la procédure contradictoire",
        "Un courrier est préparé : faits, somme en jeu, façon de répondre. Relisez-le avant de l'envoyer.",
        "Le courrier est préparé : relisez-le et envoyez-le.",
        forms.HearingForm,
        actions.open_adversarial,
        keyword="breach",
        targets=_breaches,
    ),
    "observations": Step(
        "Enregistrer des observations",
        "Écrites ou dites de vive voix, seul ou avec un conseil : elles sont jointes au dossier.",
        "Les observations sont enregistrées.",
        forms.ObservationsForm,
        actions.record_observations,
        keyword="breach",
        targets=_breaches,
        recipient=True,
    ),
    "reporter": Step(
        "Accorder un report",
        "L'exercice devra commencer, ou reprendre, au plus tard à cette date ; rien n'est réclamé d'ici là.",
        "Le report est accordé : un courrier est préparé.",
        forms.DeferForm,
        actions.defer,
        keyword="breach",
        targets=_breaches,
        right=Right.DECIDE_BREACHES,
    ),
    "dispenser": Step(
        "Accorder une dispense",
        "Le reste de l'engagement n'est plus dû et rien n'est réclamé.",
        "La dispense est accordée : un courrier est préparé.",
        forms.ReasonsForm,
        actions.waive,
        keyword="breach",
        targets=_breaches,
        right=Right.DECIDE_BREACHES,
    ),
    "ecarter": Step(
        "Écarter le manquement",
        "L'engagement se poursuit comme avant.",
        "Le manquement est écarté : un courrier est préparé.",
        forms.ReasonsForm,
        actions.dismiss,
        keyword="breach",
        targets=_breaches,
        right=Right.DECIDE_BREACHES,
    ),
    "confirmer": Step(
        "Confirmer le manquement",
        "La convention est résiliée et la somme ci-dessous est réclamée. La décision est motivée et "
        "notifiée.",
        "Le manquement est confirmé : relisez le courrier et envoyez-le.",
        forms.ReasonsForm,
        actions.confirm,
        keyword="breach",
        targets=_breaches,
        right=Right.DECIDE_BREACHES,
    ),
    "titre": Step(
        "Enregistrer le titre de recettes",
        "Le titre et son échéancier ; la somme est inscrite au budget en recette à recouvrer.",
        "Le titre de recettes est enregistré.",
        forms.OrderForm,
        actions.order,
        keyword="clawback",
        targets=_clawbacks,
        right=Right.RECOVER,
    ),
    "encaisser": Step(
        "Enregistrer un encaissement",
        "La somme de cette échéance est arrivée.",
        "L'encaissement est enregistré.",
        forms.DayForm,
        actions.record_recovery,
        keyword="instalment",
        targets=_instalments,
        right=Right.RECOVER,
    ),
    "remise": Step(
        "Accorder une remise gracieuse",
        "L'assemblée l'a décidée : tout ou partie de ce qui reste dû est abandonné.",
        "La remise est enregistrée.",
        forms.ReliefForm,
        actions.relieve,
        keyword="clawback",
        targets=_clawbacks,
        right=Right.DECIDE_BREACHES,
    ),
    "non-valeur": Step(
        "Admettre en non-valeur",
        "Ce qui reste dû ne peut pas être recouvré.",
        "L'admission en non-valeur est enregistrée.",
        forms.ReasonForm,
        actions.write_off,
        keyword="clawback",
        targets=_clawbacks,
        right=Right.RECOVER,
    ),
    "annuler": Step(
        "Annuler le reversement",
        "La somme n'était pas due, après un recours par exemple.",
        "Le reversement est annulé.",
        forms.ReasonForm,
        actions.cancel,
        keyword="clawback",
        targets=_clawbacks,
        right=Right.DECIDE_BREACHES,
    ),
}
