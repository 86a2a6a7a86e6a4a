"""A second load of the register: some of those who were helped have moved, vanished or settled elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from maillage.accounts.models import Authority
from maillage.demo import registers
from maillage.demo.care import Practitioner
from maillage.demo.geography import HOME
from maillage.demo.programme.following import accuse, hear
from maillage.demo.programme.stage import Stage, in_days
from maillage.demo.territory import Territory
from maillage.intake.actions import load
from maillage.obligations.actions import explain_observation, monitor
from maillage.obligations.models import Observation, PracticeObligation

# Every so many obligations, in turn: what the register shows of it.
MOVED_EVERY, VANISHED_EVERY, SECOND_SITE_EVERY = 9, 13, 11
_SHORT = {"medecin": "mg", "chirurgien_dentiste": "cd", "sage_femme": "sf", "infirmier": "inf"}


def load_again(territory: Territory, authority: Authority, folder: Path, *, extracted: date) -> None:
    """Write the register as it would be today, load it, and compare it with the obligations."""
    folder.mkdir(parents=True, exist_ok=True)
    people = {one.rpps: one for one in territory.care.practitioners if one.active_in(registers.LATEST)}
    followed = PracticeObligation.objects.filter(agreement__authority=authority, state="running")
    for rank, obligation in enumerate(followed.exclude(rpps="").order_by("pk"), start=1):
        known = people.get(obligation.rpps) or _graduate(territory, obligation)
        people.pop(obligation.rpps, None)
        if rank % VANISHED_EVERY:
            people[obligation.rpps] = _seen(territory, known, rank)
    registers.write_rpps(territory, folder, people=list(people.values()), extracted=f"{extracted:%Y%m%d}")
    load(folder=folder, territories=[f"departement:{HOME}"])
    monitor()


def _graduate(territory: Territory, obligation: PracticeObligation) -> Practitioner:
    """A line of the register for someone who was a student when the first one was made."""
    recipient = obligation.agreement.recipient
    is_doctor = recipient.profession == "medecin"
    return Practitioner(
        rpps=obligation.rpps,
        given_name=recipient.given_name,
        family_name=recipient.name,
        profession=_SHORT.get(recipient.profession, "mk"),
        specialty="SM54" if is_doctor else "",
        sites=(territory.land.codes.index(obligation.commune),),
        born=registers.LATEST - 29,
        first_year=registers.LATEST,
        last_year=9999,
        activity=3_000.0 if is_doctor else 0.8,
    )


def _seen(territory: Territory, person: Practitioner, rank: int) -> Practitioner:
    """Where the register finds someone: as before, in another département, or at one more place."""
    if rank % MOVED_EVERY == 0:
        elsewhere = next(at for at in range(len(territory.land)) if territory.departement(at) != HOME)
        return replace(person, sites=(elsewhere,))
    if rank % SECOND_SITE_EVERY == 0:
        return replace(person, sites=(person.sites[0], territory.people.towns[HOME][0]))
    return person


def answer(stage: Stage) -> None:
    """What the office has done of the observations so far: one explained, two held as breaches."""
    found = Observation.objects.filter(
        obligation__agreement__authority=stage.team.authority, state=Observation.State.OPEN
    )
    worrying = found.exclude(kind=Observation.Kind.SEEN).select_related("obligation__agreement__authority")
    for rank, observation in enumerate(worrying.order_by("pk")[:3]):
        if rank == 0:
            explain_observation(
                observation=observation,
                explanation="Remplacement de deux mois, confirmé par l'intéressé.",
                by=stage.team.officer,
            )
            continue
        reason = f"D'après le répertoire : {observation.get_kind_display().lower()}."
        breach = accuse(stage, observation.obligation, in_days(-5), reason, observation)
        if rank == 2:
            hear(stage, breach)
