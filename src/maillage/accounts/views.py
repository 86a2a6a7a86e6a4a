"""Sign-in, sign-out, password, and what an authority looks like."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from maillage.accounts import actions
from maillage.accounts.forms import OwnPasswordForm, SignInForm
from maillage.accounts.guards import member_required
from maillage.accounts.models import Authority
from maillage.accounts.requests import MemberRequest, PageRequest
from maillage.accounts.roles import Role

A_YEAR = 365 * 24 * 3600


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        user = actions.sign_in(request=self.request, user=form.get_user())
        if user.password_is_temporary:
            return redirect("accounts:password_change")
        return redirect(self.get_success_url())


@require_POST
def sign_out(request: PageRequest) -> HttpResponse:
    actions.sign_out(request=request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters()
def password_change(request: PageRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    form = OwnPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.change_password(request=request, password=form.cleaned_data["new_password1"])
        messages.success(request, "Votre mot de passe est changé.")
        return redirect(settings.LOGIN_REDIRECT_URL)
    return TemplateResponse(request, "accounts/password_change.html", {"form": form})


@require_POST
def enter_demo(request: PageRequest) -> HttpResponse:
    """One-click sign-in under a role: does not exist outside the demo."""
    authority = get_object_or_404(Authority, slug=request.POST.get("authority", ""))
    role = request.POST.get("role", "")
    if not actions.demo_is_open(authority) or role not in Role.values:
        raise Http404("Il n'y a pas de démonstration ici.")
    user = actions.enter_demo(request=request, authority=authority, role=Role(role))
    messages.info(request, f"Vous visitez la démonstration en tant que : {user}.")
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
@member_required
def choose_authority(request: MemberRequest) -> HttpResponse:
    own = Authority.objects.visible_to(request.user)
    authority = get_object_or_404(own, slug=request.POST.get("authority", ""))
    actions.choose_authority(request=request, authority=authority)
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_safe
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def theme(request: HttpRequest, slug: str) -> HttpResponse:
    """The colour of an authority as a CSS variable, nothing else."""
    colour = get_object_or_404(Authority, slug=slug).colour
    rule = f":root {{ --authority-colour: {colour}; }}\n"
    return HttpResponse(rule, content_type="text/css; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def logo(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The logo of an authority: always a PNG we wrote ourselves."""
    authority = get_object_or_404(Authority, slug=slug)
    if not authority.logo:
        raise Http404("Cette collectivité n'a pas de logo.")
    try:
        content = authority.logo.open("rb")
    except FileNotFoundError as error:
        raise Http404("Le fichier de ce logo a disparu.") from error
    response = FileResponse(content, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    return response
