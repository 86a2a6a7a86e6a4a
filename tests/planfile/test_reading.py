"""A broken file is told with its line, its field and what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.planfile.checking import check
from maillage.planfile.findings import Level
from maillage.planfile.library import SHIPPED, text_of
from maillage.planfile.positions import Positions
from maillage.planfile.reading import read
from maillage.planfile.writing import _folded, write
from planfile.sample import TEXT, edited


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_a_sound_file_is_read() -> None:
    file = read(TEXT).file
    assert file is not None
    assert file.content.objective == "Soigner partout, et pour tous."
    assert file.content.announced_amount is None
    assert file.content.money[0].amount == Decimal("180000.50")
    assert [reading.on for reading in file.content.measures[0].indicators[0].readings] == [
        date(2026, 1, 1),
        date(2026, 6, 1),
    ]


@pytest.mark.parametrize(
    ("before", "after", "at", "field", "said"),
    [
        ("amount = 180000.50", "amount = -5", "amount = -5", "money[0].amount", "entre 0 et"),
        ("amount = 180000.50", "amount = 1.005", "amount = 1.005", "money[0].amount", "Deux décimales"),
        ("amount = 180000.50\n", "", "[[axes.measures.money]]", "money[0].amount", "Le montant manque"),
        ('kind = "new"', 'kind = "neuf"', 'kind = "neuf"', "money[0].kind", "attendu : new, base"),
        ('status = "running"\n', "", "[[axes.measures]]", "measures[0].status", "manque"),
        ('status = "planned"', 'statut = "planned"', "statut", "measures[1].statut", "« status »"),
        (
            "last_year = 2028\nannounced",
            "last_year = 2020\nannounced",
            "last_year = 2020",
            "plan.last_year",
            "précéder",
        ),
        (
            "first_year = 2026\nlast_year = 2028\nannounced",
            "first_year = 26\nlast_year = 2028\nannounced",
            "= 26",
            "plan.first_year",
            "entre 1990 et 2100",
        ),
        ('"departement:00"', '"le 00"', "le 00", "plan.authority", "departement:41"),
        ('key = "logements"', 'key = "bourses"', None, "measures[1].key", "sert déjà"),
        ('key = "logements"', 'key = "Les logements"', "Les logements", "measures[1].key", "minuscules"),
        (
            'envelope = "e-bourses"',
            'envelope = "e-bourse"',
            'envelope = "e-bourse"',
            "schemes[0].envelope",
            "vouliez-vous dire « e-bourses »",
        ),
        (
            'scheme = "bourse"',
            'scheme = "prime"',
            'scheme = "prime"',
            "calls[0].scheme",
            "n'est pas dans ce fichier",
        ),
        (
            'kind = "bursary"',
            'kind = "bursry"',
            'kind = "bursry"',
            "rules.kind",
            "vouliez-vous dire « bursary »",
        ),
        (
            'field = "years_left"',
            'field = "years_lost"',
            "years_lost",
            "rules.criteria[0].rule.at_most[0].field",
            "n'existe pas",
        ),
        ("on = 2026-06-01", "on = 2026-01-01", "readings = [", "indicators[0].readings", "même date"),
        (
            "closes_at = 2026-04-01T12:00:00",
            "closes_at = 2026-02-01T12:00:00",
            "closes_at",
            "calls[0].closes_at",
            "après son ouverture",
        ),
        (
            "opens_at = 2026-03-01T09:00:00",
            'opens_at = "mars"',
            "opens_at",
            "calls[0].opens_at",
            "un jour et une heure",
        ),
        ("[[remarks]]", "[[remarques]]", "[[remarques]]", "remarques", "vouliez-vous dire « remarks »"),
    ],
)
def test_a_defect_is_named_with_its_line_and_remedy(
    before: str, after: str, at: str | None, field: str, said: str
) -> None:
    text = edited(before, after)
    reading = read(text)
    assert reading.file is None
    assert all(finding.level is Level.ERROR for finding in reading.findings)
    finding = next(finding for finding in reading.findings if finding.field.endswith(field))
    assert said.lower() in finding.sentence.lower()
    if at is not None:
        assert finding.line == line_of(text, at)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('title = "Former"', 'title "Former"', "signe « = »"),
        ('title = "Former"', 'title = "Former', "n'est pas refermé"),
        ('title = "Former"', "title = Former", "ni un nombre, ni une date"),
        ('title = "Former"', 'title = "Former"\ntitle = "Encore"', "déjà écrit"),
        ('title = "Former"', 'title = "Former" et plus', "allez à la ligne"),
    ],
)
def test_what_is_not_toml_is_told_in_french_at_its_line(before: str, after: str, said: str) -> None:
    text = edited(before, after)
    reading = read(text)
    finding = reading.findings[0]
    assert said in finding.sentence
    assert abs(finding.line - line_of(text, after.splitlines()[-1])) <= 1


def test_several_defects_are_told_at_once() -> None:
    text = edited('kind = "new"', 'kind = "neuf"').replace('status = "planned"', 'status = "prévue"')
    assert len(read(text).findings) == 2


def test_a_plan_table_is_needed() -> None:
    assert "manque" in read("[[axes]]\n").findings[0].sentence.lower()


def test_a_file_too_deep_or_too_large_is_refused() -> None:
    assert read("a = " + "[" * 60 + "]" * 60).file is None
    assert read("a = [" + "1," * 30_000 + "]").file is None


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader(text: str) -> None:
    reading = read(text)
    assert reading.file is None
    assert all(finding.line >= 1 for finding in reading.findings)


@given(st.lists(st.text(alphabet=' ab«»éà\\"\n\t\u00a0', max_size=30), max_size=20).map(" ".join))
def test_a_folded_text_is_read_back_the_same(text: str) -> None:
    import tomllib

    assert tomllib.loads(f"a = {_folded(text)}")["a"] == text


@pytest.mark.parametrize("text", [TEXT, *map(text_of, SHIPPED)])
def test_what_is_written_reads_the_same_and_is_checked_the_same(text: str) -> None:
    file = read(text).file
    assert file is not None
    written = write(file)
    assert read(written).file == file
    assert write(file) == written
    on = date(2026, 11, 21)
    before, after = (
        [(f.level, f.field, f.sentence) for f in check(source, on=on)[1]] for source in (text, written)
    )
    assert sorted(before) == sorted(after)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("plan.title", 'title = "Plan santé"'),
        ("axes[0].measures[0].money[0].per", 'per = "year"'),
        ("axes[0].measures[1].title", "Loger les internes"),
        ("schemes[0].rules.criteria[0].rule.at_most[1]", "rule = {"),
        ("schemes[0].rules.schedule.count", "count = 24"),
        ("remarks[0].text", "Rien n'est dit"),
    ],
)
def test_every_path_has_its_line(path: str, words: str) -> None:
    assert Positions(TEXT).line(path) == line_of(TEXT, words)
