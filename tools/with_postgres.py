#!/usr/bin/env python3
"""Run a command beside a throw-away PostgreSQL: `tools/with_postgres.py pytest -q`.

The cluster listens on a unix socket in a temporary folder, gives its address in DATABASE_URL and removes
itself. Works as root (the server then runs as `postgres`) and as any user. Standard library only.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ABSENT = "PostgreSQL n'est pas installé (apt-get install postgresql)"
PORT = 5433
# Nothing here outlives the tests: durability would only cost time.
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def find_binaries() -> Path | None:
    """The folder of the newest PostgreSQL server, None when there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return max(found, key=_version, default=None)


def _version(folder: Path) -> int:
    numbers = re.findall(r"\d+", str(folder))
    return int(numbers[-1]) if numbers else 0


@contextmanager
def cluster(binaries: Path) -> Iterator[str]:
    """A running server; gives the DATABASE_URL of its empty database."""
    folder = Path(tempfile.mkdtemp(prefix="maillage-pg-", dir="/tmp"))
    owner = _server_user()

    def run(name: str, *arguments: str) -> None:
        command = [str(binaries / name), *arguments]
        # PostgreSQL refuses to run as root, and its user may not enter the current folder.
        subprocess.run(command, check=True, cwd=folder, user=owner, stdout=subprocess.DEVNULL)

    if owner:
        shutil.chown(folder, owner)
    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", "maillage", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        log = str(folder / "log")
        run("pg_ctl", "-D", data, "-w", "-s", "-l", log, "-o", f"-k {folder} -p {PORT} {OPTIONS}", "start")
        try:
            run("createdb", "-h", str(folder), "-p", str(PORT), "-U", "maillage", "maillage")
            yield f"postgres://maillage@/maillage?host={folder}&port={PORT}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-s", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> str | None:
    """Who the server runs as: another user when we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("Usage : tools/with_postgres.py COMMANDE [arguments]")
    binaries = find_binaries()
    if binaries is None:
        sys.exit(ABSENT)
    # A terminated run stops its server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with cluster(binaries) as url:
        code = subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}).returncode
    sys.exit(code)


if __name__ == "__main__":
    main()
