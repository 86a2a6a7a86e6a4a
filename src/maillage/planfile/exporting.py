"""A stored plan as its file: what the program holds today, so that another authority may copy it."""

from __future__ import annotations

from maillage.applications.models import Call
from maillage.budget.models import Envelope
from maillage.planfile.document import CallEntry, EnvelopeEntry, PlanFile, SchemeEntry
from maillage.planfile.reading import read
from maillage.planfile.writing import write
from maillage.plans.models import Plan
from maillage.plans.stored import content_of
from maillage.rules.scheme import SchemeRules
from maillage.schemes.models import Scheme


def export(plan: Plan) -> str:
    """The text of the file: loading it again gives the same plan, schemes and calls."""
    return write(file_of(plan))


def file_of(plan: Plan) -> PlanFile:
    """The plan, the envelopes and schemes of its measures, the calls of those schemes.

    A scheme is written with its last version, draft included. A call without dates lives in the file alone:
    it is taken from the last one loaded.
    """
    schemes = list(
        Scheme.objects.filter(measure__axis__plan=plan, closed_on=None)
        .select_related("measure", "envelope")
        .prefetch_related("versions")
        .order_by("pk")
    )
    envelopes = Envelope.objects.filter(measure__axis__plan=plan).select_related("measure").order_by("pk")
    written = [entry for scheme in schemes if (entry := _scheme(scheme)) is not None]
    keys = {entry.key for entry in written}
    return PlanFile(
        authority=plan.authority.territory,
        authority_name=plan.authority.name,
        content=content_of(plan),
        envelopes=tuple(_envelope(envelope) for envelope in envelopes),
        schemes=tuple(written),
        calls=tuple(call for call in _calls(plan, schemes) if call.scheme in keys),
    )


def _envelope(envelope: Envelope) -> EnvelopeEntry:
    return EnvelopeEntry(
        key=envelope.key,
        label=envelope.label,
        measure=envelope.measure.key if envelope.measure else "",
        section=envelope.section,
        is_multi_year=envelope.is_multi_year,
        first_year=envelope.first_year,
        last_year=envelope.last_year,
        nature=envelope.nature,
        function=envelope.function,
    )


def _scheme(scheme: Scheme) -> SchemeEntry | None:
    """None for a scheme nobody has written rules for yet."""
    versions = sorted(scheme.versions.all(), key=lambda version: version.number)
    if not versions:
        return None
    return SchemeEntry(
        key=scheme.key,
        title=scheme.title,
        summary=scheme.summary,
        measure=scheme.measure.key if scheme.measure else "",
        envelope=scheme.envelope.key if scheme.envelope else "",
        contact=scheme.contact,
        is_open_all_year=scheme.is_open_all_year,
        seeds=tuple(scheme.seeds),
        rules=versions[-1].rules,
        parsed=SchemeRules.parse(versions[-1].rules),
    )


def _calls(plan: Plan, schemes: list[Scheme]) -> list[CallEntry]:
    """Calls in the order of the last file loaded, then those that the office has opened since."""
    last = plan.versions.order_by("-number").first()
    file = read(last.source).file if last else None
    announced = {call.key: call for call in file.calls} if file else {}
    opened = Call.objects.filter(scheme__in=schemes).select_related("scheme").order_by("pk")
    stored = {call.key: _call(call, announced.get(call.key)) for call in opened}
    return list({**announced, **stored}.values())


def _call(call: Call, announced: CallEntry | None) -> CallEntry:
    return CallEntry(
        key=call.key,
        title=call.title,
        scheme=call.scheme.key,
        presentation=call.presentation,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        themes=tuple(call.themes),
        scoring_grid=tuple(call.scoring_grid),
        # References are not stored with a call: those of the file hold.
        seeds=announced.seeds if announced else (),
    )
