from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from maillage.rules.findings import stopping
from maillage.rules.guarantees import GuaranteeFacts
from maillage.rules.guards import check_award, check_rules
from maillage.rules.history import PastAid
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import DeMinimis, LegalBasis

ON = date(2026, 11, 22)
STATEMENT = {"key": "dix_ans", "label": "Déclaration sur l'honneur", "law": "L-05"}
ZONED = {
    "key": "zone",
    "label": "Zone",
    "rule": {"one_of": [{"field": "zone_category"}, ["ZIP", "ZAC"]]},
    "law": "L-01",
}
INSTALLATION: dict[str, Any] = {
    "legal_basis": "L1511_8_I",
    "kind": "equipment_aid",
    "aid_form": "investment_or_operating",
    "recipients": ["professional"],
    "criteria": [ZONED],
    "amount": {"cap": 20000, "requested": True},
    "schedule": {"kind": "once"},
    "obligation": {"months": 36},
    "clawback": {"formula": "PRO_RATA"},
    "documents": [STATEMENT],
    "cumulation": {"ten_years": True, "category": "equipement", "de_minimis": "2023/2831"},
}
IEPP: dict[str, Any] = {
    "legal_basis": "IEPP",
    "kind": "bursary",
    "recipients": ["student"],
    "criteria": [
        {"key": "admis", "label": "Admis", "rule": {"field": "is_admitted_in_medicine"}},
    ],
    "amount": {
        "value": 12000,
        "cap": {"multiply": [{"parameter": "intern_yearly_pay"}, {"field": "third_cycle_years"}]},
    },
    "schedule": {"kind": "monthly", "count": 24},
    "obligation": {"months": 60, "place": {"zones": ["ZIP", "ZAC"]}},
    "clawback": {"formula": "PRO_RATA"},
    "documents": [{"key": "scolarite", "label": "Certificat de scolarité"}],
}
HOUSING: dict[str, Any] = {
    "legal_basis": "HOUSING_ALLOWANCE",
    "kind": "placement_allowance",
    "recipients": ["student"],
    "criteria": [
        {"key": "zone", "label": "Zone", "rule": {"equals": [{"field": "placement_zone"}, "ZIP"]}},
        {"key": "loge", "label": "Non logé", "rule": {"not": {"field": "housing_provided"}}},
    ],
    "amount": {"value": 2400},
    "schedule": {"kind": "monthly", "count": 6},
    "documents": [{"key": "stage", "label": "Attestation de stage"}],
}
GRANT: dict[str, Any] = {
    "legal_basis": "GRANT_L2000_321",
    "kind": "start_up_grant",
    "recipients": ["association"],
    "amount": {"value": 36000},
    "schedule": {"kind": "once"},
    "documents": [
        {"key": "cer", "label": "Contrat d'engagement républicain", "law": "L-11"},
        {"key": "cr", "label": "Compte rendu financier", "law": "L-10"},
    ],
    "cumulation": {"de_minimis": "2023/2831"},
}
CAPITAL: dict[str, Any] = {
    "legal_basis": "CAPITAL_L1111_10",
    "kind": "capital_grant",
    "recipients": ["commune", "epci"],
    "amount": {"cap": 200000, "requested": True},
    "schedule": {"kind": "once"},
    "documents": [{"key": "plan", "label": "Plan de financement"}],
    "cumulation": {"own_share_min": 0.2, "public_share_max": 0.8},
}
GUARANTEE: dict[str, Any] = {
    "legal_basis": "GUARANTEE",
    "kind": "loan_guarantee",
    "recipients": ["public_body"],
    "criteria": [
        {
            "key": "part",
            "label": "Part garantie",
            "rule": {"at_most": [{"field": "guaranteed_share"}, {"parameter": "guarantee_loan_share"}]},
        }
    ],
}
EXEMPTION: dict[str, Any] = {
    "legal_basis": "DEVELOPMENT_TAX",
    "kind": "tax_exemption",
    "recipients": ["commune"],
    "criteria": [
        {"key": "msp", "label": "Maison de santé", "rule": {"equals": [{"field": "structure_kind"}, "msp"]}}
    ],
}
LAWFUL = {
    "installation": INSTALLATION,
    "iepp": IEPP,
    "housing": HOUSING,
    "grant": GRANT,
    "capital": CAPITAL,
    "guarantee": GUARANTEE,
    "exemption": EXEMPTION,
}


def codes(document: dict[str, Any], level: str, **more: Any) -> set[tuple[str, str]]:
    """(code, path) of the findings of a level on a scheme."""
    findings = check_rules(SchemeRules.parse(document), ON, **more)
    return {(finding.code, finding.path) for finding in findings if finding.level == level}


