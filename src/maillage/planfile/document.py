"""A plan file as typed values: the plan itself, its envelopes, its schemes and its calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maillage.plans.content import PlanContent, Seeds
from maillage.rules.scheme import SchemeRules


@dataclass(frozen=True, kw_only=True)
class EnvelopeEntry:
    """An envelope that the plan opens; its votes belong to the budget, never to a file."""

    key: str
    label: str
    measure: str
    section: str
    is_multi_year: bool = True
    first_year: int
    last_year: int
    nature: str = ""
    function: str = ""


@dataclass(frozen=True, kw_only=True)
class SchemeEntry:
    """An aid, and the document of its rules, written as `SchemeRules.to_json` writes it when it can be read.

    :ivar parsed: the rules, None when the document holds errors.
    """

    key: str
    title: str
    summary: str = ""
    measure: str = ""
    envelope: str = ""
    contact: str = ""
    is_open_all_year: bool = True
    seeds: Seeds = ()
    rules: dict[str, Any]
    parsed: SchemeRules | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class CallEntry:
    """A call for projects on a scheme. Without both dates it is only announced."""

    key: str
    title: str
    scheme: str
    presentation: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    themes: tuple[dict[str, str], ...] = ()
    scoring_grid: tuple[dict[str, Any], ...] = ()
    seeds: Seeds = ()

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """When it opens and closes, None until both are fixed."""
        if self.opens_at is None or self.closes_at is None:
            return None
        return self.opens_at, self.closes_at


@dataclass(frozen=True, kw_only=True)
class PlanFile:
    """A whole file. `authority` is the key of a territory: `departement:41`, `epci:200057958`."""

    authority: str
    authority_name: str
    content: PlanContent
    envelopes: tuple[EnvelopeEntry, ...] = ()
    schemes: tuple[SchemeEntry, ...] = ()
    calls: tuple[CallEntry, ...] = ()
