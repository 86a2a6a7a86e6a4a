"""Guards on aids to professionals and students (CGCT L1511-8, R1511-44 to D1511-56, L-01 to L-08)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from maillage.rules import parameters
from maillage.rules.calendar import months_text
from maillage.rules.findings import Finding
from maillage.rules.guards.reading import (
    ZONE_FIELDS,
    ZONED,
    Case,
    fields_judged,
    fixed_amount,
    has_document,
    parameters_named,
    stop,
    warn,
)
from maillage.rules.money import euros
from maillage.rules.terms import AidForm, Formula, LegalBasis, Recipient, ScheduleKind

_MANAGER_FORMS: Final = {AidForm.INVESTMENT_OR_OPERATING, AidForm.PREMISES}
_ALLOWED: Final = {
    LegalBasis.L1511_8_I: (
        "L-01",
        "CGCT L1511-8 I",
        (Recipient.PROFESSIONAL, Recipient.HEALTH_CENTRE_MANAGER, Recipient.MSP_COMPANY),
    ),
    LegalBasis.IEPP: ("L-08", "CGCT L1511-8 II", (Recipient.STUDENT,)),
    LegalBasis.HOUSING_ALLOWANCE: ("L-06", "CGCT D1511-52", (Recipient.STUDENT,)),
    LegalBasis.TRAVEL_ALLOWANCE: ("L-07", "CGCT D1511-53", (Recipient.STUDENT,)),
    LegalBasis.CAPITAL_L1111_10: (
        "L1111-10",
        "CGCT L1111-10 I",
        (Recipient.COMMUNE, Recipient.EPCI, Recipient.PUBLIC_BODY),
    ),
}


def _recipients(case: Case) -> Iterable[Finding]:
    """Who the text lets be aided (L-01, L-06, L-07, L-08, L1111-10)."""
    allowed = _ALLOWED.get(case.rules.legal_basis)
    if not case.rules.recipients:
        yield stop(
            "L-01",
            "",
            "Le dispositif ne dit pas à qui il s'adresse.",
            "Listez ses bénéficiaires.",
            "recipients",
        )
    if allowed is None:
        return
    code, article, recipients = allowed
    for recipient in case.rules.recipients:
        if recipient not in recipients:
            labels = ", ".join(other.label for other in recipients)
            yield stop(
                code,
                article,
                f"La base légale ne permet pas d'aider ce bénéficiaire : {recipient.label}.",
                f"Gardez parmi : {labels} ; ou changez de base légale.",
                "recipients",
            )


def _aid_form(case: Case) -> Iterable[Finding]:
    """One of the five forms, and those a health centre may have (CGCT R1511-44, L-02)."""
    rules = case.rules
    if rules.legal_basis is not LegalBasis.L1511_8_I:
        return
    if rules.aid_form is None:
        yield stop(
            "L-02",
            "CGCT R1511-44",
            "La forme de l'aide n'est pas dite ; le texte en admet cinq.",
            "Choisissez la forme de l'aide.",
            "aid_form",
        )
    elif case.gives_to(Recipient.HEALTH_CENTRE_MANAGER) and rules.aid_form not in _MANAGER_FORMS:
        yield stop(
            "L-02",
            "CGCT R1511-44",
            "Un gestionnaire de centre de santé ne peut pas recevoir cette forme d'aide : "
            f"{rules.aid_form.label}.",
            "Limitez-la aux professionnels, ou choisissez frais d'investissement ou locaux.",
            "aid_form",
        )
    elif rules.aid_form is AidForm.PRACTICE_BONUS and "practice_mode" not in fields_judged(rules):
        yield warn(
            "L-02",
            "CGCT R1511-44",
            "La prime d'exercice forfaitaire est réservée à l'exercice libéral, et aucune condition ne le "
            "vérifie.",
            "Ajoutez une condition sur le mode d'exercice.",
            "criteria",
        )


def _zone(case: Case) -> Iterable[Finding]:
    """Aid only in the zones the ARS determines (CGCT L1511-8, CSP L1434-4, L-01, L-09)."""
    rules = case.rules
    if rules.legal_basis not in ZONED or fields_judged(rules) & ZONE_FIELDS:
        return
    if rules.obligation is not None and rules.obligation.place.zones:
        return
    yield stop(
        "L-01",
        "CGCT L1511-8 et CSP L1434-4",
        "Aucune condition ne vérifie que le lieu est dans une zone déterminée par l'ARS : hors zone, "
        "l'aide est "
        "illégale.",
        "Ajoutez une condition bloquante sur le classement de la commune.",
        "criteria",
    )


def _practice_minimum(case: Case) -> Iterable[Finding]:
    """Three years of practice for an L1511-8 I aid, five for an IEPP (L-03, L-08, G-06)."""
    basis = case.rules.legal_basis
    if basis is LegalBasis.L1511_8_I:
        code, article, name = "L-03", "CGCT R1511-45 1°", "practice_minimum_months"
    elif basis is LegalBasis.IEPP:
        code, article, name = "L-08", "CGCT L1511-8 II", "iepp_minimum_months"
    else:
        return
    least = int(case.value(name))
    if case.obligation_months >= least:
        return
    said = f"est de {months_text(case.obligation_months)}" if case.obligation_months else "n'est pas fixé"
    remedy = f"Portez l'engagement à {months_text(least)}"
    other = ", ou changez de base légale." if basis is LegalBasis.IEPP else "."
    yield stop(
        code,
        article,
        f"L'engagement d'exercice {said}, pour un minimum de {months_text(least)}.",
        remedy + other,
        "obligation.months",
    )


def _clawback(case: Case) -> Iterable[Finding]:
    """How the recipient gives back is written (R1511-45 2°, D1511-56; L-04, L-08d), and only what is owed."""
    rules = case.rules
    bound = rules.legal_basis in (LegalBasis.L1511_8_I, LegalBasis.IEPP)
    article = "CGCT D1511-56" if rules.legal_basis is LegalBasis.IEPP else "CGCT R1511-45 2°"
    code = "L-08d" if rules.legal_basis is LegalBasis.IEPP else "L-04"
    if bound and (rules.clawback is None or rules.clawback.formula is Formula.NONE):
        yield stop(
            code,
            article,
            "Le règlement ne dit pas comment le bénéficiaire reverse l'aide quand l'engagement n'est pas "
            "tenu.",
            "Choisissez une formule de reversement.",
            "clawback",
        )
    elif not bound and rules.obligation is not None and rules.clawback is None:
        yield warn(
            "L-27",
            "CRPA L242-2 2°",
            "Un engagement est demandé et rien ne dit ce qui est reversé s'il n'est pas tenu.",
            "Choisissez une formule de reversement.",
            "clawback",
        )


def _not_started(case: Case) -> Iterable[Finding]:
    """An IEPP is given back in full when practice never started in the zone (D1511-56 1°, L-08d)."""
    clawback = case.rules.clawback
    if case.rules.legal_basis is not LegalBasis.IEPP or clawback is None:
        return
    if clawback.not_started not in (Formula.FULL, Formula.FULL_PLUS_PENALTY):
        yield stop(
            "L-08d",
            "CGCT D1511-56 1°",
            "Faute d'installation dans la zone à la date prévue, le texte demande le remboursement intégral.",
            "Choisissez le reversement de la totalité pour un exercice non commencé.",
            "clawback.not_started",
        )


def _ten_years(case: Case) -> Iterable[Finding]:
    """The ten-year rule and its sworn statement annexed to the agreement (D1511-47, L-05)."""
    rules = case.rules
    if rules.legal_basis is not LegalBasis.L1511_8_I:
        return
    if parameters.in_force("new_aid_after_months", case.on, case.overrides) is None:
        return
    article = "CGCT D1511-47"
    if not rules.cumulation.ten_years:
        yield stop(
            "L-05",
            article,
            "Le règlement n'applique pas le délai de dix ans entre deux aides à un même professionnel.",
            "Appliquez le délai de dix ans.",
            "cumulation.ten_years",
        )
    if not rules.cumulation.category:
        yield warn(
            "L-05",
            article,
            "La catégorie de l'aide n'est pas dite : le délai de dix ans ne vaut qu'entre aides de même "
            "catégorie.",
            "Renseignez la catégorie de l'aide.",
            "cumulation.category",
        )
    if not has_document(rules, "L-05", "D1511-47"):
        yield stop(
            "L-05",
            article,
            "La déclaration sur l'honneur à annexer à la convention n'est pas demandée.",
            "Ajoutez-la aux documents, en citant l'article D1511-47.",
            "documents",
        )


def _iepp_cap(case: Case) -> Iterable[Finding]:
    """An IEPP is capped by an intern's pay (D1511-54, L-08b) and asks for an admitted student (L-08)."""
    rules = case.rules
    if rules.legal_basis is not LegalBasis.IEPP:
        return
    article = "CGCT D1511-54"
    pay = case.value("intern_yearly_pay")
    years = rules.amount.max_years
    fixed = fixed_amount(rules.amount.value, case.on, case.overrides)
    if fixed is not None and years is not None and fixed > pay * years:
        yield stop(
            "L-08b",
            article,
            f"L'indemnité de {euros(fixed)} dépasse {euros(pay * years)}, les émoluments d'un interne de "
            f"troisième année sur {years} ans.",
            "Réduisez-la.",
            "amount.value",
        )
    elif "intern_yearly_pay" not in parameters_named(rules) and (fixed is None or years is None):
        yield warn(
            "L-08b",
            article,
            "Le règlement n'écrit pas le plafond de l'indemnité : il sera vérifié dossier par dossier.",
            "Bornez-la par les émoluments d'un interne et le nombre d'années de troisième cycle.",
            "amount.cap",
        )
    if not fields_judged(rules) & {"is_admitted_in_medicine", "profession"}:
        yield warn(
            "L-08",
            "CGCT L1511-8 II",
            "Aucune condition ne vérifie que l'étudiant est admis en médecine ou en odontologie.",
            "Ajoutez-la : les étudiants d'autres professions ne sont pas nommés par le texte.",
            "criteria",
        )


