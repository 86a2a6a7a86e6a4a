"""What is wrong in a scheme's rules: where, and what to do, in one French sentence each."""

from __future__ import annotations

from collections.abc import Iterable


class RulesError(ValueError):
    """One defect of a rules document.

    :ivar path: where it stands, as ``criteria[2].rule.all[0]``; empty at the root.
    :ivar sentence: one French sentence with the remedy.
    """

    def __init__(self, path: str, sentence: str) -> None:
        self.path = path
        self.sentence = sentence
        super().__init__(f"{path} : {sentence}" if path else sentence)


class RulesErrors(ValueError):
    """Every defect found in a rules document, in reading order."""

    def __init__(self, errors: Iterable[RulesError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))
