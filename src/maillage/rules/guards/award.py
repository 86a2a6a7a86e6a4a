"""What the law says of an award, on the day it is proposed: the last look before the decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from maillage.rules import cumulation, parameters
from maillage.rules.amounts import work_out
from maillage.rules.de_minimis import check_headroom, headroom
from maillage.rules.expressions.values import Context
from maillage.rules.fields import Facts
from maillage.rules.findings import Finding
from maillage.rules.guarantees import GuaranteeFacts, check_guarantee
from maillage.rules.guards.reading import NO_OVERRIDE, PRIVATE_BODIES, PUBLIC_BODIES, ZONED, stop, warn
from maillage.rules.history import PastAid
from maillage.rules.money import euros
from maillage.rules.parameters import Overrides
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Kind, LegalBasis, Recipient, ScheduleKind
from maillage.rules.vocabulary import COMMITMENTS

OUTSIDE_ZONES: Final = frozenset({"HZ", "très dotée", "sur-dotée", "non prioritaire"})
"""Categories that are no zone of CSP L1434-4 1° whatever the profession."""


@dataclass(frozen=True)
class _Award:
    """An award proposed on a day, and everything it is judged by."""

    rules: SchemeRules
    facts: Facts
    amount: Decimal
    on: date
    history: tuple[PastAid, ...]
    aid: str
    project: str
    guarantee: GuaranteeFacts | None
    overrides: Overrides | None

    def fact(self, key: str) -> Any:
        """A typed fact, None when it is not known."""
        return self.facts.values.get(key)

    @property
    def recipient(self) -> Recipient | None:
        kind = self.fact("recipient_kind")
        return next((recipient for recipient in Recipient if recipient == kind), None)


def check_award(
    rules: SchemeRules,
    facts: Mapping[str, Any],
    amount: Decimal,
    on: date,
    history: Sequence[PastAid],
    *,
    aid: str = "",
    project: str = "",
    guarantee: GuaranteeFacts | None = None,
    overrides: Overrides | None = None,
) -> list[Finding]:
    """Everything the law and the scheme forbid, or leave to be proved, in an award.

    The criteria of eligibility are not judged again here.

    :param facts: answers and computed facts, by key of the vocabulary.
    :param amount: euros proposed; for a guarantee, the sum guaranteed.
    :param on: day of the award.
    :param history: aids known of this recipient, from any authority, this one left out.
    :param aid: slug of the scheme, and ``project`` what its project is known by, to find double funding.
    :param guarantee: figures of the ratios of a loan guarantee.
    :returns: in the order of the law; the same input gives the same findings for ever.
    """
    read = Facts.read(facts, rules.vocabulary)
    award = _Award(
        rules, read, amount, on, _declared(rules, read, tuple(history)), aid, project, guarantee, overrides
    )
    return [finding for guard in _GUARDS for finding in guard(award)]


def _declared(rules: SchemeRules, facts: Facts, history: tuple[PastAid, ...]) -> tuple[PastAid, ...]:
    """The history, with what the applicant declared and the program does not know."""
    declared = [
        PastAid(slug, f"l'aide « {COMMITMENTS.get(slug, slug)} »")
        for slug in facts.values.get("commitments", ())
        if slug in rules.cumulation.incompatible and all(aid.aid != slug for aid in history)
    ]
    signed_on = facts.values.get("previous_aid_on")
    if signed_on is not None and all(aid.signed_on != signed_on for aid in history):
        declared.append(
            PastAid(
                "previous_aid",
                "une aide de même catégorie",
                signed_on=signed_on,
                legal_basis=LegalBasis.L1511_8_I,
                category=rules.cumulation.category,
            )
        )
    return (*history, *declared)


def _unset(award: _Award) -> Iterable[Finding]:
    """No award while an amount of the scheme is undecided (G-01)."""
    if award.rules.amount.unset:
        yield stop(
            "G-01",
            "",
            "Un montant du dispositif reste à définir : aucune aide ne peut être accordée.",
            "Fixez-le dans une nouvelle version du dispositif.",
            "amount.unset",
        )


def _zone(award: _Award) -> Iterable[Finding]:
    """The place is still in a zone the scheme accepts on the day of the award (L-01, L-09)."""
    rules = award.rules
    placement = rules.legal_basis is LegalBasis.HOUSING_ALLOWANCE
    place = "placement_commune" if placement else "practice_commune"
    key = "placement_zone" if placement else "zone_category"
    asked = rules.obligation.place.zones if rules.obligation is not None else None
    if rules.legal_basis not in ZONED and not asked:
        return
    category = award.fact(key)
    article = "CGCT L1511-8 et CSP L1434-4"
    if category is None:
        # A student names the place of practice later: nothing to look at yet.
        if award.fact(place) is not None or rules.legal_basis is LegalBasis.L1511_8_I:
            yield warn(
                "L-09",
                article,
                "Le classement de la commune à la date de la décision n'est pas connu : à prouver.",
                "Chargez le zonage de l'ARS pour cette profession, ou joignez l'arrêté.",
                key,
            )
        return
    if category in OUTSIDE_ZONES or (asked and category not in asked):
        yield stop(
            "L-01",
            article,
            f"À la date de la décision, la commune est classée « {category} » : elle n'est pas ou plus "
            "dans une "
            "zone où l'aide est possible.",
            "Refusez l'aide, ou faites vérifier le zonage en vigueur.",
            key,
        )


def _amount(award: _Award) -> Iterable[Finding]:
    """The award is at most what the rules compute."""
    if award.rules.amount.unset or award.rules.kind in (Kind.LOAN_GUARANTEE, Kind.TAX_EXEMPTION):
        return
    context = Context(award.facts, award.on, award.overrides or NO_OVERRIDE)
    found = work_out(award.rules.amount, context)
    most = found.value if found.value is not None else found.cap
    if most is not None and award.amount > most:
        yield stop(
            "",
            "règlement du dispositif",
            f"L'aide proposée de {euros(award.amount)} dépasse les {euros(most)} que permet le règlement.",
            f"Ramenez-la à {euros(most)} au plus.",
            "amount",
        )


def _ten_years(award: _Award) -> Iterable[Finding]:
    """CGCT D1511-47 (L-05)."""
    rules = award.rules
    if rules.cumulation.ten_years or rules.legal_basis is LegalBasis.L1511_8_I:
        yield from cumulation.ten_years(rules.cumulation.category, award.history, award.on, award.overrides)
        known = any(aid.legal_basis is LegalBasis.L1511_8_I for aid in award.history)
        if award.fact("has_previous_aid") and not known:
            yield warn(
                "L-05",
                "CGCT D1511-47",
                "Le demandeur déclare une aide de même catégorie, dont la date n'est pas connue.",
                "Demandez la convention avant la décision.",
                "previous_aid_on",
            )


def _iepp(award: _Award) -> Iterable[Finding]:
    """CGCT D1511-54 (L-08b)."""
    if award.rules.legal_basis is LegalBasis.IEPP:
        years = award.fact("third_cycle_years")
        eligible = None if years is None else int(years)
        yield from cumulation.iepp(award.amount, eligible, award.on, award.overrides)


def _housing(award: _Award) -> Iterable[Finding]:
    """CGCT D1511-52 (L-06); the award is shared out over the months of the placement."""
    if award.rules.legal_basis is not LegalBasis.HOUSING_ALLOWANCE:
        return
    months = award.fact("placement_months")
    schedule = award.rules.schedule
    if not months and schedule is not None and schedule.kind is ScheduleKind.MONTHLY:
        months = schedule.count
    housed = award.fact("housing_provided")
    if not months:
        yield warn(
            "L-06",
            "CGCT D1511-52",
            "Le nombre de mois de stage n'est pas connu : le plafond mensuel de l'indemnité reste à prouver.",
            "Demandez les dates du stage.",
            "placement_months",
        )
    monthly = award.amount / months if months else Decimal(0)
    yield from cumulation.housing_allowance(monthly, housed, award.on, award.overrides)


def _cumulation(award: _Award) -> Iterable[Finding]:
    """What the scheme excludes or caps, and money already given to the same project."""
    terms = award.rules.cumulation
    yield from cumulation.incompatible_aids(terms, award.history)
    if terms.ceiling is not None:
        yield from cumulation.ceiling(terms.ceiling, award.history, award.amount, award.on)
    yield from cumulation.double_funding(terms, award.history, award.aid, award.project)
    if terms.once_per_project and award.fact("already_funded"):
        yield stop(
            "",
            "règlement du dispositif",
            "Le projet a déjà été financé par la collectivité : il ne peut pas l'être deux fois.",
            "Refusez l'aide, ou faites préciser en quoi le projet est distinct.",
            "already_funded",
        )


def _funding_plan(award: _Award) -> Iterable[Finding]:
    """Public share of the scheme, own share of the law (CGCT L1111-10 III)."""
    terms = award.rules.cumulation
    public_owner = award.recipient in PUBLIC_BODIES
    plan = cumulation.FundingPlan(
        award.fact("total_budget"), award.fact("public_funding"), award.fact("own_funding"), public_owner
    )
    yield from cumulation.public_share(terms, plan)
    if terms.own_share_min is not None or (public_owner and award.rules.kind is Kind.CAPITAL_GRANT):
        yield from cumulation.own_share(terms, plan, award.on, award.overrides)


def _de_minimis(award: _Award) -> Iterable[Finding]:
    """Headroom on the award date (L-14); what is declared above what is known counts as granted that day."""
    regulation = award.rules.cumulation.de_minimis
    if regulation is None:
        return
    known = headroom(award.history, regulation, award.on, award.overrides)
    declared = award.fact("de_minimis_total")
    history = award.history
    if declared is not None and declared > known.used:
        label = "les aides de minimis déclarées"
        more = PastAid("declared", label, award.on, declared - known.used, regulation=regulation)
        history = (*history, more)
    finding = check_headroom(headroom(history, regulation, award.on, award.overrides), award.amount)
    if finding is not None:
        yield finding
    elif declared is None:
        yield warn(
            "L-14",
            f"Règlement (UE) {regulation.value}",
            "La déclaration des aides de minimis reçues sur trois ans manque : à prouver.",
            "Demandez-la avant la décision.",
            "de_minimis_total",
        )


def _private_body(award: _Award) -> Iterable[Finding]:
    """Republican commitment of an association (L-11), agreement above 23 000 € a year (L-10)."""
    if award.recipient is Recipient.ASSOCIATION:
        yield from _republican_commitment(award)
    if award.recipient not in PRIVATE_BODIES:
        return
    threshold = parameters.value("agreement_threshold", award.on, award.overrides)
    yearly = _yearly(award)
    if yearly > threshold:
        yield warn(
            "L-10",
            "loi 2000-321, article 10 ; décret 2001-495, article 1",
            f"L'aide de {euros(yearly)} par an à un organisme privé dépasse {euros(threshold)} : convention "
            "obligatoire, compte rendu financier dans les six mois, données essentielles publiées dans les "
            "trois mois de la signature.",
            "Prévoyez la convention et ces deux échéances.",
            "amount",
        )


def _republican_commitment(award: _Award) -> Iterable[Finding]:
    accepted = award.fact("accepts_republican_commitment")
    article = "loi 2000-321, article 10-1 ; décret 2021-1947"
    if accepted is None:
        yield warn(
            "L-11",
            article,
            "Il n'est pas dit si l'association souscrit le contrat d'engagement républicain : à prouver.",
            "Demandez-le avant la décision.",
            "accepts_republican_commitment",
        )
    elif not accepted:
        yield stop(
            "L-11",
            article,
            "L'association ne souscrit pas le contrat d'engagement républicain.",
            "Refusez l'aide, ou demandez-lui de le souscrire.",
            "accepts_republican_commitment",
        )


def _yearly(award: _Award) -> Decimal:
    """The largest part of the award paid for one year: as requested, shared by a yearly schedule, or all."""
    by_year = award.fact("requested_by_year")
    requested = sum(by_year.values(), Decimal(0)) if by_year else Decimal(0)
    if by_year and requested > 0:
        largest: Decimal = max(by_year.values()) * award.amount / requested
        return largest
    schedule = award.rules.schedule
    if schedule is not None and schedule.kind is ScheduleKind.YEARLY and schedule.count:
        return award.amount / schedule.count
    return award.amount


def _guarantee(award: _Award) -> Iterable[Finding]:
    """The three ratios (L-12a, b, c); those whose figures are not given are to be proved."""
    if award.rules.kind is not Kind.LOAN_GUARANTEE:
        return
    shares = (award.fact("guaranteed_share"), award.fact("guaranteed_share_by_others"))
    figures = award.guarantee or GuaranteeFacts(None, None, None, None, Decimal(0), shares)
    yield from check_guarantee(figures, award.on, award.overrides)


_GUARDS: Final[tuple[Callable[[_Award], Iterable[Finding]], ...]] = (
    _unset,
    _zone,
    _amount,
    _ten_years,
    _iepp,
    _housing,
    _cumulation,
    _funding_plan,
    _de_minimis,
    _private_body,
    _guarantee,
)
