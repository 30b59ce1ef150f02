"""E-mail addresses: a local part, @, and a name with a top-level domain of letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracedesk.privacy.redact import Redactor

_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9_+%-][\w.+%-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}"
                    r"[A-Za-z]{2,24}(?![A-Za-z0-9-])")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses stand."""
    if "@" in text:
        yield from (match.span() for match in _EMAIL.finditer(text))


PART = Redactor("email", "E-mail addresses", 20, find, ("write to jane.doe+news@example.co.uk today",))