@pytest.mark.parametrize("name", LAWFUL)
def test_a_lawful_scheme_has_nothing_to_say(name: str) -> None:
    assert check_rules(SchemeRules.parse(LAWFUL[name]), ON) == []


@pytest.mark.parametrize(
    ("name", "change", "code", "path"),
    [
        ("installation", {"amount": {"unset": ["cap"]}}, "G-01", "amount.cap"),
        ("installation", {"amount": {}}, "G-01", "amount"),
        ("installation", {"recipients": []}, "L-01", "recipients"),
        ("installation", {"recipients": ["student"]}, "L-01", "recipients"),
        ("installation", {"criteria": []}, "L-01", "criteria"),
        ("installation", {"criteria": [{**ZONED, "effect": "warn"}]}, "L-01", "criteria"),
        ("installation", {"aid_form": None}, "L-02", "aid_form"),
        (
            "installation",
            {"aid_form": "installation_bonus", "recipients": ["health_centre_manager"]},
            "L-02",
            "aid_form",
        ),
        ("installation", {"obligation": {"months": 35}}, "L-03", "obligation.months"),
        ("installation", {"obligation": None}, "L-03", "obligation.months"),
        ("installation", {"clawback": None}, "L-04", "clawback"),
        ("installation", {"clawback": {"formula": "NONE"}}, "L-04", "clawback"),
        ("installation", {"cumulation": {"category": "x"}}, "L-05", "cumulation.ten_years"),
        ("installation", {"documents": [{**STATEMENT, "law": ""}]}, "L-05", "documents"),
        ("iepp", {"obligation": {"months": 36, "place": {"zones": ["ZIP"]}}}, "L-08", "obligation.months"),
        ("iepp", {"obligation": {"months": 60}}, "L-01", "criteria"),
        ("iepp", {"recipients": ["professional"]}, "L-08", "recipients"),
        ("iepp", {"amount": {"value": 60000, "max_years": 2}}, "L-08b", "amount.value"),
        ("iepp", {"clawback": None}, "L-08d", "clawback"),
        (
            "iepp",
            {"clawback": {"formula": "PRO_RATA", "not_started": "PRO_RATA"}},
            "L-08d",
            "clawback.not_started",
        ),
        ("housing", {"amount": {"value": 3000}}, "L-06", "amount.value"),
        ("housing", {"criteria": HOUSING["criteria"][:1]}, "L-06", "criteria"),
        ("housing", {"recipients": ["professional"]}, "L-06", "recipients"),
        ("grant", {"documents": GRANT["documents"][1:]}, "L-11", "documents"),
        ("grant", {"legal_basis": "OTHER"}, "G-15", "legal_note"),
        (
            "grant",
            {
                "kind": "activity_adjusted_grant",
                "amount": {},
                "schedule": {"kind": "activity", "activity": {"rates": {"hours": None}}},
            },
            "G-21",
            "schedule.activity.rates.hours",
        ),
        ("capital", {"recipients": ["professional"]}, "L1111-10", "recipients"),
        ("capital", {"cumulation": {"own_share_min": 0.1}}, "L1111-10", "cumulation.own_share_min"),
        ("guarantee", {"legal_basis": "OTHER", "legal_note": "x"}, "L-12", "legal_basis"),
        ("guarantee", {"schedule": {"kind": "once"}}, "L-12", "schedule"),
        ("exemption", {"kind": "gift"}, "L-13", "legal_basis"),
        ("exemption", {"schedule": {"kind": "once"}}, "L-13", "schedule"),
    ],
)
def test_an_unlawful_scheme_is_stopped(name: str, change: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in codes({**LAWFUL[name], **change}, "stop")


@pytest.mark.parametrize(
    ("name", "change", "code", "path"),
    [
        ("installation", {"cumulation": {"ten_years": True}}, "L-14", "cumulation.de_minimis"),
        ("installation", {"cumulation": {"ten_years": True}}, "L-05", "cumulation.category"),
        ("installation", {"aid_form": "practice_bonus"}, "L-02", "criteria"),
        ("iepp", {"amount": {"value": 12000}}, "L-08b", "amount.cap"),
        ("iepp", {"criteria": []}, "L-08", "criteria"),
        ("housing", {"schedule": {"kind": "once"}}, "L-06", "amount.cap"),
        ("grant", {"documents": GRANT["documents"][:1]}, "L-10", "documents"),
        ("grant", {"obligation": {"months": 12}}, "L-27", "clawback"),
        ("grant", {"legal_basis": "REGIONAL_CONTRACT"}, "G-19", "lead_authority"),
        ("grant", {"co_funders": [{"name": "Région"}]}, "G-19", "co_funders[0].share"),
        ("capital", {"cumulation": {}}, "L1111-10", "cumulation.own_share_min"),
        (
            "capital",
            {"cumulation": {"own_share_min": 0.2, "public_share_max": 0.9}},
            "L1111-10",
            "cumulation.public_share_max",
        ),
        ("capital", {"documents": []}, "L-46", "documents"),
        ("guarantee", {"criteria": []}, "L-12c", "criteria"),
        ("exemption", {"criteria": []}, "L-13", "criteria"),
    ],
)
def test_a_doubtful_scheme_is_warned(name: str, change: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in codes({**LAWFUL[name], **change}, "warn")


def test_an_iepp_of_three_years_is_told_what_to_do() -> None:
    document = {**IEPP, "obligation": {"months": 36, "place": {"zones": ["ZIP"]}}}
    (finding,) = check_rules(SchemeRules.parse(document), ON)
    assert finding.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "L'engagement d'exercice est de 36 mois, pour un minimum de 60 mois."
    )
    assert finding.article == "CGCT L1511-8 II"
    assert "changez de base légale" in finding.remedy


def test_a_small_grant_to_an_association_needs_no_financial_report() -> None:
    document = {**GRANT, "amount": {"value": 23000}, "documents": GRANT["documents"][:1]}
    assert codes(document, "warn") == set()


def test_the_ten_year_guard_waits_for_the_decree() -> None:
    document = {**INSTALLATION, "cumulation": {"de_minimis": "2023/2831"}, "documents": []}
    findings = check_rules(SchemeRules.parse(document), date(2025, 3, 14))
    assert [finding.code for finding in findings] == ["L-46"]


def test_a_table_left_empty_stops_and_one_with_holes_warns() -> None:
    def table(nurse: int | None) -> dict[str, Any]:
        rows = {"medecin": None, "infirmier": nurse}
        return {**INSTALLATION, "amount": {"value": {"table": {"field": "profession", "rows": rows}}}}

    assert ("G-07", "amount.value") in codes(table(None), "stop")
    assert codes(table(5000), "stop") == set()
    assert codes(table(5000), "warn") == {("G-07", "amount.value")}


def test_a_grouping_is_warned_about_its_operating_authorisations() -> None:
    document = {**GRANT, "amount": {"yearly_cap": 20000, "max_years": 3, "requested": True}}
    assert codes(document, "warn") == set()
    assert ("L-41", "amount.max_years") in codes(document, "warn", grouping=True)


def test_stops_come_first_and_an_override_is_heard() -> None:
    document = {**INSTALLATION, "obligation": {"months": 24}, "cumulation": {"ten_years": True}}
    levels = [finding.level.value for finding in check_rules(SchemeRules.parse(document), ON)]
    assert levels == sorted(levels)
    assert "stop" in levels
    lowered = check_rules(SchemeRules.parse(document), ON, overrides={"practice_minimum_months": Decimal(24)})
    assert stopping(lowered) == ()


# Awards

FACTS: dict[str, dict[str, Any]] = {
    "installation": {
        "recipient_kind": "professional",
        "zone_category": "ZIP",
        "practice_commune": "99001",
        "requested_amount": 20000,
        "de_minimis_total": 0,
    },
    "iepp": {"recipient_kind": "student", "third_cycle_years": 2, "is_admitted_in_medicine": True},
    "housing": {
        "recipient_kind": "student",
        "placement_commune": "99001",
        "placement_zone": "ZIP",
        "placement_months": 6,
        "housing_provided": False,
    },
    "grant": {
        "recipient_kind": "association",
        "accepts_republican_commitment": True,
        "de_minimis_total": 0,
        "requested_by_year": {"2026": 20000, "2027": 16000},
    },
    "capital": {
        "recipient_kind": "commune",
        "requested_amount": 200000,
        "total_budget": 500000,
        "public_funding": 400000,
        "own_funding": 100000,
    },
    "guarantee": {
        "recipient_kind": "public_body",
        "guaranteed_share": 0.5,
        "guaranteed_share_by_others": 0,
    },
    "exemption": {"recipient_kind": "commune"},
}
AMOUNTS = {
    "installation": 15000,
    "iepp": 12000,
    "housing": 2400,
    "grant": 36000,
    "capital": 200000,
    "guarantee": 500000,
    "exemption": 4000,
}
FIGURES = GuaranteeFacts(
    Decimal(10_000_000), Decimal(100_000), Decimal(0), Decimal(0), Decimal(40_000), (Decimal("0.5"),)
)


def award(name: str, *history: PastAid, amount: float | None = None, on=ON, **more: Any):
    document = {**LAWFUL[name], **more.pop("change", {})}
    facts = {**FACTS[name], **more.pop("facts", {})}
    proposed = Decimal(str(AMOUNTS[name] if amount is None else amount))
    more.setdefault("guarantee", FIGURES if name == "guarantee" else None)
    findings = check_award(SchemeRules.parse(document), facts, proposed, on, history, **more)
    return [(finding.code, finding.level.value) for finding in findings]


@pytest.mark.parametrize("name", LAWFUL)
def test_a_lawful_award_has_nothing_to_say(name: str) -> None:
    assert award(name) == []


PAST = PastAid(
    "prime",
    "une prime",
    granted_on=date(2024, 1, 10),
    amount=Decimal(290_000),
    signed_on=date(2024, 2, 1),
    legal_basis=LegalBasis.L1511_8_I,
    category="equipement",
    regulation=DeMinimis.GENERAL,
)


def test_an_aid_signed_less_than_ten_years_ago_and_the_headroom_stop() -> None:
    assert award("installation", PAST) == [("L-05", "stop"), ("L-14", "stop")]
    assert award("installation", PAST, amount=10_000) == [("L-05", "stop")]
    declared = {"previous_aid_on": "2024-02-01"}
    assert award("installation", facts=declared) == [("L-05", "stop")]
    assert award("installation", facts={"has_previous_aid": True}) == [("L-05", "warn")]


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("installation", {"facts": {"zone_category": "HZ"}}, [("L-01", "stop")]),
        ("installation", {"facts": {"zone_category": None}}, [("L-09", "warn")]),
        ("installation", {"amount": 20000.01}, [("", "stop")]),
        ("installation", {"facts": {"de_minimis_total": 290_000}}, [("L-14", "stop")]),
        ("installation", {"facts": {"de_minimis_total": None}}, [("L-14", "warn")]),
        (
            "installation",
            {
                "change": {"cumulation": {**INSTALLATION["cumulation"], "incompatible": ["cesp"]}},
                "facts": {"commitments": ["cesp", "hospital"]},
            },
            [("", "stop")],
        ),
        ("installation", {"change": {"amount": {"unset": ["cap"]}}}, [("G-01", "stop")]),
        ("iepp", {"amount": 12000.01}, [("", "stop")]),
        ("iepp", {"facts": {"third_cycle_years": None}}, [("L-08b", "warn")]),
        ("iepp", {"facts": {"practice_commune": "99001", "zone_category": "ZV"}}, [("L-01", "stop")]),
        (
            "iepp",
            {"change": {"amount": {"value": 60000}}, "amount": 56816.61},
            [("L-08b", "stop")],
        ),
        ("iepp", {"change": {"amount": {"value": 60000}}, "amount": 56816.60}, []),
        ("housing", {"change": {"amount": {"value": 3000}}, "amount": 3000}, [("L-06", "stop")]),
        ("housing", {"facts": {"housing_provided": True}}, [("L-06", "stop")]),
        ("housing", {"facts": {"placement_zone": "HZ"}}, [("L-01", "stop")]),
        ("grant", {"facts": {"accepts_republican_commitment": False}}, [("L-11", "stop")]),
        ("grant", {"facts": {"accepts_republican_commitment": None}}, [("L-11", "warn")]),
        ("grant", {"facts": {"requested_by_year": None}}, [("L-10", "warn")]),
        (
            "grant",
            {"facts": {"requested_by_year": None}, "change": {"schedule": {"kind": "yearly", "count": 2}}},
            [],
        ),
        (
            "capital",
            {"facts": {"public_funding": 450_000, "own_funding": 50_000}},
            [("", "stop"), ("L1111-10", "stop")],
        ),
        (
            "capital",
            {
                "change": {"cumulation": {"own_share_min": 0.2, "once_per_project": True}},
                "facts": {"already_funded": True},
            },
            [("", "stop")],
        ),
        ("guarantee", {"guarantee": None}, [("L-12a", "warn"), ("L-12b", "warn")]),
        (
            "guarantee",
            {"guarantee": None, "facts": {"guaranteed_share_by_others": 0.1}},
            [("L-12a", "warn"), ("L-12b", "warn"), ("L-12c", "stop")],
        ),
    ],
)
def test_an_award_is_looked_at_once_more(name: str, more: dict[str, Any], expected) -> None:
    assert award(name, **more) == expected


def test_a_missing_placement_length_is_asked_for() -> None:
    change = {"schedule": {"kind": "once"}}
    assert award("housing", facts={"placement_months": None}, change=change) == [("L-06", "warn")]
    assert award("housing", facts={"placement_months": None}) == []


def test_the_same_award_gives_the_same_findings() -> None:
    assert award("installation", PAST) == award("installation", PAST)


def test_every_finding_reads_as_sentences_with_a_remedy() -> None:
    broken = {**INSTALLATION, "recipients": [], "criteria": [], "clawback": None, "documents": []}
    for finding in check_rules(SchemeRules.parse(broken), ON):
        assert finding.sentence[0].isupper()
        assert finding.sentence.endswith(".")
        assert finding.remedy.endswith(".")
