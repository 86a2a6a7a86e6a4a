"""The documents of a committee: convocation, pack of the session, minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils import timezone

from maillage.acts.document import (
    Act,
    Align,
    Block,
    Bullets,
    Figures,
    Heading,
    PageBreak,
    Paragraph,
    Party,
    Signatures,
    Table,
    long_date,
)
from maillage.committees.arbitration import Band
from maillage.committees.models import AgendaItem, Session
from maillage.committees.quorum import Voices, sitting
from maillage.kit import clock
from maillage.kit.text import UNKNOWN
from maillage.kit.words import counted
from maillage.letters.writing import compose
from maillage.rules.money import euros

HEADER = ("Dossier", "Bénéficiaire", "Dispositif", "Demandé", "Calculé")
ALIGNS: tuple[Align, ...] = ("left", "left", "left", "right", "right")


def amount(value: Decimal | None) -> str:
    """An amount in French; one that is not known says so."""
    return UNKNOWN if value is None else euros(value)


def when(session: Session) -> str:
    """« le 3 mars 2027 à 14 h 30, salle des commissions »."""
    moment = timezone.localtime(session.held_at)
    place = f", {session.place}" if session.place else ""
    return f"le {long_date(moment.date())} à {moment:%H} h {moment:%M}{place}"


def convocation(session: Session, items: Sequence[AgendaItem]) -> Act:
    """The letter to each member, with the agenda."""
    return compose(
        authority=session.committee.authority,
        title=f"Convocation : {session.committee}",
        blocks=(
            Paragraph(f"Vous êtes convié à la séance du comité « {session.committee} », {when(session)}."),
            Paragraph(
                "Si vous êtes empêché, vous pouvez donner pouvoir à un autre membre. Si vous êtes lié à l'un "
                "des demandeurs, dites-le avant la séance : vous ne prendrez part ni au débat ni au vote sur "
                "ce dossier (CGCT, art. L. 2131-11)."
            ),
            Heading("Ordre du jour"),
            _agenda(items),
        ),
    )


def pack(session: Session, items: Sequence[AgendaItem], figures: Sequence[Band]) -> Act:
    """What the members read before the session: the agenda, the envelopes, then each application."""
    blocks: list[Block] = [Paragraph(f"Séance {when(session)}."), Heading("Ordre du jour"), _agenda(items)]
    if figures:
        blocks += [Heading("Ce qui reste des enveloppes"), _envelopes(figures)]
    for item in items:
        blocks += [PageBreak(), *_sheet(item)]
    return compose(
        authority=session.committee.authority,
        title=f"Dossier de séance : {session.committee}",
        blocks=tuple(blocks),
    )


def minutes(session: Session, items: Sequence[AgendaItem], figures: Sequence[Band], voices: Voices) -> Act:
    """The minutes, as they are kept when the session is closed."""
    chair = next((member for member in sitting(session) if member.is_chair), None)
    blocks: list[Block] = [
        Paragraph(f"Le comité « {session.committee} » s'est réuni {when(session)}."),
        *_attendance(session, voices),
        Heading("Ce qui reste des enveloppes"),
        _envelopes(figures) if figures else Paragraph("Aucune enveloppe n'est concernée."),
        Heading("Avis rendus"),
    ]
    for item in items:
        blocks += _opinion(item)
    blocks += [
        Heading("Clôture"),
        Paragraph(f"La séance est close le {long_date(clock.today())}. Ces chiffres sont arrêtés."),
        Signatures((Party("La présidence du comité", chair.name if chair else "…"),)),
    ]
    return compose(
        authority=session.committee.authority,
        title=f"Procès-verbal : {session.committee}",
        reference=f"PV-{session.pk}-{session.held_on:%Y%m%d}",
        blocks=tuple(blocks),
    )


def _agenda(items: Sequence[AgendaItem]) -> Table:
    return Table("Dossiers à l'ordre du jour", HEADER, tuple(_line(item) for item in items), ALIGNS)


def _line(item: AgendaItem) -> tuple[str, ...]:
    application = item.application
    return (
        application.number,
        str(application.recipient),
        application.version.scheme.title,
        amount(item.requested),
        amount(item.computed),
    )


def _envelopes(figures: Iterable[Band]) -> Table:
    rows = tuple(
        (band.envelope.label, *map(euros, (band.voted, band.committed, band.proposed, band.left)))
        for band in figures
    )
    header = ("Enveloppe", "Voté", "Engagé", "Proposé", "Reste")
    return Table("Par enveloppe, en euros", header, rows, ("left", "right", "right", "right", "right"))


def _sheet(item: AgendaItem) -> Iterable[Block]:
    application = item.application
    yield Heading(f"{application.number}, {application.recipient}")
    if application.title:
        yield Paragraph(application.title)
    yield Figures(
        (
            ("Dispositif", application.version.scheme.title),
            ("Montant demandé", amount(item.requested)),
            ("Montant calculé selon le règlement", amount(item.computed)),
        )
    )
    judgement = application.judgement
    if judgement is None:
        yield Paragraph("L'éligibilité n'a pas été examinée.")
    else:
        yield Heading("Éligibilité, critère par critère", 2)
        yield Bullets(tuple(result["sentence"] for result in judgement.results) or ("Aucun critère.",))


def _attendance(session: Session, voices: Voices) -> Iterable[Block]:
    members = {member.pk: member for member in sitting(session)}
    rows = {row.member_id: row for row in session.attendances.all()}
    here = [member for key, member in members.items() if key in rows and rows[key].is_present]
    absent = [
        f"{member}, représenté par {members[voices.represented[key]]}"
        if key in voices.represented
        else str(member)
        for key, member in members.items()
        if member not in here
    ]
    yield Heading("Présences")
    yield Paragraph(
        f"{voices.count} voix présentes ou représentées, pour un quorum de {session.committee.quorum}."
    )
    yield Bullets(tuple(f"{m}, {m.title}" if m.title else str(m) for m in here) or ("Aucun membre.",))
    if absent:
        yield Paragraph(f"Absents : {' ; '.join(absent)}.")


def _opinion(item: AgendaItem) -> Iterable[Block]:
    application = item.application
    yield Heading(f"{application.number}, {application.recipient}", 2)
    pairs = [
        ("Dispositif", application.version.scheme.title),
        ("Demandé", amount(item.requested)),
        ("Calculé", amount(item.computed)),
    ]
    if item.opinion == AgendaItem.Opinion.FAVOURABLE:
        pairs.append(("Proposé", amount(item.proposed)))
    pairs.append(("Avis", item.get_opinion_display()))
    if item.votes_for is not None:
        abstained = counted(item.abstentions or 0, "abstention")
        pairs.append(("Voix", f"{item.votes_for} pour, {item.votes_against} contre, {abstained}"))
    withdrawn = [str(withdrawal.member) for withdrawal in item.withdrawals.all()]
    if withdrawn:
        pairs.append(("Déports", ", ".join(withdrawn)))
    yield Figures(tuple(pairs))
    if item.reasons:
        yield Paragraph(item.reasons)
