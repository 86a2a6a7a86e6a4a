"""Guards on grants, guarantees, exemptions and State aid (L-10 to L-14, L-41, L-46)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from maillage.rules.findings import Finding
from maillage.rules.guards.reading import (
    PAID,
    PRIVATE_BODIES,
    PUBLIC_BODIES,
    UNDERTAKINGS,
    Case,
    fields_judged,
    fixed_amount,
    has_document,
    stop,
    warn,
)
from maillage.rules.money import euros, percent
from maillage.rules.terms import Kind, LegalBasis, Recipient


def _private_bodies(case: Case) -> Iterable[Finding]:
    """Private bodies: republican commitment (L-11), financial report above 23 000 € a year (L-10)."""
    rules = case.rules
    bodies = [recipient for recipient in rules.recipients if recipient in PRIVATE_BODIES]
    if not bodies or rules.kind not in PAID:
        return
    judged = "accepts_republican_commitment" in fields_judged(rules)
    if Recipient.ASSOCIATION in bodies and not judged and not has_document(rules, "L-11", "2021-1947"):
        yield stop(
            "L-11",
            "loi 2000-321, article 10-1 ; décret 2021-1947",
            "Le contrat d'engagement républicain n'est pas demandé aux associations.",
            "Ajoutez-le aux documents, en citant le décret 2021-1947, ou aux conditions.",
            "documents",
        )
    threshold = case.value("agreement_threshold")
    most = _most_in_a_year(case)
    if most is not None and most <= threshold:
        return
    if not has_document(rules, "L-10", "24 mai 2005"):
        how_much = "peut dépasser" if most is None else f"peut atteindre {euros(most)} par an et dépasser"
        yield warn(
            "L-10",
            "loi 2000-321, article 10 ; décret 2001-495, article 1",
            f"L'aide à un organisme privé {how_much} {euros(threshold)} : convention obligatoire et compte "
            "rendu "
            "financier dans les six mois, qui n'est pas demandé.",
            "Ajoutez le compte rendu financier aux documents, en citant l'arrêté du 24 mai 2005.",
            "documents",
        )


def _operating_authorisation(case: Case) -> Iterable[Finding]:
    """AE of communes and EPCI left out grants to private bodies in the text read (L2311-3 II, L-41)."""
    rules = case.rules
    operating = rules.kind in (Kind.OPERATING_GRANT, Kind.START_UP_GRANT, Kind.ACTIVITY_ADJUSTED_GRANT)
    many_years = (rules.amount.max_years or 1) > 1
    if case.grouping and operating and many_years and case.gives_to(*PRIVATE_BODIES):
        yield warn(
            "L-41",
            "CGCT L2311-3 II",
            "Une subvention pluriannuelle à un organisme privé ne pouvait pas être portée par une "
            "autorisation "
            "d'engagement dans le texte consulté.",
            "Faites vérifier le texte en vigueur par la direction des finances, ou inscrivez-la chaque "
            "année.",
            "amount.max_years",
        )


def _capital_grants(case: Case) -> Iterable[Finding]:
    """The project owner's own share (CGCT L1111-10 III)."""
    rules = case.rules
    concerned = rules.kind is Kind.CAPITAL_GRANT and case.gives_to(*PUBLIC_BODIES)
    if not concerned and rules.legal_basis is not LegalBasis.CAPITAL_L1111_10:
        return
    least = case.value("own_share_minimum")
    own = rules.cumulation.own_share_min
    article = "CGCT L1111-10 III"
    if own is None:
        yield warn(
            "L1111-10",
            article,
            f"Le règlement ne rappelle pas la part propre de {percent(least)} du maître d'ouvrage public.",
            "Écrivez-la ; le minimum légal sera vérifié de toute façon.",
            "cumulation.own_share_min",
        )
    elif own < least:
        yield stop(
            "L1111-10",
            article,
            f"La part propre du maître d'ouvrage est de {percent(own)}, pour un minimum de {percent(least)}.",
            f"Portez-la à {percent(least)}.",
            "cumulation.own_share_min",
        )
    most = rules.cumulation.public_share_max
    if most is not None and most > 1 - least:
        yield warn(
            "L1111-10",
            article,
            f"Un taux d'aides publiques de {percent(most)} laisse moins de {percent(least)} au maître "
            "d'ouvrage.",
            f"Ramenez-le à {percent(1 - least)}.",
            "cumulation.public_share_max",
        )


