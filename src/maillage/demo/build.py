"""Making the demo: the territory as files, the files loaded like any others, the people who may walk in."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from maillage.accounts.actions import create_user, ensure_authority, grant_role
from maillage.accounts.models import Authority, User
from maillage.accounts.roles import Role
from maillage.demo import files, registers
from maillage.demo.geography import DEPARTEMENTS, HOME
from maillage.demo.names import person_name
from maillage.demo.people import YEARS
from maillage.demo.programme.telling import Progress, tell_programme, was_interrupted, was_told
from maillage.demo.territory import DEPARTEMENT_NAMES, Territory, make_territory
from maillage.intake.actions import load
from maillage.kit.console import Refused, prepare_database
from maillage.kit.lock import held
from maillage.sources.professions import PROFESSIONS
from maillage.territories.models import Commune, Dataset

DEFAULT_SEED = 7
DEFAULT_SHARE = 1.0
EPCI_ROLES = (
    Role.ADMINISTRATOR,
    Role.MISSION_OFFICER,
    Role.FINANCE_OFFICER,
    Role.ELECTED_MEMBER,
    Role.PARTNER,
)


def make_demo(
    *, seed: int = DEFAULT_SEED, progress: Progress = lambda done, when: None, share: float = DEFAULT_SHARE
) -> bool:
    """Make the demo in MAILLAGE_HOME. Returns whether anything changed: the same seed twice changes nothing.

    :param share: of the applications of its programme, for a quicker demonstration; 0 tells no programme.

    A demo whose making was interrupted is made again from nothing. Raises Refused beside real data, since the
    demo lets anyone in without a password, and while another process makes the demo.
    """
    otherwise = "La démonstration est en cours de création : attendez quelques minutes qu'elle soit prête."
    with held("demo", otherwise=otherwise):
        return _make(seed, progress, share)


def is_wanted() -> bool:
    """Whether nothing is loaded yet, or only a demo whose making was interrupted."""
    return not Commune.objects.exists() or (_is_alone() and was_interrupted())


def _make(seed: int, progress: Progress, share: float) -> bool:
    if not _is_alone():
        raise Refused(
            "Cette installation contient déjà des données réelles : choisissez un autre dossier avec "
            "MAILLAGE_HOME pour la démonstration."
        )
    if was_interrupted():
        _erase()
    territory = make_territory(seed)
    folder = settings.HOME / "demo" / "files"
    write_files(territory, folder)
    authorities = _authorities(territory)
    changed = _load(folder, authorities[0])
    changed = _people(authorities) or changed
    if not share:
        return changed
    told = tell_programme(
        territory, *authorities, folder=folder.with_name("registers"), progress=progress, share=share
    )
    return told or changed


def _is_alone() -> bool:
    """Whether no commune is loaded but those of the demo."""
    return not Commune.objects.exclude(departement__in=DEPARTEMENTS).exists()


def _erase() -> None:
    """Erase an installation that holds nothing but a demo. What it kept cannot be deleted row by row."""
    if connection.vendor != "sqlite":
        raise Refused(
            "La création de la démonstration a été interrompue : videz sa base de données, puis relancez "
            "« maillage demo »."
        )
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{connection.settings_dict['NAME']}{suffix}").unlink(missing_ok=True)
    prepare_database()


def write_files(territory: Territory, folder: Path) -> None:
    """Every file of the demo, in a folder that holds nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for write in (
        files.write_communes,
        files.write_areas,
        files.write_contours,
        files.write_travel_times,
        files.write_population_by_age,
        files.write_zoning,
        files.write_programmes,
        registers.write_rpps,
        registers.write_finess,
        registers.write_densities,
        registers.write_specialties,
        registers.write_ages,
    ):
        write(territory, folder)
    for profession in PROFESSIONS:
        files.write_apl(territory, profession, folder)
    for year in YEARS:
        registers.write_facilities(territory, year, folder)


def _territories(territory: Territory) -> dict[str, str]:
    """Key and name of the département and of the intercommunal body of its main town."""
    return {
        f"departement:{HOME}": DEPARTEMENT_NAMES[HOME],
        f"epci:{territory.epci_codes[0]}": territory.epci_names[0],
    }


def _authorities(territory: Territory) -> list[Authority]:
    """Opened before the load, which would open them as ordinary ones."""
    return [
        ensure_authority(territory=key, name=name, is_demo=True)
        for key, name in _territories(territory).items()
    ]


def _load(folder: Path, authority: Authority) -> bool:
    """Load the files unless each of them is in force already. The authorities are open by then.

    A register replaced since by a later one stays replaced.
    """
    known = set(Dataset.objects.active().values_list("sha256", flat=True))
    if was_told(authority):
        known |= {files.sha256(path) for path in folder.glob(f"{registers.RPPS_NAME}*")}
    if all(files.sha256(path) in known for path in folder.iterdir()):
        return False
    load(folder=folder, territories=[f"departement:{HOME}"])
    return True


def _people(authorities: list[Authority]) -> bool:
    """One person per role of each authority, under the addresses that one-click sign-in looks for."""
    rng = np.random.default_rng(0)
    changed = False
    for authority in authorities:
        for role in Role if authority.kind == Authority.Kind.DEPARTEMENT else EPCI_ROLES:
            given, family = person_name(rng)
            email = f"{role}@{authority.slug}.invalid"
            user = User.objects.filter(email=email).first()
            if user is None:
                user = create_user(email=email, full_name=f"{given} {family}")
                changed = True
            grant_role(user=user, authority=authority, role=role, by=None)
    return changed
