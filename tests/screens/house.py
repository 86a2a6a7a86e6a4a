"""The pages of the house itself: portal, accounts, diagnosis, office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from applying import scheme, submitted
from budget.money import funded
from maillage.accounts.models import User
from maillage.accounts.roles import Role
from maillage.intake.models import ImportRun
from maillage.jobs.models import Job
from people import authority
from plans.plan import measure, written
from screens.screen import Screen


def diagnosis(name: str, key: str = "departement:20", query: str = "", **options: Any) -> Screen:
    return Screen(f"diagnosis:{name}", lambda: [key], query, "loaded_territory", **options)


def office(name: str, arguments: Callable[[], list[Any]] = list, **options: Any) -> Screen:
    return Screen(f"office:{name}", arguments, role=Role.ADMINISTRATOR, **options)


def job(state: Job.State, **fields: Any) -> Callable[[], list[Any]]:
    def make() -> list[Any]:
        common = {"kind": "essai", "owner": User.objects.get(), "authority": authority(), "attempts": 1}
        return [Job.objects.create(**common, state=state, **fields).pk]

    return make


def defective_import() -> list[Any]:
    defect = {"column": "population", "problem": "Population négative.", "action": "Ligne laissée de côté."}
    file = {
        "file": "communes.json",
        "title": "Communes",
        "status": "loaded",
        "tables": [{"title": "Communes", "rows": 1200, "vintage": 2023}],
        "rows_set_aside": 1,
        "defect_counts": [{**defect, "count": 1}],
        "defects": [{**defect, "line": 3}],
    }
    run = {
        "folder": "/donnees",
        "succeeded": True,
        "outcome": "Un fichier chargé.",
        "report": {"files": [file]},
    }
    return [ImportRun.objects.create(**run).pk]


def planned() -> list[Any]:
    """A plan that runs, an envelope of its first measure, an application."""
    written()
    opened = funded(180000, y2026=60000)
    opened.measure = measure()
    opened.save()
    submitted(scheme())
    return []


SCREENS = {
    "home": Screen("portal:home", needs="loaded_territory"),
    "home of an empty installation": Screen("portal:home"),
    "home of the demo": Screen("portal:home", needs="demo"),
    "search results": Screen("portal:home", query="q=e", needs="loaded_territory"),
    "search without result": Screen("portal:home", query="q=nulle-part"),
    "accessibility statement": Screen("portal:accessibility"),
    "map by commune": diagnosis("map"),
    "map by epci": diagnosis("map", query="maille=epci"),
    "commune": diagnosis("map", "commune:20002"),
    "territory that does not exist": diagnosis("map", "commune:20999", status=404),
    "figures": diagnosis("figures"),
    "table": diagnosis("table"),
    "table filtered": diagnosis("table", query="sous=2,5&tri=-apl_mean"),
    "table without row": diagnosis("table", query="q=nulle-part"),
    "method": Screen("diagnosis:method", needs="loaded_territory"),
    "sign-in": Screen("accounts:sign_in"),
    "sign-in refused": Screen("accounts:sign_in", button="Se connecter"),
    "password": Screen("accounts:password_change", role=Role.HOST),
    "page that one may not open": Screen("office:members", role=Role.HOST, status=403),
    "my day": office("my_day"),
    "my day with a plan": office("my_day", planned),
    "plan and money": office("glance", planned),
    "plan and money, no plan": office("glance"),
    "search": office("search"),
    "search of the office": office("search", planned, query="q=dossier"),
    "search of a commune": office("search", query="q=f", needs="loaded_territory"),
    "jobs": office("jobs", needs="running_job"),
    "job in progress": office("job", job(Job.State.RUNNING, progress=42, step="Lecture")),
    "job that failed": office("job", job(Job.State.FAILED, error="Dossier vide.", log="Lecture\nArrêt")),
    "job that does not exist": office("job", lambda: [0], status=404),
    "imports": office("imports", needs="loaded_territory"),
    "import report": office("import_report", defective_import),
    "upload": office("upload"),
    "upload of nothing": office("upload", button="Envoyer et charger"),
    "settings": office("settings"),
    "team": office("members"),
    "journal": office("journal"),
}
# Addresses that are not pages: files, fragments of a page, answers to a button.
NOT_PAGES = {
    "office:glance_export",
    "accounts:sign_out",
    "accounts:enter_demo",
    "accounts:choose_authority",
    "accounts:theme",
    "accounts:logo",
    "diagnosis:export",
    "office:job_progress",
    "office:job_cancel",
    "office:job_file",
    "office:revoke",
}
