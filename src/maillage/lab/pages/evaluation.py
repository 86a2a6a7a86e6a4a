"""The page of an evaluation: what may be concluded first, then what it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from maillage.acts.document import Act, Block, Bullets, Figures, Heading, Paragraph, Picture, Table
from maillage.drawing import charts
from maillage.kit.console import Refused
from maillage.kit.exports import Row
from maillage.kit.text import number, percent
from maillage.kit.words import counted
from maillage.lab.evaluating.staying import EVERYONE
from maillage.lab.models import Result
from maillage.lab.pages.parts import data_list
from maillage.letters.writing import compose
from maillage.science.checks import ScienceError
from maillage.science.evaluation.conclusions import Estimate

COLUMNS: Final = (
    "partie",
    "intitulé",
    "moment",
    "valeur",
    "borne basse 95",
    "borne haute 95",
    "effectif",
)
UNSEEN: Final = "n. d."
# A share is told in a sentence where at least as many are still followed.
FEWEST_TOLD = 10


@dataclass(frozen=True)
class Evaluated:
    """A kept evaluation; every effect in it has its error, or it is not displayed.

    :ivar events: effect by year since the start of the aid; empty when there is no study.
    :ivar groups: effect by year of start and year observed.
    :ivar overall: mean effect, None when there is no study.
    """

    document: Mapping[str, Any]
    events: tuple[tuple[int, Estimate], ...]
    groups: tuple[tuple[int, int, Estimate], ...]
    overall: Estimate | None
    pretended: Estimate | None

    @property
    def effect(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.document["effect"]
        return found

    @property
    def curves(self) -> list[dict[str, Any]]:
        survival = self.document["survival"]
        return survival["curves"] if survival else []


def read(document: Mapping[str, Any]) -> Evaluated:
    """A kept evaluation. Raises Refused when an effect lacks its error."""
    try:
        effect = document["effect"]
        if effect is None:
            return Evaluated(document, (), (), None, None)
        pretended = effect["pretended"]
        return Evaluated(
            document,
            tuple((one["event"], Estimate(**one["estimate"])) for one in effect["by_event"]),
            tuple((one["start"], one["year"], Estimate(**one["estimate"])) for one in effect["by_group"]),
            Estimate(**effect["overall"]),
            Estimate(**pretended) if pretended else None,
        )
    except (KeyError, TypeError, ScienceError) as error:
        raise Refused(
            "Cette évaluation est incomplète : un effet ne s'affiche pas sans son erreur type. Refaites-la."
        ) from error


def page(result: Result) -> dict[str, Any]:
    seen = read(result.outcome)
    document = seen.document
    return {
        "seen": seen,
        "document": document,
        "snapshot": document["snapshot"],
        "sentence": document["conclusion"]["sentence"],
        "about": about(seen),
        "figures": figures(seen),
        "event_chart": event_chart(seen),
        "events": event_rows(seen),
        "groups": group_rows(seen),
        "balance": balance_rows(seen),
        "stay_sentence": stay_sentence(seen),
        "stay_chart": stay_chart(seen),
        "stays": stay_rows(seen),
        "milestones": milestones(seen),
        "aids": document["aids"],
        "supposed": SUPPOSED,
        "notices": [*document["warnings"], *notes(seen)],
    }


def about(seen: Evaluated) -> str:
    document = seen.document
    what = document["scheme_title"] or "Tous les dispositifs"
    return f"{what}, {document['name']}, {document['unit']}."


def figures(seen: Evaluated) -> list[tuple[str, str]]:
    """What the study found, each effect within its interval."""
    overall, effect = seen.overall, seen.effect
    if overall is None or effect is None:
        return []
    rows = [
        ("Effet moyen depuis l'aide", _within(overall)),
        ("Plus petit effet visible", number(effect["minimum_detectable"], 2)),
        ("Communes aidées étudiées", number(overall.treated)),
        ("Communes de comparaison, jamais ou pas encore aidées", number(overall.controls)),
        ("Les communes divergeaient-elles avant ?", _test(effect["pretrend_p"], "oui", "non visible")),
        (
            f"Test par permutation ({number(effect['permutations'])} tirages)",
            _test(effect["permutation_p"], "l'effet ressort du hasard", "l'effet ne ressort pas du hasard"),
        ),
    ]
    if seen.pretended is not None:
        rows.append(("Effet d'une aide feinte un an plus tôt", _within(seen.pretended)))
    return rows


def _within(one: Estimate) -> str:
    low, high = one.interval()
    return f"{_signed(one.effect)} (entre {_signed(low)} et {_signed(high)}, 95 chances sur 100)"


def _signed(value: float) -> str:
    return f"{'+' if round(value, 2) > 0 else ''}{number(value, 2)}"


def _test(p_value: float | None, below: str, above: str) -> str:
    if p_value is None:
        return "une seule année d'avant : on ne sait pas"
    return f"{below if p_value < 0.05 else above} (p = {number(p_value, 3)})"


def _event_label(event: int) -> str:
    if event == 0:
        return "l'année de l'aide"
    return f"{counted(abs(event), 'an')} {'après' if event > 0 else 'avant'}"


def event_chart(seen: Evaluated) -> dict[str, str] | None:
    if not seen.events:
        return None
    # The year before the start is the base of every other: its effect is 0, and known.
    bands = [charts.Band(-1, 0.0, (0.0, 0.0), (0.0, 0.0))]
    bands += [charts.Band(event, one.effect, one.interval(0.8), one.interval()) for event, one in seen.events]
    bands.sort(key=lambda band: band.at)
    caption = (
        "Écart entre communes aidées et communes de comparaison, par année depuis l'aide (0), par rapport à "
        "l'année d'avant. Bande foncée : 8 chances sur 10 ; bande claire : 95 chances sur 100."
    )
    drawn = charts.render(charts.fan(bands, decimals=2, zero=True), label=f"Graphique : {caption}")
    return {"svg": drawn, "caption": caption}


def event_rows(seen: Evaluated) -> list[dict[str, str]]:
    return [{"label": _event_label(event), **_cells(one)} for event, one in seen.events]


def group_rows(seen: Evaluated) -> list[dict[str, str]]:
    return [{"start": str(start), "year": str(year), **_cells(one)} for start, year, one in seen.groups]


def _cells(one: Estimate) -> dict[str, str]:
    low, high = one.interval()
    return {
        "effect": _signed(one.effect),
        "in_95": f"{_signed(low)} à {_signed(high)}",
        "treated": number(one.treated),
        "controls": number(one.controls),
    }


def balance_rows(seen: Evaluated) -> list[dict[str, str]]:
    """Aided and compared communes side by side: differences in standard deviations, balanced under 0.1."""
    return [
        {
            "name": one["name"],
            "treated": number(one["treated_mean"], 2),
            "matched": number(one["matched_mean"], 2),
            "others": number(one["control_mean"], 2),
            "before": number(one["before"], 2),
            "after": number(one["after"], 2),
            "verdict": "équilibré" if one["is_good"] else "déséquilibré",
        }
        for one in (seen.effect["balance"] if seen.effect else ())
    ]


def stay_sentence(seen: Evaluated) -> str:
    """How many of those who came are still there, and whether schemes differ."""
    if not seen.curves:
        return "Aucun praticien aidé n'a encore commencé à exercer : la durée de présence n'est pas connue."
    everyone = seen.curves[0]
    known = [one for one in everyone["milestones"] if one["at_risk"] >= FEWEST_TOLD]
    told = (
        f"{counted(everyone['people'], 'praticien aidé suivi', 'praticiens aidés suivis')}, "
        f"{counted(everyone['left'], 'départ')}"
    )
    if known:
        low, share, high = known[-1]["bounds"]
        told += (
            f" ; {percent(share, 0)} exercent encore au bout de {known[-1]['months']} mois "
            f"(entre {percent(low, 0)} et {percent(high, 0)}, 95 chances sur 100)"
        )
    return f"{told}. {_compared(seen)}"


def _compared(seen: Evaluated) -> str:
    test = seen.document["survival"]["log_rank"]
    if test is None:
        return "Les dispositifs ne peuvent être comparés entre eux."
    p_value = number(test["p_value"], 3)
    if test["p_value"] < 0.05:
        return f"Les dispositifs diffèrent (log-rank, p = {p_value})."
    return f"Aucune différence n'est visible entre dispositifs (log-rank, p = {p_value})."


def stay_chart(seen: Evaluated) -> dict[str, str] | None:
    points = [
        charts.Step(curve["title"], time, share)
        for curve in seen.curves
        for time, share in _steps(curve)
        if curve["title"] == EVERYONE or len(seen.curves) < 5
    ]
    if not points:
        return None
    longest = max(curve["followed"] for curve in seen.curves)
    caption = "Part des praticiens aidés qui exercent encore, par mois depuis leur installation."
    drawn = charts.render(
        charts.steps(points, highlight=EVERYONE, last=max(longest, 1.0)), label=f"Graphique : {caption}"
    )
    return {"svg": drawn, "caption": caption}


def _steps(curve: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The curve from everyone at the start to the last time anyone was followed."""
    inner = list(zip(curve["times"], curve["share"], strict=True))
    return [(0.0, 1.0), *inner, (curve["followed"], inner[-1][1] if inner else 1.0)]


