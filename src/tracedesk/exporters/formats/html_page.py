"""One self-contained HTML page of a trace: its waterfall and what each span says, for somebody without TraceDesk.

Nothing is loaded from anywhere: a content security policy allows the one style and the one script that are in the page, by
their hashes. The data is JSON in which `<`, `>` and `&` are escapes, and the script sets every text as text.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from functools import cache
from typing import Any, BinaryIO

import orjson

from tracedesk.base.clock import format_duration, iso_time
from tracedesk.base.errors import DataError
from tracedesk.base.money import format_cost_exact, format_total
from tracedesk.base.paths import resources
from tracedesk.exporters.exporter import Exporter, Spans
from tracedesk.exporters.formats.markdown import MOST_CHARS, message_text
from tracedesk.exporters.plain import as_json, finite
from tracedesk.exporters.told import Sums, Told, sums, tell
from tracedesk.ingest.stages import Prices
from tracedesk.wire.values import clean

SHOWN = (("input.messages", "Input"), ("output.messages", "Output"))
VALUES = (("tool.args", "Arguments"), ("tool.result", "Result"), ("retrieval.query", "Query"),
          ("retrieval.documents", "Documents"), ("input.value", "Input"), ("output.value", "Output"), ("error.stack", "Stack"))


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write the page of one trace.

    Raises:
        DataError: there is more than one trace, or none.
    """
    found = iter(traces)
    trace = next(found, None)
    if not trace:
        raise DataError("There is no trace for the page.", hint="Name one.")
    if next(found, None) is not None:
        raise DataError("A page shows one trace, and several were named.", hint="Export them one by one, or as OTLP.")
    file.write(_page(tell(trace, book)).encode("utf-8"))


@cache
def _parts() -> tuple[str, str]:
    """The style and the script."""
    folder = resources() / "export"
    return (folder / "page.css").read_text("utf-8"), (folder / "page.js").read_text("utf-8")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() + "'"


def _page(told: list[Told]) -> str:
    style, script = _parts()
    found, name = sums(told), clean(told[0].span.name) or "trace"
    data = orjson.dumps({"spans": [_span(one, found) for one in told]}).decode()
    for char, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        data = data.replace(char, escape)
    tokens = "tokens not reported" if found.input_tokens is None and found.output_tokens is None else " → ".join(
        "?" if value is None else f"{value:,}" for value in (found.input_tokens, found.output_tokens)) + " tokens"
    said = " · ".join((told[0].span.trace_id.hex(), iso_time(found.start_ns), format_duration(found.end_ns - found.start_ns),
                       f"{len(told):,} spans", f"{found.errors:,} failed", tokens,
                       format_total(found.cost_nusd, found.unpriced_calls)))
    policy = (f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}; "
              f"script-src {_hash(script)}")
    return (f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f'<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
            f"<title>{html.escape(name)}</title>\n<style>{style}</style>\n</head>\n<body>\n<header><h1>{html.escape(name)}</h1>"
            f"<p>{html.escape(said)}</p></header>\n<main>\n"
            f'<div id="list" role="listbox" tabindex="0" aria-label="Spans"><div id="space"></div></div>\n'
            f'<aside id="side" aria-live="polite"></aside>\n</main>\n'
            f'<noscript><p>The page needs its own script to show the spans.</p></noscript>\n'
            f'<script type="application/json" id="data">{data}</script>\n<script>{script}</script>\n</body>\n</html>\n')


def _span(one: Told, found: Sums) -> dict[str, Any]:
    """What the script draws of a span: places are shares of the whole, everything else is text."""
    span, whole = one.span, max(1, found.end_ns - found.start_ns)
    end = span.end_ns if span.end_ns is not None else found.end_ns
    texts = [(title, "\n\n".join(f"{message.get('role', '?')}: {message_text(message)}" for message in messages))
             for key, title in SHOWN if (messages := [item for item in one.fields.get(key) or () if isinstance(item, dict)])]
    shown = {title for title, _ in texts}
    texts += [(title, value if isinstance(value, str) else as_json(value)) for key, title in VALUES
              if (value := one.fields.get(key)) is not None and title not in shown]
    return {
        "name": clean(span.name), "kind": one.kind, "depth": one.depth, "bad": span.status == 2,
        "from": (span.start_ns - found.start_ns) / whole, "to": (max(end, span.start_ns) - found.start_ns) / whole,
        "length": format_duration(span.end_ns - span.start_ns) if span.end_ns is not None else "not ended",
        "facts": _facts(one), "texts": [(title, clean(text)[:MOST_CHARS] + _rest(text)) for title, text in texts],
        "attributes": [(clean(str(key)), _value(value)) for key, value in span.attributes.items()],
        "events": [{"name": clean(event.name), "facts": [("time", iso_time(event.time_ns)), *(
            (clean(str(key)), _value(value)) for key, value in event.attributes.items())]} for event in span.events]}


def _rest(text: str) -> str:
    return f"\n({len(text) - MOST_CHARS:,} more characters)" if len(text) > MOST_CHARS else ""


def _value(value: Any) -> str:
    text = finite(value) if isinstance(value, str) else as_json(value)
    return str(text)[:MOST_CHARS] + _rest(str(text))


def _facts(one: Told) -> list[tuple[str, str]]:
    """The lines of the overview; what is not known is said to be so, or is not there."""
    span, row = one.span, one.row
    found = [("kind", one.kind), ("service", clean(span.resource.service)), ("start", iso_time(span.start_ns)),
             ("status", ("unset", "ok", "error")[span.status] if span.status < 3 else str(span.status))]
    if span.status_message:
        found.append(("message", clean(span.status_message)))
    if row.model:
        found.append(("model", clean(row.model)))
    if row.cost_status:
        tokens = " → ".join("?" if value is None else f"{value:,}" for value in (row.input_tokens, row.output_tokens))
        found.append(("tokens", tokens if tokens != "? → ?" else "not reported"))
        found.append(("cost", format_cost_exact(one.cost_nusd) if one.cost_nusd is not None else "unpriced" if one.counted
                      else "counted on another span"))
    found.append(("span id", span.span_id.hex()))
    return found


PART = Exporter("html", "HTML page of one trace, without TraceDesk", ".html", write, for_people=True)
