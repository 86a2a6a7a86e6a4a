"""How an entry is written: the envelope held, the same key never twice, amounts to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models

from maillage.budget.models import Entry, Envelope
from maillage.kit.console import Refused
from maillage.rules.money import euros, to_cent

Kind = Entry.Kind
Reason = Entry.Reason


def locked(*envelopes: Envelope) -> list[Envelope]:
    """These envelopes read anew, held until the end of the transaction, in the order given.

    Rows are locked in the order of their keys, so that two transfers that cross never wait for each other.
    """
    rows = Envelope.objects.select_for_update(no_key=True, of=("self",)).select_related("authority")
    found = {row.pk: row for row in rows.filter(pk__in={e.pk for e in envelopes}).order_by("pk")}
    return [found[envelope.pk] for envelope in envelopes]


def positive(amount: Decimal) -> Decimal:
    """The amount in euros. Raises Refused unless it is above zero and a whole number of cents."""
    if amount <= 0:
        raise Refused("Donnez un montant supérieur à zéro.")
    if to_cent(amount) != amount:
        raise Refused(f"Donnez un montant au centime près : {euros(amount)} plutôt que {amount}.")
    return to_cent(amount)


def require_open(envelope: Envelope) -> None:
    if envelope.closed_on is not None:
        raise Refused(
            f"L'enveloppe « {envelope} » est close depuis le {envelope.closed_on:%d/%m/%Y} : "
            "choisissez-en une autre."
        )


def draft(envelope: Envelope, kind: Kind, amount: Decimal, *, key: str, **fields: Any) -> Entry:
    """An entry not yet written, its amount checked."""
    return Entry(envelope=envelope, kind=kind, amount=positive(amount), key=key, **fields)


def about(subject: models.Model) -> dict[str, str]:
    """How an entry names what it is about."""
    return {
        "subject_kind": subject._meta.label_lower,
        "subject_id": str(subject.pk),
        "subject_label": str(subject)[:200],
    }


def already_written(wanted: Entry) -> Entry | None:
    """The entry of the same key, when what is asked is that entry once more; to be asked once locked.

    Raises Refused when the key was used for anything else.
    """
    first = Entry.objects.filter(key=wanted.key).first()
    if first is None:
        return None
    same = ("envelope_id", "kind", "year", "amount", "subject_kind", "subject_id", "settles_id")
    if any(getattr(first, name) != getattr(wanted, name) for name in same):
        raise Refused(f"La clé « {wanted.key} » a déjà servi à une autre écriture : {first}.")
    return first
