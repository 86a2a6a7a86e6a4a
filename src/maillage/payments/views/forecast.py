"""The forecast of payments beside the CP."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.budget.models import Envelope
from maillage.payments.outlook import COLUMNS, Outlook, outlook
from maillage.payments.views.shared import download


def _outlook(request: MemberRequest) -> Outlook:
    authority = authority_of(request)
    envelopes = Envelope.objects.visible_to(request.user).filter(authority=authority)
    return outlook(authority, envelopes.in_plan_order())


@require_safe
@right_required(Right.SEE_PROGRAMME)
def forecast(request: MemberRequest) -> HttpResponse:
    return TemplateResponse(request, "payments/forecast.html", {"outlook": _outlook(request)})


@require_safe
@right_required(Right.SEE_PROGRAMME)
def export(request: MemberRequest, fmt: str) -> HttpResponseBase:
    return download(fmt, name="prevision-des-paiements", columns=COLUMNS, rows=_outlook(request).rows)
