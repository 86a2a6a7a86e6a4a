"""Signatures, and what they set off: instalments planned, proofs already held taken over, hooks."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from maillage.accounts.models import User
from maillage.agreements import planning, registry, terms
from maillage.agreements.actions.writing import State, held, manage, manage_or_own, past, take_in, tell
from maillage.agreements.models import Agreement, Proof
from maillage.committees.models import Decision
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.rules.calendar import day_text

Side = Literal["recipient", "authority"]
Body = Literal["ars", "cpam"]
SIDES: Final[dict[Side, str]] = {"recipient": "le bénéficiaire", "authority": "la collectivité"}
BODIES: Final[dict[Body, str]] = {"ars": "l'agence régionale de santé", "cpam": "l'assurance maladie"}


@transaction.atomic
def hand_signed_copy(*, agreement: Agreement, upload: UploadedFile, by: User | None) -> Agreement:
    """Keep the signed copy, whoever sends it; it replaces the one sent before."""
    agreement = held(agreement, State.SENT, State.SIGNED)
    manage_or_own(agreement, by)
    if agreement.state == State.SIGNED:
        manage(agreement, by)
    agreement.signed_copy = take_in(agreement, upload, by)
    save(agreement)
    tell("hand_signed_copy", f"Exemplaire signé reçu pour la convention {agreement.number}.", agreement, by)
    return agreement


@transaction.atomic
def record_signature(
    *, agreement: Agreement, party: Side, on: date, by: User | None, copy: UploadedFile | None = None
) -> Agreement:
    """Record that a party signed. With both, the agreement is signed on the later day and paid from then on.

    Raises Refused before the decision is enforceable (CGCT L3131-1), unless the terms say why not to wait.
    """
    agreement = held(agreement, State.SENT)
    manage(agreement, by)
    _require_date(agreement, on)
    field = f"{party}_signed_on"
    if getattr(agreement, field) is not None:
        raise Refused(f"La signature par {SIDES[party]} est déjà enregistrée : reprenez la convention.")
    setattr(agreement, field, on)
    if copy is not None:
        agreement.signed_copy = take_in(agreement, copy, by)
    save(agreement)
    tell(
        "record_signature",
        f"Convention {agreement.number} signée par {SIDES[party]} le {day_text(on)}.",
        agreement,
        by,
        party=party,
    )
    if agreement.recipient_signed_on and agreement.authority_signed_on:
        _conclude(agreement, max(agreement.recipient_signed_on, agreement.authority_signed_on), by)
    return agreement


def _require_date(agreement: Agreement, on: date) -> None:
    """A day that has come, neither before the decision nor before it was enforceable."""
    past(on, "Une signature")
    decision = agreement.decision
    taken_on = decision.taken_on
    if decision.state != Decision.State.TAKEN or taken_on is None:
        raise Refused("La décision d'attribution n'est plus en vigueur : la convention ne peut être signée.")
    if on < taken_on:
        raise Refused(
            f"La décision a été prise le {day_text(taken_on)} : la convention ne peut être signée avant."
        )
    if agreement.terms["early_signature"]:
        return
    since = enforceable_on(decision)
    if since is None:
        raise Refused(
            "La décision n'est pas exécutoire : transmettez-la au préfet et notifiez-la avant la "
            "signature, ou "
            "dites dans la convention pourquoi elle est signée avant."
        )
    if on < since:
        raise Refused(
            f"La décision n'est exécutoire que depuis le {day_text(since)} : la signature ne peut être "
            "datée "
            f"du {day_text(on)}."
        )


def enforceable_on(decision: Decision) -> date | None:
    """The day a decision was both transmitted to the préfet and notified; None while it is not."""
    if decision.transmitted_on is None or decision.notified_at is None:
        return None
    return max(decision.transmitted_on, timezone.localdate(decision.notified_at))


def _conclude(agreement: Agreement, on: date, by: User | None) -> None:
    agreement.state, agreement.signed_on = State.SIGNED, on
    agreement.starts_on = agreement.starts_on or on
    agreement.terms["reports"] = terms.reports(agreement.rules, agreement.recipient, starts_on=on)
    save(agreement)
    planned = planning.store(agreement, planning.planned(agreement, signed_on=on))
    _take_over_proofs(agreement)
    tell(
        "sign_agreement",
        f"Convention {agreement.number} signée le {day_text(on)} : {len(planned)} "
        f"échéance{'s' if len(planned) > 1 else ''} de paiement.",
        agreement,
        by,
    )
    registry.signed(agreement, by)


def _take_over_proofs(agreement: Agreement) -> None:
    """What the applicant already handed in is not asked again (CRPA L113-12): a certificate still valid."""
    asked = set(agreement.instalments.exclude(proof="").values_list("proof", flat=True))
    documents = agreement.decision.application.documents.filter(
        requirement__in=asked, state="accepted", valid_until__isnull=False
    )
    for document in documents.select_related("file").order_by("pk"):
        Proof.objects.create(
            agreement=agreement,
            requirement=document.requirement,
            file=document.file,
            covers_from=timezone.localdate(document.added_at),
            covers_until=document.valid_until,
            state=Proof.State.ACCEPTED,
            added_by=document.added_by,
            checked_at=clock.now(),
        )


@transaction.atomic
def forward(*, agreement: Agreement, to: Body, on: date, by: User | None) -> Agreement:
    """Record that the signed agreement was forwarded to the ARS or the assurance maladie (CGCT L1511-8)."""
    agreement = held(agreement, State.SIGNED, State.ENDED, State.TERMINATED)
    manage(agreement, by)
    past(on, "Une transmission")
    if agreement.signed_on is not None and on < agreement.signed_on:
        raise Refused(
            f"La convention a été signée le {day_text(agreement.signed_on)} : elle n'a pu être transmise "
            "avant."
        )
    setattr(agreement, f"sent_to_{to}_on", on)
    save(agreement)
    sentence = f"Convention {agreement.number} transmise à {BODIES[to]} le {day_text(on)}."
    tell("forward_agreement", sentence, agreement, by, to=to)
    return agreement
