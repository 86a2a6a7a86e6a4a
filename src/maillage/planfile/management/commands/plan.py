"""`maillage plan`: check a plan file, load it, write a stored plan back as a file."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any

from maillage.kit.console import Command as BaseCommand
from maillage.kit.console import Refused, prepare_database
from maillage.kit.words import counted
from maillage.planfile.actions import load_file
from maillage.planfile.checking import check, summary
from maillage.planfile.exporting import export
from maillage.planfile.findings import PlanFinding, errors
from maillage.planfile.library import SHIPPED, text_of
from maillage.planfile.reading import MAX_BYTES, read
from maillage.plans.models import Plan

WIDTH = 80
COLUMNS = ("niveau", "ligne", "champ", "constat", "à faire")


class Command(BaseCommand):
    help = "Vérifie un fichier de plan, le charge, ou rend le fichier d'un plan."
    # Each sub-command says whether it needs the database.
    prepares_database = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Parsers made by Django's class ask for arguments of its own: plain ones are enough here.
        verbs = parser.add_subparsers(
            dest="verb", required=True, metavar="VERBE", parser_class=ArgumentParser
        )
        checking = verbs.add_parser("check", help="dit ce qui ne va pas, ou n'est pas permis")
        checking.add_argument(
            "file", nargs="?", metavar="FICHIER", help=f"fichier TOML, ou plan fourni : {', '.join(SHIPPED)}"
        )
        self.add_format(checking)
        loading = verbs.add_parser("load", help="charge un plan, sans rien refaire s'il l'est déjà")
        loading.add_argument("file", metavar="FICHIER", help="fichier TOML, ou nom d'un plan fourni")
        loading.add_argument(
            "--territory",
            default="",
            metavar="TERRITOIRE",
            help="collectivité qui reprend le plan, par exemple departement:41 (celle du fichier par défaut)",
        )
        exporting = verbs.add_parser("export", help="rend le fichier d'un plan chargé")
        exporting.add_argument("key", metavar="CLÉ", help="clé du plan")
        exporting.add_argument("--territory", default="", metavar="TERRITOIRE", help="s'il y en a plusieurs")
        exporting.add_argument("--output", type=Path, metavar="FICHIER", help="au lieu de la sortie")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs = {"check": self.check_file, "load": self.load_file, "export": self.export_file}
        verbs[options["verb"]](options)

    def check_file(self, options: dict[str, Any]) -> None:
        if options["file"] is None:
            self.list_shipped(options["format"])
            return
        reading, findings = check(text_of_file(options["file"]))
        if options["format"] == "table":
            self.stdout.write(fill(reading.file.content.title if reading.file else options["file"], WIDTH))
            self.stdout.write(paragraphs(findings))
        else:
            self.write_table(options["format"], COLUMNS, [_row(finding) for finding in findings])
        if wrong := errors(findings):
            raise Refused(f"{counted(len(wrong), 'erreur')} : corrigez le fichier avant de le charger.")
        if options["format"] == "table":
            self.stdout.write(summary(findings))

    def list_shipped(self, fmt: str) -> None:
        rows = []
        for name in SHIPPED:
            file = read(text_of(name)).file
            assert file is not None
            content = file.content
            years = f"{content.first_year}-{content.last_year}"
            rows.append((name, file.authority_name, years, len(content.measures), len(file.schemes)))
        self.write_table(
            fmt, ("nom", "collectivité", "période", "mesures", "dispositifs"), rows, title="Plans fournis"
        )

    def load_file(self, options: dict[str, Any]) -> None:
        text = text_of_file(options["file"])
        prepare_database()
        loaded = load_file(text=text, territory=options["territory"])
        if not loaded.changes:
            self.stdout.write(f"{loaded.plan} : rien de nouveau depuis la version {loaded.version.number}.")
            return
        for change in loaded.changes:
            self.stdout.write(f"- {change}")
        self.stdout.write(
            f"{loaded.plan} ({loaded.plan.authority}) : version {loaded.version.number} du fichier, "
            f"{counted(len(loaded.changes), 'changement')}."
        )

    def export_file(self, options: dict[str, Any]) -> None:
        prepare_database()
        text = export(stored_plan(options["key"], options["territory"]))
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        try:
            options["output"].write_text(text, encoding="utf-8")
        except OSError as error:
            raise Refused(f"« {options['output']} » ne peut être écrit ({error.strerror}).") from error


def text_of_file(name: str) -> str:
    """The text of a file, or of a shipped plan by its name. Raises Refused."""
    if name in SHIPPED:
        return text_of(name)
    path = Path(name)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused(f"« {name} » est trop gros pour un fichier de plan (2 Mo au plus).")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused(
            f"« {name} » ne peut être lu ({error.strerror}). Donnez un fichier TOML, ou un plan fourni : "
            f"{', '.join(SHIPPED)}."
        ) from error
    except UnicodeDecodeError as error:
        raise Refused(f"« {name} » n'est pas un texte en UTF-8 : enregistrez-le ainsi.") from error


def stored_plan(key: str, territory: str) -> Plan:
    """The plan of that key, in the authority of the territory when several hold one. Raises Refused."""
    found = list(Plan.objects.filter(key=key).select_related("authority").order_by("authority__territory"))
    if territory:
        found = [plan for plan in found if plan.authority.territory == territory]
    if not found:
        keys = sorted(set(Plan.objects.values_list("key", flat=True)))
        known = (
            f"Plans chargés : {', '.join(keys)}." if keys else "Chargez-en un avec « maillage plan load »."
        )
        raise Refused(
            f"Aucun plan « {key} » n'est chargé{f' pour {territory}' if territory else ''}. {known}"
        )
    if len(found) > 1:
        owners = ", ".join(plan.authority.territory for plan in found)
        raise Refused(f"Plusieurs collectivités ont ce plan : précisez --territory parmi {owners}.")
    return found[0]


def paragraphs(findings: Iterable[PlanFinding]) -> str:
    """The findings as one reads them in a terminal: by level, each a short paragraph of its own."""
    blocks = []
    for level, group in groupby(findings, lambda finding: finding.level):
        found = list(group)
        blocks += [f"{level.label} ({len(found)})", *map(_paragraph, found)]
    return "\n".join(f"\n{block}" for block in blocks) + "\n"


def _paragraph(finding: PlanFinding) -> str:
    said = [f"{finding.level.label}, ligne {finding.line}, {finding.field or 'fichier'}", _sentence(finding)]
    if finding.remedy:
        said.append(f"→ {finding.remedy}")
    # A field is copied from here to an editor: never cut in two.
    return "\n".join(
        fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)
        for line in said
    )


def _sentence(finding: PlanFinding) -> str:
    return f"{finding.code} {finding.sentence}" if finding.code else finding.sentence


def _row(finding: PlanFinding) -> tuple[str, int, str, str, str]:
    return finding.level.label, finding.line, finding.field, _sentence(finding), finding.remedy