def _housing(case: Case) -> Iterable[Finding]:
    """A housing allowance: only to who is not housed, under 20 % of an intern's pay (D1511-52, L-06)."""
    rules = case.rules
    if rules.legal_basis is not LegalBasis.HOUSING_ALLOWANCE:
        return
    article = "CGCT D1511-52"
    if "housing_provided" not in fields_judged(rules):
        yield stop(
            "L-06",
            article,
            "Aucune condition n'écarte l'étudiant à qui un logement est fourni.",
            "Ajoutez une condition bloquante sur le logement mis à disposition.",
            "criteria",
        )
    cap = case.value("housing_monthly_cap")
    monthly = _fixed_monthly(case)
    if monthly is not None and monthly > cap:
        yield stop(
            "L-06",
            article,
            f"L'indemnité de {euros(monthly)} par mois dépasse le plafond de {euros(cap)}.",
            f"Ramenez-la à {euros(cap)} par mois au plus.",
            "amount.value",
        )
    elif monthly is None and "housing_monthly_cap" not in parameters_named(rules):
        yield warn(
            "L-06",
            article,
            f"Rien ne borne l'indemnité à {euros(cap)} par mois : elle sera vérifiée dossier par dossier.",
            "Bornez-la par le plafond mensuel légal.",
            "amount.cap",
        )


def _fixed_monthly(case: Case) -> Decimal | None:
    schedule = case.rules.schedule
    fixed = fixed_amount(case.rules.amount.value, case.on, case.overrides)
    if fixed is None or schedule is None or schedule.kind is not ScheduleKind.MONTHLY or not schedule.count:
        return None
    return fixed / schedule.count


GUARDS: Final = (
    _recipients,
    _aid_form,
    _zone,
    _practice_minimum,
    _clawback,
    _not_started,
    _ten_years,
    _iepp_cap,
    _housing,
)
