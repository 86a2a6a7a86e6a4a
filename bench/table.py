"""One benchmark as a table: imported by name, so that another process can measure it."""

import importlib

from bench.row import Row


def measured(name: str) -> tuple[str, str]:
    module = importlib.import_module(f"bench.{name}")
    title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".")
    return title, section(title, module.run())


def section(title: str, rows: list[Row]) -> str:
    lines = [
        "| calcul | Maillage | autre programme | rapport | objectif | note |",
        "|---|--:|--:|--:|--:|---|",
    ]
    lines += [f"| {' | '.join(cells(row))} |" for row in rows]
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


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
