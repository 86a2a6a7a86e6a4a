"""What is right and wrong with this installation, one finding per question."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.utils import timezone

from maillage.jobs.models import Job, Worker
from maillage.kit.text import number
from maillage.kit.words import counted
from maillage.site.checks import missing_vendor_files
from maillage.territories.models import Dataset

OLDEST_PYTHON = (3, 11)
LOW_DISK_GB = 2.0
State = Literal["bon", "à voir", "manque"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question, and what to do about it unless it is good."""

    subject: str
    state: State
    says: str
    remedy: str = ""


def findings() -> list[Finding]:
    """Every finding. Questions about what the database holds are asked only of one that is up to date."""
    found = [python(), home(), disk(), secret_key(), vendor_files(), demo()]
    reached = database()
    found.append(reached)
    if reached.state == "manque":
        return found
    if connection.vendor == "sqlite":
        found.append(write_ahead_log())
    schema = migrations()
    found.append(schema)
    if schema.state == "bon":
        found += [question() for question in STORED]
    return found


def python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding("Python", "manque", version, "Installez Python 3.11 ou plus récent.")
    return Finding("Python", "bon", version)


def home() -> Finding:
    if os.access(settings.HOME, os.W_OK):
        return Finding("Dossier de travail", "bon", str(settings.HOME))
    remedy = "Donnez le droit d'y écrire, ou choisissez un autre dossier par MAILLAGE_HOME."
    return Finding("Dossier de travail", "manque", f"{settings.HOME} : écriture refusée", remedy)


def disk() -> Finding:
    free = shutil.disk_usage(settings.HOME).free / 1e9
    says = f"{number(free, 1)} Go libres"
    if free < LOW_DISK_GB:
        return Finding("Disque", "à voir", says, "Libérez de la place : un chargement national demande 2 Go.")
    return Finding("Disque", "bon", says)


def secret_key() -> Finding:
    file = settings.HOME / "secret_key"
    if not file.exists():
        return Finding("Clé secrète", "bon", "donnée par l'environnement")
    if file.stat().st_mode & 0o077:
        return Finding(
            "Clé secrète", "à voir", "lisible par d'autres comptes", f"Lancez « chmod 600 {file} »."
        )
    return Finding("Clé secrète", "bon", "lisible par le programme seul")


def vendor_files() -> Finding:
    missing = missing_vendor_files()
    if missing:
        return Finding("Fichiers d'affichage", "manque", ", ".join(missing), "Lancez « make setup ».")
    return Finding("Fichiers d'affichage", "bon", "présents")


def demo() -> Finding:
    if settings.DEMO and settings.HTTPS:
        remedy = "Retirez MAILLAGE_DEMO et le fichier « demo » du dossier de travail."
        return Finding("Démonstration", "manque", "ouverte sans mot de passe en production", remedy)
    return Finding("Démonstration", "bon", "ouverte" if settings.DEMO else "fermée")


def database() -> Finding:
    kinds = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    try:
        connection.ensure_connection()
    except Exception as error:
        # Whatever the driver raises, the sentence is the same: the database cannot be reached.
        says = f"injoignable ({str(error).strip().splitlines()[0]})"
        return Finding(
            "Base de données", "manque", says, "Vérifiez DATABASE_URL et que le serveur est en marche."
        )
    return Finding("Base de données", "bon", kinds.get(connection.vendor, connection.vendor))


def write_ahead_log() -> Finding:
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if mode == "wal":
        return Finding("Écritures simultanées", "bon", "journal WAL")
    remedy = "Placez MAILLAGE_HOME sur un disque local : un partage réseau ne convient pas à SQLite."
    return Finding("Écritures simultanées", "à voir", f"journal {mode}", remedy)


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        says = f"{counted(len(pending), 'mise')} à jour à faire"
        return Finding(
            "Structure de la base", "manque", says, "Lancez « maillage migrate », ou « maillage run »."
        )
    return Finding("Structure de la base", "bon", "à jour")


def data() -> Finding:
    kinds = Dataset.objects.active().order_by("kind").values_list("kind").annotate(Count("pk"))
    loaded = ", ".join(f"{kind} ({count})" for kind, count in kinds)
    if not loaded:
        remedy = "Lancez « maillage load DOSSIER --territory departement:77 », ou « maillage demo »."
        return Finding("Données", "à voir", "rien n'est chargé", remedy)
    return Finding("Données", "bon", loaded)


def worker() -> Finding:
    latest = Worker.objects.first()
    if Worker.objects.alive().exists():
        return Finding("Exécutant", "bon", "en marche")
    says = f"vu le {timezone.localtime(latest.seen_at):%d/%m/%Y à %H:%M}" if latest else "jamais vu"
    return Finding("Exécutant", "à voir", says, "Lancez « maillage worker » (« maillage run » le fait).")


def stale_jobs() -> Finding:
    waiting, silent = Job.objects.unfinished().count(), Job.objects.silent().count()
    if silent:
        remedy = "Lancez « maillage worker », qui reprend ce qu'un arrêt a interrompu."
        return Finding("Travaux", "à voir", f"{silent} sans signe de vie", remedy)
    return Finding("Travaux", "bon", f"{waiting} en attente ou en cours")


STORED: tuple[Callable[[], Finding], ...] = (data, worker, stale_jobs)
