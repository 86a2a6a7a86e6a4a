"""Random documents of rules, valid by construction, and facts to judge them on."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31)).map(date.isoformat)
MONEY = st.integers(0, 5_000_000).map(lambda cents: cents / 100)
SHARES = st.sampled_from([0, 0.2, 0.5, 0.7, 1])
TEXTS = st.text("abcdéèà 'œ", min_size=1, max_size=20).map(str.strip).filter(bool)

# One field of every type an expression computes with, and the values it may take.
FACTS: dict[str, st.SearchStrategy[Any]] = {
    "profession": st.sampled_from(["medecin", "infirmier", "sage_femme"]),
    "zone_category": st.sampled_from(["ZIP", "ZAC", "HZ"]),
    "in_territory": st.booleans(),
    "housing_provided": st.booleans(),
    "year_of_study": st.integers(1, 12),
    "practice_share": SHARES,
    "works_budget": MONEY,
    "eligible_base": MONEY,
    "diploma_date": DAYS,
    "installation_date": DAYS,
    "commitments": st.lists(st.sampled_from(["cesp", "iepp", "hospital"]), unique=True),
    "zq_vehicle": st.booleans(),
    "zq_rooms": st.integers(0, 30),
}
OWN_FIELDS = [
    {"key": "zq_vehicle", "label": "Disposez-vous d'un véhicule ?", "type": "boolean", "required": True},
    {
        "key": "zq_rooms",
        "label": "Nombre de chambres",
        "type": "integer",
        "unit": "chambres",
        "help": "Total.",
    },
    {"key": "themes", "choices": {"bêta": "Prévention", "alpha": "Autonomie"}},
]


def field(key: str) -> dict[str, str]:
    return {"field": key}


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    keys = draw(st.lists(st.sampled_from(sorted(FACTS)), unique=True))
    return {key: draw(FACTS[key]) for key in keys}


@cache
def numbers(depth: int) -> st.SearchStrategy[Any]:
    leaves = st.one_of(st.just(field("year_of_study")), st.just(field("zq_rooms")))
    if depth == 0:
        return leaves
    inner = numbers(depth - 1)
    return st.one_of(
        leaves,
        st.builds(
            lambda op, a, b: {op: [a, b]},
            st.sampled_from(["add", "subtract", "multiply", "divide"]),
            inner,
            inner,
        ),
        st.builds(
            lambda op, a, n: {op: [a, n]}, st.sampled_from(["least", "greatest"]), inner, st.integers(0, 9)
        ),
        st.builds(lambda a, b: {"months_between": [a, b]}, dates(depth - 1), dates(depth - 1)),
    )


@cache
def amounts(depth: int) -> st.SearchStrategy[Any]:
    leaves = st.one_of(
        st.just(field("works_budget")),
        st.just(field("eligible_base")),
        st.just({"parameter": "intern_yearly_pay"}),
        st.builds(
            lambda rows, otherwise: {"table": {"field": "profession", "rows": rows, "otherwise": otherwise}},
            st.dictionaries(st.sampled_from(["medecin", "infirmier"]), st.none() | MONEY, min_size=1),
            st.none() | MONEY,
        ),
    )
    if depth == 0:
        return leaves
    inner = amounts(depth - 1)
    return st.one_of(
        leaves,
        st.builds(
            lambda op, a, b: {op: [a, b]},
            st.sampled_from(["add", "subtract", "least", "greatest"]),
            inner,
            inner | MONEY,
        ),
        st.builds(lambda rate, a: {"multiply": [rate, a]}, SHARES, st.just(field("works_budget"))),
        st.builds(lambda c, a, b: {"if": [c, a, b]}, conditions(depth - 1), inner, inner),
    )


@cache
def dates(depth: int) -> st.SearchStrategy[Any]:
    leaves = st.sampled_from([field("diploma_date"), field("installation_date"), field("judged_on")])
    if depth == 0:
        return leaves
    return leaves | st.builds(lambda a, n: {"add_months": [a, n]}, leaves, st.integers(-600, 600))


@cache
def conditions(depth: int) -> st.SearchStrategy[Any]:
    orders = st.sampled_from(["equals", "differs", "at_least", "at_most", "more_than", "less_than"])
    professions = st.lists(FACTS["profession"], min_size=1, max_size=3)
    leaves = st.one_of(
        st.sampled_from(["in_territory", "housing_provided", "zq_vehicle"]).map(field),
        st.builds(lambda op, a, n: {op: [a, n]}, orders, numbers(0), st.integers(0, 12)),
        st.builds(lambda op, a, m: {op: [a, m]}, orders, amounts(0), MONEY),
        st.builds(lambda op, a, day: {op: [a, day]}, orders, dates(0), DAYS),
        st.builds(lambda op, a, b: {op: [a, b]}, orders, dates(1), dates(1)),
        st.builds(lambda op, s: {op: [field("practice_share"), s]}, orders, SHARES),
        st.builds(
            lambda op, v: {op: [field("profession"), v]}, st.sampled_from(["one_of", "none_of"]), professions
        ),
        st.builds(lambda v: {"equals": [field("zone_category"), v]}, FACTS["zone_category"]),
        st.builds(lambda v: {"equals": [field("in_territory"), v]}, st.booleans()),
        st.builds(lambda v: {"contains": [field("commitments"), v]}, st.sampled_from(["cesp", "iepp"])),
    )
    if depth == 0:
        return leaves
    inner = conditions(depth - 1)
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        leaves,
        st.builds(lambda op, all_of: {op: all_of}, st.sampled_from(["all", "any"]), several),
        st.builds(lambda a: {"not": a}, inner),
        st.builds(lambda op, a, b: {op: [a, b]}, orders, numbers(depth - 1), numbers(depth - 1)),
        st.builds(lambda op, a, b: {op: [a, b]}, orders, amounts(depth - 1), amounts(depth - 1)),
        st.builds(lambda c, a, b: {"if": [c, a, b]}, inner, inner, inner | st.booleans()),
    )


def some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A table with any of these keys."""
    return st.fixed_dictionaries({}, optional=values)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A whole document; every key may be there or not."""
    pieces = draw(st.lists(st.sampled_from(["diploma", "iban", "school"]), unique=True))
    proofs = st.none() | st.sampled_from(pieces) if pieces else st.none()
    keys = draw(st.lists(st.sampled_from("abcde"), unique=True, max_size=3))
    criteria = [
        {"key": key, "label": draw(TEXTS), "rule": draw(conditions(2))}
        | draw(some(effect=st.sampled_from(["stop", "warn"]), law=TEXTS, proof=proofs, help=TEXTS))
        for key in keys
    ]
    table = {
        "legal_basis": draw(st.sampled_from(["L1511_8_I", "IEPP", "OTHER"])),
        "kind": draw(st.sampled_from(["bursary", "capital_grant", "gift"])),
        "fields": OWN_FIELDS,
        "criteria": criteria,
        "documents": [
            {"key": key, "label": draw(TEXTS)}
            | draw(
                some(
                    required=st.booleans() | conditions(1),
                    max_mb=st.integers(1, 100),
                    accepted=st.just(["pdf"]),
                )
            )
            for key in pieces
        ],
    }
    return table | draw(
        some(
            legal_note=TEXTS,
            aid_form=st.none() | st.sampled_from(["premises", "housing"]),
            recipients=st.lists(st.sampled_from(["student", "commune"]), unique=True),
            lead_authority=TEXTS,
            co_funders=st.lists(
                st.builds(lambda n, s: {"name": n, "share": s}, TEXTS, st.none() | SHARES), max_size=1
            ),
            amount=some(
                value=st.none() | MONEY | amounts(2), cap=amounts(1), requested=st.booleans(),
                max_years=st.integers(1, 9), unset=st.just(["yearly_cap"]), note=TEXTS,
            ),
            schedule=schedules(proofs),
            obligation=st.none() | obligations(),
            clawback=st.none() | st.fixed_dictionaries(
                {"formula": st.sampled_from(["FULL", "PRO_RATA", "NONE"])},
                optional={
                    "not_started": st.sampled_from(["FULL", "NONE"]), "penalty_flat": MONEY, "source": TEXTS
                },
            ),
            cumulation=some(
                ten_years=st.booleans(), category=TEXTS,
                de_minimis=st.sampled_from(["2023/2831", "2023/2832"]),
                incompatible=st.lists(TEXTS, max_size=2, unique=True), own_share_min=SHARES,
                public_share_max=SHARES,
                ceiling=st.builds(lambda a, y: {"amount": a, "years": y}, MONEY, st.integers(1, 9)),
                once_per_project=st.booleans(), once_per_recipient=st.booleans(),
            ),
            sources=st.lists(TEXTS, max_size=2, unique=True),
        )
    )  # fmt: skip


def schedules(proofs: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    plain = st.fixed_dictionaries(
        {"kind": st.sampled_from(["once", "monthly", "yearly", "equal"])},
        optional={
            "count": st.integers(1, 36),
            "every_months": st.integers(1, 12),
            "starts": st.sampled_from(["signature", "award", "field:installation_date"]),
            "proof": proofs,
            "proof_every_months": st.integers(1, 12),
        },
    )
    steps = [{"label": "Avance", "share": 0.3}, {"label": "Solde", "share": 0.7}]
    activity = some(
        base=MONEY, floor=MONEY, cap=MONEY, provisional_share=SHARES,
        rates=st.dictionaries(st.sampled_from(["hours", "doctors"]), st.none() | MONEY),
    )  # fmt: skip
    return st.one_of(
        st.none(),
        plain,
        st.just({"kind": "milestones", "steps": steps}),
        st.builds(lambda formula: {"kind": "activity", "activity": formula}, activity),
    )


def obligations() -> st.SearchStrategy[Any]:
    place = some(
        communes=st.lists(st.sampled_from(["00001", "00002"]), unique=True),
        zones=st.none() | st.just(["ZIP", "ZAC"]),
        zone_at=st.sampled_from(["signature", "installation", "either"]),
    )
    return st.fixed_dictionaries(
        {"months": st.integers(1, 120)},
        optional={
            "trigger": st.sampled_from(["diploma", "opening"]),
            "start_within_months": st.integers(0, 24),
            "share": SHARES,
            "share_is_strict": st.booleans(),
            "consecutive": st.booleans(),
            "place": place,
            "holder": st.sampled_from(["person", "structure"]),
            "proof_every_months": st.none() | st.integers(1, 24),
            "reminders": st.lists(st.integers(-60, 60), max_size=3, unique=True),
            "interruptions": st.lists(st.sampled_from(["illness", "maternity"]), unique=True),
            "zone_loss": st.sampled_from(["keep", "move", "end"]),
        },
    )
