"""The panels of the Metrics page over a million spans in 100,000 traces: half of them asked about, half the period before."""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.bench_store import BATCH, SPANS_PER_TRACE, conversation
from tests.store.making import KEY, Made
from tracedesk.analytics.asking import asked, whole_range
from tracedesk.analytics.catalogue import all_panels
from tracedesk.analytics.panel import Asked, Panel
from tracedesk.model.kinds import Kind
from tracedesk.model.query import parse
from tracedesk.model.row import SpanRow
from tracedesk.model.signs import Sign, to_json
from tracedesk.model.span import Span
from tracedesk.semconv.counting import not_counted
from tracedesk.store.connect import Store, open_store
from tracedesk.store.payloads import packed_words
from tracedesk.store.writer import Writer

PAGE = ("tile", "wide", "side", "row", "foot")
"""Places of the page's first screen."""
FILTERS = ("tag.tier = gold", "prompt = refund-v14", "user = user-77", "service = support-bot-1", "sign = timeout",
           "duration > 5s status = error", "parcel")
_SIGNS = {11: Sign("timeout", "error type", None, "TimeoutError"), 13: Sign("score", "judge", 0.9, ""),
          17: Sign("vote", "thumbs", 1, ""), 19: Sign("blocked", "input_guard", None, "policy"),
          23: Sign("success", "task.success", 1, ""), 500: Sign("jailbreak", "words: override", None, "ignore all rules")}


def _spans(number: int, dice: random.Random) -> list[Made]:
    """A trace of ten spans with tags, waits and signs."""
    made = conversation(number, dice)
    root = made[0].row
    tags = json.loads(root.tags or "{}") | {"tier": ("gold", "tin", "iron")[number % 3], "feature": f"feature-{number % 12}"}
    signs = to_json(sign for every, sign in _SIGNS.items() if number % every == 0)
    made[0] = made[0]._replace(row=root._replace(tags=json.dumps(tags), signs=signs))
    return [item._replace(row=item.row._replace(ttft_ns=5_000_000 + number % 1_000)) if item.row.kind == Kind.LLM else item
            for item in made]


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    spans = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.db"
        dice = random.Random(1)
        with open_store(path, role="write", key=KEY) as store:
            writer = store.writer(not_counted)
            for first in range(0, spans // SPANS_PER_TRACE, BATCH // SPANS_PER_TRACE):
                writer.write([item for number in range(first, first + BATCH // SPANS_PER_TRACE)
                              for item in _spans(number, dice)])
                writer.settle()
            return _panels(path, writer, spans)


def _panels(path: Path, writer: Writer, spans: int) -> list[tuple[str, str, str]]:
    page = [panel for panel in all_panels() if panel.place in PAGE]
    first = median(_page_ms(path, page) for _ in range(3))
    rows = [(f"{spans:,} spans: the page ({len(page)} panels), first time after opening the store", _ms(first), "500 ms")]
    with open_store(path, role="read", key=KEY) as store:
        start, end = whole_range(store)
        question = asked(parse(""), (start + end) // 2, end)
        alone = {panel.key: _alone_ms(path, panel, question) for panel in all_panels()}
        slowest = max(alone, key=alone.__getitem__)
        rows.append((f"a panel alone, first time after opening the store; the slowest: {slowest}", _ms(alone[slowest]), ""))
        for panel in all_panels():
            panel.answer(store, question)
        again = {panel.key: median(_ask_ms(store, panel, question) for _ in range(3)) for panel in all_panels()}
        slowest = max(again, key=again.__getitem__)
        rows.append((f"a panel; the slowest of {len(again)}: {slowest}", _ms(again[slowest]), "200 ms"))
        rows.append((f"the page, again ({len(page)} panels)", _ms(sum(again[panel.key] for panel in page)), "500 ms"))
        rows.append((f"all {len(again)} panels, again", _ms(sum(again.values())), ""))
        for text in FILTERS:
            filtered = asked(parse(text), (start + end) // 2, end)
            rows.append((f"the page, filter {text}", _ms(sum(_ask_ms(store, panel, filtered) for panel in page)), "1,000 ms"))
        by_user = asked(parse(""), (start + end) // 2, end, by="user")
        attribution = next(panel for panel in page if panel.key == "attribution")
        rows.append(("attribution by user, 5,000 of them", _ms(_ask_ms(store, attribution, by_user)), "200 ms"))
        these = asked(parse("prompt = refund-v14"), (start + end) // 2, end)
        different = next(panel for panel in all_panels() if panel.key == "difference")
        rows.append(("what is different about half of them, with attributes of a sample", _ms(_ask_ms(store, different, these)),
                     "200 ms"))
        for number in range(2):                                     # the first makes room for those to come
            writer.write([Made(span_row, packed_words(span_row, ""), one) for one, span_row in _more(number, end)])
            if not number:
                page[0].answer(store, question)
        rows.append(("the page, after a trace came", _ms(sum(_ask_ms(store, panel, question) for panel in page)), "500 ms"))
    return rows


def _more(number: int, end_ns: int) -> list[tuple[Span, SpanRow]]:
    """One more trace of ten spans."""
    made = conversation(10**7 + number, random.Random(number + 2))
    return [(item.span, item.row._replace(start_ns=end_ns - 1_000, end_ns=end_ns)) for item in made]


def _page_ms(path: Path, panels: list[Panel]) -> float:
    with open_store(path, role="read", key=KEY) as store:
        start, end = whole_range(store)
        question = asked(parse(""), (start + end) // 2, end)
        return sum(_ask_ms(store, panel, question) for panel in panels)


def _alone_ms(path: Path, panel: Panel, question: Asked) -> float:
    with open_store(path, role="read", key=KEY) as store:
        return _ask_ms(store, panel, question)


def _ask_ms(store: Store, panel: Panel, question: Asked) -> float:
    begun = time.perf_counter()
    panel.answer(store, question)
    return (time.perf_counter() - begun) * 1_000


def _ms(value: float) -> str:
    return f"{value:,.1f} ms"
