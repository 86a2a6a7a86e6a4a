"""A `PlanFile` as TOML text that a mission officer can read. `read(write(file)).file == file`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from maillage.planfile.document import PlanFile, SchemeEntry
from maillage.planfile.reading import UNSET
from maillage.plans.content import PlanContent

WIDTH: Final = 110
_BARE = re.compile(r"[A-Za-z0-9_-]+")

# Attributes that the file writes under a shorter name.
_NAMES: Final = {
    "is_high_estimate": "high_estimate",
    "is_priority": "priority",
    "owner_name": "owner",
    "is_multi_year": "multi_year",
    "is_open_all_year": "open_all_year",
}
# What is said even when it is what one would suppose.
_ALWAYS: Final = frozenset({"kind", "section", "per", "status"})
# What is written « à définir » when it is null: a gap that someone must fill.
_GAPS: Final = frozenset({"amount", "opens_at", "closes_at"})
# Rules with tables of their own, one per line of the list: readable, and a finding names its line.
_RULE_LISTS: Final = ("fields", "criteria", "documents")
_RULE_TABLES: Final = ("amount", "schedule", "obligation", "clawback", "cumulation")

_OPENING: Final = f"""\
# {{title}} ({{name}}, {{first}}-{{last}}).
#
# « {UNSET} » est un montant que personne n'a fixé : il n'est jamais compté comme un zéro.
# Vérifiez ce fichier par « maillage plan check », chargez-le par « maillage plan load ».
"""


def write(file: PlanFile) -> str:
    """The whole file."""
    content = file.content
    opening = _OPENING.format(
        title=content.title, name=file.authority_name, first=content.first_year, last=content.last_year
    )
    blocks = [opening, _plan(file, content)]
    blocks += [_table("[[decisions]]", decision) for decision in content.decisions]
    blocks += [_table("[[partners]]", partner) for partner in content.partners]
    for axis in content.axes:
        blocks.append(_table("[[axes]]", axis))
        for measure in axis.measures:
            blocks.append(_table("[[axes.measures]]", measure))
            blocks += [_table("[[axes.measures.money]]", line) for line in measure.money]
            blocks += [_table("[[axes.measures.milestones]]", milestone) for milestone in measure.milestones]
            blocks += [_table("[[axes.measures.indicators]]", indicator) for indicator in measure.indicators]
    blocks += [_table("[[envelopes]]", envelope) for envelope in file.envelopes]
    for scheme in file.schemes:
        blocks += _scheme(scheme)
    blocks += [_table("[[calls]]", call) for call in file.calls]
    blocks += [_table("[[remarks]]", remark) for remark in content.remarks]
    return "\n".join(blocks)


def _plan(file: PlanFile, content: PlanContent) -> str:
    own = {"authority": file.authority, "authority_name": file.authority_name}
    said = dict(_said(content, without=("decisions", "partners", "axes", "remarks")))
    # The key, the title and the objective first, then whose plan it is.
    first: dict[str, Any] = {name: said.pop(name) for name in ("key", "title", "objective") if name in said}
    return _block("[plan]", {**first, **own, **said})


def _scheme(scheme: SchemeEntry) -> list[str]:
    rules = scheme.rules
    lists = {name: rules[name] for name in _RULE_LISTS if name in rules}
    tables = {name: rules[name] for name in _RULE_TABLES if name in rules}
    plain = {name: value for name, value in rules.items() if name not in (*_RULE_LISTS, *_RULE_TABLES)}
    blocks = [
        _block("[[schemes]]", dict(_said(scheme, without=("rules", "parsed")))),
        _block("[schemes.rules]", plain),
    ]
    for name, entries in lists.items():
        blocks += [_block(f"[[schemes.rules.{name}]]", entry) for entry in entries]
    blocks += [_block(f"[schemes.rules.{name}]", table) for name, table in tables.items()]
    return blocks


def _table(header: str, entry: Any) -> str:
    return _block(header, dict(_said(entry, without=("measures", "money", "milestones", "indicators"))))


def _said(entry: Any, *, without: Iterable[str] = ()) -> Iterable[tuple[str, Any]]:
    """The values of an entry that need saying: neither empty nor what one would suppose; a gap always."""
    for field in fields(entry):
        value = getattr(entry, field.name)
        is_supposed = value is None or value == () or (field.name not in _ALWAYS and value == field.default)
        if field.name not in without and (field.name in _GAPS or not is_supposed):
            yield _NAMES.get(field.name, field.name), value


def _block(header: str, values: Mapping[str, Any]) -> str:
    lines = [header, *(f"{_bare(name)} = {_value(value, len(name) + 3)}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


def _value(value: Any, used: int) -> str:
    """A value at the top of a table: long texts and lists are spread over lines."""
    if isinstance(value, str):
        text = _quoted(value)
        return text if used + len(text) <= WIDTH and "\n" not in value else _folded(value)
    written = _inline(value)
    if isinstance(value, list | tuple) and used + len(written) > WIDTH:
        return "\n".join(["[", *(f"  {_inline(item)}," for item in value), "]"])
    return written


def _inline(value: Any) -> str:
    """A value on one line. Null is « à définir »."""
    match value:
        case None:
            return _quoted(UNSET)
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case Decimal() | float():
            return _number(Decimal(str(value)))
        case Mapping():
            return f"{{ {', '.join(f'{_bare(name)} = {_inline(held)}' for name, held in value.items())} }}"
        case list() | tuple():
            return f"[{', '.join(_inline(item) for item in value)}]"
        case _ if hasattr(value, "__dataclass_fields__"):
            return _inline(dict(_said(value)))
    raise TypeError(f"a plan file cannot hold {type(value)}")


def _number(value: Decimal) -> str:
    if value == value.to_integral_value():
        return str(int(value))
    return f"{value.normalize():f}"


def _bare(name: str) -> str:
    """A name of a table, quoted when TOML asks for it."""
    return name if _BARE.fullmatch(name) else _quoted(name)


_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(text: str) -> str:
    return "".join(
        _ESCAPES.get(sign) or (f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) == 127 else sign)
        for sign in text
    )


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _folded(text: str) -> str:
    """A long text over several lines, each ended by an antislash: the reader joins them again."""
    lines: list[str] = [""]
    words = _escaped(text).split(" ")
    for rank, word in enumerate(words):
        space = " " if rank < len(words) - 1 else ""
        # What follows a fold loses its leading blanks: an empty word (two spaces) stays with the one before.
        if word and lines[-1] and not lines[-1].isspace() and len(lines[-1]) + len(word) > WIDTH - 2:
            lines.append("")
        lines[-1] += word + space
    body = "\\\n".join(lines)
    return f'"""{body}"""'
