"""What the list of applications shows and exports, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from maillage.applications.lists import AWAITING
from maillage.applications.models import Application, ApplicationQuerySet, Suspension
from maillage.kit.exports import Row
from maillage.rules.calendar import days_text
from maillage.rules.money import euros
from maillage.territories.models import Commune

CHUNK = 2000
EXPORTED = {
    "Numéro": "number",
    "Demandeur": "recipient__name",
    "Prénom": "recipient__given_name",
    "Dispositif": "version__scheme__title",
    "Appel": "call__title",
    "Objet": "title",
    "État": "state",
    "Instructeur": "assigned_to__full_name",
    "Commune": "commune",
    "Montant demandé (€)": "requested_amount",
    "Déposé le": "submitted_at",
    "Refus implicite le": "implicit_refusal_on",
    "Décidé le": "decided_at",
}
TONES = {
    Application.State.GRANTED: "good",
    Application.State.READY: "good",
    Application.State.ON_AGENDA: "good",
    Application.State.INCOMPLETE: "wait",
    Application.State.REFUSED: "bad",
    Application.State.LAPSED: "bad",
    Application.State.INADMISSIBLE: "bad",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One application, as a row of the list says it."""

    pk: int
    number: str
    recipient: str
    scheme: str
    title: str
    state: str
    tone: str
    officer: str
    commune: str
    amount: str
    deposited: date
    deadline: str
    is_late: bool


def lines(rows: Iterable[Application], on: date) -> list[Line]:
    """The rows of one page, in two queries whatever their number."""
    rows = list(rows)
    stopped = set(
        Suspension.objects.filter(
            application__in=[row.pk for row in rows], ends_on=None, due_on__gt=on
        ).values_list("application_id", flat=True)
    )
    communes = commune_names(row.commune for row in rows)
    return [_line(row, row.pk in stopped, communes, on) for row in rows]


def commune_names(codes: Iterable[str]) -> dict[str, str]:
    """The name of each commune of these codes."""
    wanted = {code for code in codes if code}
    return dict(Commune.objects.filter(pk__in=wanted).values_list("code", "name"))


def _line(row: Application, is_stopped: bool, communes: Mapping[str, str], on: date) -> Line:
    awaiting = row.state in AWAITING and row.implicit_refusal_on is not None and not is_stopped
    return Line(
        pk=row.pk,
        number=row.number,
        recipient=str(row.recipient),
        scheme=str(row.version.scheme),
        title=row.title,
        state=row.get_state_display(),
        tone=TONES.get(Application.State(row.state), ""),
        officer=str(row.assigned_to) if row.assigned_to is not None else "",
        commune=communes.get(row.commune, row.commune),
        amount=euros(row.requested_amount) if row.requested_amount is not None else "",
        deposited=local_day(row),
        deadline=deadline_text(row, is_stopped=is_stopped, on=on),
        is_late=awaiting and row.implicit_refusal_on is not None and row.implicit_refusal_on <= on,
    )


def local_day(row: Application) -> date:
    """The day an application was submitted, where the installation lives."""
    if row.submitted_at is None:
        raise ValueError("a draft is not in the list")
    return timezone.localdate(row.submitted_at)


def deadline_text(row: Application, *, is_stopped: bool, on: date) -> str:
    """How much is left before silence refuses: « dans 12 jours », « suspendu », « dépassé de 3 jours »."""
    if row.state not in AWAITING or row.implicit_refusal_on is None:
        return ""
    if is_stopped:
        return "suspendu"
    left = (row.implicit_refusal_on - on).days
    if left > 0:
        return f"dans {days_text(left)}"
    return f"dépassé de {days_text(-left)}" if left else "aujourd'hui"


def exported(found: ApplicationQuerySet) -> Iterator[Row]:
    """Every application of a list, one row at a time, in memory that does not grow."""
    labels = dict(Application.State.choices)
    communes = dict(Commune.objects.values_list("code", "name"))
    rows = found.values_list(*EXPORTED.values()).iterator(chunk_size=CHUNK)
    for number, name, given, scheme, call, title, state, officer, commune, amount, *days in rows:
        deposited, refusal_on, decided = days
        yield (
            number,
            name,
            given,
            scheme,
            call,
            title,
            labels[state],
            officer,
            communes.get(commune, commune),
            amount,
            timezone.localdate(deposited),
            refusal_on,
            timezone.localdate(decided) if decided else None,
        )
