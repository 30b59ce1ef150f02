"""Two texts beside each other: lines that are equal, gone or new, and in changed lines the words that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

EQUAL, GONE, NEW = "=", "-", "+"
LINES_AT_MOST = 2_000
"""Longer texts are compared by the lines they share at both ends; what lies between is shown as replaced."""
WORDS_AT_MOST = 400

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


class Piece(NamedTuple):
    """A stretch of a line; `changed` where the other side has something else."""

    text: str
    changed: bool


class Line(NamedTuple):
    """One line: `mark` is one of the marks above, `number` its number in the text it belongs to (B's where equal)."""

    mark: str
    number: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(piece.text for piece in self.pieces)


def diff(a: str, b: str) -> list[Line]:
    """The lines of both texts in reading order: of a changed passage first what went, then what came."""
    before, after = a.splitlines(), b.splitlines()
    return list(_lines(before, after))


def is_equal(lines: list[Line]) -> bool:
    """Whether nothing differs."""
    return all(line.mark == EQUAL for line in lines)


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    for tag, i1, i2, j1, j2 in _steps(before, after):
        if tag == "equal":
            yield from (Line(EQUAL, j + 1, (Piece(after[j], False),)) for j in range(j1, j2))
            continue
        paired = min(i2 - i1, j2 - j1)
        for at in range(max(i2 - i1, j2 - j1)):
            i, j = i1 + at, j1 + at
            if at < paired:
                gone, new = _words(before[i], after[j])
                yield Line(GONE, i + 1, gone)
                yield Line(NEW, j + 1, new)
            elif i < i2:
                yield Line(GONE, i + 1, (Piece(before[i], True),))
            else:
                yield Line(NEW, j + 1, (Piece(after[j], True),))


def _steps(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(before), len(after)) <= LINES_AT_MOST:
        return SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    steps = [("equal", 0, head, 0, head), ("replace", head, len(before) - tail, head, len(after) - tail),
             ("equal", len(before) - tail, len(before), len(after) - tail, len(after))]
    return [step for step in steps if step[1] < step[2] or step[3] < step[4]]


def _words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    ours, theirs = _WORD.findall(before), _WORD.findall(after)
    if len(ours) > WORDS_AT_MOST or len(theirs) > WORDS_AT_MOST:
        return (Piece(before, True),), (Piece(after, True),)
    gone: list[Piece] = []
    new: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        same = tag == "equal"
        if i1 < i2:
            gone.append(Piece("".join(ours[i1:i2]), not same))
        if j1 < j2:
            new.append(Piece("".join(theirs[j1:j2]), not same))
    return tuple(gone) or (Piece("", True),), tuple(new) or (Piece("", True),)