def milestones(seen: Evaluated) -> list[int]:
    """Months shown of every curve: those of the one followed longest."""
    return [one["months"] for one in seen.curves[0]["milestones"]] if seen.curves else []


def stay_rows(seen: Evaluated) -> list[dict[str, Any]]:
    shown = milestones(seen)
    return [
        {
            "title": curve["title"],
            "people": number(curve["people"]),
            "left": number(curve["left"]),
            "median": _median(curve),
            "shares": [_milestone(curve, month) for month in shown],
        }
        for curve in seen.curves
    ]


def _median(curve: Mapping[str, Any]) -> str:
    low, median, high = curve["median"]
    if median is None:
        return "non atteinte"
    ends = "inconnu" if high is None else number(high, 0)
    return f"{number(median, 0)} mois (de {number(low, 0)} à {ends})"


def _milestone(curve: Mapping[str, Any], month: int) -> str:
    found = next((one for one in curve["milestones"] if one["months"] == month), None)
    if found is None:
        return UNSEEN
    low, share, high = found["bounds"]
    followed = counted(found["at_risk"], "suivi")
    # Without any departure the formula of the interval gives none.
    span = f"{percent(low, 0)} à {percent(high, 0)}" if curve["left"] else "aucun départ"
    return f"{percent(share, 0)} ({span}, {followed})"


