"""Runs every ``bench_*.py`` here, prints its table and writes them all to ``docs/benchmarks.md``."""

import importlib
import os
import pkgutil
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

import bench
from bench.row import Row

REPORT = Path(__file__).parents[1] / "docs" / "benchmarks.md"
PACKAGES = ("numpy", "scipy", "pandas", "access", "spopt", "highspy", "numba", "duckdb", "django")


def main() -> None:
    sections = []
    for name in sorted(module.name for module in pkgutil.iter_modules(bench.__path__)):
        if name.startswith("bench_"):
            module = importlib.import_module(f"bench.{name}")
            sections.append(section(module.__doc__ or name, module.run()))
            print(sections[-1], flush=True)
    REPORT.write_text("\n".join((heading(), *sections)), encoding="utf-8")


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


def section(title: str, rows: list[Row]) -> str:
    lines = [
        "| calcul | Maillage | autre programme | rapport | objectif | note |",
        "|---|--:|--:|--:|--:|---|",
    ]
    lines += [f"| {' | '.join(cells(row))} |" for row in rows]
    return f"## {title.strip().splitlines()[0].rstrip('.')}\n\n" + "\n".join(lines) + "\n"


def cells(row: Row) -> tuple[str, ...]:
    peer = ratio = ""
    if row.peer is not None:
        peer = f"{number(row.peer)} {row.unit} ({row.peer_name})"
        ratio = f"× {number(row.peer / row.ours)}"
    return row.name, f"{number(row.ours)} {row.unit}", peer, ratio, row.target, row.note


def number(value: float) -> str:
    """Three figures at least, written the French way."""
    decimals = max(0, 2 - len(str(int(value))) + (value < 1)) if value >= 0.01 else 4
    return f"{value:,.{decimals}f}".replace(",", " ").replace(".", ",")


if __name__ == "__main__":
    main()
