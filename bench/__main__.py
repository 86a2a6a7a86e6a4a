"""Runs every ``bench_*.py`` here, or those named, and writes their tables to ``docs/benchmarks.md``."""

import multiprocessing
import os
import pkgutil
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path

import bench
from bench.table import measured

REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PREFIX = "bench_"
PACKAGES = ("numpy", "scipy", "pandas", "access", "spopt", "highspy", "numba", "duckdb", "django")


def main(wanted: list[str]) -> None:
    known = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name.startswith(PREFIX)]
    asked = [f"{PREFIX}{name}" for name in wanted] or known
    if unknown := set(asked) - set(known):
        sys.exit(f"Mesures inconnues : {', '.join(sorted(unknown))}. Il y a : {', '.join(sorted(known))}.")
    sections = {} if set(asked) == set(known) else kept()
    for name in sorted(asked):
        title, text = alone(name)
        sections[title] = text
        print(text, flush=True)
    REPORT.write_text("\n".join((heading(), *sections.values())), encoding="utf-8")


def alone(name: str) -> tuple[str, str]:
    """Title and text of a section, in a process of its own: the memory of one is not the next one's."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(measured, name).result()


def kept() -> dict[str, str]:
    """The sections of the last report, by title: those that are not measured again stay as they are."""
    parts = REPORT.read_text(encoding="utf-8").split("\n## ")[1:]
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def heading() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"""# Mesures

Écrites par `make bench`. Les deux côtés d'un rapport sont chronométrés dans le même passage, sur les mêmes
données, en gardant le meilleur de plusieurs essais. Les durées varient avec la charge de la machine, les
rapports beaucoup moins.

- {date.today().isoformat()}, {processor()}, {os.cpu_count()} cœurs, {platform.system()} {platform.machine()}
- Python {platform.python_version()}, {packages}
"""


def processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "processeur inconnu"


if __name__ == "__main__":
    main(sys.argv[1:])
