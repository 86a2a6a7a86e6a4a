"""A task of a run by blocks whose worker dies on the way, in a module that a process can import."""

from __future__ import annotations

import os
import signal

from maillage.science.blocks import Block, demand_of_block
from maillage.science.checks import FloatArray

FILES_BEFORE_DYING = 5


def lose_worker(block: Block) -> tuple[FloatArray, FloatArray]:
    """Round 1, until there are so many files."""
    if len(list(block.pairs.parent.glob("*.npz"))) >= FILES_BEFORE_DYING:
        os.kill(os.getpid(), signal.SIGKILL)
    return demand_of_block(block)
