"""Text for the full-text index, in any script, and the match expressions that find it again.

FTS5's unicode61 cuts words at spaces and punctuation. Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without
spaces, so each of their characters is set apart on the way in and a search for several becomes a phrase: every substring
is found, a single character too. All other words are found by how they begin, whatever their case, and whatever their
accents (of which FTS5 knows the Latin ones only, so those of Greek and Cyrillic letters are taken off here).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from tracedesk.model.query import Word

BREAK = "\ue000"
"""Stands between the texts of two spans so that no phrase reaches over; a private-use character is a word to FTS5."""

_UNSPACED = re.compile(
    "(["
    "\u0e00-\u0eff"                  # Thai, Lao
    "\u1000-\u109f"                  # Burmese
    "\u1780-\u17ff"                  # Khmer
    "\u2e80-\u2fdf\u3005-\u3007"     # CJK radicals, iteration marks
    "\u3040-\u30ff\u31f0-\u31ff"     # hiragana, katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f"                  # half-width katakana
    "\U00020000-\U0003ffff"          # CJK extensions
    "])")
_ACCENTED = re.compile("[\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff]+")
"""Latin, Greek and Cyrillic letters; those of other scripts are not the same without their marks."""
_MARKS = re.compile("[\u0300-\u036f"
                    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3\u3099\u309a]")
"""Accents, and the marks of the unspaced scripts, which FTS5 takes for separators: left out on both sides."""


def spaced(text: str) -> str:
    """The text as the index wants it."""
    if text.isascii():
        return text
    return _UNSPACED.sub(r" \1 ", _MARKS.sub("", _ACCENTED.sub(_apart, text)))


def _apart(found: re.Match[str]) -> str:
    """Letters and their accents as characters of their own."""
    return unicodedata.normalize("NFD", found[0])


def joined(texts: Iterable[str]) -> str:
    """The texts of several spans as one document, each text once."""
    return f" {BREAK} ".join(spaced(text) for text in dict.fromkeys(texts) if text)


def tokens(text: str) -> list[str]:
    """The words that a text would be indexed under, apart from case and accents."""
    return re.findall(r"[^\W_]+|[\ue000-\uf8ff]+", spaced(text).replace(BREAK, " "))


def match(word: Word, columns: str = "") -> str | None:
    """The FTS5 expression for a word or phrase, in `columns` (`text`, `name error`, ...; "" for all).

    The last word of it may go on, unless it was quoted. None where nothing in it is indexed (only punctuation).
    """
    found = tokens(word.text)
    if not found:
        return None
    phrase = " ".join(f'"{token}"' for token in found)
    if len(found) > 1:
        phrase = '"' + " ".join(found) + '"'
    tail = "" if word.exact or _UNSPACED.match(found[-1]) else "*"
    return (f"{{{columns}}} : " if columns else "") + phrase + tail
