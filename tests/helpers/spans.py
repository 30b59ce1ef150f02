"""Spans and log records as plain values, for comparing what two ways of writing them down said."""

from __future__ import annotations

import math
from typing import Any

from tracedesk.model.span import Event, Link, LogRecord, Resource, Scope, Span

T0_NS = 1_772_359_200_000_000_000


def plain(item: Span | LogRecord) -> str:
    """Everything that was sent, as text: NaN equals NaN, 1 and 1.0 and True differ. Not how it was encoded (`raw`, `notes`)."""
    return repr({name: _plain(getattr(item, name)) for name in item.__slots__ if name not in ("raw", "notes")})


def _plain(value: Any) -> Any:
    if isinstance(value, Resource | Scope | Event | Link):
        return {name: _plain(getattr(value, name)) for name in value.__slots__ if name not in ("raw",)}
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in sorted(value.items())}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


NAUGHTY = [
    "", " ", "null", "\\", '"', "'", "\x00", "\x1b[31mred\x1b[0m", "\r\n\t", "\u202eabc", "\ufeff", "é", "e\u0301",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467", "退款", "أين", "\ue000", "a" * 5_000,
    "<script>alert(1)</script>", "$(rm -rf /)",
    "' OR 1=1 --", "\U0010ffff", "％ｓ", "{}", "[1,"]
"""Texts that break careless programs."""


def rich_trace() -> tuple[list[Span], list[LogRecord]]:
    """A trace with every kind of value, events, links, log records, two resources, and texts from `NAUGHTY`."""
    trace_id = bytes(range(16))
    one = Resource({"service.name": "bot", "host.name": "h1", "numbers": [1, 2.5, True, None]}, "urn:schema:1.27.0")
    two = Resource({"service.name": "search"}, dropped_attributes=3)
    scope = Scope("lib", "1.0", {"a": "b"}, "urn:x", 1)
    values = {"text": "x", "int": -(2**63), "big": 2**63 - 1, "float": 0.1, "nan": math.nan, "inf": -math.inf, "yes": True,
              "bytes": b"\x00\xff", "list": ["a", 1, [2, {"deep": None}]], "map": {"k": {"l": [b"x"]}}, "empty": "",
              "none": None, **{f"naughty.{number}": text for number, text in enumerate(NAUGHTY)}}
    spans = [Span(trace_id, b"\x01" * 8, None, "root", T0_NS, T0_NS + 10**9, values, one, scope, otel_kind=2, status=1,
                  trace_state="a=b", flags=0x101)]
    for number, text in enumerate(NAUGHTY, 2):
        spans.append(Span(
            trace_id, number.to_bytes(8, "big"), b"\x01" * 8, text, T0_NS + number,
            None if number % 7 == 0 else T0_NS + 2 * number, {text: text, "n": number},
            two if number % 2 else one, Scope() if number % 3 else scope, otel_kind=number % 6,
            status=2 if number % 5 == 0 else 0, status_message=text if number % 5 == 0 else "",
            events=[Event(text, T0_NS + number, {"e": text}, 2)] if number % 2 else [],
            links=[Link(bytes(15) + b"\1", bytes(7) + b"\2", {"l": text}, "s=t", 1)] if number % 3 == 0 else [],
            dropped_attributes=number % 2, dropped_events=number % 3, dropped_links=number % 4))
    logs = [LogRecord(trace_id, b"\x01" * 8, T0_NS + 5, {"message": NAUGHTY}, {"a": 1}, one, scope, "gen_ai.choice", 9, "INFO",
                      T0_NS + 6),
            LogRecord(trace_id, None, T0_NS + 7, "loose", {}, two, Scope())]
    return spans, logs
