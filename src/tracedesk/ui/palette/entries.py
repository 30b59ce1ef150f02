"""What the palette offers for a text: commands, things to find, settings. Pure, so that a test can ask it.

Prefixes narrow: `>` commands, `@` users, `#` ids. Every word of the text must begin a word of the title, or occur in it;
titles where the words begin words come first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

GROUPS = ("Do", "Find", "Settings")
PER_GROUP = 6


@dataclass
class Entry:
    """One line: group, title, what stands greyed behind it, icon and its colour, printed key, what Enter does.

    `query` is what Tab puts into the filter bar; `spots` are the (start, end) of the matched letters in the title.
    """

    group: str
    title: str
    run: Callable[[], object]
    hint: str = ""
    icon: str = ""
    tone: str = "text.secondary"
    key: str = ""
    query: str = ""
    spots: list[tuple[int, int]] = field(default_factory=list)


def match(title: str, words: list[str]) -> tuple[int, list[tuple[int, int]]] | None:
    """(rank, spots) of the words in a title, or None; a smaller rank is better."""
    low = title.lower()
    rank, spots = 0, []
    for word in words:
        at = _word_start(low, word)
        if at < 0:
            at = low.find(word)
            rank += 10
        if at < 0:
            return None
        rank += at > 0
        spots.append((at, at + len(word)))
    return rank, sorted(spots)


def _word_start(text: str, word: str) -> int:
    at = text.find(word)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at


def choose(text: str, entries: Iterable[Entry], per_group: int = PER_GROUP) -> list[Entry]:
    """The entries that match, best first, by group."""
    words = text.lower().split()
    found: list[tuple[int, int, Entry]] = []
    for number, entry in enumerate(entries):
        hit = match(entry.title, words)
        if hit is not None:
            entry.spots = hit[1] if words else []
            found.append((hit[0], number, entry))
    found.sort(key=lambda item: item[:2])
    return [entry for group in GROUPS for entry in [e for _, _, e in found if e.group == group][:per_group]]
