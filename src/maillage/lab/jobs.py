"""Long work of the laboratory, as the job worker runs it: a result is kept whole, or not at all."""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from django.urls import reverse

from maillage.accounts.models import Authority, User
from maillage.diagnosis.reading import Diagnosis
from maillage.jobs.registry import job
from maillage.jobs.running import Cancelled, Progress
from maillage.lab import actions, siting
from maillage.lab.evaluating import Asked, evaluate, latest
from maillage.lab.forecasting import backtest, forecast
from maillage.lab.foreseen import kept
from maillage.lab.models import Result
from maillage.lab.pages.parts import provenance
from maillage.science.demography.parameters import from_document
from maillage.territories import places
from maillage.territories.keys import parse

SEARCH_SHARE: Final = 0.9
"""What the bar of a search shows once the time given to it is spent."""


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
    return _keep(Result.Kind.FORECAST, title, diagnosis, request, kept(made, tried), of=of, by=who)


@job("lab_site", label="Recherche de lieux où implanter")
def lab_site(progress: Progress, *, authority: int, by: int, request: dict[str, Any]) -> dict[str, Any]:
    """Search for places as `forms.siting` asked, and keep the answer; without one, there is no result."""
    of, who = _asked_by(authority, by)
    asked = siting.SitingRequest.from_document(request)
    try:
        found = siting.site(asked, cancelled=_Watching(progress, asked.time_limit))
    except siting.Cancelled as stopped:
        raise Cancelled from stopped
    found.require_answer()
    outcome = found.as_document()
    progress(SEARCH_SHARE, "Enregistrement")
    diagnosis = found.problem.diagnosis
    return _keep(
        Result.Kind.SITING,
        f"{outcome['label']}, {diagnosis.territory.name}",
        diagnosis,
        request,
        outcome,
        of=of,
        by=who,
    )


@job("lab_front", label="Compromis entre deux buts")
def lab_front(progress: Progress, *, authority: int, by: int, request: dict[str, Any]) -> dict[str, Any]:
    """Weigh the two goals that can be weighed, and keep the compromises."""
    of, who = _asked_by(authority, by)
    asked = siting.SitingRequest.from_document(request)
    try:
        found = siting.compare(asked, tuple(siting.GOALS), _Watching(progress, asked.time_limit))
    except siting.Cancelled as stopped:
        raise Cancelled from stopped
    progress(SEARCH_SHARE, "Enregistrement")
    diagnosis = found.problems[0].diagnosis
    return _keep(
        Result.Kind.FRONT,
        f"Compromis : manque comblé, habitants couverts, {diagnosis.territory.name}",
        diagnosis,
        request,
        found.as_document(),
        of=of,
        by=who,
    )


@job("lab_evaluate", label="Évaluation des aides")
def lab_evaluate(progress: Progress, *, authority: int, by: int, request: dict[str, Any]) -> dict[str, Any]:
    """Evaluate the aids of an authority as far as whoever asks may see them, and keep what was found."""
    of, who = _asked_by(authority, by)
    asked = Asked(**request)
    outcome = evaluate(of, asked, by=who, progress=lambda done: progress(0.95 * done, "Comparaison"))
    progress(0.95, "Enregistrement")
    diagnosis = latest(of, asked.profession)
    what = outcome["scheme_title"] or "tous les dispositifs"
    return _keep(
        Result.Kind.EVALUATION,
        f"Effet des aides, {what}, {diagnosis.territory.name}",
        diagnosis,
        request,
        outcome,
        of=of,
        by=who,
    )


class _Watching:
    """Says that a search goes on, and whether it must stop: the solver asks, and no exception crosses it."""

    def __init__(self, progress: Progress, seconds: float) -> None:
        self._progress = progress
        self._seconds = seconds
        self._started = monotonic()

    def __call__(self) -> bool:
        share = min(1.0, (monotonic() - self._started) / self._seconds)
        try:
            self._progress(SEARCH_SHARE * share, "Recherche des meilleurs lieux")
        except Cancelled:
            return True
        return False


def _asked_by(authority: int, by: int) -> tuple[Authority, User]:
    return Authority.objects.get(pk=authority), User.objects.get(pk=by)


def _keep(
    kind: Result.Kind,
    title: str,
    diagnosis: Diagnosis,
    request: dict[str, Any],
    outcome: dict[str, Any],
    *,
    of: Authority,
    by: User,
) -> dict[str, Any]:
    """Keep what was found; gives what the job says of it."""
    result = actions.keep_result(
        authority=of,
        kind=kind,
        title=title[:160],
        territory=str(diagnosis.territory.key),
        snapshot=diagnosis.snapshot,
        request=request,
        outcome=outcome,
        provenance=provenance(diagnosis.snapshot),
        by=by,
    )
    return {"result": result.pk, "url": reverse("lab:result", args=[result.pk])}
