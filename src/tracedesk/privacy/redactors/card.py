"""Payment cards: 13 to 19 digits, in groups or not, that begin like a card and pass the Luhn check (ISO/IEC 7812)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import luhn

from tracedesk.privacy.redact import Redactor

_DIGITS = re.compile(r"(?<![\w.-])[2-6]\d{3}(?:[ -]?\d{2,6}){2,4}(?![\w-])")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand."""
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"[ -]", "", match[0])
        if 13 <= len(digits) <= 19 and luhn.is_valid(digits) and len(set(digits)) > 1:
            yield match.span()


PART = Redactor("card", "Payment cards", 10, find, ("card 4111 1111 1111 1111 was declined", "5500005555555559"))
