"""Bank accounts as IBAN (ISO 13616), checked by length, structure and checksum."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban

from tracedesk.privacy.redact import Redactor

_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{1,4}){3,8}(?!\w)")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where account numbers stand."""
    for match in _IBAN.finditer(text):
        if iban.is_valid(match[0]):
            yield match.span()


PART = Redactor("iban", "Bank accounts (IBAN)", 12, find, ("pay to DE89 3704 0044 0532 0130 00 please",))
