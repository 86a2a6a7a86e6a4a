"""What a line of a return file came to, and how a report says it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models


class Outcome(models.TextChoices):
    PAID = "paid", "Payé"
    REJECTED = "rejected", "Rejeté"
    KNOWN = "known", "Déjà connu"
    WAITING = "waiting", "En attente"
    UNKNOWN = "unknown", "Référence inconnue"
    CONTRADICTORY = "contradictory", "Contradictoire"
    UNREADABLE = "unreadable", "Non lu"


TONES = {
    Outcome.PAID: "good",
    Outcome.REJECTED: "bad",
    Outcome.UNKNOWN: "bad",
    Outcome.CONTRADICTORY: "bad",
    Outcome.UNREADABLE: "bad",
}
_WORDS = {
    Outcome.PAID: ("payé", "payés"),
    Outcome.REJECTED: ("rejeté", "rejetés"),
    Outcome.KNOWN: ("déjà connu", "déjà connus"),
    Outcome.WAITING: ("en attente", "en attente"),
    Outcome.UNKNOWN: ("référence inconnue", "références inconnues"),
    Outcome.CONTRADICTORY: ("contradictoire", "contradictoires"),
    Outcome.UNREADABLE: ("ligne non lue", "lignes non lues"),
}


def summary(counts: Mapping[str, int]) -> str:
    """« Retour lu : 12 payés, 1 rejeté, 2 références inconnues. »"""
    parts = [
        f"{counts[outcome]} {words[counts[outcome] > 1]}"
        for outcome, words in _WORDS.items()
        if counts.get(outcome)
    ]
    return f"Retour lu : {', '.join(parts) or 'rien'}."
