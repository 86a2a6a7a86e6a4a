"""Pages of the obligations: the list by what is due, one obligation, its steps, the recipient's own view."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maillage.accounts.guards import authority_of, member_required, right_required
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.files.models import StoredFile
from maillage.files.serving import answer
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.exports import table_response
from maillage.kit.pages import page_of
from maillage.kit.web import refusals_as_pages
from maillage.obligations import lists, pages
from maillage.obligations.forms import ObligationFilter, SimulationForm, StepForm
from maillage.obligations.models import Clawback, ObligationQuerySet, PracticeObligation
from maillage.obligations.simulation import simulate
from maillage.obligations.standing import clock_of
from maillage.obligations.steps import STEPS, Step
from maillage.rules.money import ZERO

# The tabs where an officer has something to decide.
PRESSING = (lists.Tab.OBSERVATIONS, lists.Tab.BREACHES, lists.Tab.PROOFS, lists.Tab.TO_CHECK)


def _here(request: MemberRequest) -> ObligationQuerySet:
    """The obligations of the authority in hand, as the office sees them."""
    visible = PracticeObligation.objects.visible_to(request.user)
    return visible.filter(agreement__authority=authority_of(request)).with_periods()


def _one(request: MemberRequest, pk: int) -> PracticeObligation:
    return get_object_or_404(_here(request), pk=pk)


def _own(request: MemberRequest, pk: int) -> PracticeObligation:
    """The obligation of whoever asks: being a member of the authority does not make it theirs."""
    visible = PracticeObligation.objects.visible_to(request.user).with_periods()
    return get_object_or_404(visible, pk=pk, agreement__recipient__user=request.user)


def _filtered(request: MemberRequest) -> tuple[str, ObligationFilter, QuerySet[PracticeObligation]]:
    asked = request.GET.get("onglet", lists.Tab.NEAR)
    tab = asked if asked in lists.Tab.values else lists.Tab.NEAR
    form = ObligationFilter(request.GET)
    return tab, form, form.apply(lists.in_tab(_here(request), tab, clock.today()))


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def obligations(request: MemberRequest) -> HttpResponse:
    tab, form, found = _filtered(request)
    today, page = clock.today(), page_of(request, found)
    here = _here(request)
    counts = {name: lists.in_tab(here, name, today).count() for name in lists.Tab.values}
    context = {
        "tab": tab,
        "tabs": [(name, label, counts[name]) for name, label in lists.Tab.choices],
        "meaning": lists.TAB_MEANINGS[lists.Tab(tab)],
        "running": here.filter(state=PracticeObligation.State.RUNNING).count(),
        "pressing": sum(counts[name] for name in PRESSING),
        "form": form,
        "page": page,
        "rows": pages.rows(list(page), today),
    }
    return TemplateResponse(request, "obligations/list.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def export(request: MemberRequest, fmt: str) -> HttpResponse:
    rows = lists.exported(_filtered(request)[2], clock.today())
    return table_response(fmt, name="engagements", columns=lists.COLUMNS, rows=rows)


def _clawbacks(request: MemberRequest) -> QuerySet[Clawback]:
    visible = Clawback.objects.visible_to(request.user)
    here = visible.filter(breach__obligation__agreement__authority=authority_of(request))
    state = request.GET.get("etat", "")
    found = here.filter(state=state) if state in Clawback.State.values else here
    return found.with_instalments().order_by("-pk")


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def clawbacks(request: MemberRequest) -> HttpResponse:
    found = list(_clawbacks(request))
    running = [one for one in found if one.state in (Clawback.State.DECIDED, Clawback.State.ORDERED)]
    page = page_of(request, _clawbacks(request))
    context = {
        "page": page,
        "left": sum((one.left for one in running), ZERO),
        "recovered": sum((one.recovered for one in found), ZERO),
        "count": len(running),
        "states": Clawback.State.choices,
        "state": request.GET.get("etat", ""),
        "today": clock.today(),
    }
    return TemplateResponse(request, "obligations/clawbacks.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def clawbacks_export(request: MemberRequest, fmt: str) -> HttpResponse:
    rows = lists.exported_clawbacks(_clawbacks(request))
    return table_response(fmt, name="reversements", columns=lists.CLAWBACK_COLUMNS, rows=rows)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def obligation(request: MemberRequest, pk: int) -> HttpResponse:
    context = pages.page(_one(request, pk), request.user, office=True)
    context["simulation_form"] = SimulationForm(initial={"on": clock.today()})
    return TemplateResponse(request, "obligations/obligation.html", context)


@require_safe
@right_required(Right.SEE_APPLICATIONS)
def simulation(request: MemberRequest, pk: int) -> HttpResponse:
    """« Simuler un manquement au … »: what would be given back, line by line; nothing is written."""
    found, form = _one(request, pk), SimulationForm(request.GET or {"on": clock.today().isoformat()})
    on = (form.is_valid() and form.cleaned_data["on"]) or clock.today()
    context = pages.simulated(found, on) | {"form": form}
    return TemplateResponse(request, "obligations/simulation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.SEE_APPLICATIONS)
def step(request: MemberRequest, pk: int, slug: str, target: int | None = None) -> HttpResponse:
    found, chosen = _one(request, pk), STEPS.get(slug)
    if chosen is None:
        raise Http404("Cette action n'existe pas.")
    if not request.user.can(chosen.right, found.agreement.authority):
        raise PermissionDenied("Votre rôle ne permet pas cette action.")
    return _step(request, found, chosen, target, "obligations:obligation")


@require_safe
@member_required
def mine(request: MemberRequest, pk: int) -> HttpResponse:
    context = pages.page(_own(request, pk), request.user, office=False)
    return TemplateResponse(request, "obligations/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def my_step(request: MemberRequest, pk: int, slug: str, target: int | None = None) -> HttpResponse:
    found, chosen = _own(request, pk), STEPS.get(slug)
    if chosen is None or not chosen.recipient:
        raise Http404("Cette action n'existe pas.")
    return _step(request, found, chosen, target, "obligations:mine")


@require_safe
@refusals_as_pages
@member_required
def piece(request: MemberRequest, pk: int, file: int) -> HttpResponseBase:
    """A file of the obligation: statement, diploma, proof of a period. For whoever may see the obligation."""
    visible = PracticeObligation.objects.visible_to(request.user)
    found = get_object_or_404(visible, pk=pk)
    known = Q(pk__in=found.proofs.values("file")) | Q(pk__in=found.periods.values("proof"))
    stored = get_object_or_404(StoredFile, known | Q(pk=found.trigger_proof_id), pk=file)
    return answer(stored)


def _step(
    request: MemberRequest, found: PracticeObligation, chosen: Step, target: int | None, back: str
) -> HttpResponse:
    """The form of a step, and the step once it is filled in."""
    row = _target(found, chosen, target)
    data = request.POST if request.method == "POST" else None
    form = chosen.form(data, request.FILES or None, obligation=found, target=row)
    if request.method == "POST" and form.is_valid() and _done(request, found, chosen, row, form):
        messages.success(request, chosen.done)
        return redirect(back, found.pk)
    context = {
        "form": form,
        "step": chosen,
        "obligation": found,
        "back": reverse(back, args=[found.pk]),
        "sentence": clock_of(found, clock.today()).text,
        "owed": _owed(found, chosen, row),
    }
    return TemplateResponse(request, "obligations/step.html", context)


def _target(found: PracticeObligation, chosen: Step, target: int | None) -> Any:
    if (chosen.targets is None) != (target is None):
        raise Http404("Cette action ne porte pas sur cet objet.")
    return None if chosen.targets is None else get_object_or_404(chosen.targets(found), pk=target)


def _done(request: MemberRequest, found: PracticeObligation, chosen: Step, row: Any, form: StepForm) -> bool:
    """Whether the action was done; its refusal becomes an error of the form."""
    try:
        chosen.run(found, row, form, request.user)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _owed(found: PracticeObligation, chosen: Step, row: Any) -> Any:
    """What a confirmation, or the letter before it, would claim; None for the other steps."""
    if chosen not in (STEPS["confirmer"], STEPS["contradictoire"]):
        return None
    try:
        return simulate(found, row.occurred_on)
    except Refused:
        return None
