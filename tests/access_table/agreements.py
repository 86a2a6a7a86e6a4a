"""Agreements: the office keeps them, whoever benefits sees their own."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line
from agreeing import BURSARY, granted, prepared, sent, signed
from applying import pdf
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.agreements import actions
from maillage.agreements.models import Agreement, Template
from maillage.applications.models import Recipient
from maillage.files.actions import keep

OFFICE = frozenset({Role.ADMINISTRATOR, Role.MISSION_OFFICER, Role.CASE_OFFICER, Role.FINANCE_OFFICER})
MANAGERS = OFFICE - {Role.FINANCE_OFFICER}
READERS = OFFICE | {Role.APPLICANT}


def _own(agreement: Agreement) -> Agreement:
    """The agreement given to the applicant of the table."""
    owner = User.objects.get(full_name=Role.APPLICANT.label)
    Recipient.objects.filter(pk=agreement.recipient_id).update(user=owner)
    return agreement


def sent_one() -> list[Any]:
    return [_own(sent()).pk]


def copied() -> list[Any]:
    from maillage.files.actions import check

    agreement = actions.hand_signed_copy(agreement=_own(sent()), upload=pdf(), by=None)
    assert agreement.signed_copy is not None
    check(file=agreement.signed_copy)
    return [agreement.pk]


def drafted() -> list[Any]:
    return [prepared().pk]


def amendment() -> list[Any]:
    proposed = actions.propose_amendment(
        agreement=signed(), kind="obligation", after={"months": 48}, reason="Accord.", by=None
    )
    return [proposed.pk]


def proof() -> list[Any]:
    from maillage.files.actions import check

    agreement = _own(signed(BURSARY))
    handed = actions.receive_proof(agreement=agreement, requirement="certificate", upload=pdf(), by=None)
    assert handed.file is not None
    check(file=handed.file)
    return [handed.pk]


def template() -> list[Any]:
    from people import authority

    file = keep(content=b"modele", name="modele.docx", media_type="x/docx", authority=authority(), by=None)
    return [Template.objects.create(authority=authority(), label="Modèle", file=file).pk]


LINES: dict[str, Line] = {
    "agreements:agreements": Line(OFFICE | {OUTSIDER}),
    "agreements:export": Line(OFFICE | {OUTSIDER}, lambda: ["csv"]),
    "agreements:agreement": Line(READERS, sent_one, others=ABSENT),
    "agreements:act": Line(READERS, sent_one, others=ABSENT),
    "agreements:signed_copy": Line(READERS, copied, others=ABSENT),
    "agreements:docx": Line(MANAGERS, sent_one, elsewhere=ABSENT),
    "agreements:prepare": Line(MANAGERS, lambda: [granted().pk], elsewhere=ABSENT),
    "agreements:operation": Line(MANAGERS, lambda: [*drafted(), "envoyer"], others=ABSENT),
    "agreements:amendment_new": Line(MANAGERS, lambda: [signed().pk, "obligation"], elsewhere=ABSENT),
    "agreements:amendment": Line(OFFICE, amendment, elsewhere=ABSENT),
    "agreements:amendment_file": Line(OFFICE, amendment, elsewhere=ABSENT),
    "agreements:amendment_cancel": Line(MANAGERS, amendment, allowed=MOVED, elsewhere=ABSENT, post={}),
    "agreements:proof_file": Line(READERS, proof, others=ABSENT),
    "agreements:proof_accept": Line(MANAGERS, proof, allowed=MOVED, elsewhere=ABSENT, post={}),
    "agreements:proof_refuse": Line(
        MANAGERS, proof, allowed=MOVED, elsewhere=ABSENT, post={"reason": "Illisible."}
    ),
    "agreements:templates": Line(MANAGERS | {OUTSIDER}),
    "agreements:template_try": Line(MANAGERS | {OUTSIDER}, allowed=ABSENT, post={}),
    "agreements:template_archive": Line(MANAGERS, template, allowed=MOVED, elsewhere=ABSENT, post={}),
}
