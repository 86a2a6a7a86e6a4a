"""Rules of made-up schemes, for the tests of this room and of those above."""

from __future__ import annotations

from typing import Any

from maillage.accounts.models import Authority, User
from maillage.schemes.actions import create_scheme, draft_version, publish
from maillage.schemes.models import Scheme, SchemeVersion
from people import authority


def bursary(**changes: Any) -> dict[str, Any]:
    """500 € a month for students of medicine who commit to practise three years in a zone."""
    return {
        "legal_basis": "REGIONAL_CONTRACT",
        "legal_note": "Délibération fictive.",
        "kind": "bursary",
        "recipients": ["student"],
        "criteria": [
            {
                "key": "profession",
                "label": "Profession",
                "rule": {"one_of": [{"field": "profession"}, ["medecin", "sage_femme"]]},
            },
            {
                "key": "zone",
                "label": "Zone",
                "rule": {"one_of": [{"field": "zone_category"}, ["ZIP", "ZAC"]]},
                "law": "L-01",
            },
            {
                "key": "years_left",
                "label": "Fin des études",
                "rule": {"at_most": [{"field": "years_left"}, 2]},
                "proof": "school_certificate",
            },
        ],
        "amount": {"value": 12000, "cap": 12000},
        "schedule": {"kind": "monthly", "count": 24},
        "obligation": {
            "months": 36,
            "trigger": "diploma",
            "start_within_months": 6,
            "proof_every_months": 12,
        },
        "clawback": {"formula": "PRO_RATA"},
        "documents": [{"key": "school_certificate", "label": "Certificat de scolarité"}],
        **changes,
    }


def scheme(at: Authority | None = None, *, key: str = "bourse", title: str = "Bourse d'études") -> Scheme:
    """A scheme without rules."""
    return create_scheme(authority=at or authority(), key=key, title=title, by=None)


def draft(
    at: Authority | None = None, *, rules: dict[str, Any] | None = None, by: User | None = None, **named: str
) -> SchemeVersion:
    """A scheme with a draft."""
    return draft_version(scheme=scheme(at, **named), rules=rules or bursary(), note="Essai", by=by)


def published(
    at: Authority | None = None, *, rules: dict[str, Any] | None = None, **named: str
) -> SchemeVersion:
    """A scheme with rules in force."""
    return publish(version=draft(at, rules=rules, **named), decision="Délibération n° 1", by=None)
