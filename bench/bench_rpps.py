"""RPPS : lire un département dans une extraction de deux millions de lignes, durée et mémoire."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.row import Row
from maillage.sources.readers.rpps import COLUMNS

LINES = 2_000_000
LINES_PER_BLOCK = 1_000
COLUMN_COUNT = 56
# Where the columns we read stand among the 56 of the published file, in the order of COLUMNS.
POSITIONS = (1, 11, 7, 8, 9, 10, 13, 15, 16, 17, 19, 21, 23, 24, 25, 35, 36, 44, 48, 49, 50)
PLACE_HOLDER = b"@@@@@@"
# Réunion and Martinique stand for the lines whose département takes three characters.
DEPARTEMENTS = [f"{number:02}" for number in range(1, 96) if number != 20] + ["2A", "2B", "972", "974"]
ADDRESS = "Tout ce qui n'est pas lu"
PROFESSION_COLUMNS = (
    "profession_code",
    "profession_label",
    "skill_type",
    "specialty_code",
    "specialty_label",
    "practice_mode",
    "sector_code",
    "sector_label",
)
PROFESSIONS = [
    ("10", "Médecin", "S", "SM54", "Médecine générale", "L", "SA07", "Cabinet individuel"),
    ("10", "Médecin", "S", "SM26", "Qualifié en médecine générale", "S", "SA05", "Centre de santé"),
    ("10", "Médecin", "S", "SM42", "Psychiatrie", "S", "SA01", "Etablissement public de santé"),
    ("60", "Infirmier", "", "", "", "L", "SA08", "Cabinet de groupe"),
    ("60", "Infirmier", "", "", "", "S", "SA01", "Etablissement public de santé"),
    ("70", "Masseur-Kinésithérapeute", "", "", "", "L", "SA08", "Cabinet de groupe"),
    ("86", "Technicien de laboratoire", "", "", "", "S", "SA01", "Etablissement public de santé"),
]

CHILD = """
import json, resource, sys, time
from pathlib import Path
from maillage.sources.probe import Probe
from maillage.sources.reader import read
from maillage.sources.readers.rpps import RppsReader
from maillage.sources.tables import Scope
start, cpu_start = time.perf_counter(), time.process_time()
reading = read(Probe(Path(sys.argv[1])), RppsReader(), Scope(frozenset({"77"})))
seconds = time.perf_counter() - start
cpu = time.process_time() - cpu_start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_kb": peak, "rows": len(reading.tables[0])}))
"""


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "PS_LibreAcces_Personne_activite_202601010000.txt"
        write_extraction(path)
        size_gb = path.stat().st_size / 1e9
        answer = subprocess.run(
            [sys.executable, "-c", CHILD, str(path)], check=True, capture_output=True, text=True
        )
    measured = json.loads(answer.stdout)
    name = f"RPPS, {LINES / 1e6:.0f} millions de lignes ({size_gb:.2f} Go), un département"
    note = f"{measured['cpu']:.1f} s de processeur ; {measured['rows']} lieux d'exercice gardés"
    return [
        Row(f"{name} : durée", measured["seconds"], "s", target="< 15 s", note=note),
        Row(f"{name} : mémoire au plus haut", measured["peak_kb"] / 1024, "Mo", target="< 1 024 Mo"),
    ]


def write_extraction(path: Path, lines: int = LINES) -> None:
    """A made-up extraction: three lines in ten without any place, one person in four over two places."""
    header = [f"Colonne non lue {number}" for number in range(COLUMN_COUNT)]
    for position, name in zip(POSITIONS, COLUMNS.values(), strict=True):
        header[position] = name
    header[COLUMN_COUNT - 1] = ADDRESS
    draw = random.Random(1)
    models = [_line(header, number, draw) for number in range(LINES_PER_BLOCK * len(DEPARTEMENTS))]
    blocks = [
        "".join(models[start : start + LINES_PER_BLOCK]).encode()
        for start in range(0, len(models), LINES_PER_BLOCK)
    ]
    with path.open("wb") as stream:
        stream.write(("|".join(header) + "\n").encode())
        for number in range(lines // LINES_PER_BLOCK):
            stream.write(blocks[number % len(blocks)].replace(PLACE_HOLDER, b"%06d" % number))


def _line(header: list[str], number: int, draw: random.Random) -> str:
    person = number % LINES_PER_BLOCK - (number % 4 == 3)
    cells = dict.fromkeys(header, "")
    profession = draw.choice(PROFESSIONS)
    cells |= {COLUMNS[key]: value for key, value in zip(PROFESSION_COLUMNS, profession, strict=True)}
    cells[COLUMNS["rpps"]] = f"10{PLACE_HOLDER.decode()}{person:03}"
    cells[COLUMNS["category"]] = "C"
    cells[COLUMNS["family_name"]] = f"NOMIMAGINAIRE{person}"
    cells[COLUMNS["given_name"]] = "Prénom"
    if number % 10 < 7:
        departement = draw.choice(DEPARTEMENTS)
        commune = f"{departement}{number % 500:0{5 - len(departement)}}"
        cells[COLUMNS["commune"]] = commune
        cells[COLUMNS["postal_code"]] = f"{departement.replace('2A', '20').replace('2B', '20')}000"[:5]
        cells[COLUMNS["site_id"]] = f"R{number:012}"
        cells[COLUMNS["site_name"]] = f"CABINET IMAGINAIRE DU {number}"
        cells[ADDRESS] = (
            "12 RUE DES EXEMPLES INVENTÉS, BÂTIMENT B, ESCALIER 2, CHEZ PERSONNE, LIEU IMAGINAIRE"
        )
        cells[ADDRESS] += ", 00000 NULLE PART, 0100000000, personne@exemple.test, France" * 2
    return "|".join(cells.values()) + "|\n"


if __name__ == "__main__":
    for row in run():
        print(row)
