"""One module per family of official files; `READERS` is the list they are tried in, one instance each."""

from __future__ import annotations

from maillage.sources.reader import Reader
from maillage.sources.readers.apl import AplReader
from maillage.sources.readers.communes import CommunesReader
from maillage.sources.readers.contours import ContoursReader
from maillage.sources.readers.demography import (
    AgeSharesReader,
    DensitiesReader,
    PopulationByAgeReader,
    PublishedAgeSharesReader,
    SpecialtiesReader,
)
from maillage.sources.readers.facilities import FacilityCubeReader, FacilityRowsReader, FacilityWorkbookReader
from maillage.sources.readers.finess import FinessReader
from maillage.sources.readers.finess_etalab import FinessEtalabReader
from maillage.sources.readers.geography import AreasReader, EpciMembersReader, MovementsReader
from maillage.sources.readers.programmes import AnctReader, FrrReader
from maillage.sources.readers.rpps import RppsReader
from maillage.sources.readers.travel_times import TravelTimesReader
from maillage.sources.readers.zoning import ZoningReader

READERS: list[Reader] = [
    CommunesReader(),
    AreasReader(),
    EpciMembersReader(),
    MovementsReader(),
    AnctReader(),
    ContoursReader(),
    AplReader(),
    FacilityRowsReader(),
    FacilityCubeReader(),
    FacilityWorkbookReader(),
    DensitiesReader(),
    SpecialtiesReader(),
    PublishedAgeSharesReader(),
    AgeSharesReader(),
    PopulationByAgeReader(),
    FrrReader(),
    RppsReader(),
    FinessReader(),
    FinessEtalabReader(),
    ZoningReader(),
    TravelTimesReader(),
]
