"""Finding private text and hiding it: each rule is a file in `redactors`, a place once hidden is not looked at again.

A rule gives the spans of text that it is sure of. What is hidden becomes `[email]`, `[card]`, ...: the reader sees that
something was there and what kind of thing it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from tracedesk.base.registry import parts
from tracedesk.privacy import redactors

MOST_CHARS = 1 << 20
"""A longer text is looked through in pieces of this size, which overlap."""
OVERLAP = 512


@dataclass(frozen=True, slots=True)
class Redactor:
    """One kind of private text. `find(text)` gives (start, end) of each; `order`: smaller looks first and wins."""

    key: str
    title: str
    order: int
    find: Callable[[str], Iterable[tuple[int, int]]]
    examples: tuple[str, ...]
    """Texts each of which holds exactly one; for tests and for the settings page."""


@dataclass(slots=True)
class Found:
    """How often a rule found something, and the first of it, shortened so that it says what it is and not what it was."""

    rule: Redactor
    count: int = 0
    first: str = ""


@cache
def rules() -> tuple[Redactor, ...]:
    """All rules, in the order in which they look."""
    return tuple(sorted(parts(redactors, Redactor), key=lambda rule: (rule.order, rule.key)))


def places(text: str, chosen: Sequence[Redactor]) -> list[tuple[int, int, Redactor]]:
    """(start, end, rule) of what is private, in order and without overlap."""
    found: list[tuple[int, int, Redactor]] = []
    for rule in chosen:
        for start, end in _found(text, rule):
            if all(end <= other[0] or start >= other[1] for other in found):
                found.append((start, end, rule))
    return sorted(found, key=lambda place: place[0])


def _found(text: str, rule: Redactor) -> Iterator[tuple[int, int]]:
    if len(text) <= MOST_CHARS:
        yield from rule.find(text)
        return
    seen: set[tuple[int, int]] = set()
    for begin in range(0, len(text), MOST_CHARS - OVERLAP):
        for start, end in rule.find(text[begin:begin + MOST_CHARS]):
            if (begin + start, begin + end) not in seen:
                seen.add((begin + start, begin + end))
                yield begin + start, begin + end


def hidden(text: str, chosen: Sequence[Redactor]) -> str:
    """The text with what is private replaced."""
    found = places(text, chosen)
    if not found:
        return text
    pieces: list[str] = []
    at = 0
    for start, end, rule in found:
        pieces += [text[at:start], f"[{rule.key}]"]
        at = end
    return "".join([*pieces, text[at:]])


def look(texts: Iterable[str], chosen: Sequence[Redactor]) -> list[Found]:
    """What the rules find in some texts: one `Found` for each rule, also where it found nothing."""
    found = {rule.key: Found(rule) for rule in chosen}
    for text in texts:
        for start, end, rule in places(text, chosen):
            one = found[rule.key]
            one.count += 1
            one.first = one.first or shortened(text[start:end])
    return list(found.values())


def shortened(text: str) -> str:
    """The first and last two characters of something private."""
    return text[:2] + "…" + text[-2:] if len(text) > 8 else "…"
