"""Telephone numbers in international form (E.164: + and 7 to 15 digits), and with an area code in brackets or after a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracedesk.privacy.redact import Redactor

_WORLD = re.compile(r"(?<![\w.+])\+[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,4}\)?){2,6}(?![\w-])")
_AREA = re.compile(r"(?<![\w.-])\(\d{2,5}\)[ -]?\d{3,4}[ -]?\d{3,4}(?![\w-])")
_NAMED = re.compile(r"(?i)\b(?:phone|tel|telephone|mobile|cell|fax)\b[.:# ]{1,4}(\d[\d ./-]{6,18}\d)(?![\w-])")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers stand."""
    for match in _WORLD.finditer(text):
        if 7 <= sum(char.isdigit() for char in match[0]) <= 15:
            yield match.span()
    yield from (match.span() for match in _AREA.finditer(text))
    yield from (match.span(1) for match in _NAMED.finditer(text))


PART = Redactor("phone", "Telephone numbers", 30, find, ("call +49 30 901820 now", "(415) 555-0132", "tel: 030 901820 11"))
