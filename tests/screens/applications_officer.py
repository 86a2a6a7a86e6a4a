"""What those who review applications see: the list, a file tab by tab, opinions, calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from applying import call, scheme, submitted
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.applications import actions
from maillage.applications.models import Application, Call, OpinionRequest
from maillage.files.models import StoredFile
from maillage.kit import clock
from people import person
from scheme_examples import bursary
from screens.screen import Screen

GRID = [
    {"key": "utility", "label": "Utilité pour le territoire", "points": 10, "weight": 2},
    {"key": "budget", "label": "Budget réaliste", "points": 5, "weight": 1},
]


def office(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"applications:{name}", arguments, role=Role.MISSION_OFFICER, **options)


def reader(role: Role = Role.MISSION_OFFICER) -> User:
    return User.objects.get(full_name=role.label)


def complete(row: Application) -> Application:
    """Declared complete, its documents accepted."""
    StoredFile.objects.update(state=StoredFile.State.ACCEPTED)
    for document in row.documents.select_related("file"):
        actions.accept_document(document=document, by=None)
    return actions.declare_complete(application=row, by=None)


def asked_again() -> Application:
    """Under review and waiting for its applicant, with all that may be written about it."""
    row, me = complete(submitted()), reader()
    actions.assign(applications=[row], to=me, by=me)
    row.declared_aids.create(funder="Région fictive", label="Bourse", amount=3000, signed_on=clock.today())
    actions.write_message(application=row, text="Bonjour, nous avons bien reçu votre dossier.", by=me)
    actions.write_note(application=row, text="Rappeler lundi.", by=me)
    ask_opinion(row)
    actions.ask_correction(
        application=row,
        fields=["year_of_study"],
        requirements=["certificate"],
        message="Le certificat est illisible.",
        due_on=clock.today() + timedelta(days=20),
        by=me,
    )
    return row


def ask_opinion(row: Application, to: User | None = None) -> OpinionRequest:
    asked: OpinionRequest = actions.ask_opinion(
        application=row,
        asked_to=to or person(Role.PARTNER, name="Partenaire consulté"),
        question="Le projet répond-il à un besoin local ?",
        due_on=clock.today() + timedelta(days=21),
        is_confidential=True,
        by=None,
    )
    return asked


def stopped() -> Application:
    """With criteria that are not met, and a point that stops it from being granted."""
    return submitted(scheme(bursary()))


def scored() -> Application:
    """Submitted to a call with a grid, its points given."""
    wanted = graded_call()
    row = submitted(wanted.scheme)
    Application.objects.filter(pk=row.pk).update(call=wanted)
    row = complete(row)
    points = {line["key"]: (line["points"] - 1, "Bien argumenté.") for line in GRID}
    actions.score(application=row, points=points, by=reader())
    return row


def graded_call() -> Call:
    made = call(scheme())
    made.presentation, made.themes = (
        "Pour des projets locaux.",
        [{"key": "access", "label": "Accès aux soins"}],
    )
    made.scoring_grid = GRID
    made.save()
    return made


def prepared_call() -> Call:
    now = clock.now()
    window = {"opens_at": now, "closes_at": now + timedelta(days=30)}
    created: Call = actions.create_call(scheme=scheme(), title="Appel en préparation", by=None, **window)
    return created


def tab(key: str, made: Callable[[], Application] = asked_again) -> Screen:
    return office("dossier_tab", lambda: [made().pk, key])


def several() -> list[Any]:
    asked_again(), stopped(), scored()
    return []


def opinions_asked() -> list[Any]:
    ask_opinion(complete(submitted()), reader(Role.PARTNER))
    return []


def opinion_asked() -> list[Any]:
    return [ask_opinion(complete(submitted()), reader(Role.PARTNER)).pk]


def decided() -> Application:
    row = submitted()
    return actions.declare_inadmissible(application=row, reason="Hors du département.", by=None)


SCREENS = {
    "no dossier": office("dossiers"),
    "dossiers": office("dossiers", several),
    "dossiers filtered": office("dossiers", several, query="onglet=les-miens&texte=exemple&tri=montant"),
    "dossiers, acting on none": office("dossiers", several, button="Vérifier avant d’agir"),
    "handing over": office("hand_over", several),
    "handing over nothing": office("hand_over", button="Transmettre"),
    "dossier": office("dossier", lambda: [asked_again().pk]),
    **{
        f"dossier, {key}": tab(key)
        for key in ("pieces", "avis", "messagerie", "notes", "instruire", "historique", "notation")
    },
    "dossier, eligibilite": tab("eligibilite", stopped),
    "dossier, points given": tab("notation", scored),
    "dossier closed": tab("instruire", decided),
    "no opinion asked": Screen("applications:opinions", role=Role.PARTNER),
    "opinions asked": Screen("applications:opinions", opinions_asked, role=Role.PARTNER),
    "opinion": Screen("applications:opinion", opinion_asked, role=Role.PARTNER),
    "opinion without an answer": Screen(
        "applications:opinion", opinion_asked, role=Role.PARTNER, button="Rendre cet avis"
    ),
    "no call": office("calls"),
    "calls": office("calls", lambda: [graded_call(), prepared_call()][:0]),
    "call with its ranking": office("call", lambda: [scored().call_id]),
    "call prepared": office("call", lambda: [prepared_call().pk]),
    "new call": office("call_create"),
    "new call, nothing typed": office("call_create", button="Enregistrer"),
    "call edited": office("call_edit", lambda: [prepared_call().pk]),
}
NOT_PAGES = {
    "applications:dossiers_export",
    "applications:dossiers_bulk",
    "applications:act",
    "applications:document",
    "applications:call_publish",
    "applications:call_extend",
    "applications:call_cancel",
}