def notes(seen: Evaluated) -> list[str]:
    """What of the study could not be done, and how it was done."""
    effect = seen.effect
    if effect is None:
        return []
    found = []
    if seen.pretended is None:
        found.append(f"Aide feinte un an plus tôt, impossible : {effect['pretended_reason']}")
    shared = (
        "par intercommunalité" if effect["clustered"] else "par commune, faute d'assez d'intercommunalités"
    )
    found.append(f"Erreurs types calculées {shared}.")
    if effect["impossible"]:
        pairs = ", ".join(f"{start} en {year}" for start, year in effect["impossible"])
        found.append(f"Sans commune de comparaison, aides de {pairs} : non estimées.")
    return found


def table(result: Result) -> tuple[tuple[str, ...], Iterable[Row]]:
    return COLUMNS, rows_of(read(result.outcome))


def rows_of(seen: Evaluated) -> Iterator[Row]:
    """Every effect and every step of every curve, each with its bounds."""
    if seen.overall is not None:
        yield "effet", "moyen", "", seen.overall.effect, *seen.overall.interval(), seen.overall.treated
    for event, one in seen.events:
        yield "effet", "par année depuis l'aide", str(event), one.effect, *one.interval(), one.treated
    for start, year, one in seen.groups:
        yield "effet", f"aides de {start}", str(year), one.effect, *one.interval(), one.treated
    for curve in seen.curves:
        columns = (curve[name] for name in ("times", "share", "low", "high", "at_risk"))
        for time, share, low, high, at_risk in zip(*columns, strict=True):
            yield "présence", curve["title"], f"{number(time, 1)} mois", share, low, high, at_risk


