"""IP addresses that may lead to somebody: IPv4 and IPv6, but not of this machine or of a private network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from tracedesk.privacy.redact import Redactor

_FOUR = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_SIX = re.compile(r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?![\w:])")


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses stand that are not of this machine or of a private network."""
    for pattern in (_FOUR, _SIX):
        for match in pattern.finditer(text):
            try:
                address = ipaddress.ip_address(match[0])
            except ValueError:
                continue
            if not (address.is_loopback or address.is_unspecified or address.is_private or address.is_multicast):
                yield match.span()


PART = Redactor("ip", "IP addresses", 40, find, ("from 8.8.4.4 to us", "2001:4860:4860::8844"))
