#!/usr/bin/env python3
"""Make the project ready to run: virtual environment, packages from the hash lock, front-end files.

Standard library only, so that any Python >= 3.11 can start it. Does nothing when nothing changed.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def run(*command: object, check: bool = True) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=check).returncode


def find_uv() -> str | None:
    """uv makes installing ten times faster; pip does the same without it."""
    if found := shutil.which("uv"):
        return found
    local = SCRIPTS / "uv"
    if not local.exists():
        run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv", check=False)
    return str(local) if local.exists() else None


def install(lock: Path) -> None:
    if uv := find_uv():
        run(uv, "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r", lock)
        run(uv, "pip", "install", "-q", "--python", PYTHON, "--no-deps", "-e", ROOT)
    else:
        run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock)
        run(PYTHON, "-m", "pip", "install", "-q", "--no-deps", "-e", ROOT)


def setup(dev: bool) -> None:
    stamp = VENV / ".stamp"
    # A development environment serves to run the program too: never downgrade one.
    dev = dev or (stamp.exists() and stamp.read_text().startswith("dev "))
    lock = ROOT / "requirements" / ("dev.txt" if dev else "base.txt")
    inputs = lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    wanted = f"{'dev' if dev else 'base'} {hashlib.sha256(inputs).hexdigest()}"
    if not (stamp.exists() and stamp.read_text() == wanted):
        print("Installation des paquets Python…", file=sys.stderr)
        if not PYTHON.exists():
            venv.create(VENV, with_pip=True)
        install(lock)
        stamp.write_text(wanted)
    run(PYTHON, ROOT / "tools" / "assets.py")


def lock() -> None:
    uv = find_uv() or sys.exit("uv est nécessaire : pip install uv")
    compile_ = [uv, "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes"]
    compile_ += ["--no-annotate", "pyproject.toml", "--custom-compile-command", "make lock"]
    run(*compile_, "-o", "requirements/base.txt")
    run(
        *compile_,
        "--all-extras",
        "--group",
        "dev",
        "-c",
        "requirements/base.txt",
        "-o",
        "requirements/dev.txt",
    )


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 (started by whatever Python the machine has)
        sys.exit("Maillage demande Python 3.11 ou plus récent.")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="with the tools of the tests")
    parser.add_argument("--lock", action="store_true", help="renew the requirement locks")
    options = parser.parse_args()
    try:
        if options.lock:
            lock()
        else:
            setup(options.dev)
    except subprocess.CalledProcessError as error:
        sys.exit(f"L'installation a échoué à l'étape : {' '.join(map(str, error.cmd))}")


if __name__ == "__main__":
    main()
