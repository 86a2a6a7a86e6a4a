"""The lists of obligations: their tabs, by what is due, and what is exported of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from maillage.kit.exports import Row
from maillage.obligations.models import (
    Breach,
    Clawback,
    ObligationQuerySet,
    Observation,
    PracticeObligation,
    PracticePeriod,
    PracticeProof,
)
from maillage.obligations.standing import clock_of, outstanding
from maillage.territories.models import Commune

NEAR = timedelta(days=60)


class Tab(models.TextChoices):
    NEAR = "echeances", "Échéances proches"
    PROOFS = "attestations", "Attestations en retard"
    TO_CHECK = "a-verifier", "Attestations à vérifier"
    OBSERVATIONS = "constats", "Constats à examiner"
    BREACHES = "manquements", "Manquements"
    ALL = "tous", "Tous"


TAB_MEANINGS = {
    Tab.NEAR: "Débuts attendus et attestations à recevoir d'ici 60 jours, ou déjà dépassés.",
    Tab.PROOFS: "Attestations annuelles dont la date est passée et qui ne sont pas reçues.",
    Tab.TO_CHECK: "Attestations reçues, à accepter ou à refuser.",
    Tab.OBSERVATIONS: "Ce que le dernier répertoire chargé montre : départs, nouveaux lieux, installations.",
    Tab.BREACHES: "Manquements présumés, à instruire ou à trancher.",
    Tab.ALL: "Tous les engagements d'exercice.",
}


def in_tab(found: ObligationQuerySet, tab: str, on: date) -> ObligationQuerySet:
    """What a tab holds on a day."""
    awaited = PracticeProof.objects.filter(obligation=OuterRef("pk"), state__in=["due", "refused"])
    received = PracticeProof.objects.filter(obligation=OuterRef("pk"), state="received")
    raised = Observation.objects.filter(obligation=OuterRef("pk"), state="open")
    breaches = Breach.objects.open().filter(obligation=OuterRef("pk"))
    running = Q(state=PracticeObligation.State.RUNNING)
    to_start = Q(state__in=["awaiting_start", "deferred"], start_deadline__lte=on + NEAR)
    wanted: Mapping[str, Q] = {
        Tab.NEAR: to_start | running & Q(Exists(awaited.filter(due_on__lte=on + NEAR))),
        Tab.PROOFS: running & Q(Exists(awaited.filter(due_on__lt=on))),
        Tab.TO_CHECK: Q(Exists(received)),
        Tab.OBSERVATIONS: Q(Exists(raised)),
        Tab.BREACHES: Q(Exists(breaches)),
        Tab.ALL: Q(),
    }
    return found.filter(wanted[tab])


def place_names(rows: Iterable[PracticeObligation | PracticePeriod]) -> dict[str, str]:
    """The names of the communes of these rows."""
    codes = {row.commune for row in rows}
    return dict(Commune.objects.filter(pk__in=codes).order_by("pk").values_list("pk", "name"))


def due_on(obligation: PracticeObligation) -> date | None:
    """The next day something is expected of the recipient."""
    if obligation.state in ("awaiting_start", "deferred"):
        return obligation.start_deadline
    if obligation.state != PracticeObligation.State.RUNNING:
        return None
    awaited = [
        proof.due_on for proof in outstanding(obligation) if proof.state != PracticeProof.State.RECEIVED
    ]
    return min(awaited, default=None)


COLUMNS = (
    "Bénéficiaire",
    "Convention",
    "RPPS",
    "État",
    "Commune d'exercice",
    "Commencé le",
    "Mois dus",
    "Mois accomplis",
    "Fin prévue",
    "Prochaine échéance",
)


def exported(obligations: Iterable[PracticeObligation], on: date) -> Iterator[Row]:
    """The rows of the list, for a spreadsheet."""
    listed = list(obligations)
    names = place_names(listed)
    for one in listed:
        reading = clock_of(one, one.ended_on or on)
        yield (
            str(one.agreement.recipient),
            one.agreement.number,
            one.rpps or one.finess,
            one.get_state_display(),
            names.get(one.commune, one.commune),
            one.started_on,
            reading.months_due,
            reading.months_served,
            one.ended_on or reading.ends_on,
            due_on(one),
        )


CLAWBACK_COLUMNS = (
    "Bénéficiaire",
    "Convention",
    "État",
    "Montant (€)",
    "Recouvré (€)",
    "Abandonné (€)",
    "Reste dû (€)",
    "Titre",
    "Émis le",
    "Prescrit le",
    "Soldé le",
)


def exported_clawbacks(clawbacks: Iterable[Clawback]) -> Iterator[Row]:
    """The follow-up of the sums to recover, for a spreadsheet."""
    for one in clawbacks:
        agreement = one.breach.obligation.agreement
        yield (
            str(agreement.recipient),
            agreement.number,
            one.get_state_display(),
            one.amount,
            one.recovered,
            one.given_up,
            one.left,
            one.order_number,
            one.ordered_on,
            one.prescribes_on,
            one.closed_on,
        )
