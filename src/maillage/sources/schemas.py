"""The shape of each kind of table, declared once: readers are held to it, storing relies on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from maillage.sources.tables import SourceError, Table

FieldType = Literal["text", "integer", "number", "date", "geometry", "list"]
PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "date": (date,),
    "geometry": (dict,),
    "list": (list,),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its type, whether every row must have a value, its smallest lawful value."""

    name: str
    type: FieldType = "text"
    required: bool = False
    minimum: float | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of table. `key` names the columns that identify a row: twice the same is an error."""

    kind: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]


def _schema(kind: str, title: str, key: Sequence[str], *fields: Field) -> tuple[str, Schema]:
    return kind, Schema(kind, title, fields, tuple(key))


SCHEMAS: dict[str, Schema] = dict(
    [
        _schema(
            "communes",
            "Communes",
            ["code"],
            Field("code", required=True),
            Field("name", required=True),
            Field("departement", required=True),
            Field("region", required=True),
            Field("epci"),
            Field("population", "integer", minimum=0),
            Field("lon", "number"),
            Field("lat", "number"),
            Field("area_ha", "number", minimum=0),
            Field("postal_codes", "list"),
        ),
        # Names and parents of the official geographic code: level is region, departement, epci,
        # commune, arrondissement, commune_deleguee, commune_associee; parent is the region of a département,
        # the département of a commune, the commune of an arrondissement or of a delegated commune.
        _schema(
            "areas",
            "Code officiel géographique",
            ["level", "code"],
            Field("level", required=True),
            Field("code", required=True),
            Field("name", required=True),
            Field("parent"),
            Field("nature"),
            Field("population", "integer", minimum=0),
        ),
        _schema(
            "epci_members",
            "Composition des EPCI",
            ["commune"],
            Field("epci", required=True),
            Field("epci_name", required=True),
            Field("nature"),
            Field("commune", required=True),
        ),
        _schema(
            "movements",
            "Mouvements de communes",
            ["date", "mod", "before_type", "before", "after_type", "after"],
            Field("mod", "integer", required=True),
            Field("date", "date", required=True),
            Field("before_type", required=True),
            Field("before", required=True),
            Field("after_type", required=True),
            Field("after", required=True),
            Field("before_name"),
            Field("after_name"),
        ),
        # level is commune (municipal arrondissements among them), departement or region; meta: tolerance_m
        # (0 = precise).
        _schema(
            "contours",
            "Contours",
            ["level", "code"],
            Field("level", required=True),
            Field("code", required=True),
            Field("name"),
            Field("geometry", "geometry", required=True),
        ),
        # meta: profession (mg, inf, mk, sf, cd), unit, population_year.
        _schema(
            "apl",
            "Accessibilité potentielle localisée (DREES)",
            ["code"],
            Field("code", required=True),
            Field("name"),
            Field("apl", "number", minimum=0),
            Field("apl_65", "number", minimum=0),
            Field("apl_62", "number", minimum=0),
            Field("apl_60", "number", minimum=0),
            Field("standardised_population", "number", minimum=0),
            Field("population", "number", minimum=0),
        ),
        # meta: types, the facility codes the file covers: a commune without a row then counts zero.
        _schema(
            "facilities",
            "Équipements (BPE)",
            ["code", "type"],
            Field("code", required=True),
            Field("type", required=True),
            Field("count", "integer", required=True, minimum=0),
        ),
        # level is departement, region or france (code "france"); density per 100,000 inhabitants.
        _schema(
            "densities",
            "Effectifs et densités (Assurance maladie)",
            ["level", "code", "profession"],
            Field("level", required=True),
            Field("code", required=True),
            Field("profession", required=True),
            Field("count", "integer", minimum=0),
            Field("density", "number", minimum=0),
        ),
        _schema(
            "specialties",
            "Médecins par département et spécialité (RPPS)",
            ["departement", "specialty"],
            Field("departement", required=True),
            Field("specialty", required=True),
            Field("label", required=True),
            Field("count", "integer", required=True, minimum=0),
        ),
        # Share (0 to 1) of practitioners over `age` in a département; group is gp or specialists.
        _schema(
            "age_shares",
            "Part de médecins au-delà d'un âge",
            ["departement", "group", "age"],
            Field("departement", required=True),
            Field("group", required=True),
            Field("age", "integer", required=True, minimum=0),
            Field("share", "number", required=True, minimum=0),
        ),
        # Population of a département by sex (h, f) and age band ("00-19"… "75+"), one table per year.
        _schema(
            "population_by_age",
            "Population par département, sexe et âge (INSEE)",
            ["departement", "sex", "age_band"],
            Field("departement", required=True),
            Field("sex", required=True),
            Field("age_band", required=True),
            Field("population", "integer", required=True, minimum=0),
        ),
        # One row per professional × site. share: part of the person counted at that site (sums to 1).
        _schema(
            "practitioners",
            "Professionnels et lieux d'exercice (RPPS)",
            ["rpps", "site"],
            Field("rpps", required=True),
            Field("site", required=True),
            Field("family_name", required=True),
            Field("given_name"),
            Field("profession_code", required=True),
            Field("profession_label"),
            Field("specialty_code"),
            Field("specialty_label"),
            Field("practice_mode"),
            Field("sector_code"),
            Field("sector_label"),
            Field("site_name"),
            Field("site_siret"),
            Field("site_finess"),
            Field("commune"),
            Field("departement"),
            Field("postal_code"),
            Field("share", "number", required=True, minimum=0),
        ),
        _schema(
            "structures",
            "Structures (FINESS)",
            ["finess"],
            Field("finess", required=True),
            Field("finess_legal"),
            Field("name", required=True),
            Field("category_code", required=True),
            Field("category_label"),
            Field("commune"),
            Field("departement"),
            Field("postal_code"),
            Field("address"),
            Field("siret"),
            Field("lon", "number"),
            Field("lat", "number"),
            Field("opened_on", "date"),
            Field("closed_on", "date"),
        ),
        # unit_type is commune, tvs, bvcv, quartier…; dated, by profession, with its decree.
        _schema(
            "zoning",
            "Zonage des professions de santé",
            ["profession", "unit_type", "unit_code", "valid_from"],
            Field("profession", required=True),
            Field("unit_type", required=True),
            Field("unit_code", required=True),
            Field("category", required=True),
            Field("valid_from", "date", required=True),
            Field("valid_to", "date"),
            Field("decree"),
        ),
        # Territorial programmes other than health zoning; programme: frr, fs, pvd, acv, va.
        _schema(
            "programmes",
            "Programmes territoriaux",
            ["programme", "commune"],
            Field("programme", required=True),
            Field("commune", required=True),
            Field("label"),
            Field("since", "date"),
        ),
        # numpy arrays rather than lists: millions of rows.
        _schema(
            "travel_times",
            "Matrice de temps de trajet",
            [],
            Field("origin", required=True),
            Field("destination", required=True),
            Field("minutes", "number", required=True, minimum=0),
        ),
    ]
)


def check(table: Table, *, file: str) -> None:
    """Hold a table to its schema.

    Raises SourceError on a missing column, a missing required value, a wrong type, a value under its
    minimum or a key given twice: these mean that the file is not what it seems, and nothing of it is kept.
    """
    schema = SCHEMAS[table.kind]
    for spec in schema.fields:
        if spec.name not in table.columns:
            raise SourceError(f"{file} : la colonne « {spec.name} » manque pour « {schema.title} ».")
        if table.kind != "travel_times":
            _check_column(table.columns[spec.name], spec, schema, file)
    if schema.key:
        _check_key(table, schema, file)


def _check_column(values: Sequence[Any], spec: Field, schema: Schema, file: str) -> None:
    expected = PYTHON_TYPES[spec.type]
    for row, value in enumerate(values, start=1):
        if value is None:
            if spec.required:
                raise SourceError(
                    f"{file} : « {spec.name} » est vide à l'enregistrement {row} de « {schema.title} » ; "
                    "complétez le fichier ou téléchargez-le de nouveau."
                )
        elif not isinstance(value, expected):
            raise SourceError(
                f"{file} : « {spec.name} » vaut « {value} » à l'enregistrement {row} de "
                f"« {schema.title} », ce qui n'est pas du type attendu ({spec.type})."
            )
        elif spec.minimum is not None and isinstance(value, int | float) and value < spec.minimum:
            raise SourceError(
                f"{file} : « {spec.name} » vaut {value} à l'enregistrement {row} de « {schema.title} » ; "
                f"une valeur d'au moins {spec.minimum:g} est attendue. Corrigez le fichier."
            )


def _check_key(table: Table, schema: Schema, file: str) -> None:
    seen: set[tuple[Any, ...]] = set()
    for key in table.rows(*schema.key):
        if key in seen:
            named = ", ".join(str(part) for part in key)
            raise SourceError(
                f"{file} : « {named} » apparaît deux fois dans « {schema.title} » ; "
                "retirez le doublon ou téléchargez de nouveau le fichier."
            )
        seen.add(key)
