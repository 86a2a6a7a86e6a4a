"""How each kind of result is read: its page, its document, its table. One entry per kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from maillage.acts.document import Act
from maillage.kit.exports import Row
from maillage.lab.models import Result
from maillage.lab.pages import evaluation, forecast, front, siting


@dataclass(frozen=True, slots=True)
class Reader:
    """What is made of a kept result, from what it holds alone: nothing is computed again.

    :ivar page: what `lab/<kind>.html` shows, besides the result itself.
    :ivar act: the result as a document.
    :ivar table: its columns and its rows, for a spreadsheet.
    """

    page: Callable[[Result], dict[str, Any]]
    act: Callable[[Result], Act]
    table: Callable[[Result], tuple[Sequence[str], Iterable[Row]]]


READERS: Final[Mapping[str, Reader]] = {
    Result.Kind.FORECAST: Reader(forecast.page, forecast.act, forecast.table),
    Result.Kind.EVALUATION: Reader(evaluation.page, evaluation.act, evaluation.table),
    Result.Kind.SITING: Reader(siting.page, siting.act, siting.table),
    Result.Kind.FRONT: Reader(front.page, front.act, front.table),
}
