"""Writing the journal of events."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from maillage.accounts.models import Authority, Event, User

_group: ContextVar[str] = ContextVar("journal_group", default="")


@contextmanager
def grouped() -> Iterator[str]:
    """Give one request id to every event recorded inside: a web request, a bulk action, a command."""
    token = _group.set(uuid.uuid4().hex)
    try:
        yield _group.get()
    finally:
        _group.reset(token)


def record(
    verb: str,
    sentence: str,
    *,
    by: User | None,
    authority: Authority | None = None,
    about: models.Model | None = None,
    **data: Any,
) -> Event:
    """Append one event. `by` None is the program itself; `about` is the object it happened to."""
    return Event.objects.create(
        verb=verb,
        sentence=sentence[:500],
        actor=by,
        authority=authority,
        object_kind=about._meta.label_lower if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        object_label=str(about)[:200] if about is not None else "",
        data=data,
        request_id=_group.get() or uuid.uuid4().hex,
    )
