"""The pages anyone may read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from maillage.accounts.actions import demo_is_open
from maillage.accounts.models import Authority
from maillage.accounts.roles import Role
from maillage.diagnosis.pages import headlines
from maillage.territories.places import search


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    authorities = list(Authority.objects.order_by("is_demo", "kind", "name", "pk"))
    query = request.GET.get("q", "").strip()[:100]
    said = headlines([authority.territory for authority in authorities])
    context = {
        "followed": [(authority, said.get(authority.territory, [])) for authority in authorities],
        "query": query,
        "found": search(query) if query else [],
        "demo": next((authority for authority in authorities if demo_is_open(authority)), None),
        "roles": Role.choices,
    }
    return TemplateResponse(request, "portal/home.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "portal/accessibility.html")
