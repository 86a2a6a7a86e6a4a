"""Numbers and ages of professionals by département (Assurance maladie, RPPS), population by age (INSEE)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from maillage.sources.columns import RowLog, csv_columns, header_has, missing_columns, table_of
from maillage.sources.probe import Probe
from maillage.sources.tables import Reading, Scope, SourceError, Table
from maillage.sources.values import departement_code, integer, number, plain, text

# How an age file names its groups of doctors → our name.
GROUPS = {
    "omnipraticiens": "gp",
    "generalistes": "gp",
    "medecins generalistes": "gp",
    "gp": "gp",
    "specialistes": "specialists",
    "medecins specialistes": "specialists",
    "specialists": "specialists",
}
SEXES = {"hommes": "h", "femmes": "f"}


class DensitiesReader:
    """Data set « démographie, effectifs et densités » of data.ameli.fr."""

    source = "densites"
    title = "Effectifs et densités des professionnels (Assurance maladie)"
    expects = "effectifs et densités de l'Assurance maladie en CSV (profession_sante, effectif, densite)"

    columns = (
        "annee",
        "profession_sante",
        "region",
        "departement",
        "classe_age",
        "libelle_sexe",
        "effectif",
        "densite",
    )

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["profession_sante", "classe_age"])

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Tables `densities`, one per year: all ages and sexes together, professions as published.

        A région is a row of département 999, France the row of région 99.
        """
        log = RowLog(probe)
        years: dict[int, list[tuple[Any, ...]]] = {}
        for line, cells in csv_columns(log, self.columns):
            year_cell, profession, region, departement, age, sex, count_cell, density_cell = cells
            if age != "tout_age" or plain(sex) != "tout sexe":
                log.set_aside(line, "classe_age", "ligne d'un âge ou d'un sexe", "ligne non retenue")
                continue
            try:
                year, count, density = integer(year_cell), integer(count_cell), number(density_cell)
            except ValueError:
                log.set_aside(line, "effectif", "année, effectif ou densité illisible")
                continue
            place = _place(region, departement)
            if year is None or place is None or not profession:
                log.set_aside(line, "departement", "année, profession ou territoire non valable")
                continue
            if count is None or density is None:
                probe.defects.add(
                    line=line,
                    column="effectif",
                    problem="effectif ou densité absent",
                    action="valeur laissée inconnue",
                )
            years.setdefault(year, []).append((*place, profession, count, density))
        names = ("level", "code", "profession", "count", "density")
        return log.reading(
            [table_of("densities", names, rows, vintage=year) for year, rows in sorted(years.items())]
        )


def _place(region: str, departement: str) -> tuple[str, str] | None:
    """Level and code of a row; None when the codes are neither of a place nor of a total."""
    if departement != "999":
        code = departement_code(departement)
        return ("departement", code) if code else None
    if region in ("99", "999"):
        return "france", "france"
    return ("region", region.zfill(2)) if re.match(r"\d{1,2}$", region) else None


