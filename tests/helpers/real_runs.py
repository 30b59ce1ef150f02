"""Small programs that are really run, as they are and changed, to make what-if cases of our own.

`python -m tests.helpers.real_runs tests/golden/whatif` writes one file per case. Sleeps are the work; the change is made to the
sleeps and never to the trace. Each run is repeated until two agree, so that a busy machine does not end up in a fixture.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

_parent: contextvars.ContextVar[str | None] = contextvars.ContextVar("parent", default=None)
AGREE_WITHIN = 0.004
TRIES = 8


class Recorder:
    """Records the spans of one run, and makes the change to the work. Keys name logical steps across runs."""

    def __init__(self, change: dict[str, Any] | None) -> None:
        self.change = change or {}
        self.spans: list[dict[str, Any]] = []
        self.places = int(self.change.get("k", 0)) if self.change.get("op") == "limit" else 0

    def hit(self, name: str, kind: str) -> bool:
        """Whether the change is about spans of that name and kind."""
        wanted = self.change.get("select", {"name": None})
        return all({"name": name, "kind": kind}[key] == value for key, value in wanted.items())

    def length(self, name: str, kind: str, ms: float) -> float:
        """The work of a call under the change."""
        if not self.hit(name, kind):
            return ms
        match self.change["op"]:
            case "scale":
                return float(ms * self.change["factor"])
            case "add":
                return float(max(0.0, ms + self.change["ms"]))
            case "remove":
                return float(self.change.get("hit_ms", 0.0))
        return ms

    @contextlib.asynccontextmanager
    async def span(self, name: str, kind: str, key: str | None = None) -> AsyncIterator[dict[str, Any]]:
        """One span around what happens inside."""
        record: dict[str, Any] = {
            "key": key or name, "trace_id": "00" * 15 + "0c", "span_id": f"{len(self.spans) + 1:016x}",
            "parent_id": _parent.get(), "name": name, "kind": kind, "service": "app", "otel_kind": "INTERNAL",
            "start_ns": time.time_ns(), "end_ns": None, "status": "UNSET", "attributes": {}, "events": [], "links": []}
        self.spans.append(record)
        token = _parent.set(record["span_id"])
        try:
            yield record
        except (TimeoutError, ConnectionError, asyncio.CancelledError) as error:
            record["status"] = "ERROR"
            record["events"].append({"name": "exception", "t_ns": time.time_ns(),
                                     "attributes": {"exception.type": type(error).__name__}})
            raise
        finally:
            _parent.reset(token)
            record["end_ns"] = time.time_ns()

    async def call(self, name: str, kind: str, ms: float, key: str | None = None, *, fails: bool = False) -> None:
        """A call: a leaf span that lasts so long."""
        ms = self.length(name, kind, ms)
        async with self.span(name, kind, key):
            if self.change.get("op") == "timeout" and self.hit(name, kind) and ms > self.change["ms"]:
                await asyncio.sleep(self.change["ms"] / 1e3)
                raise TimeoutError
            await asyncio.sleep(ms / 1e3)
            if fails:
                raise ConnectionError


Program = Callable[[Recorder], Awaitable[None]]


async def rag(run: Recorder) -> None:
    """Retrieval, reranking and an answer, one after the other, with a query inside the retrieval."""
    async with run.span("rag", "chain"):
        await asyncio.sleep(0.004)
        async with run.span("retrieve", "retriever"):
            await asyncio.sleep(0.003)
            await run.call("query", "db", 60)
        await run.call("rerank", "reranker", 90)
        await asyncio.sleep(0.006)
        await run.call("answer", "llm", 140)


async def fan_out(run: Recorder) -> None:
    """Three tools at once, then an answer; a log line that nobody waits for."""
    async with run.span("agent", "agent"):
        await run.call("plan", "llm", 70)
        await asyncio.gather(run.call("search", "tool", 120), run.call("calc", "tool", 40), run.call("fetch", "tool", 80))
        background = asyncio.create_task(run.call("audit_log", "tool", 150))
        await run.call("answer", "llm", 90)
    await background


async def pooled(run: Recorder) -> None:
    """Eight calls share a semaphore."""
    places = asyncio.Semaphore(run.places or 3)
    dice = random.Random(8)
    lengths = [dice.randrange(50, 160) for _ in range(8)]

    async def one(nth: int) -> None:
        async with places:
            await run.call("summarize", "llm", lengths[nth], f"summarize{nth}")

    async with run.span("map", "chain"):
        await asyncio.gather(*[one(nth) for nth in range(8)])
        await run.call("reduce", "llm", 80)


async def shared(run: Recorder) -> None:
    """Workers share two places for one of their calls."""
    places = asyncio.Semaphore(run.places or 2)
    dice = random.Random(5)
    lengths = [[(dice.randrange(40, 90), dice.randrange(15, 40)) for _ in range(2)] for _ in range(4)]

    async def worker(nth: int) -> None:
        async with run.span("worker", "agent", f"worker{nth}"):
            for turn in range(2):
                async with places:
                    await run.call("generate", "llm", lengths[nth][turn][0], f"generate{nth}.{turn}")
                await run.call("store", "tool", lengths[nth][turn][1], f"store{nth}.{turn}")

    async with run.span("fleet", "agent"):
        await asyncio.gather(*[worker(nth) for nth in range(4)])


async def retried(run: Recorder) -> None:
    """A lookup that fails once and is tried again after a pause."""
    more = run.change.get("count", 0) if run.change.get("op") == "retry" else 0
    async with run.span("job", "chain"):
        await run.call("plan", "llm", 60)
        for attempt in range(2 + more):
            try:
                key = "last" if attempt == 1 + more else f"failed{attempt}"
                await run.call("lookup", "tool", 50, key, fails=attempt < 1 + more)
            except ConnectionError:
                await asyncio.sleep(0.04 * 2 ** attempt)
        await run.call("answer", "llm", 90)


async def timed_out(run: Recorder) -> None:
    """A slow tool beside a quick one; the agent goes on without it."""
    async def slow() -> None:
        with contextlib.suppress(TimeoutError):
            await run.call("slow", "tool", 160)

    async with run.span("agent", "agent"):
        await asyncio.gather(slow(), run.call("quick", "tool", 50))
        await run.call("answer", "llm", 80)


async def tools_in_turn(run: Recorder) -> None:
    """Three tools one after the other, or at once."""
    lengths = (70, 110, 50)
    async with run.span("agent", "agent"):
        await run.call("plan", "llm", 60)
        if run.change.get("op") == "parallel":
            await asyncio.gather(*[run.call("tool", "tool", ms, f"tool{nth}") for nth, ms in enumerate(lengths)])
        else:
            for nth, ms in enumerate(lengths):
                await run.call("tool", "tool", ms, f"tool{nth}")
        await run.call("answer", "llm", 70)


CASES: tuple[tuple[Program, dict[str, Any]], ...] = (
    (rag, {"op": "scale", "select": {"name": "rerank"}, "factor": 3}),
    (rag, {"op": "add", "select": {"kind": "db"}, "ms": 80}),
    (fan_out, {"op": "scale", "select": {"name": "calc"}, "factor": 4}),
    (fan_out, {"op": "scale", "select": {"name": "audit_log"}, "factor": 2}),
    (fan_out, {"op": "remove", "select": {"name": "search"}, "hit_ms": 3}),
    (pooled, {"op": "scale", "select": {"name": "summarize"}, "factor": 1.6}),
    (pooled, {"op": "limit", "select": {"name": "summarize"}, "k": 6}),
    (shared, {"op": "scale", "select": {"name": "generate"}, "factor": 2}),
    (shared, {"op": "limit", "select": {"name": "generate"}, "k": 4}),
    (retried, {"op": "retry", "select": {"name": "lookup"}, "count": 1, "backoff_ms": 40}),
    (timed_out, {"op": "timeout", "select": {"name": "slow"}, "ms": 90, "then": "continue"}),
    (tools_in_turn, {"op": "parallel", "select": {"name": "tool"}}),
)


def run_once(program: Program, change: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The spans of one run."""
    run = Recorder(change)

    async def whole() -> None:
        await program(run)

    asyncio.run(whole())
    return sorted(run.spans, key=lambda span: span["start_ns"])


