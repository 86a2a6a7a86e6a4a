#!/usr/bin/env python3
"""What must hold before a change is merged: `tools/checks.py all`, or the name of one check.

`test` runs the tests on SQLite then on PostgreSQL, and says what this machine could not check. With CI=true,
whatever was skipped and could have been checked is a failure. Standard library only.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from with_postgres import ABSENT, cluster, find_binaries

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
# The real open data lie beside the checkout and nowhere else: their absence is not a fault of the machine.
NOT_TO_BE_HAD = "../shared/data"
# A funding page is the only address a lock file may hold.
FUNDING = re.compile(r'"url": "https?://[^"]*"')
HOST = re.compile(r"https?://|--(extra-)?index-url|--find-links|\"resolved\"")


@dataclass
class Tests:
    """What pytest itself counted, over all its runs."""

    passed: int = 0
    failed: int = 0
    broken: bool = False
    unchecked: Counter[str] = field(default_factory=Counter)

    @property
    def to_be_had(self) -> list[str]:
        return [reason for reason in self.unchecked if NOT_TO_BE_HAD not in reason]

    @property
    def succeeded(self) -> bool:
        return not (self.failed or self.broken or (IN_CI and self.to_be_had))


def command(*arguments: object) -> Callable[[], bool]:
    """A check that is one command, run at the root of the project."""

    def run() -> bool:
        with tempfile.TemporaryDirectory(prefix="maillage-check-") as home:
            environment = {**os.environ, "MAILLAGE_HOME": home}
            done = subprocess.run([str(part) for part in arguments], cwd=ROOT, env=environment)
        return done.returncode == 0

    return run


def locks_name_no_host() -> bool:
    """Lock files serve wherever packages come from: they name no host."""
    faults = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in (*sorted(ROOT.glob("requirements/*.txt")), ROOT / "frontend" / "package-lock.json")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if HOST.search(FUNDING.sub("", line))
    ]
    print("\n".join(faults) or "Aucun nom d'hôte.")
    return not faults


# Rooms of the ground floor know no database, and what a browser sees does not depend on which one it is.
WITHOUT_DATABASE = ("science", "sources", "drawing", "rules", "acts", "browser")

MAILLAGE = (sys.executable, "-m", "maillage")
CHECKS: dict[str, Callable[[], bool]] = {
    "format": command(SCRIPTS / "ruff", "format", "--check", "."),
    "lint": command(SCRIPTS / "ruff", "check", "."),
    "types": command(SCRIPTS / "mypy"),
    "floors": command(SCRIPTS / "lint-imports"),
    "migrations": command(*MAILLAGE, "makemigrations", "--check", "--dry-run"),
    "system": command(*MAILLAGE, "check", "--fail-level", "WARNING"),
    "templates": command(SCRIPTS / "djlint", "src", "--lint", "--quiet"),
    "locks": locks_name_no_host,
}


def test() -> Tests:
    """All tests on both databases."""
    tests = Tests()
    heading("tests sur SQLite")
    pytest(tests, None)
    heading("tests sur PostgreSQL")
    binaries = find_binaries()
    if binaries is None:
        print(ABSENT)
        tests.unchecked[f"tout sur PostgreSQL : {ABSENT}"] += 1
        return tests
    with cluster(binaries) as url:
        # The databases go with their cluster: dropping each one would only wait for a session left open.
        elsewhere = (f"--ignore=tests/{room}" for room in WITHOUT_DATABASE)
        pytest(tests, url, "--reuse-db", "-m", "not once", *elsewhere)
    return tests


def pytest(tests: Tests, database_url: str | None, *options: str) -> None:
    """One run of pytest, its own report left on the screen, its counts added."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    with tempfile.TemporaryDirectory(prefix="maillage-check-") as folder:
        report = Path(folder) / "report.xml"
        arguments = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}", *parallel(), *options]
        done = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment)
        tests.broken |= done.returncode != 0
        if report.exists():
            count(tests, report)


def parallel() -> list[str]:
    """As many runs at once as there are cores; the tests of a file share its costly fixtures."""
    cores = min(os.cpu_count() or 1, 4)
    return ["-n", str(cores), "--dist", "loadfile"] if cores > 1 else []


def count(tests: Tests, report: Path) -> None:
    for case in ET.parse(report).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if skipped is not None:
            tests.unchecked[skipped.get("message", "")] += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            tests.failed += 1
        else:
            tests.passed += 1


def say_what_was_not_checked(tests: Tests) -> None:
    if not tests.unchecked:
        print("Tout ce qui se vérifie l'a été sur cette machine.")
        return
    print("Non vérifié sur cette machine :")
    for reason, times in sorted(tests.unchecked.items()):
        print(f"  - {reason}" + (f" ({times} tests)" if times > 1 else ""))
    if IN_CI and tests.to_be_had:
        print("En intégration continue, tout cela doit être vérifié : installez ce qui manque.")


def heading(title: str) -> None:
    print(f"\n=== {title}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("check", choices=["all", "test", *CHECKS])
    wanted = parser.parse_args().check
    # A terminated run stops the database it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed = []
    for name, check in CHECKS.items():
        if wanted in ("all", name):
            heading(name)
            if not check():
                failed.append(name)
    tests = test() if wanted in ("all", "test") else None
    heading("bilan")
    if failed:
        print(f"Vérifications en échec : {', '.join(failed)}.")
    if tests is not None:
        say_what_was_not_checked(tests)
        print(f"{tests.passed} passed, {tests.failed} failed")
    sys.exit(bool(failed) or (tests is not None and not tests.succeeded))


if __name__ == "__main__":
    main()