class SpecialtiesReader:
    """Doctors of the RPPS counted by département and savoir-faire."""

    source = "specialites"
    title = "Médecins par département et spécialité (RPPS)"
    expects = "médecins du RPPS par département et spécialité en CSV (dpt, code_savoir_faire, eff)"

    columns = ("dpt", "code_savoir_faire", "libelle_savoir_faire", "eff")

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["dpt", "code_savoir_faire"])

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `specialties`. vintage: the year of the file name, the content gives none."""
        log = RowLog(probe)
        rows: list[tuple[Any, ...]] = []
        lines: list[int] = []
        for line, cells in csv_columns(log, self.columns):
            departement, specialty, label = (
                log.departement(cells[0], line, "dpt"),
                text(cells[1]),
                text(cells[2]),
            )
            try:
                count = integer(cells[3])
            except ValueError:
                count = None
            if departement is None:
                log.set_aside(line, "dpt", "département inconnu", "médecins non comptés")
            elif specialty is None or label is None:
                log.set_aside(line, "code_savoir_faire", "spécialité inconnue", "médecins non comptés")
            elif count is None:
                log.set_aside(line, "eff", "effectif absent ou illisible", "médecins non comptés")
            else:
                rows.append((departement, specialty, label, count))
                lines.append(line)
        # Among real départements "00" stands for an unknown one; the demo's own code is 00 too.
        if not all(row[0].startswith("00") for row in rows):
            for line, row in zip(lines, rows, strict=True):
                if row[0] == "00":
                    log.set_aside(line, "dpt", "département inconnu", "médecins non comptés")
            rows = [row for row in rows if row[0] != "00"]
        names = ("departement", "specialty", "label", "count")
        return log.reading([table_of("specialties", names, rows, vintage=_year_of_name(probe))])


def _year_of_name(probe: Probe) -> int | None:
    found = re.search(r"(?<!\d)(20\d\d)(?!\d)", probe.name)
    if found is None:
        probe.defects.add(column="", problem="année absente du fichier", action="table gardée sans année")
        return None
    action = f"année du nom de fichier retenue : {found[1]}"
    probe.defects.add(column="", problem="année absente du fichier", action=action)
    return int(found[1])


class PublishedAgeSharesReader:
    """Share of GPs and specialists over an age, one row per département, in percent."""

    source = "ages"
    title = "Part de médecins au-delà d'un âge (publiée)"
    expects = "part de médecins au-delà d'un âge en CSV (code, omnipraticiens, specialistes)"

    columns = ("code", "omnipraticiens", "specialistes")

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["omnipraticiens"]) or header_has(probe, ["code", "specialistes"])

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `age_shares`, percents divided by 100. The age is in the file name only: a defect says so."""
        age = _age_of_name(probe)
        log = RowLog(probe)
        rows: list[tuple[Any, ...]] = []
        for line, cells in csv_columns(log, self.columns):
            departement = log.departement(cells[0], line, "code")
            if departement is None:
                log.set_aside(line, "code", "code de département non valable")
                continue
            for column, cell in zip(self.columns[1:], cells[1:], strict=True):
                share = _share(log, cell, column, line)
                if share is not None:
                    rows.append((departement, GROUPS[column], age, share / 100))
        return log.reading([table_of("age_shares", ("departement", "group", "age", "share"), rows)])


def _age_of_name(probe: Probe) -> int:
    found = re.search(r"(?<!\d)(5\d|6\d|70)(?!\d)", probe.name)
    if found is None:
        raise SourceError(
            f"{probe.name} : âge introuvable ; mettez-le dans le nom du fichier (medecins_sup_55.csv) "
            "ou donnez les colonnes departement;groupe;age;part."
        )
    age = int(found[1])
    action = f"âge du nom de fichier retenu : {age} ans"
    probe.defects.add(column="", problem="âge absent du fichier", action=action)
    return age


def _share(log: RowLog, cell: str, column: str, line: int) -> float | None:
    """A share or a percentage, in the unit of the file; None, with a defect, when there is none."""
    try:
        share = number(cell.replace("%", ""))
    except ValueError:
        share = None
    if share is None:
        problem = "part absente ou illisible"
        log.probe.defects.add(line=line, column=column, problem=problem, action="valeur laissée inconnue")
    return share


