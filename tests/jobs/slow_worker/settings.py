"""The installation's own settings, with one room more."""

from __future__ import annotations

from maillage.site.settings import *  # noqa: F403
from maillage.site.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "slow_worker"]
