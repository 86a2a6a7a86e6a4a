"""Long work of the laboratory, as the job worker runs it: a result is kept whole at the end, or not at all."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.jobs.registry import job
from maillage.jobs.running import Progress
from maillage.lab import actions
from maillage.lab.forecasting import backtest, forecast
from maillage.lab.foreseen import kept
from maillage.lab.models import Result
from maillage.lab.pages.parts import provenance
from maillage.science.demography.parameters import from_document
from maillage.territories import places
from maillage.territories.keys import parse


@job("lab_forecast", label="Prévision")
def lab_forecast(progress: Progress, *, authority: int, by: int, request: dict[str, Any]) -> dict[str, Any]:
    """Draw a forecast as `forms.forecast` asked for it, tried on the past when asked, and keep it."""
    of, who = _asked_by(authority, by)
    territory = places.territory(parse(request["territory"]))
    common = {
        "draws": request["draws"],
        "seed": request["seed"],
        "assumptions": from_document(request["assumptions"]),
    }
    share = 0.5 if request["backtest"] else 0.9
    made = forecast(
        territory,
        request["profession"],
        to=request["to"],
        progress=lambda done: progress(share * done, "Tirage des carrières"),
        **common,
    )
    tried = None
    if request["backtest"]:
        tried = backtest(
            territory,
            request["profession"],
            progress=lambda done: progress(0.5 + 0.4 * done, "Essai sur le passé"),
            **common,
        )
    progress(0.95, "Enregistrement")
    diagnosis, years = made.diagnosis, made.forecast.years
    title = f"{diagnosis.profession.label}, {territory.name}, {years[0]}–{years[-1]}"
    result = actions.keep_result(
        authority=of,
        kind=Result.Kind.FORECAST,
        title=title,
        territory=request["territory"],
        snapshot=diagnosis.snapshot,
        request=request,
        outcome=kept(made, tried),
        provenance=provenance(diagnosis.snapshot),
        by=who,
    )
    return _kept(result)


def _asked_by(authority: int, by: int) -> tuple[Authority, User]:
    return Authority.objects.get(pk=authority), User.objects.get(pk=by)


def _kept(result: Result) -> dict[str, Any]:
    return {"result": result.pk, "url": reverse("lab:result", args=[result.pk])}
