"""The sample's slow trace, read from `resources/samples` for the picture on the first-run page. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from tracedesk.base.clock import format_duration
from tracedesk.base.paths import resources
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import Trace, build_trace

FILE = "refund_bot.otlp.json"
SHOWN = "Help with my refund"


class Sample(NamedTuple):
    """One trace of the sample with its critical path, and a sentence about the whole."""

    trace: Trace
    path: list[tuple[int, int, int]]
    words: str


def load_sample() -> Sample:
    """Read the sample and pick the trace of the mock-ups: the longest one that asks for a refund."""
    from tracedesk.ingest.stages import prepare  # on the reader's thread, not while the window is made
    from tracedesk.pricing.book import PriceBook
    from tracedesk.whatif.baseline import Baseline
    from tracedesk.whatif.critical_path import critical_path
    from tracedesk.wire import otlp_json

    batch = otlp_json.decode_traces((resources() / "samples" / FILE).read_bytes(), origin="file")
    book = PriceBook()
    rows: dict[bytes, list[SpanRow]] = {}
    for span in batch.spans:
        row = prepare(span, (), book).row
        rows.setdefault(row.trace_id, []).append(row)
    traces = [build_trace(group) for group in rows.values()]
    asked = [trace for trace, group in zip(traces, rows.values(), strict=True) if any(row.title == SHOWN for row in group)]
    trace = max(asked or traces, key=lambda trace: trace.t1_ns - trace.t0_ns)
    path = [(piece.span, piece.start_ns, piece.end_ns) for piece in critical_path(Baseline.of(trace))]
    slow = format_duration(trace.t1_ns - trace.t0_ns)
    return Sample(trace, path, f"{len(traces)} traces, one mystery. Find why refund-v14 takes {slow}.")
