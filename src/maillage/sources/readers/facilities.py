"""Health facilities by commune from the BPE (INSEE): detail rows, data cube, and the workbook by commune."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maillage.sources.columns import RowLog, csv_columns, header_has, locate, missing_columns, table_of
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import city_of_arrondissement, integer, plain, text

# First letter of the domain « Santé et action sociale ».
HEALTH_DOMAIN = "D"

Counts = dict[tuple[str, str], int]


class FacilityRowsReader:
    """One row per commune (or IRIS) and type, `NB_EQUIP` of them; older files: one row per facility."""

    source = "bpe"
    title = "Base permanente des équipements (INSEE)"
    expects = "BPE de l'INSEE en CSV (DEPCOM, AN, TYPEQU, NB_EQUIP)"

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["TYPEQU"]) or header_has(probe, ["DEPCOM", "NB_EQUIP"])

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Tables `facilities`, one per year, IRIS summed to communes. meta: `types`."""
        log = RowLog(probe)
        years: dict[int, Counts] = {}
        for line, code_cell, kind, year_cell, count_cell in _detail_rows(log):
            code = log.commune(code_cell, line, "DEPCOM")
            if not kind.startswith(HEALTH_DOMAIN):
                log.set_aside(line, "TYPEQU", "autre domaine que la santé", "ligne non retenue")
                continue
            try:
                year, count = integer(year_cell), integer(count_cell)
            except ValueError:
                year = count = None
            if code is None or year is None or count is None:
                log.set_aside(line, "DEPCOM", "code commune, année ou nombre d'équipements non valable")
                continue
            counts = years.setdefault(year, {})
            counts[code, kind] = counts.get((code, kind), 0) + count
        return log.reading([_table(counts, year) for year, counts in sorted(years.items())])


def _detail_rows(log: RowLog) -> Iterator[tuple[int, str, str, str, str]]:
    """Line, commune, type, year and number of each row, whichever columns the edition has."""
    probe = log.probe
    has_year, has_count = header_has(probe, ["AN"]), header_has(probe, ["NB_EQUIP"])
    if header_has(probe, ["DCIRIS", "AN"]) and not has_count:
        # An edition by IRIS and year always counts: without the column, a row is not one facility.
        raise missing_columns(probe, ["NB_EQUIP"], probe.header)
    names = ["DEPCOM", "TYPEQU", *["AN"] * has_year, *["NB_EQUIP"] * has_count]
    year = "" if has_year else str(_year_of_name(probe))
    for line, cells in csv_columns(log, names):
        count = cells[-1] if has_count else "1"
        yield line, cells[0], cells[1], cells[2] if has_year else year, count


class FacilityCubeReader:
    """Data cube `DS_BPE` (since 2023): one row per territory of any level, type and year."""

    source = "bpe"
    title = "Base permanente des équipements, cube de données (INSEE)"
    expects = "cube BPE de l'INSEE en CSV (GEO, FACILITY_TYPE, BPE_MEASURE, TIME_PERIOD, OBS_VALUE)"

    columns = ("GEO", "GEO_OBJECT", "FACILITY_TYPE", "BPE_MEASURE", "TIME_PERIOD", "OBS_VALUE")

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["GEO", "OBS_VALUE"]) and (
            header_has(probe, ["FACILITY_TYPE"]) or header_has(probe, ["BPE_MEASURE"])
        )

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Tables `facilities`, one per year: communes and arrondissements, health types, numbers only.

        Rows of other levels and domains, totals and other measures are not of this table: they are set
        aside and counted. A city given whole and by arrondissement counts once, by arrondissement.
        """
        log = RowLog(probe)
        years: dict[int, Counts] = {}
        for line, cells in csv_columns(log, self.columns):
            geo, geo_object, kind, measure, period, value = cells
            aside = _why_not(geo_object, kind, measure)
            if aside is not None:
                log.set_aside(line, *aside)
                continue
            code = log.commune(geo.rpartition("-")[2], line, "GEO")
            try:
                year, count = integer(period), integer(value)
            except ValueError:
                year = count = None
            if code is None or year is None or count is None:
                log.set_aside(line, "GEO", "code commune, année ou valeur illisible")
                continue
            counts = years.setdefault(year, {})
            if (code, kind) in counts:
                raise SourceError(
                    f"{probe.name} : « {code}, {kind} » apparaît deux fois pour {year} (ligne {line}) ; "
                    "retirez le doublon ou téléchargez de nouveau le fichier."
                )
            counts[code, kind] = count
        for counts in years.values():
            _keep_arrondissements(log, counts)
        return log.reading([_table(counts, year) for year, counts in sorted(years.items())])


class FacilityWorkbookReader:
    """`equip-serv-sante-com-AAAA.xlsx`: sheets COM and ARM, one column `NB_Dnnn` per type."""

    source = "bpe"
    title = "Équipements et services de santé par commune (INSEE)"
    expects = "classeur INSEE des équipements de santé par commune (feuilles COM et ARM, colonnes NB_D…)"

    def recognises(self, probe: Probe) -> bool:
        return next(self._sheets(probe), None) is not None

    def _sheets(self, probe: Probe) -> Iterator[tuple[str, int]]:
        """Each sheet of communes or arrondissements, with the row of its column codes."""
        for name in probe.sheet_names:
            for row, cells in enumerate(probe.sheet(name)[:20]):
                if sum(str(cell).startswith("NB_D") for cell in cells) > 1:
                    yield name, row
                    break

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `facilities`: rows of whole cities replaced by those of their arrondissements."""
        log = RowLog(probe)
        counts: Counts = {}
        sheets = list(self._sheets(probe))
        for name, header in sheets:
            for code, kind, count in _sheet_cells(log, name, header):
                if (code, kind) in counts:
                    raise SourceError(
                        f"{probe.name}, feuille « {name} » : « {code} » apparaît deux fois ; "
                        "retirez le doublon ou téléchargez de nouveau le fichier."
                    )
                counts[code, kind] = count
        _keep_arrondissements(log, counts)
        first, header = sheets[0]
        return log.reading([_table(counts, _year_of_titles(probe, first, header))])


