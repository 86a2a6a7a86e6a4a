from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError

from maillage.kit.console import Refused
from maillage.kit.writing import said, save
from maillage.offbudget.models import TaxExemption
from people import authority

pytestmark = pytest.mark.django_db


def exemption(**fields: object) -> TaxExemption:
    usual = {"project": "Maison", "commune": "00001", "decision": "1", "effective_on": date(2026, 1, 1)}
    return TaxExemption(authority=authority(), **(usual | fields))


def test_a_sound_row_is_saved_whole_or_in_part() -> None:
    row = exemption()
    save(row)
    row.project, row.decision = "Autre maison", "2"
    save(row, "project")
    row.refresh_from_db()
    assert (row.project, row.decision) == ("Autre maison", "1")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"project": ""}, "Ce champ ne peut pas être vide"),
        ({"exempted_share": 2}, "La part exonérée va de 0 à 100"),
    ],
)
def test_what_is_wrong_is_said_in_french_whoever_finds_it(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        save(exemption(**fields))
    assert not TaxExemption.objects.exists()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Refused) as refusal:
        save(exemption(project="", exempted_share=2))
    assert "vide" in str(refusal.value)
    assert "part exonérée" in str(refusal.value)


def test_what_only_the_database_refuses_stays_an_error_of_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise IntegrityError("a trigger")

    monkeypatch.setattr(TaxExemption, "save", refuse)
    with pytest.raises(IntegrityError):
        save(exemption())


def test_a_reason_is_written_and_short_enough() -> None:
    assert said("  Déménagement ") == "Déménagement"
    with pytest.raises(Refused, match="Écrivez le motif"):
        said("   ")
    with pytest.raises(Refused, match="dépasse 5 caractères"):
        said("Déménagement", 5)
