"""The pages of the schemes: what anyone reads, what the office reads and writes."""

from __future__ import annotations

from typing import Any

from access_table.lines import ABSENT, MOVED, OUTSIDER, Line, public
from maillage.accounts.rights import Right, roles_with
from maillage.schemes.models import Scheme
from people import authority
from scheme_examples import draft, published


def key() -> str:
    """Arguments are made anew for each person: so is the key of the scheme."""
    return f"bourse-{Scheme.objects.count()}"


def offered() -> list[Any]:
    version = published(key=key())
    return [version.scheme.authority.slug, version.scheme.key]


def scheme() -> list[Any]:
    return [published(key=key()).scheme.pk]


def version() -> list[Any]:
    return [published(key=key()).pk]


def drafted(*more: Any) -> Any:
    return lambda: [draft(key=key()).pk, *more]


READERS = frozenset(roles_with(Right.SEE_PROGRAMME))
EDITORS = frozenset(roles_with(Right.EDIT_SCHEMES))

LINES: dict[str, Line] = {
    "schemes:communes": public(),
    "schemes:catalogue": public(lambda: [authority().slug]),
    "schemes:aid": public(offered),
    "schemes:eligibility": public(offered),
    "schemes:list": Line(READERS | {OUTSIDER}),
    "schemes:export": Line(READERS | {OUTSIDER}, lambda: ["csv"]),
    "schemes:create": Line(EDITORS | {OUTSIDER}),
    "schemes:scheme": Line(READERS, scheme, elsewhere=ABSENT),
    "schemes:present": Line(EDITORS, scheme, elsewhere=ABSENT),
    "schemes:close": Line(EDITORS, scheme, allowed=MOVED, elsewhere=ABSENT, post={}),
    "schemes:draft": Line(EDITORS, scheme, allowed=MOVED, elsewhere=ABSENT, post={}),
    "schemes:version": Line(READERS, version, elsewhere=ABSENT),
    "schemes:trial": Line(READERS, version, elsewhere=ABSENT),
    "schemes:discard": Line(EDITORS, drafted(), allowed=MOVED, elsewhere=ABSENT, post={}),
    "schemes:publish": Line(EDITORS, drafted(), elsewhere=ABSENT),
    "schemes:editor": Line(EDITORS, drafted(), elsewhere=ABSENT),
    "schemes:criterion": Line(EDITORS, drafted(0), elsewhere=ABSENT),
    "schemes:criterion_change": Line(EDITORS, drafted(0), allowed=MOVED, elsewhere=ABSENT, post={}),
    "schemes:section": Line(EDITORS, drafted("montant"), elsewhere=ABSENT),
}
