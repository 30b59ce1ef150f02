"""Which requests stand alone beside the histogram of tokens."""

from __future__ import annotations

from pathlib import Path

from tests.store.making import reading, send, span, storing, trace_id
from tracedesk.analytics.asking import asked, whole_range
from tracedesk.analytics.catalogue import panel
from tracedesk.model.kinds import Kind
from tracedesk.model.query import TraceQuery


def test_a_request_far_outside_of_its_own_prompt_stands_alone(tmp_path: Path) -> None:
    """Small prompts of 1,000 and large ones of 30,000 tokens: 29,000 is far outside among the small ones only."""
    sizes = {number: ("small", 1_000 + number) if number % 2 else ("large", 30_000 + number) for number in range(1, 61)}
    sizes[100] = ("small", 29_000)
    sizes[101] = ("large", 29_000)
    sizes[102] = ("rare", 10**6)
    with storing(tmp_path / "t.db") as writer:
        send(writer, [span(number, 1, start_ms=number, kind=Kind.LLM, input_tokens=tokens,
                           tags=f'{{"prompt_version":"{prompt}"}}')
                      for number, (prompt, tokens) in sizes.items()])
        writer.settle()
    with reading(tmp_path / "t.db") as store:
        start, end = whole_range(store)
        histogram = panel("tokens_per_request").answer(store, asked(TraceQuery(), start, end))
    assert histogram.outliers == ((29_000.0, f"id = {trace_id(100).hex()}"),), "nobody knows what is usual for the rare one"
    assert sum(group.values.sum() for group in histogram.groups) == len(sizes) - 1
    assert {group.label for group in histogram.groups} == {"small", "large", "rare"}
