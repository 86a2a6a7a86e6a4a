"""What the pages of this room show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from maillage.accounts.models import Event, User
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.letters.models import Letter
from maillage.obligations.lists import due_on, place_names
from maillage.obligations.models import (
    Breach,
    Clawback,
    Observation,
    PracticeObligation,
    PracticePeriod,
    PracticeProof,
)
from maillage.obligations.simulation import simulate
from maillage.obligations.standing import clock_of, outstanding, paid, terms_of
from maillage.obligations.states import BREACH, CLAWBACK, OBLIGATION
from maillage.obligations.steps import STEPS
from maillage.rules.calendar import day_text
from maillage.rules.money import euros
from maillage.rules.obligations import Clock, Stretch
from maillage.rules.terms import ZoneLoss

WIDTH = 1000
COLOURS = {
    Stretch.SERVED: "#0d5c6b",
    Stretch.LOST: "#9db9bf",
    Stretch.SUSPENDED: "#8a6d00",
    Stretch.UNDER_SHARE: "#b3261e",
    Stretch.TO_PROVE: "#b98900",
    Stretch.GAP: "#b3261e",
    Stretch.REMAINING: "#e2e6e8",
}
TONES = {
    "studying": "wait",
    "awaiting_start": "wait",
    "running": "good",
    "deferred": "wait",
    "fulfilled": "good",
    "waived": "good",
    "breached": "bad",
}
# The step of each verb, for the links that the state of the obligation opens.
LINKS = (
    ("set_trigger", "declencheur"),
    ("start", "debut"),
    ("interrupt", "interruption"),
    ("resume", "reprise"),
    ("change_place", "lieu"),
    ("cease", "arret"),
    ("end_by_zone_loss", "zonage-perdu"),
    ("suspect", "presumer"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An action that this person may take."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the bar, in thousandths of its width."""

    x: float
    width: float
    colour: str


def bar(reading: Clock) -> list[Block]:
    """Months served, suspended and remaining, drawn to scale; nothing before the start."""
    total = sum(segment.days for segment in reading.segments)
    blocks, x = [], 0.0
    for segment in reading.segments:
        width = WIDTH * segment.days / total if total else 0.0
        blocks.append(Block(round(x, 1), round(width, 1), COLOURS[segment.kind]))
        x += width
    return blocks


def rows(listed: list[PracticeObligation], on: date) -> list[dict[str, Any]]:
    """The lines of the list."""
    names = place_names(listed)
    lines = []
    for one in listed:
        reading = clock_of(one, one.ended_on or on)
        due = due_on(one)
        lines.append(
            {
                "obligation": one,
                "tone": TONES[one.state],
                "commune": names.get(one.commune, one.commune),
                "months": f"{reading.months_served} sur {reading.months_due}",
                "due": due,
                "late": due is not None and due < on,
            }
        )
    return lines


def page(obligation: PracticeObligation, user: User, *, office: bool) -> dict[str, Any]:
    """The page of one obligation, for the office or for its recipient."""
    on = obligation.ended_on or clock.today()
    reading = clock_of(obligation, on)
    terms = terms_of(obligation)
    breach = obligation.breaches.select_related("letter", "decided_by").first()
    clawback = Clawback.objects.with_instalments().filter(breach__obligation=obligation).first()
    return {
        "obligation": obligation,
        "agreement": obligation.agreement,
        "terms": terms,
        "tone": TONES[obligation.state],
        "reading": reading,
        "bar": bar(reading),
        "commune": place_names([obligation]).get(obligation.commune, obligation.commune),
        "paid": paid(obligation.agreement),
        "periods": _periods(obligation),
        "proofs": list(obligation.proofs.select_related("file").order_by("due_on", "pk")),
        "observations": list(obligation.observations.order_by("-at", "-pk")) if office else [],
        "breach": breach,
        "clawback": clawback,
        "instalments": list(clawback.instalments.order_by("number")) if clawback else [],
        "next": next_step(obligation, breach, clawback, user, office=office),
        "links": links(obligation, user) if office else [],
        "decisions": decisions(obligation, breach, user) if office else [],
        "recoveries": recoveries(obligation, clawback, user) if office else [],
        "may_follow": office and user.can(STEPS["accepter"].right, obligation.agreement.authority),
        "may_recover": office and user.can(STEPS["titre"].right, obligation.agreement.authority),
        "events": Event.objects.about(obligation)[:80] if office else [],
    }


