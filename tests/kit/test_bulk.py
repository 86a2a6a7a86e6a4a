"""Many rows at once, by the fast path of each database."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from maillage.kit.bulk import bulk_insert
from maillage.territories.models import Contour, Dataset, Zone

pytestmark = pytest.mark.django_db

FIELDS = ["dataset", "profession", "unit_type", "unit_code", "category", "valid_from", "valid_to", "decree"]


@pytest.fixture
def dataset() -> Dataset:
    return Dataset.objects.create(
        slot="zoning:mg",
        kind="zoning",
        source="t",
        title="Zonage",
        file="z",
        sha256="0",
        size=1,
        rows=2,
        defects=0,
    )


def test_plain_values_reach_their_columns_whatever_they_hold(dataset: Dataset) -> None:
    decree = "Arrêté « œuf »\tavec tabulation\net ligne, \\N ; 'guillemets' %s"
    bulk_insert(
        Zone,
        FIELDS,
        [
            (dataset.pk, "mg", "commune", "00001", "ZIP", "2022-01-15", None, decree),
            (dataset.pk, "mg", "commune", "2A001", "ZAC", "2022-01-15", "2024-12-31", ""),
        ],
    )
    first, second = Zone.objects.order_by("unit_code")
    assert (first.decree, first.valid_to, first.valid_from) == (decree, None, date(2022, 1, 15))
    assert (second.unit_code, second.valid_to, second.decree) == ("2A001", date(2024, 12, 31), "")
    assert first.dataset == dataset


def test_no_row_is_no_error(dataset: Dataset) -> None:
    bulk_insert(Contour, ["dataset", "level", "code", "tolerance_m", "geometry"], [])
    assert not Contour.objects.exists()


def test_rows_may_come_one_by_one(dataset: Dataset) -> None:
    rows = ((dataset.pk, "commune", f"{number:05}", 0, "{}") for number in range(2500))
    bulk_insert(Contour, ["dataset", "level", "code", "tolerance_m", "geometry"], rows)
    assert Contour.objects.count() == 2500


def test_the_constraints_of_the_database_hold(dataset: Dataset) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk_insert(
            Contour, ["dataset", "level", "code", "tolerance_m", "geometry"], [(dataset.pk, None, "1", 0, "")]
        )
