"""Where things stand in a plan file: the line of each table and of each key."""

from __future__ import annotations

import re

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]")
_KEY = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PARTS = re.compile(_NAME)
_LAST_RANK = re.compile(r"\[\d+\]$")
_QUOTES = ('"""', "'''", '"', "'")


class Positions:
    """Lines of a TOML text that has been read without error, by path (`axes[2].measures[0].title`)."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, int] = {}
        self._ranks: dict[str, int] = {}
        self._scan(text)

    def line(self, path: str) -> int:
        """The line of a path, of the nearest thing around it when it has none of its own; 1 for the file."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return 1

    def _scan(self, text: str) -> None:
        table, place, line = "", 0, 1
        while place < len(text):
            end = _end_of_line(text, place)
            if header := _HEADER.match(text, place):
                table = self._table(header[2], repeated=header[1] == "[[")
                self._lines.setdefault(table, line)
                # A list of tables stands where its first one does.
                self._lines.setdefault(_LAST_RANK.sub("", table), line)
            elif key := _KEY.match(text, place):
                self._lines.setdefault(_joined(table, _names(key[1])), line)
                end = _end_of_line(text, _end_of_value(text, key.end()))
            line += text.count("\n", place, end + 1)
            place = end + 1

    def _table(self, dotted: str, *, repeated: bool) -> str:
        *above, last = _names(dotted)
        path = ""
        for name in above:
            path = self._current(_joined(path, [name]))
        path = _joined(path, [last])
        if repeated:
            self._ranks[path] = self._ranks.get(path, -1) + 1
        return self._current(path)

    def _current(self, path: str) -> str:
        return f"{path}[{self._ranks[path]}]" if path in self._ranks else path


def _names(dotted: str) -> list[str]:
    return [name.strip("\"'") for name in _PARTS.findall(dotted)]


def _joined(path: str, names: list[str]) -> str:
    return ".".join([path, *names] if path else names)


def _end_of_line(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _end_of_value(text: str, place: int) -> int:
    """Where a value stops: after its closing bracket or quote, or at the end of its line."""
    depth = 0
    while place < len(text):
        sign = text[place]
        quote = next((quote for quote in _QUOTES if text.startswith(quote, place)), None)
        if quote:
            place = _end_of_text(text, place + len(quote), quote)
            continue
        if sign == "#":
            place = _end_of_line(text, place)
            continue
        depth += (sign in "[{") - (sign in "]}")
        if sign == "\n" and depth <= 0:
            return place
        place += 1
    return place


def _end_of_text(text: str, place: int, quote: str) -> int:
    while place < len(text) and not text.startswith(quote, place):
        place += 2 if text[place] == "\\" and quote.startswith('"') else 1
    return place + len(quote)
