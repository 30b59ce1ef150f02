"""What leaves through standard output: one JSON document, or text from traces made harmless for a terminal.

Names, prompts and errors come from outside. A terminal obeys escape sequences, and bidirectional marks turn a line around,
so whatever is not printable is shown as its escape.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import click

from tracedesk.base.clock import NARROW

DEEPEST = 200
"""Levels of nesting that are printed; what lies deeper is printed as `…`."""


def print_json(document: Any) -> None:
    """Print one JSON document; a lone surrogate, which UTF-8 cannot carry, becomes U+FFFD."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    click.echo(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


def jsonable(value: Any, depth: int = 0) -> Any:
    """An attribute value for JSON, in OTLP's way: bytes as base64 text, NaN and the infinities as their names."""
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if kind is bytes:
        return base64.b64encode(value).decode("ascii")
    if depth == DEEPEST:
        return "…"
    if isinstance(value, list | tuple):
        return [jsonable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(key): jsonable(item, depth + 1) for key, item in value.items()}
    return str(value)


def escaped(text: str) -> str:
    """One line of text with everything that is not printable as its escape: `\\x1b`, `\\n`, `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == NARROW else char.encode("unicode_escape").decode("ascii")
                   for char in text)
