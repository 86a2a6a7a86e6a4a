"""Where to open: places near people, places that change access to care, and the proof beside the answer.

Every model takes what it looks at, a :class:`Choice` (how many, at what cost, which are kept, excluded or
exclusive) and an :class:`Effort` (time, gap, cancellation), and gives a :class:`Siting`. The ladder inside:

1. ``effort``, ``result``, ``choice``: what all models share;
2. ``solver``: HiGHS on arrays; ``relaxation``: bounds without it;
3. ``goal`` (saturating gains), ``cover`` (set covering), ``interchange`` and ``table``: the engines;
4. ``coverage``, ``capacity``, ``median``, ``centre``, ``access``, ``mobile``, ``pareto``: the models.
"""

from maillage.science.siting.access import inequality, lifted, max_min, shortfall, shortfall_goal
from maillage.science.siting.capacity import cmclp
from maillage.science.siting.centre import p_centre
from maillage.science.siting.choice import Choice, Limit, limits_by_group
from maillage.science.siting.coverage import backup_coverage, coverage_goal, lscp, mclp
from maillage.science.siting.effort import Cancelled, Effort
from maillage.science.siting.goal import Goal
from maillage.science.siting.ground import Ground, Options
from maillage.science.siting.median import p_median
from maillage.science.siting.mobile import Mobile, mobile_stops, tour, week
from maillage.science.siting.models import MODELS, Model
from maillage.science.siting.pareto import Compromise, pareto_front
from maillage.science.siting.result import Siting, Status

__all__ = [
    "MODELS",
    "Cancelled",
    "Choice",
    "Compromise",
    "Effort",
    "Goal",
    "Ground",
    "Limit",
    "Mobile",
    "Model",
    "Options",
    "Siting",
    "Status",
    "backup_coverage",
    "cmclp",
    "coverage_goal",
    "inequality",
    "lifted",
    "limits_by_group",
    "lscp",
    "max_min",
    "mclp",
    "mobile_stops",
    "p_centre",
    "p_median",
    "pareto_front",
    "shortfall",
    "shortfall_goal",
    "tour",
    "week",
]
