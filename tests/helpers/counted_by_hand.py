"""Random stores for panels, and the same store as plain rows of the views of `tracedesk sql`, to count by hand."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.store.making import KEY, made, reading, send, storing
from tracedesk.model.kinds import COUNTED_KINDS, Kind, Status
from tracedesk.model.query import parse
from tracedesk.model.signs import Sign, to_json
from tracedesk.model.span import Note, Resource, Scope, Span
from tracedesk.store import questions, sql
from tracedesk.store.connect import Store, open_store

START_NS = 1_774_652_400_000_000_000
"""2026-03-28 00:00 in Berlin, a day before its clocks are put forward."""
HOUR_NS = 3_600_000_000_000
DAYS = 3
END_NS = START_NS + DAYS * 24 * HOUR_NS

_SIGNS = [Sign("timeout", "error type", None, "TimeoutError"), Sign("retry", "resend_count", 2, "2"),
          Sign("refusal", "words", None, "I can't help"), Sign("blocked", "guard", None, "no"),
          Sign("filter", "finish reason", None, "content_filter"),
          Sign("jailbreak", "words: override", None, "ignore all rules"),
          Sign("score", "judge", 0.25, ""), Sign("score", "judge", 0.9, "fine"), Sign("score", "stars", 4, ""),
          Sign("vote", "thumbs", 1, ""), Sign("vote", "thumbs", -1, ""), Sign("success", "task.success", 1, ""),
          Sign("success", "task.success", 0, "")]


def random_spans(seed: int, traces: int = 60) -> list[Span]:
    """Spans of some traces: all kinds, sizes and gaps in what is known."""
    dice = random.Random(seed)
    found = []
    for trace in range(1, traces + 1):
        begun = START_NS + dice.randrange(DAYS * 24 * HOUR_NS)
        tags: dict[str, Any] = {}
        if dice.random() < 0.8:
            tags["prompt_version"] = dice.choice(["refund-v1", "refund-v2", "order-v9"])
        if dice.random() < 0.5:
            tags["feature"] = dice.choice(["refunds", "orders"])
        if dice.random() < 0.3:
            tags["tier"] = dice.choice(["gold", "tin"])
        for number in range(1, dice.randrange(2, 9)):
            start = begun + dice.randrange(0, 20_000_000_000)
            kind = dice.choice([*Kind])
            fields: dict[str, Any] = {"kind": kind}
            if kind in COUNTED_KINDS or dice.random() < 0.05:
                fields |= {"model": dice.choice([None, "gpt", "llama"]), "provider": dice.choice([None, "openai", "ollama"]),
                           "cost_status": dice.choice([1, 1, 2, 4, 5]), "input_tokens": dice.choice([None, 0, 120, 4_000]),
                           "output_tokens": dice.choice([None, 0, 30, 900]),
                           "cache_read_tokens": dice.choice([None, None, 100]),
                           "ttft_ns": dice.choice([None, 40_000_000, 2_000_000_000])}
                if fields["cost_status"] in (1, 2):
                    fields["cost_nusd"] = dice.choice([0, 1, 7_000, 2_500_000])
            if number == 1:
                fields |= {"tags": json.dumps(tags) if tags else None,
                           "user_id": dice.choice([None, "eva", "max", "ida"]), "session_id": f"s-{trace % 5}"}
            if dice.random() < 0.25:
                fields["signs"] = to_json(dice.sample(_SIGNS, dice.randrange(1, 4)))
            status = dice.choice([Status.UNSET, Status.UNSET, Status.OK, Status.ERROR])
            if status == Status.ERROR:
                fields["error_type"] = dice.choice([None, "TimeoutError", "CancelledError"])
            end = None if dice.random() < 0.08 else start + dice.choice([0, 3_000_000, dice.randrange(1, 9_000_000_000)])
            found.append(Span(
                trace.to_bytes(16, "big"), (trace * 100 + number).to_bytes(8, "big"),
                None if number == 1 else (trace * 100 + dice.choice([1, dice.randrange(1, number)])).to_bytes(8, "big"),
                dice.choice(["chat", "chat", "search", f"job {dice.randrange(10**6, 10**7)}"]), start, end, fields,
                Resource({"service.name": dice.choice(["bot", "shop"])}), Scope("test"), status=status,
                notes=dice.choice([0, 0, 0, int(Note.PENDING)])))
    return found


def fill(path: Path, seed: int, traces: int = 60) -> None:
    """A store of random spans: in mixed batches, some sent again, some late, some replaced, some priced anew."""
    dice = random.Random(seed + 1)
    spans = random_spans(seed, traces)
    dice.shuffle(spans)
    late, spans = spans[:len(spans) // 6], spans[len(spans) // 6:]
    with storing(path) as writer:
        while spans:
            batch, spans = spans[:23], spans[23:]
            send(writer, batch)
            send(writer, batch[:3])
            writer.index_pending(2)
        for span in dice.sample(late, len(late) // 2):
            send(writer, [span, Span(**{**_fields(span), "end_ns": (span.end_ns or span.start_ns) + 5_000_000_000})])
        send(writer, late)
        writer.settle()
        priced = [span for span in late if "cost_nusd" in span.attributes]
        for span in priced:
            span.attributes["cost_nusd"] = 123_456
        writer.write([made(span) for span in priced], read_anew=True)
        writer.settle()


def _fields(span: Span) -> dict[str, Any]:
    return {name: getattr(span, name) for name in (
        "trace_id", "span_id", "parent_id", "name", "start_ns", "end_ns", "attributes", "resource", "scope", "status", "notes")}


@dataclass
class Counted:
    """A store as the rows of its views, by trace id, and what is asked of it counted by hand."""

    store: Store
    traces: list[dict[str, Any]] = field(default_factory=list)

    @cached_property
    def spans(self) -> list[dict[str, Any]]:
        """All spans."""
        return rows(self.store, "SELECT * FROM spans")

    @cached_property
    def signs(self) -> list[dict[str, Any]]:
        """All signs."""
        return rows(self.store, "SELECT * FROM signs")

    def requests(self, query: str, start_ns: int, end_ns: int) -> list[dict[str, Any]]:
        """The traces that match and start in the range."""
        meant = {found.hex() for found in questions.ids(self.store, parse(query))}
        return [trace for trace in self.traces if trace["trace_id"] in meant and start_ns <= trace["start_ns"] < end_ns]

    def calls(self, requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The counted model calls of these traces."""
        meant = {trace["trace_id"] for trace in requests}
        counted = {kind.label for kind in COUNTED_KINDS}
        return [span for span in self.spans if span["trace_id"] in meant and span["counted"]
                and (span["kind"] in counted or span["cost_status"])]


def counted(path: Path) -> Counted:
    """The store at `path` by hand; close its store after use."""
    store = reading(path)
    return Counted(store, rows(store, "SELECT * FROM traces"))


def rows(store: Store, statement: str) -> list[dict[str, Any]]:
    """The rows of a SELECT by the names of its columns. Asked on a connection of its own: views stay where they were made."""
    with open_store(store.path, role="read", key=KEY) as own:
        answer = sql.ask(own, statement, limit=1_000_000)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
