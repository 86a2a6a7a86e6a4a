"""Legal guards: what the law says of a scheme before it is published, of an award before it is decided."""

from maillage.rules.guards.award import check_award
from maillage.rules.guards.scheme import check_rules

__all__ = ["check_award", "check_rules"]