class AgeSharesReader:
    """The same shares as an authority holds them: `departement;groupe;age;part`."""

    source = "ages"
    title = "Part de médecins au-delà d'un âge (tenue par la collectivité)"
    expects = "âges tenus par la collectivité en CSV (departement;groupe;age;part)"

    columns = ("departement", "groupe", "age", "part")

    def recognises(self, probe: Probe) -> bool:
        return header_has(probe, ["departement", "groupe"])

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Table `age_shares`. `part` is a percentage when a value of the file is over 1, else a share.

        Raises SourceError on a group that is neither généralistes nor spécialistes.
        """
        log = RowLog(probe)
        rows: list[tuple[str, str, int, float]] = []
        for line, (departement_cell, group_cell, age_cell, share_cell) in csv_columns(log, self.columns):
            group = GROUPS.get(plain(group_cell))
            if group is None:
                raise SourceError(
                    f"{probe.name}, ligne {line} : groupe « {group_cell} » inconnu ; "
                    "écrivez « généralistes » ou « spécialistes »."
                )
            departement = log.departement(departement_cell, line, "departement")
            share = _share(log, share_cell, "part", line)
            try:
                age = integer(age_cell)
            except ValueError:
                age = None
            if departement is None or age is None or share is None:
                log.set_aside(line, "departement", "département, âge ou part non valable")
                continue
            rows.append((departement, group, age, share))
        scale = 100 if any(share > 1 for *_, share in rows) else 1
        shares = [(departement, group, age, share / scale) for departement, group, age, share in rows]
        return log.reading([table_of("age_shares", ("departement", "group", "age", "share"), shares)])


class PopulationByAgeReader:
    """`estim-pop-dep-sexe-gca`: one sheet per year, blocks Ensemble, Hommes, Femmes."""

    source = "population_age"
    title = "Population par département, sexe et âge (INSEE)"
    expects = "classeur de l'INSEE des estimations de population par département, sexe et âge"

    def recognises(self, probe: Probe) -> bool:
        return next(self._sheets(probe), None) is not None

    def _sheets(self, probe: Probe) -> Iterator[str]:
        for name in probe.sheet_names:
            title = plain(" ".join(str(row[0]) for row in probe.sheet(name)[:1] if row))
            if re.match(r"\d{4}$", name) and title.startswith("estimation de population"):
                yield name

    def read(self, probe: Probe, scope: Scope) -> Reading:
        """Tables `population_by_age`, one per year: men and women only, the rest are their sums."""
        log = RowLog(probe)
        tables = [_population(log, name) for name in self._sheets(probe)]
        return log.reading(sorted(tables, key=lambda table: table.vintage or 0))


def _population(log: RowLog, sheet: str) -> Table:
    probe = log.probe
    cells = probe.sheet(sheet)
    header, columns = _bands(probe, sheet, cells)
    rows: list[tuple[Any, ...]] = []
    for line, row in enumerate(cells[header + 1 :], start=header + 2):
        if sum(text(cell) is not None for cell in row) < 2:
            continue
        log.read += 1
        departement = log.departement(row[0], line, "Départements")
        if departement is None:
            log.set_aside(
                line, "Départements", "total ou ligne qui n'est pas d'un département", "ligne non retenue"
            )
            continue
        for position, sex, band in columns:
            try:
                population = integer(row[position])
            except ValueError:
                population = None
            if population is None:
                problem = "population absente ou illisible"
                probe.defects.add(line=line, column=band, problem=problem, action="valeur laissée inconnue")
            else:
                rows.append((departement, sex, band, population))
    names = ("departement", "sex", "age_band", "population")
    return table_of("population_by_age", names, rows, vintage=int(sheet))


def _bands(probe: Probe, sheet: str, cells: list[list[Any]]) -> tuple[int, list[tuple[int, str, str]]]:
    """Row of the age bands, and for each column of men or women its position, sex and band."""
    for row in range(1, min(len(cells), 15)):
        labels = [_band(str(cell)) for cell in cells[row]]
        if not any(labels):
            continue
        sex: str | None = None
        columns: list[tuple[int, str, str]] = []
        for position, (above, band) in enumerate(zip(cells[row - 1], labels, strict=True)):
            if text(above) is not None:
                sex = SEXES.get(plain(str(above)))
            if sex is not None and band is not None:
                columns.append((position, sex, band))
        if {sex for _, sex, _ in columns} == {"h", "f"}:
            return row, columns
        found = [str(cell) for cell in cells[row - 1] if text(cell)]
        raise missing_columns(probe, ["Hommes", "Femmes"], found, where=f", feuille « {sheet} »")
    raise missing_columns(probe, ["0 à 19 ans"], [], where=f", feuille « {sheet} »")


def _band(label: str) -> str | None:
    """« 0 à 19 ans » → 00-19, « 75 ans et plus » → 75+."""
    if found := re.match(r"(\d+) a (\d+) ans", plain(label)):
        return f"{int(found[1]):02d}-{int(found[2]):02d}"
    if found := re.match(r"(\d+) ans (et|ou) plus", plain(label)):
        return f"{found[1]}+"
    return None
