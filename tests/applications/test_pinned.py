"""A pinned application gives the same verdict for ever, whatever happens around it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applying import applicant, moment, scheme
from maillage.applications.actions import save, start, submit
from maillage.kit import clock
from maillage.schemes.judging import assess
from maillage.schemes.models import Scheme, SchemeVersion

pytestmark = pytest.mark.django_db

RULES: dict[str, Any] = {
    "legal_basis": "IEPP",
    "kind": "bursary",
    "recipients": ["student"],
    "criteria": [
        {"key": "year", "label": "Quatrième année", "rule": {"at_least": [{"field": "year_of_study"}, 4]}},
        {"key": "years", "label": "Une année au moins", "rule": {"at_least": [{"field": "years_left"}, 1]}},
    ],
    "amount": {"value": {"multiply": [6000, {"field": "years_left"}]}, "cap": 24000},
}


def replace_version(made: Scheme, number: int) -> None:
    """Other rules come into force: everything costs one euro, and nobody is eligible."""
    now = clock.now()
    made.versions.filter(state="published").update(state="replaced", replaced_at=now)
    never = {"key": "never", "label": "Jamais", "rule": {"at_least": [{"field": "years_left"}, 99]}}
    SchemeVersion.objects.create(
        scheme=made,
        number=number,
        rules={**RULES, "criteria": [never], "amount": {"value": 1}},
        state="published",
        published_at=now,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(
    answers=st.fixed_dictionaries(
        {}, optional={"year_of_study": st.integers(1, 9), "years_left": st.integers(0, 9)}
    ),
    later=st.integers(1, 4000),
)
def test_the_same_verdict_for_ever(answers: dict[str, int], later: int) -> None:
    made, who, day = scheme(RULES), applicant(), date(2027, 3, 1)
    identity = {"last_name": "Exemple", "first_name": "Camille", "address": "1 rue des Lilas"}
    with clock.at(moment(day)):
        begun = start(scheme=made, applicant=who, by=who)
        save(application=begun, answers={**identity, **answers}, by=who)
        replace_version(made, 2)
        row = submit(application=begun, by=who)
    judgement = row.judgement
    assert judgement is not None
    assert judgement.version.number == 1
    with clock.at(moment(day + timedelta(days=later))):
        replace_version(made, 3)
        judgement.refresh_from_db()
        repeated = assess(judgement.version, judgement.facts, judgement.on).to_json()
    assert (repeated["verdict"], repeated["results"]) == (judgement.verdict, judgement.results)
    if "years_left" in answers:
        assert judgement.amount == min(6000 * answers["years_left"], 24000)
    else:
        assert judgement.amount is None
