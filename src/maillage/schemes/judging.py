"""Verdicts, worked out at will. Nothing is stored here: what is kept is a `Judgement` (`actions.judge`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from maillage.rules.eligibility import Assessment
from maillage.rules.eligibility import judge as judge_rules
from maillage.schemes.models import SchemeVersion


def assess(version: SchemeVersion, facts: Mapping[str, Any], on: date) -> Assessment:
    """The verdict of a version on facts, on a day. The same three give the same verdict for ever."""
    return judge_rules(version.parsed, facts, on)
