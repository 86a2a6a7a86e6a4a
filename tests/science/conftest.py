"""Published scores of 2021, the oracle of several tests of this room."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from python_calamine import CalamineWorkbook


class PublishedApl(NamedTuple):
    """APL 2021 of the GPs by commune; NaN where the workbook has nothing."""

    code: npt.NDArray[np.str_]
    population: npt.NDArray[np.float64]
    all_ages: npt.NDArray[np.float64]
    under_65: npt.NDArray[np.float64]
    standardised: npt.NDArray[np.float64]


@pytest.fixture(scope="session")
def apl_2021(shared_data: Path) -> PublishedApl:
    workbook = CalamineWorkbook.from_path(str(shared_data / "apl" / "APL_mg_2021.xlsx"))
    rows = workbook.get_sheet_by_index(0).to_python()[1:]

    def column(position: int) -> npt.NDArray[np.float64]:
        return np.array([row[position] if row[position] != "" else np.nan for row in rows], dtype=np.float64)

    return PublishedApl(np.array([row[0] for row in rows]), column(2), column(3), column(4), column(6))
