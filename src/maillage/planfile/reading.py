"""TOML text to a `PlanFile`: every defect named with its line, its field and its remedy.

An amount, a table cell or a date written « à définir » is null. Rules of schemes are read by
`maillage.rules`; the same `Reader` reads the rest, so that a key misspelt anywhere is said the same way.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import TextChoices
from django.utils import timezone

from maillage.accounts.models import Authority
from maillage.planfile.document import CallEntry, EnvelopeEntry, PlanFile, SchemeEntry
from maillage.planfile.findings import Level, PlanFinding
from maillage.planfile.positions import Positions
from maillage.plans.content import (
    AxisContent,
    DecisionContent,
    IndicatorContent,
    MeasureContent,
    MilestoneContent,
    MoneyContent,
    PartnerContent,
    PlanContent,
    ReadingContent,
    RemarkContent,
)
from maillage.plans.models import Measure, Plan, PlannedMoney
from maillage.rules.errors import RulesError, RulesErrors
from maillage.rules.reading import Reader, check_size, kind_of, suggestion
from maillage.rules.scheme import SchemeRules

C = TypeVar("C", bound=TextChoices)
T = TypeVar("T")

UNSET = "à définir"
MAX_BYTES = 2_000_000
KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TERRITORY = re.compile(r"(?:departement|epci):[0-9A-Z]+")
YEARS = (1990, 2100)


@dataclass(frozen=True)
class Reading:
    """What came of reading a file: the file, None when it holds an error, and what is wrong with it."""

    file: PlanFile | None
    findings: tuple[PlanFinding, ...]
    positions: Positions


def read(text: str) -> Reading:
    """Read the text of a plan file."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
        check_size(document)
    except tomllib.TOMLDecodeError as error:
        return Reading(None, (_syntax(str(error)),), Positions(""))
    except RulesErrors as refusal:
        found = tuple(PlanFinding(Level.ERROR, 1, "", error.sentence) for error in refusal.errors)
        return Reading(None, found, Positions(""))
    positions = Positions(text)
    errors: list[RulesError] = []
    file = _file(Reader(_with_nulls(document), "", errors))
    findings = tuple(
        PlanFinding(Level.ERROR, positions.line(error.path), error.path, error.sentence) for error in errors
    )
    return Reading(None if errors else file, findings, positions)


_REASONS = (
    ("Expected '='", "il manque le signe « = » entre un nom et sa valeur"),
    ("Cannot overwrite", "ce nom est déjà écrit plus haut dans la même table : gardez-en un"),
    ("Cannot declare", "cette table est déjà écrite plus haut : doublez ses crochets ou gardez-en une"),
    ("Invalid value", "cette valeur n'est ni un nombre, ni une date, ni un texte entre guillemets"),
    ("Unclosed", "un crochet ou une accolade n'est pas refermé"),
    ("Unterminated", "un texte entre guillemets n'est pas refermé"),
    ("Illegal character", "un texte entre guillemets n'est pas refermé, ou contient un caractère interdit"),
    ("Expected ']'", "les crochets du titre de la table ne sont pas refermés"),
    (
        "Expected newline",
        "il y a quelque chose de trop après la valeur : allez à la ligne, ou ajoutez les guillemets",
    ),
    ("Unescaped", "un antislash doit être doublé"),
)
_PLACE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")


def _syntax(message: str) -> PlanFinding:
    """A syntax error in one French sentence."""
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else 1
    known = [reason for start, reason in _REASONS if message.startswith(start)]
    reason = known[0] if known else f"l'écriture TOML n'est pas respectée ({message})"
    return PlanFinding(
        Level.ERROR, line, "", f"Le fichier ne se lit pas : {reason}.", "Corrigez cette ligne."
    )


def _with_nulls(value: Any) -> Any:
    """The document with null in place of « à définir »."""
    if value == UNSET:
        return None
    if isinstance(value, dict):
        return {name: _with_nulls(held) for name, held in value.items()}
    if isinstance(value, list):
        return [_with_nulls(held) for held in value]
    return value


def _file(reader: Reader) -> PlanFile | None:
    reader.required("plan")
    decisions = reader.items("decisions", _decision)
    partners = reader.items("partners", _partner)
    axes = reader.items("axes", _axis)
    remarks = reader.items("remarks", _remark)
    parts = {"decisions": decisions, "partners": partners, "axes": axes, "remarks": remarks}
    heading = reader.part("plan", lambda plan: _plan(plan, parts))
    file = heading and PlanFile(
        authority=heading[0],
        authority_name=heading[1],
        content=heading[2],
        envelopes=reader.items("envelopes", _envelope),
        schemes=reader.items("schemes", _scheme),
        calls=reader.items("calls", _call),
    )
    reader.done()
    if file is not None:
        _check_keys(reader, file)
        _check_references(reader, file)
    return file