def simulated(obligation: PracticeObligation, on: date) -> dict[str, Any]:
    """The claw-back of a breach on a day, line by line, or why it cannot be computed."""
    agreement = obligation.agreement
    context: dict[str, Any] = {
        "obligation": obligation,
        "agreement": agreement,
        "on": on,
        "computation": None,
        "refusal": "",
        "paid": paid(agreement),
        "version": agreement.terms["scheme"],
    }
    try:
        context["computation"] = simulate(obligation, on)
    except Refused as refusal:
        context["refusal"] = str(refusal)
    return context


def next_step(
    obligation: PracticeObligation,
    breach: Breach | None,
    clawback: Clawback | None,
    user: User,
    *,
    office: bool,
) -> dict[str, str]:
    """The single next thing to do: a sentence, and the link that does it when this person may."""
    sentence, slug, target = (
        _office_next(obligation, breach, clawback) if office else _own_next(obligation, breach)
    )
    if slug == "letter":
        return {
            "sentence": sentence,
            "label": "Relire et envoyer le courrier",
            "url": reverse("letters:letter", args=[target]),
        }
    if not slug or (office and not user.can(STEPS[slug].right, obligation.agreement.authority)):
        return {"sentence": sentence, "label": "", "url": ""}
    name = ("step" if office else "my_step") + ("_on" if target else "")
    arguments = [obligation.pk, slug, *([target] if target else [])]
    return {
        "sentence": sentence,
        "label": STEPS[slug].label,
        "url": reverse(f"obligations:{name}", args=arguments),
    }


Next = tuple[str, str, int]


def _office_next(obligation: PracticeObligation, breach: Breach | None, clawback: Clawback | None) -> Next:
    if breach is not None and breach.state in Breach.OPEN_STATES:
        return _breach_next(breach)
    if clawback is not None and clawback.state in (Clawback.State.DECIDED, Clawback.State.ORDERED):
        return _clawback_next(clawback)
    raised = obligation.observations.filter(state=Observation.State.OPEN).order_by("-at", "-pk").first()
    if raised is not None:
        return (
            f"Le répertoire montre un fait à examiner : {raised.get_kind_display().lower()}.",
            "expliquer",
            raised.pk,
        )
    received = [proof for proof in outstanding(obligation) if proof.state == PracticeProof.State.RECEIVED]
    if received:
        return f"L'attestation du {day_text(received[0].due_on)} est à vérifier.", "accepter", received[0].pk
    return _practice_next(obligation)


def _own_next(obligation: PracticeObligation, breach: Breach | None) -> Next:
    """What the recipient has to do."""
    if breach is not None and breach.state == Breach.State.ADVERSARIAL and breach.heard_until is not None:
        until = day_text(breach.heard_until)
        if breach.observed_at is not None:
            return (
                f"Vos observations sont reçues ; vous pouvez les compléter jusqu'au {until}.",
                "observations",
                breach.pk,
            )
        return f"Vous pouvez présenter vos observations jusqu'au {until}.", "observations", breach.pk
    awaited = [proof for proof in outstanding(obligation) if proof.state != PracticeProof.State.RECEIVED]
    if obligation.state == PracticeObligation.State.RUNNING and awaited:
        first = awaited[0]
        return (
            f"Votre prochaine attestation est attendue le {day_text(first.due_on)}.",
            "attestation",
            first.pk,
        )
    sentence, slug, target = _practice_next(obligation)
    return (sentence, slug, target) if not slug or STEPS[slug].recipient else (sentence, "", 0)


def _practice_next(obligation: PracticeObligation) -> Next:
    state = PracticeObligation.State
    if obligation.state == state.STUDYING:
        return "Le diplôme, une fois obtenu, ouvre le délai d'installation.", "declencheur", 0
    if obligation.state in (state.AWAITING_START, state.DEFERRED):
        deadline = obligation.start_deadline
        until = f" au plus tard le {day_text(deadline)}" if deadline else ""
        return f"L'exercice doit commencer{until}.", "debut", 0
    if obligation.state == state.RUNNING:
        due = due_on(obligation)
        return (
            (f"La prochaine attestation est attendue le {day_text(due)}." if due else "Rien n'est attendu."),
            "",
            0,
        )
    return f"Engagement clos : {obligation.get_state_display().lower()}.", "", 0


