"""Amendments: one kind of change each, nothing changed before it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from maillage.accounts.models import User
from maillage.agreements import amendments, documents, money, planning, registry, terms
from maillage.agreements.actions.writing import State, held, manage, past, take_in, tell
from maillage.agreements.models import Agreement, Amendment
from maillage.applications.models import Recipient
from maillage.files.actions import keep
from maillage.kit.console import Refused
from maillage.kit.writing import said, save
from maillage.rules.calendar import day_text
from maillage.rules.errors import RulesErrors
from maillage.rules.money import euros, to_cent
from maillage.rules.schedules import PlannedInstalment

Kind = Amendment.Kind
Change = dict[str, Any]


@transaction.atomic
def propose_amendment(
    *, agreement: Agreement, kind: str, after: Mapping[str, Any], reason: str, by: User | None
) -> Amendment:
    """Prepare an amendment: what stands and what it becomes, side by side, and its act to sign.

    `after` holds the keys of its kind (`maillage.agreements.amendments`); what is left out stays as it is.
    """
    agreement = held(agreement, State.SIGNED)
    manage(agreement, by)
    if kind not in Kind:
        raise Refused("Choisissez ce que l'avenant change.")
    before = amendments.current(agreement, kind)
    if unknown := [key for key in after if key not in before]:
        raise Refused(f"Un avenant de cette nature ne change pas « {unknown[0]} ».")
    wanted = _CHECKS[Kind(kind)](agreement, before | dict(after))
    if wanted == before:
        raise Refused("Cet avenant ne change rien : modifiez au moins une valeur.")
    amendment = Amendment(
        agreement=agreement,
        number=agreement.amendments.count() + 1,
        kind=kind,
        before=before,
        after=wanted,
        reason=said(reason),
    )
    save(amendment)
    amendment.document = keep(
        content=documents.amendment_pdf(amendment),
        name=f"convention-{agreement.number}-avenant-{amendment.number}.pdf",
        media_type="application/pdf",
        authority=agreement.authority,
        by=by,
    )
    save(amendment)
    sentence = f"Avenant {amendment.number} préparé ({amendment.get_kind_display().lower()}) : {reason}"
    tell("propose_amendment", sentence, agreement, by, amendment=amendment.pk)
    return amendment


@transaction.atomic
def sign_amendment(
    *, amendment: Amendment, on: date, by: User | None, copy: UploadedFile | None = None
) -> Amendment:
    """Both parties signed it: it applies. What is paid stays, what is not is cancelled and planned anew.

    A change of amount commits or decommits the difference. Raises Refused when the agreement changed since.
    """
    agreement = held(amendment.agreement, State.SIGNED)
    manage(agreement, by)
    amendment = _draft(amendment)
    past(on, "La signature d'un avenant")
    if agreement.signed_on is not None and on < agreement.signed_on:
        raise Refused(f"La convention a été signée le {day_text(agreement.signed_on)} : l'avenant la suit.")
    if amendments.current(agreement, amendment.kind) != amendment.before:
        raise Refused("La convention a changé depuis la préparation de cet avenant : préparez-en un autre.")
    lines = amendments.future_lines(agreement, amendment.kind, amendment.after)
    if copy is not None:
        amendment.document = take_in(agreement, copy, by)
    amendment.agreement, amendment.state, amendment.signed_on = agreement, Amendment.State.SIGNED, on
    save(amendment)
    _apply(amendment, by)
    save(agreement)
    if lines is not None:
        planning.replanned(agreement, _dated(lines, on), amendment)
    sentence = f"Avenant {amendment.number} signé le {day_text(on)} ({amendment.get_kind_display().lower()})."
    tell("sign_amendment", sentence, agreement, by, amendment=amendment.pk)
    registry.amended(amendment, by)
    return amendment


@transaction.atomic
def cancel_amendment(*, amendment: Amendment, by: User | None) -> Amendment:
    """Give up an amendment that is not signed: the agreement stands as it was."""
    agreement = held(amendment.agreement, State.SIGNED)
    manage(agreement, by)
    amendment = _draft(amendment)
    amendment.state = Amendment.State.CANCELLED
    save(amendment)
    tell("cancel_amendment", f"Avenant {amendment.number} abandonné.", agreement, by)
    return amendment


def _draft(amendment: Amendment) -> Amendment:
    current = Amendment.objects.select_for_update(of=("self",)).get(pk=amendment.pk)
    if current.state != Amendment.State.DRAFT:
        raise Refused(f"Cet avenant est déjà {current.get_state_display().lower()}.")
    return current


def _dated(lines: list[PlannedInstalment], on: date) -> list[PlannedInstalment]:
    """What waits for no proof and has no date is due at the signature."""
    return [replace(one, due_on=on) if one.due_on is None and one.proof is None else one for one in lines]


def _apply(amendment: Amendment, by: User | None) -> None:
    """Write what it changes on the agreement; payments are planned anew by the caller."""
    agreement, after = amendment.agreement, amendment.after
    match amendment.kind:
        case Kind.AMOUNT:
            _change_amount(amendment, by)
        case Kind.DURATION:
            agreement.ends_on = date.fromisoformat(after["ends_on"])
        case Kind.PLACE:
            agreement.terms["place"] = after
        case Kind.OBLIGATION:
            agreement.terms["rules"]["obligation"] |= after
        case Kind.RECIPIENT:
            agreement.recipient = Recipient.objects.get(pk=after["recipient"])
            agreement.terms["recipient"] = terms.identity(agreement.recipient)


def _change_amount(amendment: Amendment, by: User | None) -> None:
    agreement, decision = amendment.agreement, amendment.after["decision"]
    before, agreement.amount = agreement.amount, Decimal(amendment.after["amount"])
    key = f"amendment:{amendment.pk}"
    if agreement.amount > before:
        money.commit(agreement, agreement.amount - before, key=key, decision=decision, by=by)
    else:
        money.decommit(agreement, before - agreement.amount, key=key, by=by)


def _amount(agreement: Agreement, after: Change) -> Change:
    try:
        amount = Decimal(str(after["amount"]))
    except InvalidOperation as error:
        raise Refused("Donnez le nouveau montant en euros.") from error
    settled = planning.total(planning.kept(agreement))
    if amount <= 0 or amount != to_cent(amount):
        raise Refused("Le nouveau montant est positif, au centime près.")
    if amount < settled:
        raise Refused(
            f"{euros(settled)} sont déjà payés ou en cours de paiement : le montant ne peut descendre en "
            "dessous."
        )
    return {"amount": str(to_cent(amount)), "decision": str(after["decision"]).strip()}


def _schedule(agreement: Agreement, after: Change) -> Change:
    try:
        lines = amendments.lines_of(after)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Refused("Chaque versement a un objet, un montant et une date, ou un justificatif.") from error
    left = agreement.amount - planning.total(planning.kept(agreement))
    if any(line.amount <= 0 or line.amount != to_cent(line.amount) for line in lines):
        raise Refused("Chaque versement est positif, au centime près.")
    if planning.total(lines) != left:
        raise Refused(
            f"Les versements à venir font {euros(planning.total(lines))} et il reste {euros(left)} à "
            "verser : "
            "accordez-les."
        )
    return {"lines": [amendments.line_json(line) for line in lines]}


def _duration(agreement: Agreement, after: Change) -> Change:
    if not after["ends_on"]:
        raise Refused("Donnez la nouvelle date de fin.")
    ends_on = date.fromisoformat(str(after["ends_on"]))
    if agreement.signed_on is not None and ends_on < agreement.signed_on:
        raise Refused("La convention ne peut prendre fin avant d'avoir été signée.")
    return {"ends_on": ends_on.isoformat()}


def _place(agreement: Agreement, after: Change) -> Change:
    found = terms.place(str(after["commune"]))
    if not found["commune"]:
        raise Refused("Donnez la nouvelle commune d'exercice.")
    if found["label"] == found["commune"]:
        raise Refused(f"Aucune commune ne porte le code {found['commune']} : vérifiez-le.")
    return found


def _obligation(agreement: Agreement, after: Change) -> Change:
    if "obligation" not in agreement.terms["rules"]:
        raise Refused("Cette convention ne comporte pas d'engagement d'exercice.")
    given = {key: value for key, value in after.items() if value is not None}
    rules = agreement.terms["rules"]
    try:
        type(agreement.rules).parse(rules | {"obligation": rules["obligation"] | given})
    except RulesErrors as error:
        raise Refused(str(error)) from error
    return after


def _recipient(agreement: Agreement, after: Change) -> Change:
    found = Recipient.objects.filter(pk=after["recipient"], authority=agreement.authority).first()
    if found is None:
        raise Refused("Choisissez un bénéficiaire connu de la collectivité.")
    return {"recipient": found.pk, "name": str(found)}


_CHECKS: Final = {
    Kind.AMOUNT: _amount,
    Kind.SCHEDULE: _schedule,
    Kind.DURATION: _duration,
    Kind.PLACE: _place,
    Kind.OBLIGATION: _obligation,
    Kind.RECIPIENT: _recipient,
}
