"""Where the parts of a snapshot come from: title and vintage of each, for every figure to be traced."""

from __future__ import annotations

from maillage.diagnosis.figures import Origin
from maillage.diagnosis.models import Snapshot


def origin(snapshot: Snapshot) -> Origin:
    """Title and vintage of each part of a snapshot."""
    supply = _supply_origin(snapshot)
    return Origin(
        apl=_last_of(snapshot, "apl"),
        supply=supply,
        # The edition that counts the services comes after the one that counts practitioners, if they differ.
        facilities=_last_of(snapshot, "facilities"),
        population=_population_origin(snapshot),
        estimate=(
            f"Estimation de Maillage d'après {supply[0]}, temps : {snapshot.parameters['travel_times']}",
            snapshot.vintage,
        ),
    )


def _last_of(snapshot: Snapshot, kind: str) -> tuple[str, int | None]:
    found = [(source["title"], source["vintage"]) for source in snapshot.sources if source["kind"] == kind]
    return found[-1] if found else ("", None)


def _supply_origin(snapshot: Snapshot) -> tuple[str, int | None]:
    """The register of persons where it was kept, the BPE elsewhere: both are named when both serve."""
    persons = [source for source in snapshot.sources if source["kind"] == "practitioners"]
    counted = [source for source in snapshot.sources if source["kind"] == "facilities"][:1]
    used = persons + (counted if snapshot.parameters["supplies"] > len(persons) else [])
    if not used:
        return "", None
    return " et, ailleurs, ".join(source["title"] for source in used), used[0]["vintage"]


def _population_origin(snapshot: Snapshot) -> tuple[str, int | None]:
    """The population stands in the file of the APL, with the year of its census; else with the communes."""
    for source in snapshot.sources:
        if source["kind"] == "apl":
            return source["title"], source.get("population_year")
    communes = next((source for source in snapshot.sources if source["kind"] == "communes"), None)
    return (communes["title"], communes["vintage"]) if communes else ("", None)
