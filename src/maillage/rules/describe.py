"""A scheme's rules told whole in French, section by section, and two versions compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from maillage.rules.amounts import UNSET_LABELS
from maillage.rules.calendar import days_text, months_text
from maillage.rules.expressions import Expression
from maillage.rules.fields import Field
from maillage.rules.money import decimal_text, euros
from maillage.rules.parts import Clawback, Criterion, Document, Obligation, Place, Schedule
from maillage.rules.scheme import SchemeRules
from maillage.rules.terms import Effect, ScheduleKind, Start, Unit, Within
from maillage.rules.wording import inside, listed, sentence, share_text

_TO_DECIDE = "à définir"


@dataclass(frozen=True)
class Item:
    """One sentence of the rules; `key` is the same from a version to the next."""

    key: str
    text: str


@dataclass(frozen=True)
class Section:
    title: str
    items: tuple[Item, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(item.text for item in self.items)


@dataclass(frozen=True)
class Change:
    """What became of one sentence; `before` is null when it is new, `after` when it is gone."""

    section: str
    before: str | None
    after: str | None

    @property
    def sentence(self) -> str:
        if self.before is None:
            return f"{self.section} — ajouté : {self.after}"
        if self.after is None:
            return f"{self.section} — supprimé : {self.before}"
        return f"{self.section} — remplacé : {self.before} Désormais : {self.after}"


def describe(rules: SchemeRules) -> list[Section]:
    """The whole of the rules in French; sections with nothing to say are left out."""
    sections = (
        ("Cadre", _frame(rules)),
        ("Bénéficiaires", _recipients(rules)),
        ("Conditions", _criteria(rules)),
        ("Montant", _amount(rules)),
        ("Versement", _schedule(rules.schedule, rules) if rules.schedule else ()),
        ("Engagement", _obligation(rules.obligation) if rules.obligation else ()),
        ("Reversement", _clawback(rules.clawback) if rules.clawback else ()),
        ("Pièces à fournir", (_document(document) for document in rules.documents)),
        ("Questions propres au dispositif", (_question(field) for field in rules.fields)),
        ("Cumul avec d'autres aides", _cumulation(rules)),
        ("Sources", (Item(source, source) for source in rules.sources)),
    )
    told = [Section(title, tuple(items)) for title, items in sections]
    return [section for section in told if section.items]


def compare(old: SchemeRules, new: SchemeRules) -> list[Change]:
    """What differs from one version to another, sentence by sentence, in the order of the rules."""
    before, after = _by_key(old), _by_key(new)
    changes = []
    for place, text in after.items():
        if before.get(place) != text:
            changes.append(Change(place[0], before.get(place), text))
    gone = [Change(place[0], text, None) for place, text in before.items() if place not in after]
    return changes + gone


def _by_key(rules: SchemeRules) -> dict[tuple[str, str], str]:
    return {(section.title, item.key): item.text for section in describe(rules) for item in section.items}


def _frame(rules: SchemeRules) -> Iterator[Item]:
    yield Item("kind", f"{rules.kind.label}.")
    yield Item("legal_basis", f"Base légale : {rules.legal_basis.label}.")
    if rules.legal_note:
        yield Item("legal_note", sentence(rules.legal_note))
    if rules.aid_form is not None:
        yield Item("aid_form", f"Forme de l'aide (article R1511-44 du CGCT) : {rules.aid_form.label}.")
    if rules.lead_authority:
        yield Item("lead_authority", f"L'aide est pilotée par : {rules.lead_authority}.")
    for funder in rules.co_funders:
        share = "part non précisée" if funder.share is None else share_text(funder.share)
        yield Item(f"co_funder:{funder.name}", f"Cofinanceur : {funder.name} ({share}).")


def _recipients(rules: SchemeRules) -> Iterator[Item]:
    if rules.recipients:
        labels = listed((recipient.label for recipient in rules.recipients), "ou")
        yield Item("recipients", f"Le demandeur est : {labels}.")


def _criteria(rules: SchemeRules) -> Iterator[Item]:
    documents = {document.key: document.label for document in rules.documents}
    for criterion in rules.criteria:
        yield Item(criterion.key, _criterion(criterion, documents))


def _criterion(criterion: Criterion, documents: dict[str, str]) -> str:
    details = [] if criterion.effect is Effect.STOP else ["signalé sans bloquer la demande"]
    if criterion.proof is not None:
        details.append(f"pièce à l'appui : {inside(documents[criterion.proof])}")
    if criterion.law:
        details.append(_rule(criterion.law))
    note = f" ({' ; '.join(details)})" if details else ""
    text = f"{criterion.label} : {criterion.rule.condition(must=True)}{note}."
    return f"{text} {sentence(criterion.help)}" if criterion.help else text


def _rule(law: str) -> str:
    """What a rule comes from: an article as it is written, or a number of the domain reference."""
    return f"règle {law}" if law.startswith("L-") else law


def _amount(rules: SchemeRules) -> Iterator[Item]:
    amount = rules.amount
    for key, label in UNSET_LABELS.items():
        value = getattr(amount, key)
        if key in amount.unset:
            yield Item(key, f"{label} : {_TO_DECIDE} par la collectivité.")
        elif isinstance(value, Expression):
            yield Item(key, f"{label} : {value.explain()}.")
        elif value is not None:
            yield Item(key, f"{label} : {value} au plus.")
    if amount.requested:
        yield Item("requested", "Le montant accordé ne dépasse pas le montant demandé.")
    if amount.note:
        yield Item("note", sentence(amount.note))


def _schedule(schedule: Schedule, rules: SchemeRules) -> Iterator[Item]:
    pace = schedule.kind.label
    if schedule.count is not None and schedule.kind is not ScheduleKind.ONCE:
        pace += f", {schedule.count} versement{'s' if schedule.count > 1 else ''}"
    elif schedule.count is not None:
        pace += f" ({schedule.count})"
    if schedule.every_months is not None:
        pace += f", tous les {months_text(schedule.every_months)}"
    yield Item("pace", f"L'aide est versée {pace}.")
    yield Item("starts", f"Premier versement : {_start(schedule, rules)}.")
    documents = {document.key: inside(document.label) for document in rules.documents}
    for rank, step in enumerate(schedule.steps, start=1):
        share = _TO_DECIDE if step.share is None else share_text(step.share)
        proof = "" if step.proof is None else f", sur présentation de la pièce « {documents[step.proof]} »"
        yield Item(f"step:{rank}", f"{step.label} : {share}{proof}.")
    if schedule.proof is not None:
        yield Item("proof", f"Chaque versement suppose la pièce « {documents[schedule.proof]} ».")
    if schedule.proof_every_months is not None:
        every = months_text(schedule.proof_every_months)
        yield Item("proof_every_months", f"Le justificatif est renouvelé tous les {every}.")
    yield from _activity(schedule)


def _start(schedule: Schedule, rules: SchemeRules) -> str:
    if (key := schedule.starts_field) is not None:
        return f"à la date déclarée sous {rules.vocabulary[key].quoted_label}"
    return next(start.label for start in Start if start == schedule.starts)


def _activity(schedule: Schedule) -> Iterator[Item]:
    if (activity := schedule.activity) is None:
        return
    if activity.base is not None:
        yield Item("base", f"Part fixe : {euros(activity.base)}.")
    for unit in Unit:
        if unit in activity.rates:
            rate = activity.rates[unit]
            yield Item(f"rate:{unit}", f"Par {unit.label} : {_TO_DECIDE if rate is None else euros(rate)}.")
    if activity.floor is not None:
        yield Item("floor", f"Le total n'est pas inférieur à {euros(activity.floor)}.")
    if activity.cap is not None:
        yield Item("activity_cap", f"Le total ne dépasse pas {euros(activity.cap)}.")
    if activity.provisional_share is not None:
        share = share_text(activity.provisional_share)
        yield Item(
            "provisional", f"{share} du montant prévu sont versés d'avance, le reste selon l'activité."
        )


def _obligation(obligation: Obligation) -> Iterator[Item]:
    length = f"une durée {_TO_DECIDE}" if obligation.months is None else months_text(obligation.months)
    kind = "consécutifs" if obligation.consecutive else "cumulés"
    yield Item("months", f"L'engagement porte sur {length}, {kind} ; il lie {obligation.holder.label}.")
    if obligation.start_within_months is not None:
        within = months_text(obligation.start_within_months)
        yield Item("start", f"L'exercice commence dans les {within} suivant {obligation.trigger.label}.")
    else:
        yield Item("start", f"L'engagement court depuis {obligation.trigger.label}.")
    if obligation.share is not None:
        bound = "plus de" if obligation.share_is_strict else "au moins"
        yield Item("share", f"L'activité y est exercée pour {bound} {share_text(obligation.share)}.")
    elif obligation.share_is_strict:
        yield Item("share", f"La part d'activité exigée, à dépasser strictement, est {_TO_DECIDE}.")
    yield from _place(obligation.place)
    if obligation.proof_every_months is not None:
        every = months_text(obligation.proof_every_months)
        yield Item("proof", f"Le bénéficiaire justifie de son exercice tous les {every}.")
    if obligation.reminders:
        yield Item("reminders", f"Rappels : {listed(map(_reminder, obligation.reminders))}.")
    if obligation.interruptions:
        causes = listed((cause.label for cause in obligation.interruptions), "ou")
        yield Item("interruptions", f"L'engagement est suspendu, sans être rompu, pour : {causes}.")
    yield Item("zone_loss", f"Si le lieu d'exercice sort du zonage, {obligation.zone_loss.label}.")


def _place(place: Place) -> Iterator[Item]:
    where = place.within.label
    if place.communes:
        names = ", ".join(place.communes)
        where += f" (codes {names})" if place.within is Within.COMMUNES else f" (dont {names})"
    zone = "" if place.zones is None else f", classée {listed(place.zones, 'ou')} {place.zone_at.label}"
    if place.zones is None:
        zone = f", zonage constaté {place.zone_at.label}"
    yield Item("place", f"La commune d'exercice se trouve {where}{zone}.")


def _reminder(days: int) -> str:
    if days == 0:
        return "le jour de l'échéance"
    return f"{days_text(abs(days))} {'avant' if days < 0 else 'après'} l'échéance"


def _clawback(clawback: Clawback) -> Iterator[Item]:
    yield Item("not_started", f"Si l'exercice ne commence pas : {clawback.not_started.label}.")
    yield Item("formula", f"Si l'engagement est rompu avant son terme : {clawback.formula.label}.")
    amounts: Iterable[tuple[str, Decimal | None, str]] = (
        ("penalty_per_month", clawback.penalty_per_month, "Pénalité par mois d'aide perçu"),
        ("penalty_minimum", clawback.penalty_minimum, "Pénalité minimale"),
        ("penalty_flat", clawback.penalty_flat, "Pénalité forfaitaire"),
    )
    for key, amount, label in amounts:
        if amount is not None:
            yield Item(key, f"{label} : {euros(amount)}.")
    if clawback.source:
        yield Item("source", f"Source : {clawback.source}.")


def _document(document: Document) -> Item:
    if isinstance(document.required, Expression):
        need = f"obligatoire si {document.required.condition(must=False)}"
    else:
        need = "obligatoire" if document.required else "facultative"
    formats = listed((kind.label for kind in document.accepted), "ou")
    details = f"{need} ; {formats}, {document.max_mb} Mo au plus"
    if document.valid_months is not None:
        details += f" ; de moins de {months_text(document.valid_months)}"
    if document.law:
        details += f" ; {_rule(document.law)}"
    return Item(document.key, f"{document.label} ({details}).")


def _question(field: Field) -> Item:
    choices = f" : {', '.join(field.choices.values())}" if field.choices else ""
    details = [
        field.type.label,
        field.source.label,
        field.unit,
        "réponse obligatoire" if field.required else "",
    ]
    if field.personal:
        details.append("donnée personnelle")
    text = f"{field.label} ({', '.join(filter(None, details))}){choices}."
    return Item(field.key, f"{text} {sentence(field.help)}" if field.help else text)


def _cumulation(rules: SchemeRules) -> Iterator[Item]:
    cumulation = rules.cumulation
    if cumulation.ten_years:
        yield Item(
            "ten_years",
            "Une nouvelle aide de même catégorie n'est possible que dix ans après la signature de la "
            "dernière convention (article D1511-47 du CGCT).",
        )
    if cumulation.category:
        yield Item("category", f"Catégorie de l'aide : {inside(cumulation.category)}.")
    if cumulation.de_minimis is not None:
        yield Item("de_minimis", f"Aide de minimis : {cumulation.de_minimis.label}.")
    if cumulation.incompatible:
        yield Item("incompatible", f"Ne se cumule pas avec : {listed(cumulation.incompatible, 'ni')}.")
    if (ceiling := cumulation.ceiling) is not None:
        amount = _TO_DECIDE if ceiling.amount is None else euros(ceiling.amount)
        years = _TO_DECIDE if ceiling.years is None else decimal_text(Decimal(ceiling.years))
        text = f"Toutes collectivités confondues, l'aide est plafonnée à {amount} sur {years} ans."
        yield Item("ceiling", text)
    if cumulation.public_share_max is not None:
        share = share_text(cumulation.public_share_max)
        yield Item(
            "public_share_max", f"Les financements publics ne dépassent pas {share} du coût du projet."
        )
    if cumulation.own_share_min is not None:
        share = share_text(cumulation.own_share_min)
        yield Item("own_share_min", f"Le porteur apporte au moins {share} du financement.")
    if cumulation.once_per_project:
        yield Item("once_per_project", "Un même projet n'est aidé qu'une fois.")
    if cumulation.once_per_recipient:
        yield Item("once_per_recipient", "Un même bénéficiaire n'est aidé qu'une fois.")
