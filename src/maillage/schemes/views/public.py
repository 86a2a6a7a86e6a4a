"""The pages anyone may read: aids of an authority, and « suis-je éligible ? »."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.middleware import speak_for
from maillage.accounts.models import Authority
from maillage.accounts.requests import PageRequest
from maillage.kit import clock
from maillage.schemes.facts import gather
from maillage.schemes.filters import CatalogueFilter
from maillage.schemes.forms import FactsForm
from maillage.schemes.inputs import commune_label, communes_like
from maillage.schemes.judging import assess
from maillage.schemes.models import Scheme, SchemeVersion
from maillage.schemes.pages import public
from maillage.schemes.pages.verdict import shown


def _authority(request: HttpRequest, slug: str) -> Authority:
    found = get_object_or_404(Authority, slug=slug)
    speak_for(cast(PageRequest, request), [found.territory])
    return found


def _scheme(request: HttpRequest, slug: str, key: str) -> tuple[Scheme, SchemeVersion]:
    authority = _authority(request, slug)
    found = get_object_or_404(authority.schemes.with_current().select_related("authority"), key=key)
    if found.current is None:
        raise Http404("Ce dispositif n'a pas de règlement en vigueur.")
    return found, found.current


@require_safe
def catalogue(request: HttpRequest, slug: str) -> HttpResponse:
    authority, today = _authority(request, slug), clock.today()
    schemes = public.offered(authority, today)
    form = CatalogueFilter(
        request.GET, professions=public.professions(schemes), territory=public.territory_of(authority)
    )
    wanted = form.wanted()
    found = public.suitable(schemes, authority, wanted, today)
    context = {
        "publisher": authority,
        "form": form,
        "count": len(schemes),
        "offers": public.offers(found, today),
        "is_filtered": not wanted.is_empty,
    }
    return TemplateResponse(request, "schemes/catalogue.html", context)


@require_safe
def aid(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    scheme, version = _scheme(request, slug, key)
    context = {**public.aid_page(scheme, version, clock.today()), "start_url": start_url(scheme)}
    return TemplateResponse(request, "schemes/aid.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def eligibility(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Answers are judged and forgotten: nothing of them is stored, nor put in an address."""
    scheme, version = _scheme(request, slug, key)
    first, more = public.questions(version.parsed)
    posted = request.POST if request.method == "POST" else None
    territory = public.territory_of(scheme.authority)
    form = FactsForm([*first, *more], posted, required=(), territory=territory)
    context: dict[str, Any] = {
        "scheme": scheme,
        "version": version,
        "form": form,
        "first": [form[field.key] for field in first],
        "more": [form[field.key] for field in more],
        "start_url": start_url(scheme),
        "is_open": scheme.is_open(clock.today()),
    }
    if posted is not None and form.is_valid():
        context |= _result(scheme, version, form.answers())
    return TemplateResponse(request, "schemes/eligibility.html", context)


@require_safe
def communes(request: HttpRequest) -> HttpResponse:
    """Suggestions for the input of a commune, as the options of its list."""
    text = request.GET.get(request.GET.get("field", "commune"), "").strip()[:100]
    found = communes_like(text) if len(text) >= 2 else []
    context = {"suggestions": [commune_label(commune) for commune in found]}
    return TemplateResponse(request, "schemes/inputs/suggestions.html", context)


def start_url(scheme: Scheme) -> str:
    """Where an application for a scheme begins: a page of the room above, known by its name alone."""
    return reverse("applications:start", args=[scheme.authority.slug, scheme.key])


def _result(scheme: Scheme, version: SchemeVersion, answers: dict[str, Any]) -> dict[str, Any]:
    today = clock.today()
    facts, zoning = gather(
        authority=scheme.authority,
        answers=answers,
        commune=answers.get("practice_commune", ""),
        profession=answers.get("profession", ""),
        on=today,
    )
    assessment = assess(version, facts, today)
    return {
        "verdict": shown(assessment),
        "sentence": assessment.sentence,
        "zones": [place["sentence"] for place in zoning.values()],
        "documents": public.documents(version, facts, today),
        "judged_on": today,
    }
