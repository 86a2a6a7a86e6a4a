"""The applications of the demo before anything is done with them: who asks for what, when, and their fate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import numpy as np

from maillage.accounts.models import User
from maillage.care.models import Practice
from maillage.demo.geography import HOME
from maillage.demo.programme.cast import People, Person
from maillage.demo.programme.papers import siret
from maillage.demo.territory import Territory
from maillage.territories.models import Zone


class Fate(StrEnum):
    """What becomes of an application if there is time for it."""

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    INADMISSIBLE = "inadmissible"
    SILENCE = "silence"
    DRAFT = "draft"


class Route(StrEnum):
    """Where it is decided: a proposal to the standing committee, or the opinion of the committee first."""

    STANDING = "standing"
    COMMITTEE = "committee"


@dataclass(frozen=True, slots=True)
class Case:
    """:ivar submitted_ago: days before today.
    :ivar lacks: a document is forgotten, and asked for by the acknowledgement.
    :ivar is_visitor_s: of the applicant whom one-click sign-in lets in.
    """

    scheme: str
    person: Person
    answers: Mapping[str, Any]
    submitted_ago: int
    fate: Fate
    route: Route = Route.STANDING
    call: str = ""
    lacks: bool = False
    is_visitor_s: bool = False


# Fates of what was submitted long enough ago, and how often.
FATES: Final = (
    (Fate.GRANT, 0.57),
    (Fate.REFUSE, 0.2),
    (Fate.WITHDRAW, 0.09),
    (Fate.INADMISSIBLE, 0.07),
    (Fate.SILENCE, 0.07),
)
LACKING: Final = 0.22
DRAFTED: Final = 0.04
OLDEST_AGO: Final = 985
# Days before today of the committee's sessions (negative: to come), and how long before one it is applied.
SESSIONS_AGO: Final = (700, 392, 20, -16)
BEFORE_SESSION: Final = (38, 58)
# Days before today on which each call is answered.
CALLS: Final[Mapping[str, tuple[int, int, int]]] = {
    "innovations-1": (18, 452, 437),
    "innovations-2": (7, 18, 2),
}
UNDER_SERVED: Final = ("ZIP", "ZAC", "très sous-dotée", "sous-dotée")
ZONING: Final = {
    "medecin": "mg",
    "chirurgien_dentiste": "cd",
    "sage_femme": "sf",
    "infirmier": "inf",
    "masseur_kinesitherapeute": "mk",
}
CODES: Final = {
    "10": "medecin",
    "40": "chirurgien_dentiste",
    "50": "sage_femme",
    "60": "infirmier",
    "70": "masseur_kinesitherapeute",
}
SCHOOLS: Final = ("Faculté de médecine de Sarelle", "Institut de formation de Sarelle")
PROJECTS: Final = (
    "Consultations avancées de spécialistes",
    "Assistant médical partagé",
    "Bus de dépistage",
    "Ateliers de nutrition en milieu rural",
    "Téléexpertise en dermatologie",
    "Éducation thérapeutique des patients diabétiques",
    "Coordination des sorties d'hospitalisation",
    "Repérage des fragilités à domicile",
    "Permanence de santé sexuelle",
)


class Cases:
    """Draws the applications: the same seed gives the same ones."""

    def __init__(self, territory: Territory, today: date, rng: np.random.Generator, share: float) -> None:
        self.territory = territory
        self.share = share
        self.today = today
        self.rng = rng
        self.people = People(rng)
        self.sirets = iter(range(1, 1000))
        home = [
            code for index, code in enumerate(territory.land.codes) if territory.departement(index) == HOME
        ]
        self.communes = {
            profession: self._under_served(zoning, set(home)) for profession, zoning in ZONING.items()
        }
        self.names = dict(zip(territory.land.codes, territory.names, strict=True))
        self.practitioners = list(self._newcomers())

    def _under_served(self, zoning: str, home: set[str]) -> list[str]:
        zones = Zone.objects.in_force(self.today).filter(
            profession=zoning, unit_type="commune", category__in=UNDER_SERVED, dataset__is_fictional=True
        )
        return sorted(home & set(zones.order_by().values_list("unit_code", flat=True)))

    def _newcomers(self) -> Iterator[Practice]:
        """Practitioners of the register in an under-served commune, one site each, in a drawn order."""
        found = Practice.objects.filter(dataset__active=True, dataset__is_fictional=True).order_by(
            "rpps", "pk"
        )
        places: dict[str, list[Practice]] = {}
        for practice in found:
            places.setdefault(practice.rpps, []).append(practice)
        single = [rows[0] for rows in places.values() if len(rows) == 1]
        suitable = [
            practice
            for practice in single
            if practice.profession_code in CODES
            and (practice.profession_code != "10" or practice.specialty_code == "SM54")
            and practice.commune in self.communes[CODES[practice.profession_code]]
        ]
        yield from (suitable[index] for index in self.rng.permutation(len(suitable)).tolist())

    def all(self, visitor: User) -> Iterator[Case]:
        """Every application to the département, those of the visitor first."""
        yield from self._visitor_s(visitor)
        makers: tuple[tuple[str, int, Callable[[int], tuple[Person, dict[str, Any]]]], ...] = (
            ("bourse-interne", 46, self._intern),
            ("bourse-paramedicale", 84, self._student),
            ("allocation-stage", 68, self._trainee),
            ("aide-equipement", 86, self._newcomer),
            ("soins-non-programmes", 12, self._duty),
            ("demarrage-centre", 10, self._centre),
            ("garantie-emprunt", 10, self._borrower),
            ("taxe-amenagement", 8, self._builder),
        )
        for scheme, number, make in makers:
            for _ in range(self._count(number)):
                ago = int(self.rng.integers(1, OLDEST_AGO))
                person, answers = make(ago)
                yield self._case(scheme, person, answers, ago)
        yield from self._houses()
        yield from self._university_houses()
        yield from self._projects()

    def lodged(self) -> Iterator[Case]:
        """Applications to the intercommunal body of the main town."""
        inside = [
            commune
            for commune in self.communes["medecin"]
            if self.territory.epci[self.territory.land.codes.index(commune)] == 0
        ]
        for _ in range(self._count(10)):
            ago = int(self.rng.integers(4, 900))
            person = self.people.person()
            start = self._day(ago) + timedelta(days=40)
            answers = {
                "situation": "intern",
                "specialty": "general_practice",
                "placement_commune": self._one(inside or self.communes["medecin"]),
                "placement_start": start.isoformat(),
                "placement_months": 6,
                "monthly_rent": 420,
                "housing_provided": False,
            }
            yield self._case("logement-internes", person, answers, ago)

    def _case(self, scheme: str, person: Person, answers: dict[str, Any], ago: int, **more: Any) -> Case:
        fate = Fate.DRAFT if self.rng.random() < DRAFTED else self._fate()
        more.setdefault("fate", fate)
        return Case(scheme, person, person.identity | answers, ago, lacks=self.rng.random() < LACKING, **more)

    def _fate(self) -> Fate:
        shares = [share for _, share in FATES]
        return FATES[int(self.rng.choice(len(FATES), p=np.array(shares) / sum(shares)))][0]

    def _count(self, number: int) -> int:
        """How many of them are told: all, or a share for a quicker demonstration; never none."""
        return math.ceil(number * self.share)

    def _one(self, among: Any) -> Any:
        return among[int(self.rng.integers(len(among)))]

    def _day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def _intern(self, ago: int) -> tuple[Person, dict[str, Any]]:
        return self.people.person(), {
            "profession": "medecin",
            "situation": "intern",
            "specialty": "general_practice",
            "study_level": "third_cycle",
            "years_left": int(self._one((1, 2, 2))),
            "third_cycle_years": 2,
            "school": SCHOOLS[0],
            "commitments": ["none"],
            "practice_commune": self._one(self.communes["medecin"]),
            "accepts_obligation": True,
        }

    def _student(self, ago: int) -> tuple[Person, dict[str, Any]]:
        profession = self._one(("infirmier", "masseur_kinesitherapeute", "sage_femme"))
        return self.people.person(), {
            "profession": profession,
            "study_level": "paramedical",
            "years_left": 1,
            "school": SCHOOLS[1],
            "practice_commune": self._one(self.communes[profession]),
            "accepts_obligation": True,
        }

    def _trainee(self, ago: int) -> tuple[Person, dict[str, Any]]:
        start = self._day(ago) + timedelta(days=int(self.rng.integers(10, 50)))
        return self.people.person(), {
            "placement_commune": self._one(self.communes["medecin"]),
            "placement_start": start.isoformat(),
            "placement_months": int(self._one((6, 6, 6, 8))),
        }

    def _newcomer(self, ago: int) -> tuple[Person, dict[str, Any]]:
        practice = self.practitioners.pop()
        person = self.people.person(practice.given_name, practice.family_name, rpps=practice.rpps)
        profession = CODES[practice.profession_code]
        return person, {
            "profession": profession,
            "situation": "first_installation",
            "practice_mode": "liberal",
            "practice_commune": practice.commune,
            "equipment_budget": int(self.rng.integers(7, 32)) * 1_000,
            "has_previous_aid": False,
            "accepts_obligation": True,
        }

    def _body(self, name: str, kind: str) -> Person:
        identity = {"structure_name": name, "siret": siret(next(self.sirets)), "recipient_kind": kind}
        return self.people.person(**identity)

    def _duty(self, ago: int) -> tuple[Person, dict[str, Any]]:
        commune = self._one(self.communes["medecin"])
        body = self._body(f"Association des gardes de {self.names[commune]}", "association")
        return body, {
            "practice_commune": commune,
            "accepts_republican_commitment": True,
            "requested_amount": int(self.rng.integers(22, 60)) * 1_000,
        }

    def _centre(self, ago: int) -> tuple[Person, dict[str, Any]]:
        commune = self._one(self.communes["medecin"])
        body = self._body(f"Centre de santé de {self.names[commune]}", "health_centre_manager")
        return body, {
            "structure_kind": "health_centre",
            "practice_commune": commune,
            "funding_gap": int(self.rng.integers(12, 55)) * 1_000,
            "accepts_obligation": True,
        }

    def _borrower(self, ago: int) -> tuple[Person, dict[str, Any]]:
        practice = self.practitioners.pop()
        person = self.people.person(practice.given_name, practice.family_name, rpps=practice.rpps)
        person.identity["recipient_kind"] = "professional"
        loan = int(self.rng.integers(8, 30)) * 10_000
        return person, {
            "practice_commune": practice.commune,
            "profession": CODES[practice.profession_code],
            "loan_amount": loan,
            "guaranteed_share": 0.5,
            "guaranteed_share_by_others": 0,
            "requested_amount": loan // 2,
        }

    def _builder(self, ago: int) -> tuple[Person, dict[str, Any]]:
        commune = self._one(self.communes["medecin"])
        body = self._body(f"SCI de la maison de santé de {self.names[commune]}", "company")
        return body, {
            "structure_kind": "msp",
            "practice_commune": commune,
            "estimated_tax": int(self.rng.integers(3, 19)) * 400,
        }

    def _houses(self) -> Iterator[Case]:
        """Health houses, gathered before each session of the committee but that of the call."""
        for session_ago, number in zip(SESSIONS_AGO, (14, 0, 12, 12), strict=True):
            for _ in range(self._count(number)):
                commune = self._one(self.communes["medecin"])
                cost = int(self.rng.integers(25, 130)) * 10_000
                body = self._body(f"Commune de {self.names[commune]}", "commune")
                answers = {
                    "project_title": f"Maison de santé de {self.names[commune]}",
                    "structure_kind": "msp",
                    "practice_commune": commune,
                    "total_budget": cost,
                    "own_funding": cost // 4,
                    "public_funding": cost * 7 // 10,
                    "requested_amount": cost * 3 // 10,
                }
                ago = session_ago + int(self.rng.integers(*BEFORE_SESSION))
                fate = Fate.GRANT if self.rng.random() < 0.7 else Fate.REFUSE
                yield self._case("maisons-de-sante", body, answers, ago, fate=fate, route=Route.COMMITTEE)

    def _university_houses(self) -> Iterator[Case]:
        """Four houses that ask again each year, one the first time only."""
        for rank in range(4):
            commune = self._one(self.communes["medecin"])
            name = f"Maison de santé universitaire de {self.names[commune]}"
            body = self._body(name, "msp_company")
            for year in range(3 if rank else 1):
                answers = {
                    "structure_kind": "mspu",
                    "practice_commune": commune,
                    "accepts_republican_commitment": True,
                    "project_title": f"{name}, année {year + 1}",
                }
                ago = 900 - 365 * year - 20 * rank
                yield self._case("maisons-universitaires", body, answers, ago, fate=Fate.GRANT)

    def _projects(self) -> Iterator[Case]:
        for call, (number, first, last) in CALLS.items():
            for rank in range(self._count(number)):
                commune = self._one(self.communes["medecin"])
                title = PROJECTS[rank % len(PROJECTS)]
                body = self._body(f"Association Santé {self.names[commune]}", "association")
                yearly = int(self.rng.integers(8, 21)) * 1_000
                answers = {
                    "project_title": f"{title}, {self.names[commune]}",
                    "practice_commune": commune,
                    "project_years": 3,
                    "themes": [self._one(("acces", "temps", "prevention"))],
                    "accepts_republican_commitment": True,
                    "requested_amount": str(Decimal(3 * yearly)),
                }
                ago = int(self.rng.integers(last, first))
                fate = Fate.GRANT if rank % 9 < 5 else Fate.REFUSE
                if call == "innovations-2" and rank < 2:
                    fate = Fate.DRAFT
                more = {"fate": fate, "route": Route.COMMITTEE, "call": call}
                yield self._case("innovations", body, answers, ago, **more)

    def _visitor_s(self, visitor: User) -> Iterator[Case]:
        """Of the applicant anyone may sign in as: an agreement that runs, a review, a draft."""
        practice = self.practitioners.pop()
        identity = {
            "last_name": practice.family_name,
            "first_name": practice.given_name,
            "email": visitor.email,
            "address": "3 place du Marché\n00100 Haute-Sarelle",
            "rpps": practice.rpps,
        }
        person = Person(practice.given_name, practice.family_name, visitor.email, identity)
        common = {"practice_commune": practice.commune, "profession": CODES[practice.profession_code]}
        equipment = {
            **common,
            "situation": "first_installation",
            "practice_mode": "liberal",
            "equipment_budget": 18_000,
            "has_previous_aid": False,
            "accepts_obligation": True,
        }
        loan = {
            **common,
            "recipient_kind": "professional",
            "loan_amount": 160_000,
            "guaranteed_share": 0.5,
            "guaranteed_share_by_others": 0,
            "requested_amount": 80_000,
        }
        tax = {**common, "recipient_kind": "professional", "structure_kind": "msp", "estimated_tax": 2_400}
        for scheme, answers, ago, fate in (
            ("aide-equipement", equipment, 440, Fate.GRANT),
            ("garantie-emprunt", loan, 12, Fate.GRANT),
            ("taxe-amenagement", tax, 3, Fate.DRAFT),
        ):
            yield Case(scheme, person, identity | answers, ago, fate, is_visitor_s=True)
