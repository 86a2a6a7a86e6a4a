from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from act_examples import AGREEMENT, LETTER
from maillage.acts.document import (
    Act,
    Bullets,
    Figures,
    Heading,
    Legal,
    PageBreak,
    Paragraph,
    Party,
    Signatures,
    Span,
    Table,
    french,
    from_json,
    long_date,
    spans,
    to_json,
)

text = st.text(max_size=30)
titles = st.text(max_size=30).map(lambda text: f"T{text}")
blocks = st.one_of(
    st.builds(Heading, titles, st.sampled_from([1, 2])),
    st.builds(Paragraph, text),
    st.builds(Bullets, st.lists(text, max_size=3).map(tuple)),
    st.builds(Figures, st.lists(st.tuples(text, text), max_size=3).map(tuple)),
    st.builds(lambda a, b, c: Table(a, (b,), ((c,), (b,)), ("right",)), text, text, text),
    st.builds(Legal, text),
    st.builds(Signatures, st.lists(st.builds(Party, text, text), min_size=1, max_size=3).map(tuple)),
    st.just(PageBreak()),
)
acts = st.builds(
    Act,
    title=titles,
    reference=text,
    authority=text,
    dated=st.dates(),
    authority_lines=st.lists(text, max_size=3).map(tuple),
    logo=st.none() | st.binary(min_size=1, max_size=20),
    place=text,
    recipient_lines=st.lists(text, max_size=3).map(tuple),
    blocks=st.lists(blocks, max_size=5).map(tuple),
)


@given(acts)
def test_an_act_comes_back_from_json_as_it_was(act: Act) -> None:
    written = to_json(act)
    assert from_json(json.loads(json.dumps(written))) == act
    assert json.loads(json.dumps(written)) == written


@pytest.mark.parametrize("act", [LETTER, AGREEMENT])
def test_the_examples_come_back_from_json(act: Act) -> None:
    assert from_json(to_json(act)) == act


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("simple", [Span("simple")]),
        ("un **deux** trois", [Span("un "), Span("deux", strong=True), Span(" trois")]),
        ("__un__", [Span("un", emphasis=True)]),
        ("2 * 3 ** 4 et _x_", [Span("2 * 3 ** 4 et _x_")]),
        ("", []),
    ],
)
def test_two_marks_are_understood_in_a_text(written: str, read: list[Span]) -> None:
    assert spans(written) == read


@given(st.text(alphabet="ab*_ ", max_size=40))
def test_marks_never_lose_a_letter(written: str) -> None:
    kept = "".join(span.text for span in spans(written))
    assert kept.replace("*", "").replace("_", "") == written.replace("*", "").replace("_", "")


def test_spaces_before_french_signs_do_not_break() -> None:
    assert french("Bonjour : « oui » ; 10 % de 5 € ! n° 4") == (
        "Bonjour\u00a0: «\u00a0oui\u00a0»\u202f; 10\u202f% de 5\u00a0€\u202f! n°\u00a04"
    )


def test_characters_that_no_document_holds_are_dropped() -> None:
    assert french("a\x00b\x1bc\r\nd\ud800") == "abc\nd"


def test_dates_are_written_as_in_a_letter() -> None:
    assert long_date(date(2027, 3, 1)) == "1er\u00a0mars\u00a02027"
    assert long_date(date(2026, 8, 22)) == "22\u00a0août\u00a02026"


@pytest.mark.parametrize("blank", ["", " ", "\u200b", "\n"])
def test_a_title_says_something(blank: str) -> None:
    with pytest.raises(ValueError, match="blank"):
        Heading(blank)
    with pytest.raises(ValueError, match="blank"):
        Act(title=blank, reference="", authority="A", dated=date(2027, 1, 1))


def test_a_table_needs_as_many_cells_as_columns() -> None:
    with pytest.raises(ValueError, match="2 columns"):
        Table("Titre", ("a", "b"), (("1",),))
