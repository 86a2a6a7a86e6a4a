"""The story of an agreement: prepared, sent, signed, its bank account and its proofs, until its term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from maillage.accounts.models import User
from maillage.agreements.actions import (
    accept_proof,
    end,
    forward,
    prepare,
    propose_amendment,
    receive_proof,
    record_signature,
    send,
    settle_activity,
    sign_amendment,
    suspend_payments,
    terminate,
)
from maillage.agreements.models import Agreement, Amendment, Instalment
from maillage.applications.models import Recipient
from maillage.committees.models import Decision
from maillage.demo.programme import backing
from maillage.demo.programme.calendar import Story, later
from maillage.demo.programme.cases import Case
from maillage.demo.programme.following import follow
from maillage.demo.programme.papers import iban, paper
from maillage.demo.programme.stage import Stage
from maillage.files.actions import check
from maillage.kit import clock
from maillage.payments.actions import accept_bank_account, add_bank_account
from maillage.rules.terms import ScheduleKind

# Days after the signature at which a proof comes, by key of the document.
PROOFS: Final[dict[str, tuple[int, ...]]] = {
    "invoices": (35,),
    "yearly_report": (365, 730),
    "works_start": (70,),
    "opening_proof": (420,),
    "activity_return": (360,),
}
WORKS_INVOICED: Final = 240
MONTHLY: Final = 500


def mishaps(stage: Stage) -> Story:
    """What does not go as agreed: now and then one is amended, suspended, or given up."""
    for rank, ago in enumerate(range(780, 0, -60)):
        yield stage.calendar.day(ago, 16)
        agreement = _running(stage)
        if agreement is not None:
            _MISHAPS[rank % len(_MISHAPS)](agreement, stage.team.case_officers[-1])


def _running(stage: Stage) -> Agreement | None:
    """The agreement signed last, some weeks ago, that nothing has happened to yet."""
    found = Agreement.objects.filter(
        authority=stage.team.authority,
        state=Agreement.State.SIGNED,
        signed_on__lt=clock.today() - timedelta(days=40),
        amendments=None,
        suspensions=None,
        instalments__state=Instalment.State.PLANNED,
    )
    free = found.exclude(instalments__state=Instalment.State.IN_BATCH)
    return (
        free.exclude(decision__application__applicant__email__startswith="applicant@").order_by("-pk").first()
    )


def _amend(agreement: Agreement, by: User) -> None:
    amendment = propose_amendment(
        agreement=agreement,
        kind=Amendment.Kind.DURATION,
        after={"ends_on": (clock.today() + timedelta(days=900)).isoformat()},
        reason="Congé de maternité : la convention est prolongée.",
        by=by,
    )
    sign_amendment(amendment=amendment, on=clock.today(), by=by)


def _suspend(agreement: Agreement, by: User) -> None:
    reason = "Année de césure : les versements reprendront à la rentrée"
    suspend_payments(agreement=agreement, on=clock.today(), reason=reason, by=by)


def _give_up(agreement: Agreement, by: User) -> None:
    terminate(agreement=agreement, on=clock.today(), reason="Le bénéficiaire renonce à l'aide.", by=by)


_MISHAPS: Final[tuple[Callable[[Agreement, User], None], ...]] = (_amend, _give_up, _suspend)


def agree(stage: Stage, decision: Decision) -> Story:
    """From the notified grant to the last payment."""
    team, case = stage.team, stage.case_of(decision.application)
    if case.scheme in backing.SCHEMES:
        backing.keep(stage, case, decision)
        return
    by = team.case_officers[decision.pk % len(team.case_officers)]
    yield later(stage.days(2, 6))
    decision.refresh_from_db()
    if decision.state != Decision.State.TAKEN:
        return
    agreement = prepare(decision=decision, count=_months(decision), by=by)
    yield later(stage.days(2, 6))
    agreement = send(agreement=agreement, by=by)
    yield later(stage.days(3, 25))
    agreement = record_signature(agreement=agreement, party="recipient", on=clock.today(), by=by)
    stage.calendar.add(_give_account(stage, case, agreement.recipient))
    yield later(stage.days(2, 10))
    agreement = record_signature(agreement=agreement, party="authority", on=clock.today(), by=by)
    stage.calendar.add(_prove(stage, case, agreement))
    stage.calendar.add(follow(stage, case, agreement))
    yield later(4)
    if agreement.rules.obligation is not None:
        forward(agreement=agreement, to="ars", on=clock.today(), by=by)
    if agreement.rules.obligation is None:
        yield from _wait_for_term(agreement, by)


def _months(decision: Decision) -> int | None:
    """How many times a monthly bursary is paid, when the rules leave it to the years of study left."""
    schedule = decision.application.version.parsed.schedule
    if schedule is None or schedule.kind is not ScheduleKind.MONTHLY or schedule.count is not None:
        return None
    return int((decision.amount or 0) / MONTHLY)


def _give_account(stage: Stage, case: Case, recipient: Recipient) -> Iterator[datetime]:
    """The recipient gives their bank details once; finance compares them with the RIB."""
    if recipient.bank_accounts.exists():
        return
    yield later(stage.days(0, 2))
    account = add_bank_account(
        recipient=recipient,
        holder=str(recipient),
        iban=iban(10_000 + recipient.pk),
        bic="",
        upload=paper("Relevé d'identité bancaire"),
        by=case.person.user,
    )
    yield later(stage.days(2, 5))
    if account.proof is not None:
        check(file=account.proof)
    account.refresh_from_db()
    accept_bank_account(account=account, by=stage.team.finance)


def _prove(stage: Stage, case: Case, agreement: Agreement) -> Story:
    """Proofs come as they are earned; a certificate is renewed before it lapses."""
    signed = clock.now()
    keys = set(agreement.instalments.exclude(proof="").values_list("proof", flat=True))
    waits: list[tuple[int, str]] = []
    for key in sorted(keys):
        if key == "invoices" and case.scheme == "maisons-de-sante":
            waits.append((WORKS_INVOICED, key))
        elif key == "school_certificate":
            waits.append((340, key))
        else:
            waits += [(days, key) for days in PROOFS.get(key, ())]
    for days, key in sorted(waits):
        yield signed + timedelta(days=days + stage.days(0, 20))
        _hand_proof(stage, case, agreement, key)
        if key == "activity_return":
            yield later(12)
            _settle(stage, agreement)


def _hand_proof(stage: Stage, case: Case, agreement: Agreement, key: str) -> None:
    agreement.refresh_from_db()
    if agreement.state != Agreement.State.SIGNED:
        return
    is_certificate = key == "school_certificate"
    today = clock.today()
    proof = receive_proof(
        agreement=agreement,
        requirement=key,
        upload=paper(agreement.label_of(key)),
        covers_from=today - timedelta(days=60) if is_certificate else None,
        covers_until=today + timedelta(days=365) if is_certificate else None,
        units=_activity(stage) if key == "activity_return" else None,
        by=case.person.user,
    )
    if proof.file is not None:
        check(file=proof.file)
    proof.refresh_from_db()
    accept_proof(proof=proof, by=stage.team.case_officers[0])


def _activity(stage: Stage) -> dict[str, Decimal]:
    return {"hours": Decimal(stage.days(500, 1_100)), "consultations": Decimal(stage.days(1_800, 4_500))}


def _settle(stage: Stage, agreement: Agreement) -> None:
    agreement.refresh_from_db()
    provisional = agreement.instalments.live().filter(is_estimate=False)
    if agreement.state == Agreement.State.SIGNED and all(
        one.state == Instalment.State.PAID for one in provisional
    ):
        settle_activity(agreement=agreement, on=clock.today(), by=stage.team.case_officers[0])


def _wait_for_term(agreement: Agreement, by: User) -> Iterator[datetime]:
    """Ended at the first end of a quarter at which everything is paid."""
    while True:
        yield later(90)
        agreement.refresh_from_db()
        if agreement.state != Agreement.State.SIGNED:
            return
        live = list(agreement.instalments.live())
        if live and all(one.state == Instalment.State.PAID for one in live):
            end(agreement=agreement, on=clock.today(), by=by)
            return