SUPPOSED: Final = (
    "Sans l'aide, les communes aidées auraient évolué comme celles à qui elles sont comparées.",
    "Une commune est aidée depuis l'année de sa première convention signée.",
    "Un départ est un manquement confirmé ou un exercice arrêté sans reprise ; les autres sont suivis "
    "jusqu'au dernier répertoire comparé, à la fin de leur engagement ou à aujourd'hui.",
)


def act(result: Result) -> Act:
    """The evaluation as a document that an assembly can be given."""
    seen = read(result.outcome)
    blocks: list[Block] = [Paragraph(seen.document["conclusion"]["sentence"]), Paragraph(about(seen))]
    blocks += [Heading("Aides signées"), _aids_table(seen), *_effect_blocks(seen), *_stay_blocks(seen)]
    blocks += [Heading("Ce que l'on suppose"), Bullets(SUPPOSED), Heading("Données"), _data(seen)]
    return compose(authority=result.authority, title=result.title, blocks=tuple(blocks))


def _aids_table(seen: Evaluated) -> Table:
    return Table(
        "Conventions signées et communes aidées",
        ("Dispositif", "Année", "Conventions", "Communes"),
        tuple(
            (row["title"], str(row["year"]), number(row["agreements"]), number(row["communes"]))
            for row in seen.document["aids"]
        ),
        ("left", "left", "right", "right"),
    )


def _effect_blocks(seen: Evaluated) -> list[Block]:
    drawn = event_chart(seen)
    if drawn is None:
        return []
    events = tuple(tuple(row.values()) for row in event_rows(seen))
    balanced = tuple(
        (row["name"], row["treated"], row["matched"], row["before"], row["after"], row["verdict"])
        for row in balance_rows(seen)
    )
    return [
        Heading("Effet sur les communes aidées"),
        Figures(tuple(figures(seen))),
        Picture(drawn["svg"], drawn["caption"]),
        Paragraph(drawn["caption"]),
        Table(
            "Effet par année depuis l'aide",
            ("Moment", "Effet", "95 chances sur 100", "Aidées", "Comparées"),
            events,
            ("left", "right", "right", "right", "right"),
        ),
        Table(
            "Ressemblance des communes comparées (écarts en écarts types)",
            ("Caractéristique", "Aidées", "Comparées", "Avant appariement", "Après", "Verdict"),
            balanced,
            ("left", "right", "right", "right", "right", "left"),
        ),
    ]


def _stay_blocks(seen: Evaluated) -> list[Block]:
    found: list[Block] = [Heading("Durée de présence"), Paragraph(stay_sentence(seen))]
    drawn = stay_chart(seen)
    if drawn is None:
        return found
    shown = tuple(f"{month} mois" for month in milestones(seen))
    rows = tuple(
        (row["title"], row["people"], row["left"], row["median"], *row["shares"]) for row in stay_rows(seen)
    )
    header = ("Dispositif", "Suivis", "Départs", "Durée médiane", *shown)
    return [
        *found,
        Picture(drawn["svg"], drawn["caption"]),
        Table("Présence par dispositif", header, rows),
    ]


def _data(seen: Evaluated) -> Bullets:
    return data_list(seen.document["snapshot"]["sources"], *seen.document["warnings"], *notes(seen))
