"""The work "reprice": stored spans read and priced again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracedesk.engine.jobs import JobKind, Progress, Work
from tracedesk.ingest.reprice import reprice
from tracedesk.store import prices
from tracedesk.store.writer import Writer


def _work(writer: Writer, _: Mapping[str, Any]) -> Work:
    steps = reprice(writer, prices.book(writer.store))
    while True:
        try:
            done = next(steps)
        except StopIteration as over:
            return f"{over.value.spans:,} spans read again, {over.value.changed:,} changed."
        yield Progress(done.spans, done.total)


PART = JobKind("reprice", title="Read and price stored spans again", work=_work)
