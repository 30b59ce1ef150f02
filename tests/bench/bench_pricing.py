"""What a price costs: of a known model, one with tiers, one that nobody knows, the first of a model; and repricing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.pricing.book import PriceBook
from tracedesk.pricing.on_model import on_model

NOW_NS = 1_772_359_200_000_000_000


def _call(model: str, provider: str | None, tokens: int) -> LlmFields:
    values = {"model.response": model, "model.requested": "gpt-4o", "provider.endpoint": "api.openai.com",
              "tokens.input": tokens, "tokens.output": 78, "tokens.cache_read": tokens // 2,
              "response.id": "chatcmpl-1", "user.id": "user-4821"}
    return LlmFields(Kind.LLM, values=values if provider is None else {**values, "provider": provider})


def _per_call_us(work: Callable[[], object], times: int) -> float:
    """Processor time of one call, the best of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time_ns()
        for _ in range(times):
            work()
        best = min(best, time.process_time_ns() - start)
    return best / times / 1000


def _repriced(count: int) -> tuple[float, float]:
    """Spans per second of repricing a store: where nothing changes, and where every cost does."""
    from tracedesk.ingest.reprice import reprice
    from tracedesk.ingest.stages import prepare_all
    from tracedesk.pricing.override import Override
    from tracedesk.semconv.counting import not_counted
    from tracedesk.store.connect import open_store

    attributes = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
                  "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17, "gen_ai.input.messages": "x" * 600,
                  "gen_ai.output.messages": "y" * 300}
    resource, scope, old = Resource({"service.name": "bot"}), Scope("bench"), PriceBook()
    spans = [Span((at // 10 + 1).to_bytes(16, "big"), (at + 1).to_bytes(8, "big"), None, "chat", NOW_NS + at, NOW_NS + at + 9,
                  attributes, resource, scope) for at in range(count)]
    found = []
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "t.db", role="write", key=bytes(32)) as store:
        writer = store.writer(not_counted)
        for at in range(0, count, 2_000):
            writer.write(prepare_all(writer.gather(spans[at:at + 2_000], ()), old))
        writer.settle()
        for book in (old, PriceBook((Override("gpt-4o", nusd_per_mtok={"input": 1, "output": 1_000_000}),))):
            begun = time.perf_counter()
            for _ in reprice(writer, book):
                pass
            found.append(count / (time.perf_counter() - begun))
    return found[0], found[1]


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    book, times = PriceBook(), 20_000 if quick else 200_000
    begun = time.perf_counter()
    book.price(_call("gpt-4o", "openai", 1_000), NOW_NS)
    rows = [("first price: loads the table", f"{(time.perf_counter() - begun) * 1000:.0f} ms", "off the UI thread")]
    for what, fields, budget in (
            ("price, known model", _call("gpt-4o-2024-08-06", "openai", 2_316), "3 µs"),
            ("price, model with tiers", _call("gemini-2.5-pro", "google", 250_000), "5 µs"),
            ("price, unknown model", _call("llama-guard3:8b", "ollama", 118), "3 µs")):
        book.price(fields, NOW_NS)
        rows.append((what, f"{_per_call_us(lambda fields=fields: book.price(fields, NOW_NS), times):.2f} µs", budget))
    new = [_call(f"gpt-4o-2024-08-06-{number}", None, 100) for number in range(200)]
    begun = time.perf_counter()
    for fields in new:
        book.price(fields, NOW_NS)
    rows.append(("price, first of a model", f"{(time.perf_counter() - begun) / len(new) * 1000:.2f} ms", ""))
    from tests.bench.bench_semconv import _rows

    trace = [row._replace(cost_status=1, cost_nusd=5, start_ns=NOW_NS) for row in _rows(10_000)]
    begun = time.perf_counter()
    on_model(trace, (), book, "gpt-4.1-mini", "openai")
    rows.append(("10,000 spans on another model", f"{(time.perf_counter() - begun) * 1000:.0f} ms", "50 ms"))
    same, changed = _repriced(5_000 if quick else 50_000)
    return [*rows, ("repricing, nothing changes", f"{same:,.0f} spans/s", ""),
            ("repricing, every cost changes", f"{changed:,.0f} spans/s", "")]
