"""Rules read from their stored document: the same document is parsed once by process."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from maillage.rules.scheme import SchemeRules

KEPT = 512


def parsed(document: Any) -> SchemeRules:
    """The rules of a document; kept by content, so that two versions that say the same are read once.

    :raises RulesErrors: it is not a document of rules.
    """
    return _parsed(json.dumps(document, ensure_ascii=False))


@lru_cache(maxsize=KEPT)
def _parsed(text: str) -> SchemeRules:
    return SchemeRules.parse(json.loads(text))
