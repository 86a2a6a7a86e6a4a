"""What administrators do: settings of the authority, its people, its journal."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.accounts.actions import invite, revoke_role, update_authority
from maillage.accounts.forms import AuthorityForm, InvitationForm
from maillage.accounts.guards import authority_of, right_required
from maillage.accounts.models import Authority, Event, EventQuerySet, Membership, User
from maillage.accounts.requests import MemberRequest
from maillage.accounts.rights import Right
from maillage.kit.console import Refused
from maillage.kit.forms import day_field, offer_rows
from maillage.kit.pages import page_of


@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.MANAGE_AUTHORITY)
def authority_settings(request: MemberRequest) -> HttpResponse:
    # A copy of its own: binding the form writes on it, and the page still shows the authority as it is.
    edited = Authority.objects.get(pk=authority_of(request).pk)
    form = AuthorityForm(request.POST or None, request.FILES or None, instance=edited)
    if request.method == "POST" and form.is_valid():
        try:
            update_authority(
                authority=Authority.objects.get(pk=edited.pk), by=request.user, **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Les réglages sont enregistrés.")
            return redirect("office:settings")
    return TemplateResponse(request, "office/settings.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right_required(Right.MANAGE_MEMBERS)
def members(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = InvitationForm(request.POST or None)
    # Shown in this very answer and kept nowhere.
    invited: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            membership, password = invite(authority=authority, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            invited = {
                "name": str(membership.user),
                "email": membership.user.email,
                "password": password or "",
            }
            form = InvitationForm()
    found = Membership.objects.visible_to(request.user).filter(authority=authority).select_related("user")
    page = page_of(request, found.order_by("user__full_name", "user", "role"))
    context = {"form": form, "invited": invited, "page": page}
    return TemplateResponse(request, "office/members.html", context)


@require_POST
@right_required(Right.MANAGE_MEMBERS)
def revoke(request: MemberRequest, pk: int) -> HttpResponse:
    found = Membership.objects.visible_to(request.user).filter(authority=authority_of(request))
    membership = get_object_or_404(found.select_related("user", "authority"), pk=pk)
    try:
        user = revoke_role(membership=membership, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Le rôle de {user} est retiré.")
    return redirect("office:members")


class JournalFilter(forms.Form):
    actor = forms.ModelChoiceField(
        label="Personne", queryset=User.objects.none(), required=False, empty_label="Toutes"
    )
    since = day_field("Du", required=False)
    until = day_field("Au", required=False)
    text = forms.CharField(label="Contient", required=False, max_length=100)

    def __init__(self, *, authority: Authority, **kwargs: object) -> None:
        super().__init__(**kwargs)  # type: ignore[arg-type]
        members = User.objects.filter(memberships__authority=authority)
        offer_rows(self, "actor", members.distinct())

    def apply(self, events: EventQuerySet) -> EventQuerySet:
        """The events that meet what was filled in; all of them when the filter does not hold water."""
        if not self.is_valid():
            return events
        lookups = {
            "actor": "actor",
            "since": "at__date__gte",
            "until": "at__date__lte",
            "text": "sentence__icontains",
        }
        wanted = {lookups[name]: value for name, value in self.cleaned_data.items() if value}
        return events.filter(**wanted)


@require_safe
@right_required(Right.SEE_JOURNAL)
def journal(request: MemberRequest) -> HttpResponse:
    authority = authority_of(request)
    form = JournalFilter(data=request.GET or None, authority=authority)
    events = Event.objects.visible_to(request.user).filter(authority=authority)
    found = form.apply(events).select_related("actor").order_by("-at", "-pk")
    return TemplateResponse(request, "office/journal.html", {"form": form, "page": page_of(request, found)})