def _breach_next(breach: Breach) -> Next:
    if breach.state == Breach.State.SUSPECTED:
        return "Le bénéficiaire doit d'abord pouvoir répondre.", "contradictoire", breach.pk
    if breach.letter is not None and breach.letter.state == Letter.State.DRAFT:
        return "Le courrier de la procédure contradictoire attend d'être envoyé.", "letter", breach.letter.pk
    if breach.observed_at is None and breach.heard_until is not None and clock.today() <= breach.heard_until:
        until = day_text(breach.heard_until)
        return f"Le bénéficiaire peut répondre jusqu'au {until}.", "observations", breach.pk
    return "Le bénéficiaire a pu répondre : le manquement est à trancher.", "confirmer", breach.pk


def _clawback_next(clawback: Clawback) -> Next:
    if clawback.letter is not None and clawback.letter.state == Letter.State.DRAFT:
        return "La décision attend d'être notifiée.", "letter", clawback.letter.pk
    if clawback.state == Clawback.State.DECIDED:
        return f"{euros(clawback.left)} sont à réclamer par un titre de recettes.", "titre", clawback.pk
    awaited = next((row for row in clawback.instalments.all() if row.paid_on is None), None)
    if awaited is None:
        return "Rien n'est plus attendu.", "", 0
    due = f"échéance {awaited.number} le {day_text(awaited.due_on)}"
    sentence = f"{euros(clawback.left)} restent à recouvrer ; {due}."
    return sentence, "encaisser", awaited.pk


def links(obligation: PracticeObligation, user: User) -> list[Link]:
    """What else may be done in this state."""
    if not user.can(STEPS["debut"].right, obligation.agreement.authority):
        return []
    paused = any(row.kind == "interruption" and row.ends_on is None for row in obligation.periods.all())
    hidden = {"resume"} if not paused else {"interrupt"}
    if obligation.breaches.open().exists():
        hidden.add("suspect")
    if terms_of(obligation).zone_loss is not ZoneLoss.END:
        hidden.add("end_by_zone_loss")
    if not terms_of(obligation).interruptions:
        hidden.add("interrupt")
    return [
        Link(STEPS[slug].label, reverse("obligations:step", args=[obligation.pk, slug]))
        for verb, slug in LINKS
        if obligation.state in OBLIGATION[verb] and verb not in hidden
    ]


def decisions(obligation: PracticeObligation, breach: Breach | None, user: User) -> list[Link]:
    """How an open breach may be settled, and observations added."""
    verbs = (
        ("record_observations", "observations"),
        ("confirm", "confirmer"),
        ("defer", "reporter"),
        ("waive", "dispenser"),
        ("dismiss", "ecarter"),
    )
    return [] if breach is None else _on(obligation, breach.pk, breach.state, BREACH, verbs, user)


def recoveries(obligation: PracticeObligation, clawback: Clawback | None, user: User) -> list[Link]:
    """What may be done about a claim."""
    verbs = (("order", "titre"), ("relieve", "remise"), ("write_off", "non-valeur"), ("cancel", "annuler"))
    return [] if clawback is None else _on(obligation, clawback.pk, clawback.state, CLAWBACK, verbs, user)


def _on(
    obligation: PracticeObligation,
    target: int,
    state: str,
    table: Any,
    verbs: tuple[tuple[str, str], ...],
    user: User,
) -> list[Link]:
    authority = obligation.agreement.authority
    return [
        Link(STEPS[slug].label, reverse("obligations:step_on", args=[obligation.pk, slug, target]))
        for verb, slug in verbs
        if state in table[verb] and user.can(STEPS[slug].right, authority)
    ]


def _periods(obligation: PracticeObligation) -> list[tuple[PracticePeriod, str]]:
    """The periods, each with the name of its commune."""
    listed = list(obligation.periods.order_by("starts_on", "pk"))
    names = place_names(listed)
    return [(row, names.get(row.commune, row.commune)) for row in listed]
