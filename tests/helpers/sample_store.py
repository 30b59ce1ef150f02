"""A store with the sample traces of the refund bot, written without an engine."""

from __future__ import annotations

from pathlib import Path

from tracedesk.base.paths import resources
from tracedesk.importers.detect import load
from tracedesk.ingest.stages import prepare_all
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv.counting import not_counted
from tracedesk.store.connect import open_store

HERO = bytes.fromhex("a91c7e40c1cf2cac957293a938a45a27")
"""“Help with my refund”, the trace of the mock-ups."""


def write_sample(path: Path) -> Path:
    """Write all sample traces into a new store; gives its path."""
    spans, logs, _ = load(resources() / "samples" / "refund_bot.otlp.json")
    book = PriceBook()
    with open_store(path, role="write") as store:
        writer = store.writer(not_counted)
        writer.write(prepare_all(writer.gather(spans, logs), book), logs)
        writer.settle()
    return path
