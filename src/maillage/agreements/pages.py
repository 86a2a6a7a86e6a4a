"""What the pages of this room show, as plain values for their templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from maillage.accounts.models import Event, User
from maillage.accounts.rights import Right
from maillage.agreements import amendments, clauses, instalments, planning
from maillage.agreements.models import (
    Agreement,
    AgreementQuerySet,
    Amendment,
    Instalment,
    Proof,
)
from maillage.agreements.operations import next_one, possible
from maillage.kit import clock
from maillage.kit.exports import Row
from maillage.rules.money import ZERO, euros

TONES = {"signed": "good", "ended": "good", "sent": "wait", "draft": "wait", "terminated": "bad"}
COLUMNS = (
    "Numéro",
    "Bénéficiaire",
    "Dispositif",
    "État",
    "Montant (€)",
    "Payé (€)",
    "Versements payés",
    "Versements",
    "Signée le",
    "Fin",
    "Transmise à l'ARS le",
    "Transmise à l'assurance maladie le",
)


def with_sums(found: AgreementQuerySet) -> AgreementQuerySet:
    """With what is paid and how many instalments, in the same query."""
    paid = Q(instalments__state=Instalment.State.PAID)
    live = Q(instalments__state__in=["planned", "in_batch", "ordered", "paid"])
    return (
        found.annotate(
            paid=Sum("instalments__amount", filter=paid),
            paid_count=Count("instalments", filter=paid),
            live_count=Count("instalments", filter=live),
        )
        .select_related("recipient")
        .order_by(F("signed_on").desc(nulls_first=True), "-pk")
    )


def rows(found: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "agreement": one,
            "scheme": one.terms["scheme"]["title"],
            "tone": TONES.get(one.state, ""),
            "paid": one.paid or ZERO,
            "progress": f"{one.paid_count} sur {one.live_count}" if one.live_count else "",
        }


def exported(found: Iterable[Any]) -> Iterator[Row]:
    """The same agreements as rows of a table."""
    for one in found:
        yield (
            one.number,
            str(one.recipient),
            one.terms["scheme"]["title"],
            one.get_state_display(),
            one.amount,
            one.paid or ZERO,
            one.paid_count,
            one.live_count,
            one.signed_on,
            one.ends_on,
            one.sent_to_ars_on,
            one.sent_to_cpam_on,
        )


def sentence(agreement: Agreement, live: list[Instalment]) -> str:
    """« 7 versements payés sur 24, 3 500 € sur 12 000 €. », or what is waited for before that."""
    match agreement.state:
        case Agreement.State.DRAFT:
            return f"{euros(agreement.amount)} : relisez la convention, puis envoyez-la."
        case Agreement.State.SENT:
            return f"{euros(agreement.amount)} : {_awaited(agreement)}."
        case Agreement.State.CANCELLED:
            return agreement.end_reason
    paid = [one for one in live if one.state == Instalment.State.PAID]
    count = len(paid)
    plural = "s" if count > 1 else ""
    told = f"{count} versement{plural} payé{plural} sur {len(live)}, "
    return f"{told}{euros(planning.total(paid))} sur {euros(agreement.amount)}."


def _awaited(agreement: Agreement) -> str:
    signatures = {
        "le bénéficiaire": agreement.recipient_signed_on,
        "la collectivité": agreement.authority_signed_on,
    }
    left = [who for who, on in signatures.items() if on is None]
    if agreement.signed_copy_id is not None and len(left) == len(signatures):
        return "l'exemplaire signé est reçu, les signatures sont à enregistrer"
    return f"reste la signature par {' et par '.join(left)}"


@dataclass(frozen=True, slots=True)
class Line:
    """An instalment of the schedule as the page shows it."""

    number: int
    label: str
    due_on: date | None
    amount: Decimal
    proof: str
    state: str
    tone: str
    missing: tuple[str, ...]
    paid_on: date | None


def schedule(agreement: Agreement, on: date) -> list[Line]:
    """The instalments that count, each with what stands before its payment once it is due."""
    live = list(agreement.instalments.live().order_by("number"))
    found = instalments.missing_from(live, on)
    return [_line(agreement, one, found[one.pk], on) for one in live]


def _line(agreement: Agreement, one: Instalment, missing: list[str], on: date) -> Line:
    is_planned = one.state == Instalment.State.PLANNED
    is_late = is_planned and bool(missing) and one.due_on is not None and one.due_on <= on
    told = one.get_state_display()
    if is_planned and not missing:
        told = "À payer"
    return Line(
        number=one.number,
        label=one.label,
        due_on=one.due_on,
        amount=one.amount,
        proof=agreement.label_of(one.proof) if one.proof else "",
        state=told,
        tone="good" if one.state == Instalment.State.PAID else "bad" if is_late else "",
        missing=tuple(missing) if is_late or (is_planned and one.due_on is None) else (),
        paid_on=one.paid_on,
    )


def page(agreement: Agreement, user: User) -> dict[str, Any]:
    """Everything the page of an agreement shows this person."""
    office = user.can(Right.SEE_APPLICATIONS, agreement.authority)
    today = clock.today()
    lines = schedule(agreement, today)
    live = list(agreement.instalments.live())
    found = possible(agreement, user)
    first = next_one(found, agreement)
    is_open = agreement.state in (Agreement.State.DRAFT, Agreement.State.SENT)
    return {
        "agreement": agreement,
        "office": office,
        "sentence": sentence(agreement, live),
        "tone": TONES.get(agreement.state, ""),
        "lines": lines,
        "total": planning.total(live),
        "preview": planning.planned(agreement, signed_on=today)
        if is_open and not _is_unset(agreement)
        else (),
        "terms": agreement.terms,
        "articles": [article.title for article in clauses.articles(agreement, on=today)]
        if not _is_unset(agreement)
        else [],
        "proofs": [
            (proof, agreement.label_of(proof.requirement), _tone(proof))
            for proof in agreement.proofs.select_related("file")
        ],
        "reports": [
            (agreement.label_of(report["key"]), date.fromisoformat(report["due_on"]))
            for report in agreement.terms["reports"]
        ],
        "suspensions": list(agreement.suspensions.all()),
        "amendments": list(agreement.amendments.all()) if office else [],
        "amendment_kinds": Amendment.Kind.choices if _may_amend(agreement, user) else [],
        "may_certify": user.can(Right.CERTIFY_PROOFS, agreement.authority),
        "first": (first, found[first]) if first else None,
        "operations": [(slug, one) for slug, one in found.items() if slug != first],
        "events": Event.objects.about(agreement)[:50] if office else [],
    }


def _is_unset(agreement: Agreement) -> bool:
    """Whether the terms leave the schedule open: it has no preview yet."""
    schedule = agreement.rules.schedule
    return (
        schedule is not None
        and schedule.kind in planning.REGULAR
        and not (schedule.count or agreement.terms["yearly"])
    )


def _may_amend(agreement: Agreement, user: User) -> bool:
    signed = agreement.state == Agreement.State.SIGNED
    return signed and user.can(Right.MANAGE_AGREEMENTS, agreement.authority)


def _tone(proof: Proof) -> str:
    return {"accepted": "good", "refused": "bad"}.get(proof.state, "wait")


def amendment_page(amendment: Amendment) -> dict[str, Any]:
    """Before and after, side by side; the schedule that stands and the one to come, when payments change."""
    agreement = amendment.agreement
    before = amendments.said(amendment.kind, amendment.before)
    after = amendments.said(amendment.kind, amendment.after)
    is_draft = amendment.state == Amendment.State.DRAFT
    lines = amendments.future_lines(agreement, amendment.kind, amendment.after) if is_draft else None
    return {
        "amendment": amendment,
        "agreement": agreement,
        "changes": [(label, was, now) for (label, was), (_, now) in zip(before, after, strict=True)],
        "old": planning.as_planned(planning.unpaid(agreement)) if lines is not None else [],
        "new": lines or [],
        "changes_payments": lines is not None,
        "kept": planning.total(planning.kept(agreement)),
    }
