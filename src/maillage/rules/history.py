"""Aids already granted to a recipient, by any authority, as far as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maillage.rules.terms import DeMinimis, LegalBasis


@dataclass(frozen=True)
class PastAid:
    """An aid the recipient declared or the program knows.

    :ivar aid: slug of the aid (``cesp``, a scheme's slug).
    :ivar label: its name, in French, with article (« le contrat d'engagement de service public »).
    :ivar granted_on: day of the award; None when not declared.
    :ivar amount: award in euros; None when not declared, which is not zero.
    :ivar signed_on: day its agreement was signed, None without agreement.
    :ivar legal_basis: as in a scheme's rules, None when unknown.
    :ivar category: same-category families of the ten-year rule, empty when unknown.
    :ivar project: what ties two aids to one project, empty when it is not an aid to a project.
    :ivar regulation: de minimis régime it was granted under.
    :ivar authority: who granted it, as shown in French.
    """

    aid: str
    label: str
    granted_on: date | None = None
    amount: Decimal | None = None
    signed_on: date | None = None
    legal_basis: LegalBasis | None = None
    category: str = ""
    project: str = ""
    regulation: DeMinimis | None = None
    authority: str = ""
