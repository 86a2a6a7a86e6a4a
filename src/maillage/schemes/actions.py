"""Every change to schemes and to the versions of their rules, and the verdicts that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from maillage.accounts.journal import record
from maillage.accounts.models import Authority, User
from maillage.accounts.rights import Right, require
from maillage.budget.models import Envelope
from maillage.kit import clock
from maillage.kit.console import Refused
from maillage.kit.words import counted
from maillage.kit.writing import save
from maillage.plans.models import Measure
from maillage.rules.amounts import UNSET_LABELS
from maillage.rules.calendar import day_text
from maillage.rules.errors import RulesErrors
from maillage.rules.findings import Finding, stopping
from maillage.rules.guards import check_rules
from maillage.rules.wording import inside, listed
from maillage.schemes.judging import assess
from maillage.schemes.models import Judgement, Scheme, SchemeVersion
from maillage.schemes.reading import parsed

State = SchemeVersion.State


@transaction.atomic
def create_scheme(
    *,
    authority: Authority,
    key: str,
    title: str,
    by: User | None,
    summary: str = "",
    contact: str = "",
    measure: Measure | None = None,
    envelope: Envelope | None = None,
    is_open_all_year: bool = True,
    seeds: Sequence[str] = (),
) -> Scheme:
    """Open a scheme, without rules yet: `draft_version` writes them."""
    require(by, Right.EDIT_SCHEMES, authority)
    scheme = Scheme(
        authority=authority,
        key=key,
        title=title.strip(),
        summary=summary.strip(),
        contact=contact.strip(),
        measure=measure,
        envelope=envelope,
        is_open_all_year=is_open_all_year,
        seeds=list(seeds),
    )
    _check_belongings(scheme)
    save(scheme)
    record("create_scheme", f"Dispositif créé : {scheme}.", by=by, authority=authority, about=scheme)
    return scheme


@transaction.atomic
def update_scheme(
    *,
    scheme: Scheme,
    by: User | None,
    title: str,
    summary: str = "",
    contact: str = "",
    measure: Measure | None = None,
    envelope: Envelope | None = None,
    is_open_all_year: bool = True,
) -> Scheme:
    """Change how a scheme presents itself and what pays for it; never its rules."""
    require(by, Right.EDIT_SCHEMES, scheme.authority)
    wanted = {
        "title": title.strip(),
        "summary": summary.strip(),
        "contact": contact.strip(),
        "measure": measure,
        "envelope": envelope,
        "is_open_all_year": is_open_all_year,
    }
    changes = {name: value for name, value in wanted.items() if getattr(scheme, name) != value}
    if not changes:
        return scheme
    before = {name: str(getattr(scheme, name) or "") for name in changes}
    for name, value in changes.items():
        setattr(scheme, name, value)
    _check_belongings(scheme)
    save(scheme)
    labels = listed(str(field.verbose_name) for field in Scheme._meta.fields if field.name in changes)
    record(
        "update_scheme",
        f"Présentation du dispositif modifiée : {labels}.",
        by=by,
        authority=scheme.authority,
        about=scheme,
        changes={name: [before[name], str(value or "")] for name, value in changes.items()},
    )
    return scheme


@transaction.atomic
def close_scheme(*, scheme: Scheme, by: User | None, on: date | None = None) -> Scheme:
    """Take no application from that day; those under way go on under their own version."""
    require(by, Right.EDIT_SCHEMES, scheme.authority)
    day = on or clock.today()
    if scheme.closed_on is not None:
        raise Refused(f"Ce dispositif est déjà clos, depuis le {day_text(scheme.closed_on)}.")
    scheme.closed_on = day
    scheme.save(update_fields=["closed_on"])
    record(
        "close_scheme",
        f"Dispositif clos le {day_text(day)} : plus aucune demande n'y est reçue.",
        by=by,
        authority=scheme.authority,
        about=scheme,
    )
    return scheme


@transaction.atomic
def reopen_scheme(*, scheme: Scheme, by: User | None) -> Scheme:
    """Take applications again."""
    require(by, Right.EDIT_SCHEMES, scheme.authority)
    if scheme.closed_on is None:
        raise Refused("Ce dispositif n'est pas clos.")
    scheme.closed_on = None
    scheme.save(update_fields=["closed_on"])
    record("reopen_scheme", "Dispositif rouvert.", by=by, authority=scheme.authority, about=scheme)
    return scheme


@transaction.atomic
def draft_version(*, scheme: Scheme, rules: Mapping[str, Any], note: str, by: User | None) -> SchemeVersion:
    """Begin a version. It applies to nobody until it is published."""
    require(by, Right.EDIT_SCHEMES, scheme.authority)
    Scheme.objects.select_for_update().get(pk=scheme.pk)
    if scheme.draft is not None:
        raise Refused("Ce dispositif a déjà un brouillon : modifiez-le, publiez-le ou abandonnez-le.")
    last = scheme.versions.aggregate(last=Max("number"))["last"] or 0
    version = SchemeVersion.objects.create(
        scheme=scheme, number=last + 1, rules=_readable(rules), note=note.strip()[:250], created_by=by
    )
    record(
        "draft_version",
        f"Brouillon de la version {version.number} ouvert.",
        by=by,
        authority=scheme.authority,
        about=scheme,
        version=version.number,
    )
    return version


@transaction.atomic
def edit_draft(
    *, version: SchemeVersion, rules: Mapping[str, Any], note: str, by: User | None
) -> SchemeVersion:
    """Rewrite a draft. What cannot be read is refused with its place and what to do."""
    require(by, Right.EDIT_SCHEMES, version.scheme.authority)
    _locked_draft(version)
    version.rules, version.note = _readable(rules), note.strip()[:250]
    version.save(update_fields=["rules", "note"])
    record(
        "edit_draft",
        f"Brouillon de la version {version.number} modifié.",
        by=by,
        authority=version.scheme.authority,
        about=version.scheme,
        version=version.number,
    )
    return version


@transaction.atomic
def discard_draft(*, version: SchemeVersion, by: User | None) -> Scheme:
    """Throw a draft away; what is in force does not change."""
    scheme = version.scheme
    require(by, Right.EDIT_SCHEMES, scheme.authority)
    _locked_draft(version)
    record(
        "discard_draft",
        f"Brouillon de la version {version.number} abandonné.",
        by=by,
        authority=scheme.authority,
        about=scheme,
        version=version.number,
        rules=version.rules,
    )
    version.delete()
    return scheme


@transaction.atomic
def publish(
    *,
    version: SchemeVersion,
    decision: str,
    by: User | None,
    on: date | None = None,
    acknowledged: bool = False,
) -> SchemeVersion:
    """Put a draft in force in place of the version before it, which pinned applications keep.

    Refused while an amount is undecided or the law forbids it; what the law only warns of must have been
    read (`acknowledged`), and is recorded with the event.

    :param decision: number of the deliberation that adopted the rules.
    :param on: the day the guards are read at.
    """
    scheme = version.scheme
    require(by, Right.EDIT_SCHEMES, scheme.authority)
    Scheme.objects.select_for_update().get(pk=scheme.pk)
    _locked_draft(version)
    findings = publication_findings(version, on or clock.today())
    _refuse_unlawful(version, findings)
    if findings and by is not None and not acknowledged:
        raise Refused("Lisez les avertissements, puis cochez que vous en avez pris connaissance.")
    if not decision.strip():
        raise Refused(
            "Indiquez la délibération qui adopte ces règles : sans elle, elles n'ont pas de valeur."
        )
    former = scheme.versions.filter(state=State.PUBLISHED).first()
    if former is not None:
        former.state, former.replaced_at = State.REPLACED, clock.now()
        former.save(update_fields=["state", "replaced_at"])
    version.state, version.decision = State.PUBLISHED, decision.strip()
    version.published_at, version.published_by = clock.now(), by
    version.save(update_fields=["state", "decision", "published_at", "published_by"])
    replacing = f", à la place de la version {former.number}" if former else ""
    record(
        "publish_version",
        f"Version {version.number} publiée{replacing} ({version.decision}).",
        by=by,
        authority=scheme.authority,
        about=scheme,
        version=version.number,
        warnings=[f"{finding.code} : {finding.sentence}" for finding in findings],
    )
    return version


def publication_findings(version: SchemeVersion, on: date) -> tuple[Finding, ...]:
    """What the law has to say of a version before it is published."""
    return tuple(check_rules(version.parsed, on))


def judge(
    *, version: SchemeVersion, facts: Mapping[str, Any], zoning: Mapping[str, Any], on: date
) -> Judgement:
    """Judge and keep the verdict as it was given: version, facts, zoning and day."""
    found = assess(version, facts, on)
    said = found.to_json()
    return Judgement.objects.create(
        version=version,
        on=on,
        facts=dict(facts),
        zoning=dict(zoning),
        verdict=said["verdict"],
        results=said["results"],
        amount=found.amount.value,
        calculation=said["amount"],
    )


def _refuse_unlawful(version: SchemeVersion, findings: Sequence[Finding]) -> None:
    if unset := version.parsed.amount.unset:
        names = listed(inside(UNSET_LABELS[name]) for name in unset)
        raise Refused(
            f"Cette version ne peut pas être publiée : {names} à définir. Fixez d'abord ce montant."
        )
    if stops := stopping(findings):
        first = stops[0]
        more = f" ({counted(len(stops) - 1, 'autre')} à corriger)" if len(stops) > 1 else ""
        article = f" ({first.article})" if first.article else ""
        raise Refused(f"{first.sentence}{article} {first.remedy}{more}")


def _locked_draft(version: SchemeVersion) -> None:
    """Hold the row of a draft until the end of the transaction; refuse anything but a draft."""
    stored = SchemeVersion.objects.select_for_update().filter(pk=version.pk).first()
    if stored is None:
        raise Refused("Ce brouillon n'existe plus : il vient d'être abandonné.")
    if not stored.is_draft:
        raise Refused(
            f"La version {stored.number} est publiée et ne change plus : ouvrez un nouveau brouillon."
        )


def _readable(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The document, once read: what is stored can always be read back."""
    try:
        return parsed(rules).to_json()
    except RulesErrors as errors:
        raise Refused(" ".join(map(str, errors.errors[:5]))) from errors


def _check_belongings(scheme: Scheme) -> None:
    """Its measure and its envelope are those of its authority."""
    if scheme.envelope is not None and scheme.envelope.authority_id != scheme.authority_id:
        raise Refused("Cette enveloppe est celle d'une autre collectivité : choisissez-en une des vôtres.")
    if scheme.measure is not None and scheme.measure.axis.plan.authority_id != scheme.authority_id:
        raise Refused("Cette mesure est celle d'une autre collectivité : choisissez-en une de votre plan.")
