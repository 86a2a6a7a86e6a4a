"""Keeping what the laboratory found."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.diagnosis.models import Snapshot
from maillage.kit.writing import save
from maillage.lab.models import Result


@transaction.atomic
def keep_result(
    *,
    authority: Authority,
    kind: Result.Kind,
    title: str,
    territory: str,
    snapshot: Snapshot | None,
    request: dict[str, Any],
    outcome: dict[str, Any],
    provenance: dict[str, Any],
    by: User | None,
) -> Result:
    """Keep a computation that came to its end, with what was asked and the data it stands on."""
    require(by, Right.RUN_LAB, authority)
    result = Result(
        authority=authority,
        kind=kind,
        title=title,
        territory=territory,
        snapshot=snapshot,
        request=request,
        outcome=outcome,
        provenance=provenance,
        made_by=by,
    )
    save(result)
    sentence = f"Résultat du laboratoire gardé : {result}."
    record("keep_result", sentence, by=by, authority=authority, about=result)
    return result
