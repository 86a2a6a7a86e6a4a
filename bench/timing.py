"""How a time is taken."""

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")


def best_of(function: Callable[[], T], *, budget: float = 3.0, at_least: int = 3) -> tuple[float, T]:
    """Shortest run, in milliseconds, and the last result.

    Runs again until ``budget`` seconds have gone, ``at_least`` times: short runs are repeated many times, so
    that one of them meets the machine at rest.
    """
    shortest, spent, runs = float("inf"), 0.0, 0
    while runs < at_least or spent < budget:
        start = perf_counter()
        result = function()
        elapsed = perf_counter() - start
        shortest, spent, runs = min(shortest, elapsed), spent + elapsed, runs + 1
    return shortest * 1e3, result
