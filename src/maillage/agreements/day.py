"""What waits for someone about agreements."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right
from maillage.agreements.models import Agreement, Proof
from maillage.agreements.waiting import awaiting_agreement
from maillage.kit.matters import Matter


def matters(user: User, authority: Authority) -> Iterator[Matter]:
    """Agreements to prepare, to have signed, to forward; proofs to check."""
    address = reverse("agreements:agreements")
    if user.can(Right.MANAGE_AGREEMENTS, authority):
        waiting = awaiting_agreement().filter(application__authority=authority).count()
        if waiting:
            told = _count(waiting, "accord attend sa convention", "accords attendent leur convention")
            yield Matter(told, f"{address}#a-preparer", "Préparer", "waiting")
        held = Agreement.objects.filter(authority=authority)
        sent = held.filter(state=Agreement.State.SENT).count()
        if sent:
            told = _count(sent, "convention attend une signature", "conventions attendent une signature")
            yield Matter(told, f"{address}?state=sent", "Suivre", "known")
        untold = Q(sent_to_ars_on=None) | Q(sent_to_cpam_on=None)
        basis = held.filter(
            untold, state=Agreement.State.SIGNED, terms__rules__legal_basis="L1511_8_I"
        ).count()
        if basis:
            told = _count(
                basis,
                "convention signée reste à transmettre à l'ARS et à l'assurance maladie",
                "conventions signées restent à transmettre à l'ARS et à l'assurance maladie",
            )
            yield Matter(told, f"{address}?state=signed", "Transmettre", "waiting")
    if user.can(Right.CERTIFY_PROOFS, authority):
        proofs = Proof.objects.to_check().filter(agreement__authority=authority)
        count = proofs.count()
        if count:
            told = _count(count, "justificatif est à vérifier", "justificatifs sont à vérifier")
            first = proofs.order_by("added_at").values_list("agreement", flat=True)[0]
            url = reverse("agreements:agreement", args=[first])
            yield Matter(told, f"{url}#justificatifs", "Vérifier", "waiting")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}."
