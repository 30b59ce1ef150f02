"""How many tokens the lines of a text are, as far as the call reports how many it was in all.

No provider reports tokens by line, so this is a share by length, and shown with `~`. Where the recorded text cannot be what
was sent (shortened, templates with their values left out, pictures) the reported tokens do not fit its length, and nothing
is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracedesk.compare.text import EQUAL, GONE, Line

FEWEST, MOST, MOST_BEYOND_ASCII = 1 / 12, 0.5, 1.5
"""Tokens a character: prose 1/5 to 1/3, JSON up to 1/2, other scripts up to 1.3. Beyond these it is not the whole text."""
WORTH_SAYING = 10
"""Tokens from which on a line says how many it is."""


def per_character(tokens: int | None, text: str) -> float | None:
    """Tokens per character of a text that was reported as so many tokens; None where that cannot be."""
    if not tokens or not text:
        return None
    ascii_only = sum(map(str.isascii, text))
    most = MOST * ascii_only + MOST_BEYOND_ASCII * (len(text) - ascii_only)
    return tokens / len(text) if FEWEST * len(text) <= tokens <= most else None


def line_tokens(lines: Sequence[Line], before: float | None, after: float | None) -> list[str]:
    """`~118 tokens` of a line that went, `~682 tokens, +564` of one that came in its place, "" of all others."""
    words = []
    gone: int | None = None
    for line in lines:
        rate = before if line.mark == GONE else after
        count = None if rate is None or line.mark == EQUAL else round(rate * len(line.text))
        if count is None or count < WORTH_SAYING:
            words.append("")
        elif line.mark == GONE or gone is None:
            words.append(f"~{count:,} tokens")
        else:
            change = count - gone
            words.append(f"~{count:,} tokens, " + ("=" if not change else f"{'+' if change > 0 else '−'}{abs(change):,}"))
        gone = count if line.mark == GONE else None
    return words
