"""Markdown of a trace: its sums, its tree, what was said and what went wrong. Text of a trace stays text: it stands in fences
or is escaped, so that no reader renders it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from tracedesk.base.clock import format_duration, iso_time
from tracedesk.base.money import format_cost_exact, format_total
from tracedesk.exporters.exporter import Exporter, Spans
from tracedesk.exporters.plain import as_json
from tracedesk.exporters.told import Told, sums, tell
from tracedesk.ingest.stages import Prices
from tracedesk.wire.values import clean

_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&])")
MOST_CHARS = 20_000
"""Of one message or value so much is written; the rest is said to be left out."""


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write all traces one after another."""
    for number, trace in enumerate(traces):
        told = tell(trace, book)
        if told:
            text = ("\n---\n\n" if number else "") + "\n".join(_trace(told)) + "\n"
            file.write(clean(text).encode("utf-8"))


def escaped(text: str) -> str:
    """One line of text that Markdown shows as it is."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))[:500]


def _trace(told: list[Told]) -> Iterator[str]:
    found, first = sums(told), told[0]
    tokens = " → ".join(f"{value:,}" if value is not None else "?" for value in (found.input_tokens, found.output_tokens))
    known = found.input_tokens is not None or found.output_tokens is not None
    yield f"# {escaped(first.span.name) or 'trace'}"
    yield ""
    yield f"- trace `{first.span.trace_id.hex()}`, {iso_time(found.start_ns)}"
    yield f"- {format_duration(found.end_ns - found.start_ns)}, {len(told):,} spans, {found.errors:,} failed"
    yield f"- tokens: {tokens if known else 'not reported'}; cost: {format_total(found.cost_nusd, found.unpriced_calls)}"
    yield ""
    yield "## Spans"
    yield ""
    for one in told:
        span = one.span
        length = format_duration(span.end_ns - span.start_ns) if span.end_ns is not None else "not ended"
        cost = "unpriced" if one.is_unpriced else format_cost_exact(one.cost_nusd) if one.cost_nusd is not None else ""
        marks = [one.kind, length, *([escaped(one.row.model)] if one.row.model else []), *([cost] if cost else []),
                 *(["**failed**"] if span.status == 2 else [])]
        yield f"{'  ' * min(one.depth, 40)}- {escaped(span.name) or 'without a name'} ({', '.join(marks)})"
    for one in told:
        yield from _said(one)


def _said(one: Told) -> Iterator[str]:
    """Messages, tool, documents and error of one span."""
    parts: list[tuple[str, str]] = []
    for name, title in (("input.messages", "in"), ("output.messages", "out")):
        parts += [(f"{title}, {message.get('role', '?')}", message_text(message)) for message in one.fields.get(name) or ()
                  if isinstance(message, dict)]
    for name, title in (("tool.args", "arguments"), ("tool.result", "result"), ("retrieval.query", "query"),
                        ("retrieval.documents", "documents")):
        if (value := one.fields.get(name)) is not None:
            parts.append((title, _text(value)))
    if one.span.status == 2:
        parts.append(("error", _text(one.fields.get("error.message") or one.span.status_message or "without a message")))
    if parts:
        yield ""
        yield f"## {escaped(one.span.name) or 'without a name'}"
        for title, text in parts:
            yield ""
            yield f"**{escaped(title)}**"
            yield ""
            yield from _fenced(text)


def message_text(message: dict[str, Any]) -> str:
    """The parts of a message as plain text."""
    lines: list[str] = []
    for part in message.get("parts") or ():
        if not isinstance(part, dict):
            continue
        kind = part.get("type")
        if kind in ("text", "reasoning"):
            lines.append(("(thinking) " if kind == "reasoning" else "") + _text(part.get("content")))
        elif kind == "tool_call":
            lines.append(f"→ {part.get('name')}({_text(part.get('arguments'))})")
        elif kind == "tool_call_response":
            lines.append(f"← {_text(part.get('response'))}")
        else:
            lines.append(f"({kind} {part.get('mime_type') or ''})".replace(" )", ")"))
    return "\n".join(lines)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value)


def _fenced(text: str) -> Iterator[str]:
    """Text in a fence longer than any inside it."""
    cut = text[:MOST_CHARS]
    fence = "`" * max(3, 1 + max((len(found) for found in re.findall("`+", cut)), default=0))
    yield fence
    yield cut
    yield fence
    if len(text) > MOST_CHARS:
        yield f"({len(text) - MOST_CHARS:,} more characters)"


PART = Exporter("markdown", "Markdown", ".md", write, for_people=True)