def _guarantees(case: Case) -> Iterable[Finding]:
    """Guarantees are not paid, and hold to the share all authorities may guarantee (D1511-35, L-12c)."""
    rules = case.rules
    if LegalBasis.GUARANTEE is not rules.legal_basis and rules.kind is not Kind.LOAN_GUARANTEE:
        return
    if rules.kind is not Kind.LOAN_GUARANTEE or rules.legal_basis is not LegalBasis.GUARANTEE:
        yield stop(
            "L-12",
            "CGCT L3231-4",
            "La base légale et la nature de l'aide ne vont pas ensemble.",
            "Une garantie d'emprunt se fonde sur l'article L3231-4, et rien d'autre ne s'y fonde.",
            "legal_basis",
        )
    if rules.schedule is not None:
        yield stop(
            "L-12",
            "CGCT L3231-4",
            "Une garantie d'emprunt ne se verse pas, et un échéancier est prévu.",
            "Retirez l'échéancier.",
            "schedule",
        )
    if "guaranteed_share" not in fields_judged(rules):
        yield warn(
            "L-12c",
            "CGCT D1511-35",
            f"Aucune condition ne borne la part garantie à {percent(case.value('guarantee_loan_share'))} de "
            "l'emprunt.",
            "Ajoutez-la ; les trois ratios seront vérifiés de toute façon.",
            "criteria",
        )


def _development_tax(case: Case) -> Iterable[Finding]:
    """The exemption concerns health houses, for the authority's own share (CGI 1635 quater E, L-13)."""
    rules = case.rules
    exemption = rules.kind is Kind.TAX_EXEMPTION
    if exemption != (rules.legal_basis is LegalBasis.DEVELOPMENT_TAX):
        yield stop(
            "L-13",
            "CGI 1635 quater E, I, 7°",
            "La base légale et la nature de l'aide ne vont pas ensemble.",
            "Une exonération de taxe d'aménagement se fonde sur l'article 1635 quater E, et rien d'autre "
            "ne s'y fonde.",
            "legal_basis",
        )
    if exemption and rules.schedule is not None:
        yield stop(
            "L-13",
            "CGI 1635 quater E, I, 7°",
            "Une exonération ne se verse pas, et un échéancier est prévu.",
            "Retirez l'échéancier.",
            "schedule",
        )
    if exemption and "structure_kind" not in fields_judged(rules):
        yield warn(
            "L-13",
            "CGI 1635 quater E, I, 7°",
            "L'exonération est réservée aux maisons de santé, et aucune condition ne le vérifie.",
            "Ajoutez une condition sur le type de structure.",
            "criteria",
        )


def _de_minimis(case: Case) -> Iterable[Finding]:
    """An aid to an undertaking says its State-aid régime (règlement (UE) 2023/2831, L-14)."""
    concerned = [recipient.label for recipient in case.rules.recipients if recipient in UNDERTAKINGS]
    if concerned and case.rules.cumulation.de_minimis is None and case.rules.kind is not Kind.GIFT:
        yield warn(
            "L-14",
            "Règlement (UE) 2023/2831",
            f"Ces bénéficiaires peuvent être des entreprises ({', '.join(concerned)}) et aucun régime "
            "d'aides "
            "n'est dit.",
            "Choisissez le règlement de minimis, ou citez en note le régime applicable.",
            "cumulation.de_minimis",
        )


def _supporting_documents(case: Case) -> Iterable[Finding]:
    """A payment stands on supporting documents (CGCT D1617-19, annexe I, rubrique 721, L-46)."""
    rules = case.rules
    if rules.kind in PAID and not rules.documents:
        yield warn(
            "L-46",
            "CGCT, annexe I, rubrique 721",
            "Aucune pièce justificative n'est demandée.",
            "Listez les pièces à joindre à la demande ou au paiement.",
            "documents",
        )
    for rank, funder in enumerate(rules.co_funders):
        if funder.share is None:
            yield warn(
                "G-19",
                "",
                f"La part de {funder.name} n'est pas dite.",
                "Renseignez-la : le total versé au bénéficiaire en dépend.",
                f"co_funders[{rank}].share",
            )


def _most_in_a_year(case: Case) -> Decimal | None:
    """The least of the fixed limits of a yearly payment; None when nothing fixed bounds it."""
    amount = case.rules.amount
    trees = (amount.value, amount.cap, amount.yearly_cap)
    fixed = [fixed_amount(tree, case.on, case.overrides) for tree in trees]
    return min((limit for limit in fixed if limit is not None), default=None)


GUARDS: Final = (
    _private_bodies,
    _operating_authorisation,
    _capital_grants,
    _guarantees,
    _development_tax,
    _de_minimis,
    _supporting_documents,
)
