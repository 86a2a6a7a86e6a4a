"""Calls for projects: prepared, published, extended, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from maillage.accounts.journal import record
from maillage.accounts.models import User
from maillage.accounts.rights import Right, require
from maillage.applications.models import Application, Call
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.writing import save
from maillage.schemes.models import Scheme

Lines = Sequence[Mapping[str, Any]]


def _locked(call: Call) -> Call:
    rows = Call.objects.select_for_update(of=("self",))
    return rows.select_related("authority", "scheme").get(pk=call.pk)


@transaction.atomic
def create_call(
    *,
    scheme: Scheme,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    presentation: str = "",
    themes: Lines = (),
    scoring_grid: Lines = (),
    key: str = "",
    by: User | None,
) -> Call:
    """A call in preparation on a scheme: nobody outside sees it before it is published."""
    require(by, Right.EDIT_SCHEMES, scheme.authority)
    call = Call(authority=scheme.authority, scheme=scheme, key=key or _free_key(scheme, title))
    _write(call, title, opens_at, closes_at, presentation, themes, scoring_grid)
    record(
        "create_call",
        f"L'appel « {call} » est préparé.",
        by=by,
        authority=call.authority,
        about=call,
    )
    return call


def _free_key(scheme: Scheme, title: str) -> str:
    base = slugify(title)[:70] or "appel"
    taken = set(
        Call.objects.filter(authority=scheme.authority, key__startswith=base).values_list("key", flat=True)
    )
    candidates = (base, *(f"{base}-{rank}" for rank in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)


@transaction.atomic
def edit_call(
    *,
    call: Call,
    scheme: Scheme,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    presentation: str,
    themes: Lines,
    scoring_grid: Lines,
    by: User | None,
) -> Call:
    """Rewrite a call in preparation. Once published only its end moves, by `extend_call`."""
    call = _locked(call)
    require(by, Right.EDIT_SCHEMES, call.authority)
    if call.state != Call.State.DRAFT:
        raise Refused(
            f"L'appel « {call} » n'est plus en préparation : seule sa date de fermeture peut être repoussée."
        )
    if scheme.authority_id != call.authority_id:
        raise Refused("Ce dispositif est d'une autre collectivité.")
    call.scheme = scheme
    _write(call, title, opens_at, closes_at, presentation, themes, scoring_grid)
    record("edit_call", f"L'appel « {call} » est modifié.", by=by, authority=call.authority, about=call)
    return call


def _write(
    call: Call,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    presentation: str,
    themes: Lines,
    scoring_grid: Lines,
) -> None:
    call.title, call.presentation = title.strip(), presentation.strip()
    call.opens_at, call.closes_at = opens_at, closes_at
    call.themes = [{"key": _key(theme), "label": theme["label"]} for theme in themes]
    call.scoring_grid = [
        {
            "key": _key(line),
            "label": line["label"],
            "points": int(line["points"]),
            "weight": int(line.get("weight", 1)),
        }
        for line in scoring_grid
    ]
    for what, lines in (("thèmes", call.themes), ("critères", call.scoring_grid)):
        if len({line["key"] for line in lines}) < len(lines):
            raise Refused(f"Deux {what} de cet appel portent le même nom : renommez l'un d'eux.")
    if any(line["points"] < 1 or line["weight"] < 1 for line in call.scoring_grid):
        raise Refused("Chaque critère vaut au moins un point et un de coefficient.")
    save(call)


def _key(line: Mapping[str, Any]) -> str:
    key: str = line.get("key") or slugify(line["label"])[:80]
    return key


@transaction.atomic
def publish_call(*, call: Call, by: User | None) -> Call:
    """Publish a call: anyone sees it, and may apply from its opening hour to its closing hour."""
    call = _locked(call)
    require(by, Right.EDIT_SCHEMES, call.authority)
    if call.state != Call.State.DRAFT:
        raise Refused(
            f"L'appel « {call} » n'est plus en préparation : il ne peut pas être publié de nouveau."
        )
    if call.closes_at <= clock.now():
        raise Refused("La fermeture de cet appel est déjà passée : repoussez-la avant de le publier.")
    if call.scheme.current is None:
        raise Refused(
            f"Le dispositif « {call.scheme} » n'a pas de règlement en vigueur : publiez-en un d'abord."
        )
    call.state, call.published_at = Call.State.PUBLISHED, clock.now()
    call.save(update_fields=["state", "published_at"])
    record("publish_call", f"L'appel « {call} » est publié.", by=by, authority=call.authority, about=call)
    return call


@transaction.atomic
def extend_call(*, call: Call, closes_at: datetime, by: User | None) -> Call:
    """Put off the end of a published call, for everyone; it may never come sooner than was announced."""
    call = _locked(call)
    require(by, Right.EDIT_SCHEMES, call.authority)
    if call.state != Call.State.PUBLISHED:
        raise Refused(f"L'appel « {call} » n'est pas publié : modifiez ses dates directement.")
    if closes_at <= max(call.closes_at, clock.now()):
        raise Refused("Un appel publié ne peut que fermer plus tard : choisissez une date plus lointaine.")
    call.closes_at = closes_at
    call.save(update_fields=["closes_at"])
    until = f"{timezone.localtime(closes_at):%d/%m/%Y à %H h %M}"
    record(
        "extend_call",
        f"La fermeture de l'appel « {call} » est repoussée au {until}.",
        by=by,
        authority=call.authority,
        about=call,
    )
    return call


@transaction.atomic
def cancel_call(*, call: Call, reason: str, by: User | None) -> Call:
    """Cancel a call. Refused once applications were submitted: they must be answered."""
    call = _locked(call)
    require(by, Right.EDIT_SCHEMES, call.authority)
    if call.state == Call.State.CANCELLED:
        raise Refused(f"L'appel « {call} » est déjà annulé.")
    if not reason.strip():
        raise Refused("Écrivez pourquoi cet appel est annulé.")
    if call.applications.filter(state__in=Application.OPEN_STATES).exists():
        raise Refused(
            f"Des dossiers déposés pour l'appel « {call} » attendent une réponse : décidez-les d'abord."
        )
    call.state = Call.State.CANCELLED
    call.save(update_fields=["state"])
    record(
        "cancel_call",
        f"L'appel « {call} » est annulé : {reason.strip()}",
        by=by,
        authority=call.authority,
        about=call,
    )
    return call
