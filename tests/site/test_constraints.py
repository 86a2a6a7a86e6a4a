"""Every promise of the database has a sentence that can be said."""

from __future__ import annotations

from django.apps import apps
from django.db.models import CheckConstraint

CHECKS = {
    constraint.name: constraint
    for model in apps.get_models()
    if model.__module__.startswith("maillage.")
    for constraint in model._meta.constraints
    if isinstance(constraint, CheckConstraint)
}


def test_the_sentence_of_a_constraint_holds_its_per_cent_signs() -> None:
    # Django formats it: « 100 % » must be written « 100 %% ».
    said = {name: str(constraint.get_violation_error_message()) for name, constraint in CHECKS.items()}
    assert any("100 %" in sentence for sentence in said.values())
