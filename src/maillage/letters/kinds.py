"""The kinds of letters, by stable slug, and how they are called on screen."""

from __future__ import annotations

KINDS = {
    "acknowledgement": "Accusé de réception",
    "missing_documents": "Demande de pièces",
    "complete": "Dossier complet",
    "correction": "Demande de correction",
    "opinion": "Demande d’avis",
    "convocation": "Convocation",
    "grant": "Notification d’attribution",
    "refusal": "Notification de refus",
    "inadmissibility": "Irrecevabilité",
    "implicit_refusal": "Refus implicite",
    "agreement": "Convention à signer",
    "amendment": "Avenant à signer",
    "termination": "Résiliation",
    "payment": "Avis de versement",
    "proof_reminder": "Rappel de justificatif",
    "obligation_reminder": "Rappel d’engagement",
    "adversarial": "Procédure contradictoire",
    "breach_decision": "Décision sur un manquement",
    "clawback": "Demande de remboursement",
    "recovery": "Relance de remboursement",
    "message": "Courrier",
}


def kind_label(slug: str) -> str:
    """How a kind is called on screen; an unknown one shows its slug."""
    return KINDS.get(slug, slug)
