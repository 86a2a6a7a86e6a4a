"""The parts of a scheme's rules, as frozen dataclasses that read themselves from a table of the document.

Every attribute has the name it has in the document. What is absent is null (None), never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Self

from maillage.rules.expressions import Expression, Scope, ValueType, read_expression
from maillage.rules.reading import Reader, suggestion
from maillage.rules.terms import (
    DeMinimis,
    Effect,
    FileType,
    Formula,
    Holder,
    Interruption,
    ScheduleKind,
    Start,
    Trigger,
    Unit,
    Within,
    ZoneAt,
    ZoneLoss,
)

FIELD_START: Final = "field:"
AMOUNTS: Final = ("value", "cap", "yearly_cap", "max_years")


@dataclass(frozen=True)
class CoFunder:
    """Another funder of the same aid; its share is null when the texts do not say it."""

    name: str
    share: Decimal | None = None

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.required("name")
        return cls(name=reader.text("name"), share=reader.number("share", at_most=1))


@dataclass(frozen=True)
class Criterion:
    """One condition of eligibility.

    :ivar effect: `stop` refuses, `warn` only tells the officer.
    :ivar law: rule of the domain reference or article it comes from.
    :ivar proof: key of the document that proves it.
    """

    key: str
    label: str
    rule: Expression
    effect: Effect = Effect.STOP
    law: str = ""
    proof: str | None = None
    help: str = ""

    @classmethod
    def read(cls, reader: Reader, scope: Scope) -> Self:
        reader.required("label", "rule")
        return cls(
            key=reader.slug("key"),
            label=reader.text("label"),
            rule=read_expression(reader, "rule", scope, ValueType.BOOLEAN),
            effect=reader.choice("effect", Effect, Effect.STOP),
            law=reader.text("law"),
            proof=reader.text("proof") or None,
            help=reader.text("help"),
        )


@dataclass(frozen=True)
class Amount:
    """What is granted: `value`, never above `cap`, nor above `yearly_cap` each year for `max_years` at most.

    :ivar requested: the amount granted is at most the one requested.
    :ivar unset: amounts the authority has not decided yet; a version cannot be published while one is left.
    """

    value: Expression | None = None
    cap: Expression | None = None
    yearly_cap: Expression | None = None
    requested: bool = False
    max_years: int | None = None
    unset: tuple[str, ...] = ()
    note: str = ""

    @classmethod
    def read(cls, reader: Reader, scope: Scope) -> Self:
        amount = cls(
            value=_optional_amount(reader, "value", scope),
            cap=_optional_amount(reader, "cap", scope),
            yearly_cap=_optional_amount(reader, "yearly_cap", scope),
            requested=reader.flag("requested"),
            max_years=reader.integer("max_years", at_least=1, at_most=50),
            unset=reader.texts("unset"),
            note=reader.text("note"),
        )
        for name in amount.unset:
            if name not in AMOUNTS:
                reader.refuse("unset", f"« {name} » n'est pas un montant : {suggestion(name, AMOUNTS)}")
            elif getattr(amount, name) is not None:
                reader.refuse("unset", f"« {name} » a une valeur : retirez-le des montants à définir.")
        return amount


@dataclass(frozen=True)
class Step:
    """One instalment of a schedule by milestones: a share of the award, on a proof."""

    label: str
    share: Decimal | None
    proof: str | None = None

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.required("label", "share")
        share = reader.number("share", at_most=1)
        return cls(label=reader.text("label"), share=share, proof=reader.text("proof") or None)


@dataclass(frozen=True)
class Activity:
    """Grant adjusted to activity: base + Σ rate × units, between floor and cap; a share paid beforehand."""

    base: Decimal | None = None
    rates: Mapping[Unit, Decimal | None] = field(default_factory=lambda: MappingProxyType({}))
    floor: Decimal | None = None
    cap: Decimal | None = None
    provisional_share: Decimal | None = None

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            base=reader.number("base"),
            rates=reader.part("rates", _rates) or MappingProxyType({}),
            floor=reader.number("floor"),
            cap=reader.number("cap"),
            provisional_share=reader.number("provisional_share", at_most=1),
        )


@dataclass(frozen=True)
class Schedule:
    """When the award is paid.

    :ivar starts: a `Start`, or `field:<key>` for a date of the form.
    :ivar count: number of instalments; null when it follows from the award or the kind.
    """

    kind: ScheduleKind
    count: int | None = None
    every_months: int | None = None
    starts: str = Start.SIGNATURE.value
    steps: tuple[Step, ...] = ()
    activity: Activity | None = None
    proof: str | None = None
    proof_every_months: int | None = None

    @property
    def starts_field(self) -> str | None:
        """Key of the date of the form it starts from, None when it starts from an event."""
        return self.starts.removeprefix(FIELD_START) if self.starts.startswith(FIELD_START) else None

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.required("kind")
        schedule = cls(
            kind=reader.choice("kind", ScheduleKind, ScheduleKind.ONCE),
            count=reader.integer("count", at_least=1, at_most=600),
            every_months=reader.integer("every_months", at_least=1, at_most=120),
            starts=reader.text("starts", Start.SIGNATURE.value),
            steps=reader.items("steps", Step.read),
            activity=reader.part("activity", Activity.read),
            proof=reader.text("proof") or None,
            proof_every_months=reader.integer("proof_every_months", at_least=1, at_most=120),
        )
        schedule._check(reader)
        return schedule

    def _check(self, reader: Reader) -> None:
        starts = [start.value for start in Start]
        if self.starts_field is None and self.starts not in starts:
            known = [*starts, f"{FIELD_START}<clé d'une date>"]
            reader.refuse("starts", f"« {self.starts} » n'est pas admis : {suggestion(self.starts, known)}")
        if self.kind is ScheduleKind.MILESTONES:
            shares = [step.share for step in self.steps if step.share is not None]
            if not self.steps:
                reader.refuse("steps", "Un paiement par étapes demande la liste de ses étapes : ajoutez-les.")
            elif len(shares) == len(self.steps) and sum(shares) != 1:
                reader.refuse("steps", f"Les parts des étapes font {sum(shares)} : leur somme doit faire 1.")
        elif self.steps:
            reader.refuse(
                "steps", "Des étapes ne vont qu'avec kind = « milestones » : retirez-les ou changez-le."
            )
        if self.kind is ScheduleKind.ACTIVITY and self.activity is None:
            reader.refuse("activity", "Une subvention ajustée à l'activité demande sa formule : ajoutez-la.")
        if self.kind is not ScheduleKind.ACTIVITY and self.activity is not None:
            reader.refuse(
                "activity", "Une formule ne va qu'avec kind = « activity » : retirez-la ou changez-le."
            )


@dataclass(frozen=True)
class Place:
    """Where the commitment is held.

    :ivar zones: accepted categories of the zoning; null when none is asked.
    :ivar zone_at: the event at which the commune must be classified.
    """

    within: Within = Within.TERRITORY
    communes: tuple[str, ...] = ()
    zones: tuple[str, ...] | None = None
    zone_at: ZoneAt = ZoneAt.SIGNATURE

    @classmethod
    def read(cls, reader: Reader) -> Self:
        place = cls(
            within=reader.choice("within", Within, Within.TERRITORY),
            communes=reader.texts("communes"),
            zones=reader.texts("zones") or None,
            zone_at=reader.choice("zone_at", ZoneAt, ZoneAt.SIGNATURE),
        )
        if place.within is Within.COMMUNES and not place.communes:
            reader.refuse(
                "communes", "Désignez les communes par leur code INSEE, ou écrivez within = « territory »."
            )
        return place


@dataclass(frozen=True)
class Obligation:
    """What the holder commits to: months of practice, from when, where, for which share of activity.

    :ivar start_within_months: months after the trigger to start, clamped to the end of the month.
    :ivar share: share of activity; more than it when `share_is_strict` (a majority is a strict half).
    :ivar reminders: days before (negative) and after the day each proof is due.
    """

    months: int | None
    trigger: Trigger = Trigger.SIGNATURE
    start_within_months: int | None = None
    share: Decimal | None = None
    share_is_strict: bool = False
    consecutive: bool = False
    place: Place = field(default_factory=Place)
    holder: Holder = Holder.PERSON
    proof_every_months: int | None = None
    reminders: tuple[int, ...] = (-30, 0, 30)
    interruptions: tuple[Interruption, ...] = ()
    zone_loss: ZoneLoss = ZoneLoss.KEEP

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.required("months")
        return cls(
            months=reader.integer("months", at_least=1, at_most=600),
            trigger=reader.choice("trigger", Trigger, Trigger.SIGNATURE),
            start_within_months=reader.integer("start_within_months", at_most=120),
            share=reader.number("share", at_most=1),
            share_is_strict=reader.flag("share_is_strict"),
            consecutive=reader.flag("consecutive"),
            place=reader.part("place", Place.read) or Place(),
            holder=reader.choice("holder", Holder, Holder.PERSON),
            proof_every_months=reader.integer("proof_every_months", at_least=1, at_most=120),
            reminders=reader.integers("reminders", (-30, 0, 30)),
            interruptions=reader.choices("interruptions", Interruption),
            zone_loss=reader.choice("zone_loss", ZoneLoss, ZoneLoss.KEEP),
        )


@dataclass(frozen=True)
class Clawback:
    """What is given back: when practice never started, and when it stopped too early."""

    formula: Formula
    not_started: Formula = Formula.FULL
    penalty_per_month: Decimal | None = None
    penalty_minimum: Decimal | None = None
    penalty_flat: Decimal | None = None
    source: str = ""

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.required("formula")
        clawback = cls(
            formula=reader.choice("formula", Formula, Formula.FULL),
            not_started=reader.choice("not_started", Formula, Formula.FULL),
            penalty_per_month=reader.number("penalty_per_month"),
            penalty_minimum=reader.number("penalty_minimum"),
            penalty_flat=reader.number("penalty_flat"),
            source=reader.text("source"),
        )
        penalties = (clawback.penalty_per_month, clawback.penalty_minimum, clawback.penalty_flat)
        asked = Formula.FULL_PLUS_PENALTY in (clawback.formula, clawback.not_started)
        if asked and all(penalty is None for penalty in penalties):
            reader.refuse(
                "formula",
                "Une pénalité est prévue sans son montant : ajoutez penalty_per_month ou penalty_flat.",
            )
        return clawback


@dataclass(frozen=True)
class Document:
    """A supporting document; `required` may be a condition on the facts."""

    key: str
    label: str
    required: bool | Expression = True
    accepted: tuple[FileType, ...] = (FileType.PDF, FileType.JPEG, FileType.PNG)
    max_mb: int = 10
    valid_months: int | None = None
    law: str = ""

    @classmethod
    def read(cls, reader: Reader, scope: Scope) -> Self:
        reader.required("label")
        required = reader.raw("required")
        plain = required is None or isinstance(required, bool)
        return cls(
            key=reader.slug("key"),
            label=reader.text("label"),
            required=(
                reader.flag("required", True)
                if plain
                else read_expression(reader, "required", scope, ValueType.BOOLEAN)
            ),
            accepted=reader.choices("accepted", FileType) or cls.accepted,
            max_mb=reader.integer("max_mb", 10, at_least=1, at_most=100) or 10,
            valid_months=reader.integer("valid_months", at_least=1, at_most=120),
            law=reader.text("law"),
        )


@dataclass(frozen=True)
class Ceiling:
    """What all authorities together may give one recipient over rolling years."""

    amount: Decimal | None
    years: int | None

    @classmethod
    def read(cls, reader: Reader) -> Self:
        reader.required("amount", "years")
        return cls(amount=reader.number("amount"), years=reader.integer("years", at_least=1, at_most=50))


@dataclass(frozen=True)
class Cumulation:
    """What the aid may be added to.

    :ivar ten_years: the ten-year rule of CGCT D1511-47 applies.
    :ivar category: aids of one category exclude each other under that rule.
    :ivar incompatible: slugs of the aids that exclude this one.
    """

    ten_years: bool = False
    category: str = ""
    de_minimis: DeMinimis | None = None
    incompatible: tuple[str, ...] = ()
    ceiling: Ceiling | None = None
    public_share_max: Decimal | None = None
    own_share_min: Decimal | None = None
    once_per_project: bool = False
    once_per_recipient: bool = False

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            ten_years=reader.flag("ten_years"),
            category=reader.text("category"),
            de_minimis=reader.optional_choice("de_minimis", DeMinimis),
            incompatible=reader.texts("incompatible"),
            ceiling=reader.part("ceiling", Ceiling.read),
            public_share_max=reader.number("public_share_max", at_most=1),
            own_share_min=reader.number("own_share_min", at_most=1),
            once_per_project=reader.flag("once_per_project"),
            once_per_recipient=reader.flag("once_per_recipient"),
        )


def _optional_amount(reader: Reader, key: str, scope: Scope) -> Expression | None:
    if reader.raw(key) is None:
        return None
    return read_expression(reader, key, scope, ValueType.MONEY)


def _rates(reader: Reader) -> Mapping[Unit, Decimal | None]:
    """Rate of each unit; one written null is undecided, and kept so."""
    return {unit: reader.number(unit.value) for unit in Unit if reader.mentions(unit.value)}
