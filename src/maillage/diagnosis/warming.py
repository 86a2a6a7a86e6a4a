"""Work done before the first visitor comes: without it, that visitor would wait for it."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connections

from maillage.accounts.models import Authority
from maillage.diagnosis.choices import choose
from maillage.diagnosis.pages import map_page
from maillage.kit.console import Refused
from maillage.territories.places import find

logger = logging.getLogger(__name__)
# Enough for one installation's own territories; the others are computed when first asked for.
MOST_TERRITORIES = 8


def warm_up() -> None:
    """Compute the map of each authority's territory once, filling the caches that worker processes share.

    A failure only means that the first visitor waits. Connections are closed: a forked process must open
    its own.
    """
    try:
        for key in Authority.objects.order_by("pk").values_list("territory", flat=True)[:MOST_TERRITORIES]:
            _warm_territory(key)
    except DatabaseError:
        logger.info("nothing to warm up: the database is not ready")
    finally:
        connections.close_all()


def _warm_territory(key: str) -> None:
    try:
        map_page(choose(find(key), {}))
    except Refused as refusal:
        logger.info("%s not warmed up: %s", key, refusal)