def _plan(reader: Reader, parts: dict[str, Any]) -> tuple[str, str, PlanContent]:
    reader.required("authority", "authority_name", "first_year", "last_year")
    authority = reader.text("authority")
    if authority and not TERRITORY.fullmatch(authority):
        reader.refuse("authority", "Écrivez le territoire comme « departement:41 » ou « epci:200057958 ».")
    first, last = _year(reader, "first_year") or YEARS[0], _year(reader, "last_year") or YEARS[1]
    if last < first:
        reader.refuse("last_year", "La dernière année d'un plan ne peut précéder la première.")
    content = PlanContent(
        key=_key(reader),
        title=_line(reader, "title", 200),
        objective=reader.text("objective"),
        status=_choice(reader, "status", Plan.Status, Plan.Status.RUNNING),
        first_year=first,
        last_year=last,
        adopted_on=_date(reader, "adopted_on"),
        announced_amount=_amount(reader, "announced_amount"),
        announced_wording=_line(reader, "announced_wording", 200, required=False),
        seeds=reader.texts("seeds"),
        **parts,
    )
    return authority, _line(reader, "authority_name", Authority._meta.get_field("name").max_length), content


def _decision(reader: Reader) -> DecisionContent:
    return DecisionContent(
        key=_key(reader),
        title=_line(reader, "title", 200),
        number=_line(reader, "number", 60, required=False),
        taken_on=_date(reader, "taken_on"),
        body=_line(reader, "body", 120, required=False),
        seeds=reader.texts("seeds"),
    )


def _partner(reader: Reader) -> PartnerContent:
    return PartnerContent(
        key=_key(reader),
        name=_line(reader, "name", 200),
        part=reader.text("part"),
        seeds=reader.texts("seeds"),
    )


def _remark(reader: Reader) -> RemarkContent:
    reader.required("text")
    return RemarkContent(
        code=_line(reader, "code", 20), text=reader.text("text"), seeds=reader.texts("seeds")
    )


def _axis(reader: Reader) -> AxisContent:
    return AxisContent(
        key=_key(reader),
        title=_line(reader, "title", 250),
        objective=reader.text("objective"),
        is_priority=reader.flag("priority"),
        seeds=reader.texts("seeds"),
        measures=reader.items("measures", _measure),
    )


