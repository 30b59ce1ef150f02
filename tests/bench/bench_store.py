"""The store by itself: writing, and every question of the traces page over a million spans; opening one large trace."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from tests.store.making import KEY, MS, T0_NS, Made
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.query import parse
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Resource, Scope, Span
from tracedesk.semconv.counting import not_counted
from tracedesk.store import questions
from tracedesk.store.connect import Store, open_store
from tracedesk.store.payloads import packed_words
from tracedesk.wire.encode import span_raw

BATCH = 2_000
SPANS_PER_TRACE = 10
WORDS = [a + b for a in ("re", "par", "ket", "or", "ship", "stat", "in", "con")
         for b in ("fund", "cel", "tle", "der", "ment", "us")]
MODELS = ("gpt-4o", "gpt-4o-mini", "claude-sonnet-4", "llama-3.1-8b")
STEPS = (("refund_agent", Kind.AGENT, None), ("input_guard", Kind.GUARDRAIL, 0), ("retrieve_context", Kind.CHAIN, 0),
         ("embed_query", Kind.EMBEDDING, 2), ("search_docs", Kind.RETRIEVER, 2), ("rerank", Kind.RERANKER, 2),
         ("chat gpt-4o", Kind.LLM, 0), ("search_orders", Kind.TOOL, 0), ("GET /v1/orders", Kind.HTTP, 7),
         ("chat gpt-4o", Kind.LLM, 0))
TAGS = [f'{{"environment":"local","prompt_version":"refund-v{version}"}}' for version in (13, 14)]
CALLS = (Kind.LLM, Kind.EMBEDDING, Kind.RERANKER)


def conversation(number: int, dice: random.Random) -> list[Made]:
    """One trace of ten spans: model calls of 1.2 kB, others of 0.3 kB."""
    trace_id = dice.getrandbits(128).to_bytes(16, "big")
    ids = [dice.getrandbits(64).to_bytes(8, "big") for _ in STEPS]
    start = T0_NS + number * 700 * MS
    service = f"support-bot-{number % 3}"
    resource, scope = RESOURCES[number % 3], SCOPE
    failed = number % 30 == 0
    made = []
    for at, (name, kind, parent) in enumerate(STEPS):
        call = kind in CALLS
        text = " ".join(dice.choices(WORDS, k=90 if kind == Kind.LLM else 12))
        begun = start + at * 20 * MS
        ended = begun + dice.randrange(5, 900) * MS if at else start + dice.randrange(900, 9_000) * MS
        model = MODELS[number % 4] if call else None
        attributes = {"gen_ai.input.messages": text, "gen_ai.request.model": model or "", "gen_ai.operation.name": "chat",
                      "gen_ai.usage.input_tokens": 400 + number % 800, "user.id": f"user-{number % 5_000}"}
        span = Span(trace_id, ids[at], None if parent is None else ids[parent], name, begun, ended, attributes, resource, scope,
                    otel_kind=3, status=Status.ERROR if failed and at == 7 else Status.UNSET)
        span.raw = span_raw(span)
        row = SpanRow(
            trace_id, ids[at], span.parent_id, name, service, begun, ended, kind=kind, otel_kind=3, status=span.status,
            operation="chat" if call else None, model=model, provider="openai" if call else None,
            input_tokens=400 + number % 800 if call else None, output_tokens=60 if kind == Kind.LLM else None,
            cost_nusd=2_000_000 + number if call else None, cost_status=int(CostStatus.PRICED) if call else 0,
            response_id=f"resp-{number}-{at}" if kind == Kind.LLM else None,
            user_id=f"user-{number % 5_000}" if at == 0 else None,
            session_id=f"s-{number // 4}" if at == 0 else None, title=text[:60] if at == 0 else None,
            error_message="timeout after 5 s" if span.status == Status.ERROR else None,
            tags=TAGS[number % 2] if at == 0 else None)
        made.append(Made(row, packed_words(row, text), span))
    return made


RESOURCES = [Resource({"service.name": f"support-bot-{number}", "service.version": "1.4.2"}) for number in range(3)]
SCOPE = Scope("opentelemetry.instrumentation.openai", "2.0")


def one_trace(size: int) -> Iterator[list[Made]]:
    """One trace of that many spans, in batches: steps of ten below one root."""
    dice = random.Random(size)
    trace_id = b"\7" * 16
    root = b"\1" * 8
    step: list[Made] = []
    batch: list[Made] = []
    for number in range(-(-size // SPANS_PER_TRACE)):
        step = conversation(number, dice)
        first = step[0].row.span_id
        for item in step:
            parent = item.row.parent_id
            top = number == 0 and parent is None
            below = parent is None or (number == 0 and parent == first)
            batch.append(Made(item.row._replace(
                trace_id=trace_id, span_id=root if top else item.row.span_id,
                parent_id=None if top else root if below else parent), item.words, item.span))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    spans, sizes = (100_000, (10_000, 100_000)) if quick else (1_000_000, (10_000, 100_000, 1_000_000))
    with tempfile.TemporaryDirectory() as folder:
        return [*_many_traces(Path(folder) / "many.db", spans), *_large_traces(Path(folder), sizes)]


def _many_traces(path: Path, spans: int) -> list[tuple[str, str, str]]:
    dice = random.Random(1)
    writing = indexing = 0.0
    received = 0
    slowest = 0.0
    with open_store(path, role="write", key=KEY) as store:
        writer = store.writer(not_counted)
        for first in range(0, spans // SPANS_PER_TRACE, BATCH // SPANS_PER_TRACE):
            batch = [item for number in range(first, first + BATCH // SPANS_PER_TRACE) for item in conversation(number, dice)]
            received += sum(len(item.span.raw) for item in batch)
            begun = time.perf_counter()
            writer.write(batch)
            written = time.perf_counter()
            slowest = max(slowest, written - begun)
            writing += written - begun
            writer.settle()
            indexing += time.perf_counter() - written
    size = sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
    rows = [
        (f"{spans:,} spans in {spans // SPANS_PER_TRACE:,} traces: prepared to committed", f"{spans / writing:,.0f} spans/s",
         "25,000 spans/s, with the wire and normalising"),
        ("the same, with the text index and doubled calls", f"{spans / (writing + indexing):,.0f} spans/s", ""),
        ("slowest commit of 2,000 spans", _ms(slowest), ""),
        ("bytes on disk per byte received", f"{size / received:.2f}", ""),
    ]
    with open_store(path, role="read", key=KEY) as store:
        for what, ask in QUESTIONS:
            rows.append((f"{spans:,} spans: {what}", _ms(_median_s(partial(ask, store))), "100 ms"))
    return rows


def _ask(query: str, question: Callable[[Store, Any], object]) -> Callable[[Store], object]:
    return lambda store: question(store, parse(query))


def _peers(store: Store) -> object:
    newest = questions.traces(store, limit=1)[0].trace_id
    return questions.peers(store, newest, questions.trace(store, newest).span_ids[:4])


QUESTIONS: tuple[tuple[str, Callable[[Store], object]], ...] = (
    ("newest page", _ask("", questions.traces)),
    ("count", _ask("", questions.count)),
    ("filter service and duration", _ask("service = support-bot-1 duration > 2s", questions.traces)),
    ("filter model, cost, status", _ask("model = gpt-4o cost > $0.008 status = error", questions.traces)),
    ("filter one user", _ask("user = user-77", questions.traces)),
    ("filter a tag that half of them have", _ask("prompt = refund-v14", questions.traces)),
    ("filter that finds nothing", _ask("cost > $100", questions.traces)),
    ("count of a filter", _ask("duration > 2s", questions.count)),
    ("search a common word", _ask("refund", questions.traces)),
    ("search a phrase", _ask('"parcel kettle order"', questions.traces)),
    ("search words of errors", _ask("error has timeout", questions.traces)),
    ("search with a filter", _ask("refund status = error service = support-bot-0", questions.traces)),
    ("count of a common word", _ask("refund", questions.count)),
    ("facets", _ask("", questions.facets)),
    ("facets of a filter", _ask("duration > 2s", questions.facets)),
    ("density", _ask("", lambda store, query: questions.density(store, query, 48, 7))),
    ("peers of a trace and four spans", _peers),
)


def _large_traces(folder: Path, sizes: tuple[int, ...]) -> list[tuple[str, str, str]]:
    budgets = {10_000: "150 ms", 100_000: "500 ms", 1_000_000: "2,000 ms"}
    rows = []
    for size in sizes:
        path = folder / f"{size}.db"
        with open_store(path, role="write", key=KEY) as store:
            writer = store.writer(not_counted)
            for batch in one_trace(size):
                writer.write(batch)
            begun = time.perf_counter()
            writer.settle()
            settled = time.perf_counter() - begun
        with open_store(path, role="read", key=KEY) as store:
            opened = _ms(_median_s(partial(questions.trace, store, b"\7" * 16), 3))
            rows.append((f"open a trace of {size:,} spans", opened, budgets.get(size, "")))
            rows.append((f"a trace of {size:,} spans: text index and exact sums", _ms(settled), ""))
    return rows


def _median_s(act: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def _ms(seconds: float) -> str:
    return f"{seconds * 1_000:,.1f} ms"
