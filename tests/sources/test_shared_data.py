"""Real files: each finds its reader, and gives as many rows as its publisher says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from maillage.sources.tables import Reading

Load = Callable[[Path], Reading]

ROWS = {
    "communes/communes-france.json": ("communes", 34_954),
    "contours/communes-77-geo2023.geojson": ("contours", 507),
    "contours/communes-41-geo2023.geojson": ("contours", 267),
    "contours/departements-version-simplifiee.geojson": ("contours", 96),
    "contours/regions-version-simplifiee.geojson": ("contours", 13),
    "cog/etalab_communes.json": ("areas", 37_590),
    "cog/etalab_epci.json": ("areas", 1_255),
    "cog/etalab_departements.json": ("areas", 109),
    "cog/etalab_regions.json": ("areas", 26),
    "cog/etalab_epcicom_2024.xlsx": ("epci_members", 34_931),
    "cog/etalab_mouvements-communes.csv": ("movements", 13_281),
    "demographie/rpps_2025-04_medecins_dep_specialite.csv": ("specialties", 5_489),
    "demographie/insee_estim-pop-dep-sexe-gca-1975-2023.xls": ("population_by_age", 960),
    "reference/dep_part_medecins_sup_55.csv": ("age_shares", 202),
    "zonages/frr_2025_dep77_dep41.csv": ("programmes", 240),
    "zonages/anct2024_fs.geojson": ("programmes", 2_519),
    "zonages/anct2024_acv.geojson": ("programmes", 245),
}


@pytest.mark.shared
@pytest.mark.parametrize("path", ROWS)
def test_a_real_file_gives_its_rows(path: str, shared_data: Path, load: Load) -> None:
    kind, rows = ROWS[path]
    table = load(shared_data / path).tables[0]
    assert (table.kind, len(table)) == (kind, rows)


@pytest.mark.shared
def test_generalised_contours_cover_france_without_a_code_twice(shared_data: Path, load: Load) -> None:
    codes: list[str] = []
    for path in sorted((shared_data / "contours" / "france-1000m").glob("*.geojson")):
        table = load(path).tables[0]
        assert table.meta["tolerance_m"] == 1000
        assert set(table.columns["level"]) == {"commune"}
        codes += table.columns["code"]
    assert len(codes) == len(set(codes)) == 34_997
    assert {"75101", "69381", "13201"} <= set(codes)
    assert not {"75056", "69123", "13055"} & set(codes)
