"""What an aid may be added to: ten years, incompatible aids, ceilings, double funding, shares, legal caps.

Each function gives the findings of one rule: none when it is respected, a warning when a fact is missing
(unknown is not zero), a stop when it is broken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from maillage.rules import parameters
from maillage.rules.calendar import ONE_DAY, Period, add_months, day_text
from maillage.rules.findings import Finding
from maillage.rules.history import PastAid
from maillage.rules.money import ZERO, euros, percent
from maillage.rules.parameters import Overrides
from maillage.rules.parts import Ceiling, Cumulation
from maillage.rules.terms import Effect, LegalBasis


@dataclass(frozen=True)
class FundingPlan:
    """Who pays for a project; None when not provided.

    :ivar total: cost of the project, in euros.
    :ivar public: what public funders give, this award included, the owner's own money left out.
    :ivar own: what the project owner brings.
    :ivar public_owner: the owner is a commune, a grouping or another public body.
    """

    total: Decimal | None
    public: Decimal | None
    own: Decimal | None
    public_owner: bool


def ten_years(
    category: str, history: Sequence[PastAid], on: date, overrides: Overrides | None = None
) -> list[Finding]:
    """No second L1511-8 I aid to the same professional within ten years (CGCT D1511-47, L-05).

    Counted from the signature of the last agreement, for aids of the same category, whatever the zone;
    allowed again on the anniversary. In force since 2025-03-15.
    """
    months = parameters.in_force("new_aid_after_months", on, overrides)
    if months is None:
        return []
    concerned = [aid for aid in history if aid.legal_basis is LegalBasis.L1511_8_I]
    same = [aid for aid in concerned if category and aid.category == category]
    signed = [aid for aid in same if aid.signed_on is not None and aid.signed_on <= on]
    last = max(signed, key=lambda aid: aid.signed_on or date.min, default=None)
    if last is not None and last.signed_on is not None:
        free_on = add_months(last.signed_on, int(months))
        if on < free_on:
            return [
                Finding(
                    Effect.STOP,
                    "L-05",
                    "CGCT D1511-47",
                    f"Le professionnel a reçu {last.label}, convention signée le "
                    f"{day_text(last.signed_on)} : une nouvelle aide de même catégorie n'est possible "
                    f"qu'à partir du {day_text(free_on)}.",
                    "Refusez l'aide, ou reportez-la après cette date.",
                    "cumulation.ten_years",
                )
            ]
    doubtful = [
        aid
        for aid in concerned
        if (aid in same and aid.signed_on is None) or not category or not aid.category
    ]
    return [_ten_years_unknown(aid) for aid in doubtful if _may_bind(aid, on, int(months))]


def _may_bind(aid: PastAid, on: date, months: int) -> bool:
    return aid.signed_on is None or on < add_months(aid.signed_on, months)


def _ten_years_unknown(aid: PastAid) -> Finding:
    missing = "la date de signature" if aid.signed_on is None else "la catégorie"
    return Finding(
        Effect.WARN,
        "L-05",
        "CGCT D1511-47",
        f"Le professionnel a reçu {aid.label}, dont {missing} n'est pas connue : le délai de dix ans reste à "
        "prouver.",
        "Demandez la convention, et la déclaration sur l'honneur à annexer à la nouvelle.",
        "cumulation.ten_years",
    )


def incompatible_aids(terms: Cumulation, history: Sequence[PastAid]) -> list[Finding]:
    """The aids held that this one excludes (the scheme's own rule)."""
    return [
        Finding(
            Effect.STOP,
            "",
            "règlement du dispositif",
            f"Le demandeur bénéficie de {aid.label}, que ce dispositif exclut.",
            "Refusez l'aide, ou faites constater que l'autre a pris fin.",
            "cumulation.incompatible",
        )
        for aid in history
        if aid.aid in terms.incompatible
    ]


def ceiling(terms: Ceiling, history: Sequence[PastAid], amount: Decimal, on: date) -> list[Finding]:
    """All aids of all authorities over rolling years, this award included, against the ceiling of the
    scheme."""
    if terms.amount is None or terms.years is None:
        return []
    window = Period(add_months(on, -12 * terms.years) + ONE_DAY, on)
    concerned = [aid for aid in history if aid.granted_on is None or window.covers(aid.granted_on)]
    known = sum(
        (aid.amount for aid in concerned if aid.amount is not None and aid.granted_on is not None), ZERO
    )
    unknown = [aid for aid in concerned if aid.amount is None or aid.granted_on is None]
    years = f"{terms.years} ans" if terms.years > 1 else "un an"
    sentence = (
        f"Aides de toutes les collectivités sur {years} : {euros(known)} déjà accordés et {euros(amount)} "
        f"proposés, pour un plafond de {euros(terms.amount)}"
    )
    if known + amount > terms.amount:
        left = max(terms.amount - known, ZERO)
        remedy = f"Ramenez l'aide à {euros(left)} au plus." if left else "Refusez l'aide : rien ne reste."
        return [_own_rule(Effect.STOP, f"{sentence} : dépassé.", remedy, "cumulation.ceiling")]
    if unknown:
        names = ", ".join(aid.label for aid in unknown)
        remedy = "Demandez le montant et la date de ces aides avant la décision."
        return [
            _own_rule(
                Effect.WARN, f"{sentence}, sans compter {names} : à prouver.", remedy, "cumulation.ceiling"
            )
        ]
    return []


def double_funding(terms: Cumulation, history: Sequence[PastAid], aid: str, project: str) -> list[Finding]:
    """A project, or a recipient, that this scheme funds only once.

    :param aid: slug of this scheme; ``project``: what its project is known by, empty for none.
    """
    findings = []
    if terms.once_per_project and project:
        findings += [
            _own_rule(
                Effect.STOP,
                f"Le projet a déjà reçu {past.label} : il ne peut pas être financé deux fois.",
                "Refusez l'aide, ou faites préciser en quoi le projet est distinct.",
                "cumulation.once_per_project",
            )
            for past in history
            if past.project == project
        ]
    if terms.once_per_recipient:
        findings += [
            _own_rule(
                Effect.STOP,
                f"Le demandeur a déjà reçu {past.label}, qui ne s'accorde qu'une fois.",
                "Refusez l'aide.",
                "cumulation.once_per_recipient",
            )
            for past in history
            if past.aid == aid
        ]
    return findings


def public_share(terms: Cumulation, plan: FundingPlan) -> list[Finding]:
    """Public funding ÷ cost of the project, at most what the scheme says."""
    limit = terms.public_share_max
    if limit is None:
        return []
    if plan.total is None or plan.public is None or plan.total <= 0:
        return [_missing_plan("la part d'aides publiques", "règlement du dispositif", "")]
    share = plan.public / plan.total
    if share <= limit:
        return []
    sentence = (
        f"Les aides publiques ({euros(plan.public)}) font {percent(share)} du coût du projet "
        f"({euros(plan.total)}), pour un maximum de {percent(limit)}."
    )
    remedy = f"Ramenez-les à {euros(limit * plan.total)} au plus."
    return [_own_rule(Effect.STOP, sentence, remedy, "cumulation.public_share_max")]


def own_share(
    terms: Cumulation, plan: FundingPlan, on: date, overrides: Overrides | None = None
) -> list[Finding]:
    """What the project owner brings, at least.

    A public owner brings 20 % of the funding by public bodies, its own included (CGCT L1111-10 III), and more
    when the scheme says so; a private one, what the scheme says of the cost.
    """
    legal = parameters.value("own_share_minimum", on, overrides) if plan.public_owner else ZERO
    least = max(legal, terms.own_share_min or ZERO)
    if not least:
        return []
    article, code = ("CGCT L1111-10 III", "L1111-10") if least == legal else ("règlement du dispositif", "")
    base = _own_base(plan)
    if base is None or plan.own is None or base <= 0:
        return [_missing_plan("la part propre du maître d'ouvrage", article, code)]
    share = plan.own / base
    if share >= least:
        return []
    of_what = "des financements publics du projet" if plan.public_owner else "du coût du projet"
    return [
        Finding(
            Effect.STOP,
            code,
            article,
            f"Le maître d'ouvrage apporte {euros(plan.own)}, soit {percent(share)} {of_what} "
            f"({euros(base)}), pour un minimum de {percent(least)}.",
            "Réduisez l'aide ou demandez un plan de financement avec une part propre plus élevée.",
            "cumulation.own_share_min",
        )
    ]


def iepp_cap(
    third_cycle_years: int, repeated_years: int, on: date, overrides: Overrides | None = None
) -> Decimal:
    """Most that an IEPP may come to: yearly pay of a third-year intern × third-cycle years after the
    contract, repeated years left out (CGCT D1511-54, L-08b). Three years, one of them repeated → 2 ×
    28 408.30 = 56 816.60.

    :raises ValueError: more repeated years than years.
    """
    if not 0 <= repeated_years <= third_cycle_years:
        raise ValueError(
            "Les années redoublées sont comptées dans le troisième cycle : corrigez leur nombre."
        )
    return (third_cycle_years - repeated_years) * parameters.value("intern_yearly_pay", on, overrides)


def iepp(
    amount: Decimal, eligible_years: int | None, on: date, overrides: Overrides | None = None
) -> list[Finding]:
    """The total of an IEPP against its cap (CGCT D1511-54, L-08b).

    :param eligible_years: third-cycle years after the contract, repeated years left out; None when not known.
    """
    if eligible_years is None:
        return [
            Finding(
                Effect.WARN,
                "L-08b",
                "CGCT D1511-54",
                "Le nombre d'années de troisième cycle après le contrat n'est pas connu : le plafond de "
                "l'indemnité reste à prouver.",
                "Demandez le nombre d'années restantes, redoublements exclus.",
                "amount.cap",
            )
        ]
    cap = iepp_cap(eligible_years, 0, on, overrides)
    if amount <= cap:
        return []
    years = f"{eligible_years} année{'s' if eligible_years > 1 else ''}"
    return [
        Finding(
            Effect.STOP,
            "L-08b",
            "CGCT D1511-54",
            f"L'indemnité de {euros(amount)} dépasse son plafond de {euros(cap)} ({years} de troisième "
            "cycle, redoublements exclus).",
            f"Ramenez l'indemnité à {euros(cap)} au plus.",
            "amount.cap",
        )
    ]


def housing_allowance(
    monthly: Decimal, housed: bool | None, on: date, overrides: Overrides | None = None
) -> list[Finding]:
    """A housing allowance is refused above its monthly cap, and to a student who is housed (CGCT D1511-52,
    L-06).

    :param housed: housing is provided; None when not known.
    """
    findings = []
    cap = parameters.value("housing_monthly_cap", on, overrides)
    if monthly > cap:
        findings.append(
            _housing(
                Effect.STOP,
                f"L'indemnité de logement de {euros(monthly)} par mois dépasse son plafond de {euros(cap)}.",
                f"Ramenez-la à {euros(cap)} par mois au plus.",
            )
        )
    if housed:
        findings.append(
            _housing(
                Effect.STOP,
                "Un logement est fourni à l'étudiant : l'indemnité de logement n'est pas possible.",
                "Refusez l'indemnité, ou mettez fin à l'hébergement.",
            )
        )
    elif housed is None:
        findings.append(
            _housing(
                Effect.WARN,
                "Il n'est pas dit si un logement est fourni à l'étudiant : à prouver.",
                "Demandez-le avant la décision.",
            )
        )
    return findings


def _own_base(plan: FundingPlan) -> Decimal | None:
    if not plan.public_owner:
        return plan.total
    return None if plan.public is None or plan.own is None else plan.public + plan.own


def _own_rule(effect: Effect, sentence: str, remedy: str, path: str) -> Finding:
    return Finding(effect, "", "règlement du dispositif", sentence, remedy, path)


def _missing_plan(what: str, article: str, code: str) -> Finding:
    return Finding(
        Effect.WARN,
        code,
        article,
        f"Le plan de financement est incomplet : {what} reste à prouver.",
        "Demandez un plan de financement complet et équilibré.",
        "funding_plan",
    )


def _housing(effect: Effect, sentence: str, remedy: str) -> Finding:
    return Finding(effect, "L-06", "CGCT D1511-52", sentence, remedy, "amount")
