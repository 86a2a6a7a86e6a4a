"""`maillage`: the program's command line. Every sub-command is a management command of a room."""

from __future__ import annotations

import argparse
import os
import sys
from difflib import get_close_matches

# In the order a newcomer needs them.
COMMANDS = {
    "run": "lancer le programme dans le navigateur",
    "demo": "créer le territoire de démonstration",
    "load": "charger les fichiers officiels d'un dossier",
    "travel": "construire les temps de trajet par la route",
    "fetch": "télécharger les fichiers officiels",
    "diagnose": "indicateurs d'un territoire",
    "forecast": "prévoir praticiens et accès aux soins, avec leurs intervalles",
    "evaluate": "évaluer les aides signées : effet sur l'accès, durée de présence",
    "simulate": "simuler des changements : installations, cabines, fermetures",
    "site": "chercher où implanter des lieux de soins",
    "plan": "vérifier, charger ou rendre un fichier de plan",
    "adduser": "donner un rôle à une personne",
    "files": "vérifier et nettoyer les fichiers reçus",
    "daily": "faire chaque nuit ce que le temps fait : refus implicites, rappels, échéances",
    "worker": "exécuter les travaux longs",
    "doctor": "dire ce qui manque à cette installation",
}
# Kept reachable for those who run an installation, out of the short list.
MAINTENANCE = ("migrate", "makemigrations", "check", "shell", "collectstatic", "test")


def usage() -> str:
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{summary}" for name, summary in COMMANDS.items()]
    return "\n".join(
        ["Usage : maillage COMMANDE [options]", "", *lines, "", "maillage COMMANDE --help donne les options."]
    )


def main(argv: list[str] | None = None) -> None:
    """Run one command. Exit codes: 0 done, 1 refused or failed (one sentence says why), 2 wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.site.settings")
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage() + "\n")
        return
    name = arguments[0]
    if name not in COMMANDS and name not in MAINTENANCE:
        close = get_close_matches(name, COMMANDS, n=1)
        hint = f" Vouliez-vous dire « {close[0]} » ?" if close else " « maillage --help » donne la liste."
        sys.stderr.write(f"« {name} » n'est pas une commande de Maillage.{hint}\n")
        sys.exit(2)
    sys.exit(run(name, arguments[1:]))


def run(name: str, arguments: list[str]) -> int:
    """Run one command and give its exit code, its refusal printed as one sentence."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, ManagementUtility

    _translate_argparse()
    utility = ManagementUtility(["maillage", name, *arguments])
    if name in MAINTENANCE:
        utility.execute()
        return 0
    import django

    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        return 1
    command = utility.fetch_command(name)
    # Else a wrong option raises, as it must when a command is called by code.
    command._called_from_command_line = True  # type: ignore[attr-defined]
    options = vars(command.create_parser("maillage", name).parse_args(arguments))
    try:
        command.execute(*options.pop("args", ()), **options)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.returncode
    except KeyboardInterrupt:
        sys.stderr.write("Interrompu.\n")
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python must not complain again as it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _translate_argparse() -> None:
    """argparse says what is wrong through gettext, and ships no French."""
    french = {
        "usage: ": "usage : ",
        "options": "options",
        "positional arguments": "arguments",
        "show this help message and exit": "affiche cette aide",
        "%(prog)s: error: %(message)s\n": "%(message)s\n« maillage --help » donne la liste des commandes.\n",
        "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
        "the following arguments are required: %s": "Il manque : %s.",
        "unrecognized arguments: %s": "Option inconnue : %s.",
        "expected one argument": "une valeur est attendue.",
        "expected at least one argument": "au moins une valeur est attendue.",
        "invalid choice: %(value)r (choose from %(choices)s)": "« %(value)s » n'est pas l'un de %(choices)s.",
        "invalid %(type)s value: %(value)r": "« %(value)s » n'est pas une valeur possible.",
    }
    argparse._ = lambda message: french.get(message, message)  # type: ignore[attr-defined]
