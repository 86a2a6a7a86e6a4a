"""Loan guarantees and tax exemptions."""

from __future__ import annotations

from typing import Any

from maillage.accounts.roles import Role
from maillage.offbudget import actions
from programme_offbudget import exemption, guarantee, guarantee_year
from screens.screen import Screen


def registers() -> list[Any]:
    guarantee_year(), exemption(), guarantee()
    return []


def granted() -> list[Any]:
    guarantee_year()
    return [actions.grant_guarantee(guarantee=guarantee(), decision="2026-12", by=None).pk]


def _screen(name: str, arguments: Any = list, **options: Any) -> Screen:
    return Screen(f"offbudget:{name}", arguments, role=Role.ADMINISTRATOR, **options)


SCREENS = {
    "guarantees": _screen("guarantees", registers),
    "no guarantee": _screen("guarantees"),
    "guarantee proposed": _screen("guarantee", lambda: [guarantee().pk]),
    "guarantee granted": _screen("guarantee", granted),
    "new guarantee, nothing typed": _screen("guarantee_new", button="Enregistrer"),
    "figures of a year": _screen("guarantee_year"),
    "exemptions": _screen("exemptions", registers),
    "new exemption": _screen("exemption_new"),
    "exemption": _screen("exemption", lambda: [exemption().pk]),
}
NOT_PAGES = {
    "offbudget:guarantees_export",
    "offbudget:exemptions_export",
    "offbudget:guarantee_grant",
    "offbudget:guarantee_refuse",
    "offbudget:guarantee_call",
    "offbudget:guarantee_end",
}