def _why_not(geo_object: str, kind: str, measure: str) -> tuple[str, str, str] | None:
    """Column, problem and action when a row of the cube is not a number of health facilities of a commune."""
    if geo_object not in ("COM", "ARM"):
        return "GEO_OBJECT", "ligne d'un autre niveau que la commune", "ligne non retenue"
    if measure != "FACILITIES":
        return "BPE_MEASURE", "autre mesure que le nombre d'équipements", "ligne non retenue"
    if not re.match(r"[A-Z]\d{3}$", kind):
        return "FACILITY_TYPE", "total de plusieurs types", "ligne non retenue"
    if not kind.startswith(HEALTH_DOMAIN):
        return "FACILITY_TYPE", "autre domaine que la santé", "ligne non retenue"
    return None


def _sheet_cells(log: RowLog, name: str, header: int) -> Iterator[tuple[str, str, int]]:
    """Code, type and number of each cell of a sheet of the workbook."""
    probe = log.probe
    sheet = probe.sheet(name)
    labels = [text(cell) or "" for cell in sheet[header]]
    (code_position,) = locate(probe, labels, ["CODGEO"], where=f", feuille « {name} »")
    kinds = [(position, label[3:]) for position, label in enumerate(labels) if label.startswith("NB_D")]
    for line, cells in enumerate(sheet[header + 1 :], start=header + 2):
        log.read += 1
        code = log.commune(cells[code_position], line, "CODGEO")
        if code is None:
            log.set_aside(line, "CODGEO", "code commune non valable")
            continue
        for position, kind in kinds:
            try:
                count = integer(cells[position])
            except ValueError:
                count = None
            if count is None:
                problem = "nombre absent ou illisible"
                log.probe.defects.add(
                    line=line, column=labels[position], problem=problem, action="équipement non compté"
                )
            else:
                yield code, kind, count


def _keep_arrondissements(log: RowLog, counts: Counts) -> None:
    """Take out cities given both whole and by arrondissement, so that nothing counts twice."""
    codes = {code for code, _ in counts}
    for city in sorted(codes & {city_of_arrondissement(code) for code in codes}):
        log.set_aside(None, "CODGEO", f"{city} donnée entière et par arrondissement", "ville entière écartée")
        for key in [key for key in counts if key[0] == city]:
            del counts[key]


def _table(counts: Counts, year: int) -> Table:
    """Counts over zero; a covered type without a row counts zero, as the schema says."""
    types = sorted({kind for _, kind in counts})
    rows = [(code, kind, count) for (code, kind), count in counts.items() if count]
    return table_of("facilities", ("code", "type", "count"), rows, vintage=year, meta={"types": types})


def _year_of_titles(probe: Probe, sheet: str, header: int) -> int:
    for row in probe.sheet(sheet)[:header]:
        found = re.search(r"\bbpe (20\d\d)\b", plain(str(row[0])))
        if found:
            return int(found[1])
    return _year_of_name(probe)


def _year_of_name(probe: Probe) -> int:
    """Last resort when nothing in the content gives the edition: a year in the file name, with a defect."""
    found = re.search(r"(?<!\d)20(\d\d)(?!\d)", probe.name) or re.search(r"(?i)bpe(\d\d)(?!\d)", probe.name)
    if found is None:
        raise SourceError(
            f"{probe.name} : année des équipements introuvable ; mettez-la dans le nom du fichier "
            "(bpe_2019.csv)."
        )
    year = 2000 + int(found[1])
    probe.defects.add(
        column="AN", problem="année absente du fichier", action=f"année du nom de fichier retenue : {year}"
    )
    return year