def _measure(reader: Reader) -> MeasureContent:
    reader.required("status")
    starts_on, ends_on = _date(reader, "starts_on"), _date(reader, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        reader.refuse("ends_on", "La fin d'une mesure ne peut précéder son début.")
    return MeasureContent(
        key=_key(reader),
        title=_line(reader, "title", 250),
        description=reader.text("description"),
        status=_choice(reader, "status", Measure.Status, Measure.Status.PLANNED),
        status_reason=reader.text("status_reason"),
        owner_name=_line(reader, "owner", 200, required=False),
        starts_on=starts_on,
        ends_on=ends_on,
        seeds=reader.texts("seeds"),
        money=reader.items("money", _money),
        milestones=reader.items("milestones", _milestone),
        indicators=reader.items("indicators", _indicator),
    )


def _money(reader: Reader) -> MoneyContent:
    reader.required("kind", "section", "per")
    if not reader.mentions("amount"):
        reader.refuse("amount", f"Le montant manque : écrivez-le en euros, ou « {UNSET} ».")
    return MoneyContent(
        label=_line(reader, "label", 200),
        kind=_choice(reader, "kind", PlannedMoney.Kind, PlannedMoney.Kind.NEW),
        is_high_estimate=reader.flag("high_estimate"),
        section=_choice(reader, "section", PlannedMoney.Section, PlannedMoney.Section.OPERATING),
        amount=_amount(reader, "amount"),
        per=_choice(reader, "per", PlannedMoney.Per, PlannedMoney.Per.YEAR),
        first_year=_year(reader, "first_year"),
        last_year=_year(reader, "last_year"),
        nature=_line(reader, "nature", 8, required=False),
        function=_line(reader, "function", 8, required=False),
        seeds=reader.texts("seeds"),
    )


def _milestone(reader: Reader) -> MilestoneContent:
    return MilestoneContent(
        key=_key(reader),
        label=_line(reader, "label", 250),
        due_on=_date(reader, "due_on"),
        reached_on=_date(reader, "reached_on"),
        seeds=reader.texts("seeds"),
    )


def _indicator(reader: Reader) -> IndicatorContent:
    readings = reader.items("readings", _reading)
    if len({reading.on for reading in readings}) < len(readings):
        reader.refuse("readings", "Deux relevés portent la même date : gardez-en un.")
    return IndicatorContent(
        key=_key(reader),
        label=_line(reader, "label", 250),
        unit=_line(reader, "unit", 60, required=False),
        source=_line(reader, "source", 200, required=False),
        baseline=_value(reader, "baseline"),
        target=_value(reader, "target"),
        due_on=_date(reader, "due_on"),
        seeds=reader.texts("seeds"),
        readings=tuple(sorted(readings, key=lambda reading: reading.on)),
    )


def _reading(reader: Reader) -> ReadingContent:
    reader.required("on", "value")
    return ReadingContent(
        on=_date(reader, "on") or date.min,
        value=_value(reader, "value") or Decimal(0),
        source=_line(reader, "source", 200, required=False),
        seeds=reader.texts("seeds"),
    )


def _envelope(reader: Reader) -> EnvelopeEntry:
    reader.required("section", "measure", "first_year", "last_year")
    first, last = _year(reader, "first_year") or YEARS[0], _year(reader, "last_year") or YEARS[1]
    if last < first:
        reader.refuse("last_year", "La dernière année d'une enveloppe ne peut précéder la première.")
    return EnvelopeEntry(
        key=_key(reader),
        label=_line(reader, "label", 200),
        measure=reader.text("measure"),
        section=_choice(reader, "section", PlannedMoney.Section, PlannedMoney.Section.OPERATING),
        is_multi_year=reader.flag("multi_year", True),
        first_year=first,
        last_year=last,
        nature=_line(reader, "nature", 8, required=False),
        function=_line(reader, "function", 8, required=False),
    )


def _scheme(reader: Reader) -> SchemeEntry:
    reader.required("rules")
    document = reader.raw("rules")
    parsed: SchemeRules | None = None
    try:
        parsed = SchemeRules.parse(document) if document is not None else None
    except RulesErrors as refusal:
        for error in refusal.errors:
            reader.refuse(f"rules.{error.path}" if error.path else "rules", error.sentence)
    return SchemeEntry(
        key=_key(reader),
        title=_line(reader, "title", 200),
        summary=reader.text("summary"),
        measure=reader.text("measure"),
        envelope=reader.text("envelope"),
        contact=_line(reader, "contact", 200, required=False),
        is_open_all_year=reader.flag("open_all_year", True),
        seeds=reader.texts("seeds"),
        rules=parsed.to_json() if parsed else {},
        parsed=parsed,
    )


def _call(reader: Reader) -> CallEntry:
    reader.required("scheme")
    opens_at, closes_at = _moment(reader, "opens_at"), _moment(reader, "closes_at")
    if opens_at and closes_at and closes_at <= opens_at:
        reader.refuse("closes_at", "Un appel ferme après son ouverture.")
    return CallEntry(
        key=_key(reader),
        title=_line(reader, "title", 200),
        scheme=reader.text("scheme"),
        presentation=reader.text("presentation"),
        opens_at=opens_at,
        closes_at=closes_at,
        themes=reader.items("themes", _theme),
        scoring_grid=reader.items("scoring_grid", _score),
        seeds=reader.texts("seeds"),
    )


def _theme(reader: Reader) -> dict[str, str]:
    return {"key": _key(reader), "label": _line(reader, "label", 250)}


def _score(reader: Reader) -> dict[str, Any]:
    """One line of a scoring grid: points out of, and what a point weighs."""
    reader.required("points")
    points, weight = (
        reader.integer("points", at_least=1, at_most=100),
        reader.integer("weight", 1, at_most=100),
    )
    return {"key": _key(reader), "label": _line(reader, "label", 250), "points": points, "weight": weight}


def _key(reader: Reader) -> str:
    """A required identifier: lower-case words joined by hyphens, at most 80 letters."""
    reader.required("key")
    key = reader.text("key")
    if key and (not KEY.fullmatch(key) or len(key) > 80):
        reader.refuse(
            "key",
            f"« {key} » : une clé s'écrit en minuscules sans accent, chiffres et tirets, 80 signes au plus.",
        )
    return key


def _line(reader: Reader, key: str, longest: int | None, *, required: bool = True) -> str:
    """A text that its column can hold."""
    if required:
        reader.required(key)
    text = reader.text(key)
    if longest is not None and len(text) > longest:
        reader.refuse(key, f"Ce texte compte {len(text)} signes : il en faut {longest} au plus.")
    return text


def _choice(reader: Reader, key: str, among: type[C], default: C) -> str:
    value = reader.raw(key)
    if value is None:
        return str(default)
    if value not in among.values:
        reader.refuse(key, f"« {value} » n'est pas admis ; {suggestion(str(value), among.values)}")
        return str(default)
    return str(value)


def _date(reader: Reader, key: str) -> date | None:
    value = reader.raw(key)
    if value is None or type(value) is date:
        return value
    reader.refuse(key, f"Une date est attendue, sans guillemets, comme 2026-06-30, pas {kind_of(value)}.")
    return None


def _moment(reader: Reader, key: str) -> datetime | None:
    """A day and an hour, by the clock of the installation when no time zone is written."""
    value = reader.raw(key)
    if value is None:
        return None
    if not isinstance(value, datetime):
        reader.refuse(key, "Un jour et une heure sont attendus, comme 2026-03-01T12:00:00.")
        return None
    return value if value.tzinfo else timezone.make_aware(value)


def _year(reader: Reader, key: str) -> int | None:
    return reader.integer(key, at_least=YEARS[0], at_most=YEARS[1])


def _amount(reader: Reader, key: str) -> Decimal | None:
    """Euros and cents, never negative; None when it is to be fixed."""
    return _cents(reader, key, reader.number(key, at_most=9_999_999_999))


def _value(reader: Reader, key: str) -> Decimal | None:
    return _cents(reader, key, reader.number(key, at_least=-(10**11), at_most=10**11))


def _cents(reader: Reader, key: str, value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    rounded = value.quantize(Decimal("0.01"))
    if rounded != value:
        reader.refuse(key, f"Deux décimales au plus sont admises, pas {value}.")
    return rounded


def _check_keys(reader: Reader, file: PlanFile) -> None:
    """Keys said twice. Measures are known by their key alone: it is unique in the whole plan."""
    content = file.content
    lists: list[tuple[str, Callable[[Any], str], tuple[Any, ...]]] = [
        ("decisions", _own_key, content.decisions),
        ("partners", _own_key, content.partners),
        ("remarks", lambda remark: remark.code, content.remarks),
        ("axes", _own_key, content.axes),
        ("envelopes", _own_key, file.envelopes),
        ("schemes", _own_key, file.schemes),
        ("calls", _own_key, file.calls),
    ]
    for rank, axis in enumerate(content.axes):
        for place, measure in enumerate(axis.measures):
            path = f"axes[{rank}].measures[{place}]"
            lists += [
                (f"{path}.milestones", _own_key, measure.milestones),
                (f"{path}.indicators", _own_key, measure.indicators),
            ]
    for path, key, entries in lists:
        _check_unique(reader, [(f"{path}[{rank}]", key(entry)) for rank, entry in enumerate(entries)])
    _check_unique(
        reader,
        [
            (f"axes[{rank}].measures[{place}]", measure.key)
            for rank, axis in enumerate(content.axes)
            for place, measure in enumerate(axis.measures)
        ],
    )


def _own_key(entry: Any) -> str:
    key: str = entry.key
    return key


def _check_unique(reader: Reader, placed: list[tuple[str, str]]) -> None:
    seen: set[str] = set()
    for path, key in placed:
        if key and key in seen:
            name = "code" if path.startswith("remarks") else "key"
            reader.refuse(f"{path}.{name}", f"« {key} » sert déjà plus haut : changez-en un.")
        seen.add(key)


def _check_references(reader: Reader, file: PlanFile) -> None:
    """What an entry names must be in the file."""
    measures = [measure.key for measure in file.content.measures]
    envelopes = [envelope.key for envelope in file.envelopes]
    schemes = [scheme.key for scheme in file.schemes]
    named = [
        *((f"envelopes[{n}].measure", e.measure, measures) for n, e in enumerate(file.envelopes)),
        *((f"schemes[{n}].measure", s.measure, measures) for n, s in enumerate(file.schemes)),
        *((f"schemes[{n}].envelope", s.envelope, envelopes) for n, s in enumerate(file.schemes)),
        *((f"calls[{n}].scheme", c.scheme, schemes) for n, c in enumerate(file.calls)),
    ]
    for path, key, known in named:
        if key and key not in known:
            reader.refuse(path, f"« {key} » n'est pas dans ce fichier ; {suggestion(key, known)}")
