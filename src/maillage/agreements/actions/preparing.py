"""From the decision to the agreement sent for signature."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.agreements import documents, money, planning, terms
from maillage.agreements.actions.writing import State, held, manage, tell
from maillage.agreements.models import Agreement
from maillage.applications.numbers import next_number
from maillage.committees.models import Decision
from maillage.files.actions import keep
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import said, save
from maillage.rules.money import ZERO, euros

SIGNATORY = "le Président"


@transaction.atomic
def prepare(
    *,
    decision: Decision,
    by: User | None,
    signatory: str = SIGNATORY,
    ends_on: date | None = None,
    count: int | None = None,
    clauses: str = "",
    early_signature: str = "",
) -> Agreement:
    """Prepare the agreement of a grant, its terms frozen from the version of the rules that it was judged by.

    `count` is the number of instalments when the rules leave it open. `early_signature` says why this
    authority has it signed before the decision is enforceable; without it, nobody signs before.
    """
    decision = _grant(decision, by)
    application = decision.application
    authority = application.authority
    frozen = terms.frozen(
        decision,
        count=count,
        signatory=signatory.strip(),
        clauses=clauses.strip(),
        early_signature=early_signature.strip(),
    )
    year = clock.today().year
    agreement = Agreement(
        authority=authority,
        decision=decision,
        recipient=application.recipient,
        number=next_number(Agreement.objects.all(), authority=authority, letter="C", year=year, width=4),
        title=(application.title or application.version.scheme.title)[:250],
        amount=decision.amount or ZERO,
        terms=frozen,
        ends_on=ends_on,
    )
    save(agreement)
    tell(
        "prepare_agreement",
        f"Convention {agreement.number} préparée pour {agreement.recipient} : {euros(agreement.amount)}.",
        agreement,
        by,
    )
    return agreement


def _grant(decision: Decision, by: User | None) -> Decision:
    """The decision, held. Raises Refused unless it is a grant taken, without agreement."""
    rows = Decision.objects.select_for_update(of=("self",)).select_related(
        "application__authority", "application__recipient", "application__version__scheme"
    )
    decision = rows.get(pk=decision.pk)
    require(by, Right.MANAGE_AGREEMENTS, decision.application.authority)
    if not decision.is_granted or decision.state != Decision.State.TAKEN:
        raise Refused(
            "Une convention se prépare sur un accord pris : faites d'abord prendre la décision par "
            "l'instance compétente."
        )
    found = Agreement.objects.filter(decision=decision).first()
    if found is not None:
        raise Refused(f"Cette décision a déjà sa convention, {found.number} : ouvrez-la.")
    return decision


@transaction.atomic
def revise(
    *,
    agreement: Agreement,
    by: User | None,
    title: str | None = None,
    signatory: str | None = None,
    ends_on: date | None = None,
    count: int | None = None,
    clauses: str | None = None,
    early_signature: str | None = None,
) -> Agreement:
    """Change an agreement nobody has signed. What is left out stays; sent, it has to be sent again."""
    agreement = held(agreement, State.DRAFT, State.SENT)
    manage(agreement, by)
    if agreement.recipient_signed_on or agreement.authority_signed_on:
        raise Refused("Une partie a déjà signé : reprenez la convention avant de la modifier.")
    given: dict[str, Any] = {"signatory": signatory, "clauses": clauses, "early_signature": early_signature}
    agreement.terms |= {name: text.strip() for name, text in given.items() if text is not None}
    if count is not None and "schedule" in agreement.terms["rules"]:
        agreement.terms["rules"]["schedule"]["count"] = count
    if title is not None:
        agreement.title = title.strip()
    if ends_on is not None:
        agreement.ends_on = ends_on
    agreement.state, agreement.sent_at, agreement.document = State.DRAFT, None, None
    save(agreement)
    tell("revise_agreement", f"Convention {agreement.number} modifiée.", agreement, by)
    return agreement


@transaction.atomic
def send(*, agreement: Agreement, by: User | None) -> Agreement:
    """Send it for signature: its act is frozen as PDF, and the recipient sees it from now on."""
    agreement = held(agreement, State.DRAFT)
    manage(agreement, by)
    planning.planned(agreement, signed_on=clock.today())
    agreement.document = keep(
        content=documents.pdf(agreement, on=clock.today()),
        name=f"convention-{agreement.number}.pdf",
        media_type="application/pdf",
        authority=agreement.authority,
        by=by,
    )
    agreement.state, agreement.sent_at = State.SENT, clock.now()
    save(agreement)
    tell(
        "send_agreement",
        f"Convention {agreement.number} envoyée pour signature à {agreement.recipient}.",
        agreement,
        by,
        sha256=agreement.document.sha256,
    )
    return agreement


@transaction.atomic
def take_back(*, agreement: Agreement, reason: str, by: User | None) -> Agreement:
    """Take back an agreement that is not signed by both, to correct it: it will be sent and signed "
    "again."""
    agreement = held(agreement, State.SENT)
    manage(agreement, by)
    why = said(reason, 250)
    agreement.state, agreement.sent_at = State.DRAFT, None
    agreement.recipient_signed_on = agreement.authority_signed_on = None
    agreement.document = agreement.signed_copy = None
    save(agreement)
    sentence = f"Convention {agreement.number} reprise pour correction : {why}"
    tell("take_back_agreement", sentence, agreement, by)
    return agreement


@transaction.atomic
def cancel(*, agreement: Agreement, reason: str, by: User | None) -> Agreement:
    """Give up an agreement that will not be signed, as the recipient renounces: its money is given back."""
    agreement = held(agreement, State.DRAFT, State.SENT)
    manage(agreement, by)
    agreement.end_reason = said(reason)
    agreement.state, agreement.ended_on = State.CANCELLED, clock.today()
    save(agreement)
    money.release(agreement, key=f"agreement:{agreement.pk}:cancelled", by=by)
    sentence = f"Convention {agreement.number} annulée : {agreement.end_reason}"
    tell("cancel_agreement", sentence, agreement, by)
    return agreement
