"""Asking for the long work of the laboratory: what cannot be done is refused at once, the rest is a job."""

from __future__ import annotations

from typing import Any

from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.jobs.actions import enqueue
from maillage.jobs.models import Job
from maillage.kit.console import Refused
from maillage.lab import siting
from maillage.lab.evaluating import NOTHING_SIGNED, agreements_of


def ask_forecast(*, authority: Authority, request: dict[str, Any], by: User) -> Job:
    """Ask for a forecast, as `forms.forecast` words it."""
    return _ask("lab_forecast", authority, request, by)


def ask_siting(*, authority: Authority, request: siting.SitingRequest, by: User) -> Job:
    """Ask where to open, or for the compromises between two goals."""
    if request.model == siting.FRONT:
        siting.check_front(request)
        return _ask("lab_front", authority, request.as_document(), by)
    siting.prepare(request)
    return _ask("lab_site", authority, request.as_document(), by)


def ask_evaluation(*, authority: Authority, request: dict[str, Any], by: User) -> Job:
    """Ask what aids did, as `forms.evaluation` words it; there must be one."""
    if not agreements_of(authority, by).exists():
        raise Refused(NOTHING_SIGNED)
    return _ask("lab_evaluate", authority, request, by)


def _ask(kind: str, authority: Authority, request: dict[str, Any], by: User) -> Job:
    require(by, Right.RUN_LAB, authority)
    arguments = {"authority": authority.pk, "by": by.pk, "request": request}
    return enqueue(kind=kind, authority=authority, by=by, arguments=arguments)
