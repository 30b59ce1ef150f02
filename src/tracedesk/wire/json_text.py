"""JSON text → Python value, with the repairs that cost one character instead of one request.

orjson is exact and refuses what is no JSON. Three things that real senders write are mended first: invalid UTF-8, a
lone surrogate escape (JavaScript cuts emoji in halves), and, in files only, the bare words NaN and Infinity of Python.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from tracedesk.base.errors import DecodeError

BOM = b"\xef\xbb\xbf"
VALUES = 4_000_000
"""Most values of a request: 64 MiB of spans with 1.2 kB of text each have 2.8 million."""

_OUTSIDE = re.compile(rb'([^"]*)(?:"[^"]*"?)?')
"""What is between two strings, and the string after it; in text without escapes."""

_LONE = re.compile(rb"((?<!\\)(?:\\\\)*)(?:(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
                   rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2})")


def parse(body: bytes, *, lenient: bool = False) -> tuple[Any, bool]:
    """(value, whether text was repaired) of JSON text.

    Raises:
        DecodeError: it is not JSON; the message says where.
    """
    try:
        return orjson.loads(body), False
    except orjson.JSONDecodeError as error:
        first = error
    mended = repaired(body.removeprefix(BOM) if lenient else body)
    try:
        return orjson.loads(mended), mended != body
    except orjson.JSONDecodeError as error:
        if lenient and re.search(rb"\b(?:NaN|Infinity)\b", mended):
            return _python_json(mended)
        if mended != body:
            raise not_json(error, mended) from error
        raise not_json(first, body) from first


def has_too_many_values(body: bytes) -> bool:
    """Whether JSON text holds more than `VALUES` values: two bytes of text can become a hundred in memory."""
    if sum(body.count(mark) for mark in (b"{", b"[", b",")) <= VALUES:          # those inside of strings too: 20 ms
        return False
    left = VALUES
    for found in _OUTSIDE.finditer(body.replace(b"\\\\", b"").replace(b'\\"', b"")):
        left -= len(found[1]) - len(found[1].translate(None, b"{[,"))
        if left < 0:
            return True
    return False


def not_json(error: orjson.JSONDecodeError, body: bytes) -> DecodeError:
    """The sentence for text that is not JSON: what is wrong, in which line and column."""
    if not body.strip():
        return DecodeError("The body is empty.", hint="OTLP/JSON is one object; with nothing to send it is {}.")
    return DecodeError(f"Not JSON: {error.msg}, at line {error.lineno:,}, column {error.colno:,}.",
                       hint="OTLP/JSON is one UTF-8 JSON object. Was it cut off, or is it another encoding?")


def repaired(body: bytes) -> bytes:
    """The text with U+FFFD for invalid UTF-8 and for escapes of lone surrogates."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        body = body.decode("utf-8", "replace").encode("utf-8")
    if b"\\ud" in body or b"\\uD" in body:
        return _LONE.sub(lambda found: found[1] + (found[2] or b"\\ufffd"), body)
    return body


def _python_json(body: bytes) -> tuple[Any, bool]:
    """The value of text with bare NaN and Infinity, which Python and pandas write."""
    try:
        return json.loads(body), False
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"Not JSON: {error}.", hint="Is the file complete?") from error
