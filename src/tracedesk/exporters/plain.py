"""Values as plain JSON and CSV can say them."""

from __future__ import annotations

import base64
import math
from typing import Any

import orjson

from tracedesk.wire.values import clean


def finite(value: Any) -> Any:
    """A value that strict JSON can say: bytes become base64, NaN and the infinities their names, lone surrogates U+FFFD."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {clean(str(key)): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def as_json(value: Any) -> str:
    """JSON text of any attribute; whole numbers of 64 bits stay exact."""
    return orjson.dumps(finite(value)).decode()


def cell(text: str) -> str:
    """A cell of CSV that no spreadsheet takes for a formula: text that begins like one gets an apostrophe (OWASP)."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
