"""How long the practitioners whom the authority aided stay, by scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from maillage.diagnosis.frame import Floats
from maillage.lab.evaluating.aided import Stay
from maillage.science.evaluation.survival import Survival, kaplan_meier, log_rank

# Under which a curve would tell of persons rather than of a scheme.
FEWEST_FOLLOWED = 5
OTHERS, EVERYONE = "Dispositifs de moins de 5 personnes", "Ensemble"
MILESTONES: Final = (12, 24, 36, 48, 60)


def survival(followed: Sequence[Stay]) -> dict[str, Any] | None:
    """How long those who came stay, all and by scheme, and whether schemes differ; None when nobody came."""
    if not followed:
        return None
    counts = Counter(stay.title for stay in followed)
    titles = [stay.title if counts[stay.title] >= FEWEST_FOLLOWED else OTHERS for stay in followed]
    months = np.array([stay.months for stay in followed])
    left = np.array([stay.left for stay in followed])
    curves = [_curve(EVERYONE, kaplan_meier(months, left), months)]
    named = sorted(set(titles), key=lambda title: (title == OTHERS, title))
    groups = np.array(titles)
    if len(named) > 1:
        for title in named:
            own = groups == title
            if own.sum() >= FEWEST_FOLLOWED:
                curves.append(_curve(title, kaplan_meier(months[own], left[own]), months[own]))
    test = None
    if len(named) > 1 and left.any():
        compared = log_rank(months, left, groups)
        test = {"statistic": compared.statistic, "degrees": compared.degrees, "p_value": compared.p_value}
    return {"curves": curves, "log_rank": test}


def _curve(title: str, found: Survival, months: Floats) -> dict[str, Any]:
    marks = [month for month in MILESTONES if month <= found.followed]
    return {
        "title": title,
        "people": found.people,
        "left": int(found.left.sum()),
        "followed": found.followed,
        "median": list(found.median),
        "times": found.times.tolist(),
        "share": found.share.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
        "at_risk": found.at_risk.tolist(),
        "milestones": [
            {"months": month, "bounds": list(found.at(month)), "at_risk": int((months >= month).sum())}
            for month in marks
        ],
    }
