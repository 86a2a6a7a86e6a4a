from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.accounts.actions import grant_role
from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.roles import Role
from maillage.intake.models import ImportRun
from maillage.jobs.models import Job, Worker
from maillage.territories.models import Dataset
from people import authority, person

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *arguments: object, **query: str) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def signed_in(client: Client, role: Role) -> User:
    user = person(role)
    client.force_login(user)
    return user


def dataset(kind: str, vintage: int | None = None) -> Dataset:
    return Dataset.objects.create(
        slot=kind,
        kind=kind,
        source="essai",
        title=f"Jeu {kind}",
        vintage=vintage,
        file="f.csv",
        sha256="0" * 64,
        size=1,
        rows=1,
        defects=0,
        active=True,
    )


# My day


def test_a_day_without_data_says_which_files_to_load(client: Client) -> None:
    signed_in(client, Role.MISSION_OFFICER)
    shown = page(client, "office:my_day")
    assert "Il manque la liste des communes, les contours, l" in shown
    assert "maillage load" in shown


def test_missing_data_is_told_only_to_those_who_can_load_some(client: Client) -> None:
    signed_in(client, Role.ELECTED_MEMBER)
    assert "Rien ne vous attend" in page(client, "office:my_day")


def test_an_old_vintage_is_something_to_see_to_and_a_recent_one_is_not(client: Client) -> None:
    signed_in(client, Role.MISSION_OFFICER)
    year = timezone.localdate().year
    for kind in ("communes", "contours"):
        dataset(kind)
    dataset("apl", year - 2)
    assert "Rien ne vous attend" in page(client, "office:my_day")
    Dataset.objects.filter(kind="apl").update(vintage=year - 5)
    shown = page(client, "office:my_day")
    assert "Jeu apl" in shown
    assert str(year - 5) in shown


def test_failed_and_waiting_jobs_are_in_the_day_of_their_owner_alone(client: Client) -> None:
    owner = signed_in(client, Role.CASE_OFFICER)
    now = timezone.now()
    failed = {"state": Job.State.FAILED, "error": "Dossier vide."}
    Job.objects.create(kind="essai", owner=owner, finished_at=now, **failed)
    Job.objects.create(kind="essai", owner=owner, finished_at=now - timedelta(days=30), **failed)
    Job.objects.create(kind="essai", owner=person(Role.HOST), finished_at=now, **failed)
    Job.objects.create(kind="essai", owner=owner)
    shown = page(client, "office:my_day")
    assert shown.count("Dossier vide.") == 1
    assert "aucun exécutant" in shown
    Worker.objects.create(host="ici", pid=1)
    assert "aucun exécutant" not in page(client, "office:my_day")


def test_a_refused_import_is_in_the_day_until_one_succeeds(client: Client) -> None:
    signed_in(client, Role.ANALYST)
    run = {"folder": "/donnees", "report": {"files": []}}
    ImportRun.objects.create(succeeded=False, outcome="Fichier tronqué.", **run)
    assert "Fichier tronqué." in page(client, "office:my_day")
    ImportRun.objects.create(succeeded=True, outcome="Tout va bien.", **run)
    assert "Fichier tronqué." not in page(client, "office:my_day")


def test_someone_without_any_role_is_told_what_to_do(client: Client) -> None:
    client.force_login(person())
    assert "Demandez un rôle" in page(client, "office:my_day")


def test_the_day_offers_the_other_authorities_one_works_for(client: Client) -> None:
    user = signed_in(client, Role.HOST)
    other = authority("01")
    assert other.name not in page(client, "office:my_day")
    grant_role(user=user, authority=other, role=Role.PARTNER, by=None)
    assert f'value="{other.slug}"' in page(client, "office:my_day")


# Long work


def test_the_page_of_a_running_job_shows_a_bar_and_can_stop_it(client: Client) -> None:
    owner = signed_in(client, Role.ANALYST)
    job = Job.objects.create(
        kind="essai", owner=owner, state=Job.State.RUNNING, progress=42, step="Lecture", attempts=1
    )
    shown = page(client, "office:job", job.pk)
    assert 'value="42"' in shown
    assert "Lecture" in shown
    assert f'hx-get="{reverse("office:job_progress", args=[job.pk])}"' in shown
    client.post(reverse("office:job_cancel", args=[job.pk]))
    shown = page(client, "office:job", job.pk)
    assert "arrêt est demandé" in shown
    assert "Arrêter ce travail" not in shown


