"""The story of an application, from the first answer to the end of its review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from maillage.accounts.models import User
from maillage.applications.actions import (
    accept_document,
    answer_correction,
    ask_correction,
    ask_opinion,
    assign,
    attach,
    begin_review,
    declare_complete,
    declare_inadmissible,
    give_opinion,
    lapse_silent,
    mark_ready,
    save,
    score,
    start,
    submit,
    withdraw,
    write_message,
    write_note,
)
from maillage.applications.models import Application, Call
from maillage.applications.questions import questions
from maillage.demo.programme.calendar import Story, later
from maillage.demo.programme.cases import Case, Fate
from maillage.demo.programme.papers import paper
from maillage.demo.programme.stage import Stage, in_days
from maillage.files.actions import check
from maillage.rules.money import to_cent
from maillage.schemes.models import Scheme

State = Application.State

INADMISSIBLE: Final = (
    "Les pièces demandées n'ont pas été fournies dans le délai.",
    "L'installation a eu lieu avant le dépôt de la demande.",
    "La demande relève du dispositif d'une autre collectivité.",
)
WITHDRAWN: Final = ("Projet reporté", "Installation dans un autre département", "Autre aide obtenue")
QUESTIONS: Final = (
    "Le projet répond-il à un besoin du secteur ?",
    "Ce lieu d'exercice vous paraît-il adapté ?",
)
OPINIONS: Final = (
    ("favourable", "Le besoin est réel et le projet solide."),
    ("favourable", ""),
    ("reserved", "L'équipe reste à compléter : à suivre de près."),
    ("unfavourable", "Une maison de santé existe déjà à moins de dix minutes."),
)


def apply(stage: Stage, case: Case) -> Story:
    """Someone applies; the authority reviews, unless it keeps silent or they give up."""
    yield stage.calendar.day(case.submitted_ago + stage.days(0, 6), stage.days(8, 20), stage.days(0, 59))
    application = _begin(stage, case)
    if case.fate is Fate.DRAFT:
        return
    yield stage.calendar.day(case.submitted_ago, stage.days(8, 21), stage.days(0, 59))
    _hand_in(application, case)
    application = submit(application=application, by=case.person.user)
    if case.fate is not Fate.SILENCE:
        yield from _review(stage, case, application)


def silence(stage: Stage) -> Story:
    """Every week, what was never answered is refused by the law."""
    moment = stage.calendar.day(900, 6)
    while True:
        yield moment
        lapse_silent(on=moment.date(), by=None)
        moment += timedelta(days=7)


def _begin(stage: Stage, case: Case) -> Application:
    authority = stage.team.authority
    scheme = Scheme.objects.get(authority=authority, key=case.scheme)
    call = Call.objects.get(authority=authority, key=case.call) if case.call else None
    by = case.person.user
    application = start(scheme=scheme, applicant=by, call=call, by=by)
    asked = questions(application)
    given = {key: value for key, value in case.answers.items() if key in asked}
    if "recipient_kind" in asked:
        # Who applies decides of what else is asked.
        kind = {"recipient_kind": given["recipient_kind"]}
        application = save(application=application, answers=kind, by=by)
        given = {key: value for key, value in case.answers.items() if key in questions(application)}
    application = save(application=application, answers=given, by=by)
    stage.cases[application.pk] = case
    return application


def _required(application: Application) -> list[str]:
    return [one.key for one in application.version.parsed.documents if one.required is True]


def _hand_in(application: Application, case: Case) -> None:
    required = _required(application)
    for key in required[: len(required) - case.lacks]:
        hand(application, key, case.person.user)


def hand(application: Application, key: str, by: User) -> None:
    """Attach a document and have it checked, as the worker of a running installation would."""
    label = next(one.label for one in application.version.parsed.documents if one.key == key)
    document = attach(application=application, requirement=key, upload=paper(label), by=by)
    check(file=document.file)


def _review(stage: Stage, case: Case, application: Application) -> Iterator[datetime]:
    by = stage.team.case_officers[application.pk % len(stage.team.case_officers)]
    yield later(stage.days(1, 3))
    assign(applications=[application], to=by, by=stage.team.officer)
    if case.lacks:
        yield from _complete(stage, case, application)
    yield later(stage.days(1, 4))
    if case.fate is Fate.INADMISSIBLE:
        declare_inadmissible(application=application, reason=stage.one(INADMISSIBLE), by=by)
        return
    for document in application.documents.standing().filter(state="received").order_by("pk"):
        accept_document(document=document, by=by)
    application = declare_complete(application=application, by=by)
    yield later(stage.days(1, 4))
    application = begin_review(application=application, by=by)
    if stage.happens(0.08):
        yield from _correct(stage, case, application, by)
    if stage.happens(0.15):
        write_message(application=application, text="Votre dossier est en cours d'instruction.", by=by)
        write_note(application=application, text="Bon dossier ; vérifier le calendrier.", by=by)
    if case.fate is Fate.WITHDRAW:
        yield later(stage.days(2, 9))
        withdraw(application=application, reason=stage.one(WITHDRAWN), by=case.person.user)
        return
    if case.scheme in ("maisons-de-sante", "demarrage-centre", "soins-non-programmes"):
        yield from _advise(stage, application, by)
    if case.call:
        _score(stage, application, by)
    yield later(stage.days(3, 9))
    stage.ready[case.route].append(mark_ready(application=application, by=by))


def _complete(stage: Stage, case: Case, application: Application) -> Iterator[datetime]:
    """What was forgotten comes a few days later."""
    yield later(stage.days(4, 18))
    hand(application, _required(application)[-1], case.person.user)
    answer_correction(application=application, by=case.person.user)


def _correct(stage: Stage, case: Case, application: Application, by: User) -> Iterator[datetime]:
    key = _required(application)[0]
    ask_correction(
        application=application,
        fields=[],
        requirements=[key],
        message="La pièce transmise est illisible : merci de l'envoyer de nouveau.",
        due_on=in_days(21),
        by=by,
    )
    yield later(stage.days(3, 15))
    hand(application, key, case.person.user)
    answer_correction(application=application, by=case.person.user)
    yield later(2)
    for document in application.documents.standing().filter(state="received").order_by("pk"):
        accept_document(document=document, by=by)
    application.refresh_from_db()
    application = declare_complete(application=application, by=by)
    begin_review(application=application, by=by)


def _advise(stage: Stage, application: Application, by: User) -> Iterator[datetime]:
    partner = stage.team.partner
    request = ask_opinion(
        application=application,
        asked_to=partner,
        question=stage.one(QUESTIONS),
        due_on=in_days(15),
        is_confidential=True,
        by=by,
    )
    yield later(stage.days(4, 12))
    opinion, reasons = OPINIONS[stage.days(0, len(OPINIONS) - 1)]
    give_opinion(request=request, opinion=opinion, reasons=reasons, by=partner)


def _score(stage: Stage, application: Application, by: User) -> None:
    grid = application.call.scoring_grid if application.call else []
    points = {line["key"]: (to_cent(Decimal(stage.days(2, line["points"]))), "") for line in grid}
    score(application=application, points=points, by=by)
