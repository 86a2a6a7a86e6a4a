"""The rules of a scheme: one document, read whole or refused with every defect, written back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from dataclasses import Field as DataclassField
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any, Self

from maillage.rules.errors import RulesError, RulesErrors
from maillage.rules.expressions import Expression, Scope
from maillage.rules.fields import Field, FieldType
from maillage.rules.parts import (
    Activity,
    Amount,
    Ceiling,
    Clawback,
    CoFunder,
    Criterion,
    Cumulation,
    Document,
    Obligation,
    Place,
    Schedule,
    Step,
)
from maillage.rules.reading import Reader, check_size, number_json, suggestion
from maillage.rules.terms import AidForm, Kind, LegalBasis, Recipient
from maillage.rules.vocabulary import STANDARD, field_json, read_field

__all__ = [
    "Activity",
    "Amount",
    "Ceiling",
    "Clawback",
    "CoFunder",
    "Criterion",
    "Cumulation",
    "Document",
    "Obligation",
    "Place",
    "Schedule",
    "SchemeRules",
    "Step",
]


@dataclass(frozen=True)
class SchemeRules:
    """Everything a version of a scheme decides. Built by `parse`; equal documents give equal rules.

    :ivar lead_authority: who decides when it is not the authority of the plan (Region-led contracts).
    :ivar fields: questions added to the vocabulary, or standard questions asked besides those the rules need.
    :ivar schedule: null when nothing is paid (guarantee, exemption).
    :ivar obligation: null when nothing is owed in return.
    :ivar sources: seed references and texts it was written from.
    """

    legal_basis: LegalBasis
    kind: Kind
    legal_note: str = ""
    aid_form: AidForm | None = None
    recipients: tuple[Recipient, ...] = ()
    lead_authority: str = ""
    co_funders: tuple[CoFunder, ...] = ()
    fields: tuple[Field, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    amount: Amount = field(default_factory=Amount)
    schedule: Schedule | None = None
    obligation: Obligation | None = None
    clawback: Clawback | None = None
    documents: tuple[Document, ...] = ()
    cumulation: Cumulation = field(default_factory=Cumulation)
    sources: tuple[str, ...] = ()

    @classmethod
    def parse(cls, document: object) -> Self:
        """Read a document (JSON or TOML already loaded).

        :raises RulesErrors: every defect, each with its path and a French sentence.
        """
        check_size(document)
        errors: list[RulesError] = []
        reader = Reader(document, "", errors)
        rules = cls._read(reader)
        if isinstance(document, Mapping):
            reader.done()
            rules._check_references(reader)
        if errors:
            raise RulesErrors(errors)
        return rules

    def to_json(self) -> dict[str, Any]:
        """The document, without what is null or by default: `SchemeRules.parse(rules.to_json()) == rules`."""
        document: dict[str, Any] = _plain(self)
        return document

    @property
    def vocabulary(self) -> Mapping[str, Field]:
        """Every field its rules may name, by key: the standard ones and its own."""
        return {**STANDARD, **{own.key: own for own in self.fields}}

    @classmethod
    def _read(cls, reader: Reader) -> Self:
        reader.required("legal_basis", "kind")
        own = reader.items("fields", read_field)
        scope = Scope({**STANDARD, **{own_field.key: own_field for own_field in own}})
        return cls(
            legal_basis=reader.choice("legal_basis", LegalBasis, LegalBasis.OTHER),
            kind=reader.choice("kind", Kind, Kind.OPERATING_GRANT),
            legal_note=reader.text("legal_note"),
            aid_form=reader.optional_choice("aid_form", AidForm),
            recipients=reader.choices("recipients", Recipient),
            lead_authority=reader.text("lead_authority"),
            co_funders=reader.items("co_funders", CoFunder.read),
            fields=own,
            criteria=reader.items("criteria", partial(Criterion.read, scope=scope)),
            amount=reader.part("amount", partial(Amount.read, scope=scope)) or Amount(),
            schedule=reader.part("schedule", Schedule.read),
            obligation=reader.part("obligation", Obligation.read),
            clawback=reader.part("clawback", Clawback.read),
            documents=reader.items("documents", partial(Document.read, scope=scope)),
            cumulation=reader.part("cumulation", Cumulation.read) or Cumulation(),
            sources=reader.texts("sources"),
        )

    def _check_references(self, reader: Reader) -> None:
        """Keys said twice, documents and dates named but not declared."""
        for name in ("fields", "criteria", "documents"):
            _check_unique(reader, name, [item.key for item in getattr(self, name)])
        documents = [document.key for document in self.documents]
        for path, proof in self._proofs():
            if proof not in documents:
                hint = suggestion(proof, documents) if documents else "ajoutez-la aux documents."
                reader.refuse(path, f"La pièce « {proof} » n'est pas dans la liste des documents : {hint}")
        if self.schedule is not None and (key := self.schedule.starts_field) is not None:
            dates = [field.key for field in self.vocabulary.values() if field.type is FieldType.DATE]
            if key not in dates:
                reader.refuse(
                    "schedule.starts", f"« {key} » n'est pas une date connue : {suggestion(key, dates)}"
                )

    def _proofs(self) -> Iterable[tuple[str, str]]:
        for rank, criterion in enumerate(self.criteria):
            if criterion.proof is not None:
                yield f"criteria[{rank}].proof", criterion.proof
        if self.schedule is None:
            return
        if self.schedule.proof is not None:
            yield "schedule.proof", self.schedule.proof
        for rank, step in enumerate(self.schedule.steps):
            if step.proof is not None:
                yield f"schedule.steps[{rank}].proof", step.proof


def _check_unique(reader: Reader, name: str, keys: list[str]) -> None:
    for rank, key in enumerate(keys):
        if key and key in keys[:rank]:
            reader.refuse(f"{name}[{rank}].key", f"L'identifiant « {key} » sert déjà plus haut : changez-le.")


def _plain(value: Any) -> Any:
    """A part of the rules as plain JSON values, without what is null or by default."""
    if isinstance(value, Expression):
        return value.to_json()
    if isinstance(value, Field):
        return field_json(value)
    if is_dataclass(value):
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        defaults = {field.name: _default(field) for field in fields(value)}
        return {
            name: _plain(part) for name, part in held.items() if part is not None and part != defaults[name]
        }
    match value:
        case StrEnum():
            return value.value
        case Decimal():
            return number_json(value)
        case Mapping():
            return {str(_plain(key)): _plain(held) for key, held in value.items()}
        case tuple():
            return [_plain(held) for held in value]
    return value


def _default(field: DataclassField[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default