def test_the_moving_part_of_a_finished_job_asks_for_the_whole_page(client: Client) -> None:
    job = Job.objects.create(kind="essai", owner=signed_in(client, Role.ANALYST), state=Job.State.DONE)
    url = reverse("office:job_progress", args=[job.pk])
    assert client.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    Job.objects.update(state=Job.State.RUNNING)
    moving = client.get(url, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in moving.headers
    assert "<html" not in moving.content.decode()


def test_the_log_of_a_job_is_for_administrators(client: Client) -> None:
    owner = signed_in(client, Role.ANALYST)
    job = Job.objects.create(
        kind="essai",
        owner=owner,
        authority=authority(),
        state=Job.State.FAILED,
        error="Raté.",
        log="Traceback",
    )
    assert "Traceback" not in page(client, "office:job", job.pk)
    signed_in(client, Role.ADMINISTRATOR)
    assert "Traceback" in page(client, "office:job", job.pk)


def test_the_job_of_another_does_not_exist(client: Client) -> None:
    job = Job.objects.create(kind="essai", owner=person(Role.ANALYST), authority=authority())
    signed_in(client, Role.MISSION_OFFICER)
    for name in ("job", "job_progress", "job_file"):
        assert client.get(reverse(f"office:{name}", args=[job.pk])).status_code == 404
    assert client.post(reverse("office:job_cancel", args=[job.pk])).status_code == 404


def test_cancelling_a_finished_job_says_why_it_cannot_be(client: Client) -> None:
    job = Job.objects.create(kind="essai", owner=signed_in(client, Role.ANALYST), state=Job.State.DONE)
    answer = client.post(reverse("office:job_cancel", args=[job.pk]), follow=True)
    assert "déjà fini" in answer.content.decode()


def test_the_file_of_a_job_is_downloaded_under_its_name(client: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    job = Job.objects.create(kind="essai", owner=signed_in(client, Role.ANALYST), state=Job.State.DONE)
    file = tmp_path / "jobs" / str(job.pk) / "liste.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"a;b\n")
    Job.objects.update(result_file=f"jobs/{job.pk}/liste.csv")
    answer = client.get(reverse("office:job_file", args=[job.pk]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="liste.csv"'
    answer.close()


# Imports


def test_the_demo_s_people_do_not_see_the_imports_of_real_data(client: Client) -> None:
    visitor = person(Role.ANALYST, authority("00", is_demo=True))
    client.force_login(visitor)
    run = ImportRun.objects.create(folder="/donnees", report={"files": []}, succeeded=False, outcome="Refus.")
    assert "Refus." in page(client, "office:imports")
    dataset("apl", 2023)
    assert "Refus." not in page(client, "office:imports")
    assert "Refus." not in page(client, "office:my_day")
    assert client.get(reverse("office:import_report", args=[run.pk])).status_code == 404
    grant_role(user=visitor, authority=authority("01"), role=Role.ANALYST, by=None)
    assert "Refus." in page(client, "office:imports")


def test_an_import_report_names_every_file_its_tables_and_its_defects(client: Client) -> None:
    signed_in(client, Role.MISSION_OFFICER)
    loaded = {
        "file": "apl.xlsx",
        "status": "loaded",
        "title": "APL",
        "rows_set_aside": 2,
        "tables": [{"title": "APL (DREES)", "vintage": 2023, "rows": 35_000}],
        "defects": [
            {
                "file": "apl.xlsx",
                "line": 12,
                "column": "APL",
                "problem": "Nombre illisible.",
                "action": "Ignoré.",
            }
        ],
        "defect_counts": [{"column": "APL", "problem": "Nombre illisible.", "action": "Ignoré.", "count": 2}],
    }
    left = {"file": "photo.jpg", "status": "unrecognised", "message": "Aucun format connu."}
    run = ImportRun.objects.create(
        folder="/donnees", succeeded=True, outcome="1 fichier chargé.", report={"files": [loaded, left]}
    )
    shown = page(client, "office:import_report", run.pk)
    for expected in ("apl.xlsx", "2023", "Nombre illisible.", "Ligne 12", "photo.jpg", "laissé de côté"):
        assert expected in shown
    assert "/donnees" in page(client, "office:imports")


# People, settings, journal


def test_an_invitation_shows_the_password_once(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    url = reverse("office:members")
    filled = {"email": "bob@exemple.invalid", "full_name": "Bob", "role": Role.HOST}
    answer = client.post(url, filled)
    assert "mot de passe provisoire" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert "provisoire" not in client.get(url).content.decode()


def test_what_is_wrong_with_an_invitation_is_said_in_the_form(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    filled = {"email": "bob@exemple.invalid", "full_name": "", "role": Role.HOST}
    shown = client.post(reverse("office:members"), filled).content.decode()
    assert "Donnez le nom de la personne" in shown
    assert "Erreur –" in shown


def test_a_role_is_taken_away_with_a_button(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    bob = person(Role.HOST)
    client.post(reverse("office:revoke", args=[bob.memberships.get().pk]))
    assert not bob.memberships.exists()


def test_the_last_administrator_is_told_why_the_role_stays(client: Client) -> None:
    alice = signed_in(client, Role.ADMINISTRATOR)
    answer = client.post(reverse("office:revoke", args=[alice.memberships.get().pk]), follow=True)
    assert "dernier rôle" in answer.content.decode()


def test_members_of_another_authority_cannot_be_touched(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    foreign = person(Role.HOST, authority("01")).memberships.get()
    assert client.post(reverse("office:revoke", args=[foreign.pk])).status_code == 404


def test_a_pale_colour_is_refused_in_the_form_and_the_page_keeps_its_own(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    filled = {"name": "Nouveau nom", "short_name": "N", "siren": "", "colour": "#ffee00"}
    shown = client.post(reverse("office:settings"), filled).content.decode()
    assert "ne se lit pas sur fond blanc" in shown
    assert Authority.objects.get().name == "Département fictif 00"
    assert "– Département fictif 00</title>" in shown


def test_settings_are_saved(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    filled = {"name": "Nouveau nom", "short_name": "N", "siren": "200000000", "colour": "#7a1f3d"}
    assert client.post(reverse("office:settings"), filled).status_code == 302
    assert Authority.objects.get().siren == "200000000"


def test_the_journal_is_filtered_by_person_day_and_text(client: Client) -> None:
    alice = signed_in(client, Role.ADMINISTRATOR)
    here = authority()
    record("test", "Une chose précise.", by=alice, authority=here)
    record("test", "Rien à voir.", by=None, authority=here)
    record("test", "Une chose d'ailleurs.", by=None, authority=authority("01"))
    everything = page(client, "office:journal")
    assert "Rien à voir." in everything
    assert "ailleurs" not in everything
    for query in ({"actor": str(alice.pk)}, {"text": "précise"}, {"since": "2020-01-01", "text": "précise"}):
        shown = page(client, "office:journal", **query)
        assert "Une chose précise." in shown
        assert "Rien à voir." not in shown
    assert "Aucun événement" in page(client, "office:journal", until="2020-01-01")


# The navigation and the cost of lists


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.ADMINISTRATOR, ["Données", "Travaux", "Journal", "Équipe", "Réglages"]),
        (Role.MISSION_OFFICER, ["Données", "Travaux", "Journal"]),
        (Role.APPLICANT, []),
    ],
)
def test_the_administration_offers_what_the_role_may_open(
    client: Client, role: Role, pages: list[str]
) -> None:
    signed_in(client, role)
    menu = client.get(reverse("office:my_day")).context["navigation"]
    found = [page.label for section in menu if section.label == "Administration" for page in section.pages]
    assert found == pages
    assert [section.label for section in menu if section.current] == ["Ma journée"]


def test_the_pages_of_a_section_are_a_second_row_when_one_of_them_is_read(client: Client) -> None:
    signed_in(client, Role.ADMINISTRATOR)
    assert client.get(reverse("office:my_day")).context["section"] is None
    section = client.get(reverse("office:journal")).context["section"]
    assert [page.label for page in section.pages if page.current] == ["Journal"]


LISTS = {"office:jobs": 7, "office:imports": 6, "office:members": 8, "office:journal": 8, "office:my_day": 51}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_no_more_queries_as_it_grows(
    client: Client, name: str, django_assert_max_num_queries: Any
) -> None:
    alice = signed_in(client, Role.ADMINISTRATOR)
    here = authority()
    for rank in range(30):
        someone = person(Role.HOST)
        Job.objects.create(kind="essai", owner=someone, authority=here)
        ImportRun.objects.create(
            folder=f"/d{rank}", succeeded=True, outcome="Bien.", report={"files": []}, actor=alice
        )
        record("test", f"Événement {rank}.", by=someone, authority=here)
    with django_assert_max_num_queries(LISTS[name]):
        page(client, name)
