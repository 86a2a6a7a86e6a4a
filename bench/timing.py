"""How times are taken."""

from collections.abc import Callable, Mapping
from time import perf_counter


def fastest(
    candidates: Mapping[str, Callable[[], object]], *, rounds: int = 3, budget: float = 0.5
) -> dict[str, float]:
    """Shortest run of each candidate, in milliseconds.

    Each round gives every candidate ``budget`` seconds in turn, at least one run: all of them see the
    same moments of the machine, busy or at rest. A first run, not timed, warms up.
    """
    shortest = dict.fromkeys(candidates, float("inf"))
    for function in candidates.values():
        function()
    for _ in range(rounds):
        for name, function in candidates.items():
            end = perf_counter() + budget
            while True:
                start = perf_counter()
                function()
                now = perf_counter()
                shortest[name] = min(shortest[name], (now - start) * 1e3)
                if now > end:
                    break
    return shortest