def steady(program: Program, change: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The later of two runs that agree, or of the nearest pair seen."""
    runs = [run_once(program, change)]
    best: tuple[float, list[dict[str, Any]]] | None = None
    while len(runs) < TRIES and (best is None or best[0] > AGREE_WITHIN):
        latest = run_once(program, change)
        off = min(abs(total_ms(latest) / total_ms(other) - 1) for other in runs)
        best = min(best or (off, latest), (off, latest), key=lambda pair: pair[0])
        runs.append(latest)
    return best[1] if best else runs[0]


def total_ms(spans: list[dict[str, Any]]) -> float:
    """Duration of the root."""
    root = next(span for span in spans if span["parent_id"] is None)
    return float((root["end_ns"] - root["start_ns"]) / 1e6)


def make_case(name: str, program: Program, change: dict[str, Any]) -> dict[str, Any]:
    """A case: both runs, the change, and which spans are the same logical step."""
    before, after = steady(program, None), steady(program, change)
    ids = {span["key"]: span["span_id"] for span in after}
    pairs = [[span["span_id"], ids[span["key"]]] for span in before if span["key"] in ids]
    strip = [{key: value for key, value in span.items() if key != "key"} for span in (*before, *after)]
    return {"name": name, "program": program.__name__, "class": "certain", "perturbation": [change],
            "baseline_total_ms": total_ms(before), "actual_total_ms": total_ms(after), "pairs": pairs,
            "baseline": strip[:len(before)], "actual": strip[len(before):]}


def main(folder: str) -> None:
    """Write all cases into a folder."""
    for number, (program, change) in enumerate(CASES):
        name = f"{program.__name__}-{number:02}-{change['op']}"
        case = make_case(name, program, change)
        Path(folder, f"{name}.json").write_text(json.dumps(case, separators=(",", ":")) + "\n", encoding="utf-8")
        print(f"{name}: {case['baseline_total_ms']:.1f} → {case['actual_total_ms']:.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1])
