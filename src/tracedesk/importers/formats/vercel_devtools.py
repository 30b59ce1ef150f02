"""Vercel AI SDK devtools (`.devtools/generations.json`): runs and their steps; input, output and usage are JSON text.

A run is a trace, a step a model call. A tool's result is only in the prompt of the next step, so tools last as long as is not
known and are read from there without a time of their own. Runs started by a step of another run lie below that step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from tracedesk.importers.formats._calls import usage
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, Making, Unreadable, hashed
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import (
    at,
    besides,
    duration_ns,
    integer,
    json_text,
    mapping,
    number,
    sequence,
    text,
    time_ns,
    unpacked,
)
from tracedesk.model.batch import SpanBatch

MOST_LEVELS = 1_000


RUN = {"id", "started_at"}
STEP = {"run_id", "step_number", "model_id", "provider", "started_at", "duration_ms", "input", "output", "usage", "error"}
INPUT = {"prompt", "tools", "temperature", "topP", "maxOutputTokens"}


def sniff(glance: Glance) -> Sniff:
    """`runs` and `steps`."""
    found = isinstance(at(glance.document, "runs"), list) and isinstance(at(glance.document, "steps"), list)
    return Sniff(0.95, "the members runs and steps") if found else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span for each run and each step."""
    making = Making(report, scope="ai")
    for document, _ in records(source, report, keep=("runs", "steps")):
        runs = {own: mapping(one) for one in sequence(at(document, "runs")) if (own := text(at(one, "id")))}
        steps = [mapping(one) for one in sequence(at(document, "steps"))]
        times = _times(steps)
        for own, run in runs.items():
            with making.record(f"run {own}"):
                start, end = times.get(own, (None, None))
                above = text(run.get("parent_step_id"))
                making.span(
                    trace=_top(own, runs), span=hashed(f"run {own}", 8).hex(),
                    parent=hashed(f"step {above}", 8).hex() if above else None, name=text(run.get("function_id")) or "run",
                    start_ns=time_ns(run.get("started_at")) or start, end_ns=end,
                    attributes={"gen_ai.operation.name": "invoke_agent", "vercel.run_id": own, **_rest(run, RUN, "vercel.run")})
        for place, step in enumerate(steps, 1):
            with making.record(f"steps[{place:,}]"):
                _step(step, runs, making)
            yield from making.full()
    yield from making.rest()


def _top(own: str, runs: dict[str, dict[str, Any]]) -> str:
    """The run that is not inside another: its id names the trace."""
    for _ in range(MOST_LEVELS):
        above = text(at(runs, own, "parent_run_id"))
        if above is None or above not in runs:
            break
        own = above
    return hashed(f"run {own}", 16).hex()


def _times(steps: list[dict[str, Any]]) -> dict[str, tuple[int, int | None]]:
    """Run → (first start, last end, None while a step has none)."""
    found: dict[str, tuple[int, int | None]] = {}
    for step in steps:
        own, start, length = text(step.get("run_id")), time_ns(step.get("started_at")), duration_ns(step.get("duration_ms"),
            "ms")
        if own is None or start is None:
            continue
        end = None if length is None else start + length
        first, last = found.get(own, (start, end))
        found[own] = (min(first, start), None if end is None or last is None else max(last, end))
    return found


def _step(step: dict[str, Any], runs: dict[str, dict[str, Any]], making: Making) -> None:
    run = text(step.get("run_id"))
    if run is None:
        raise Unreadable("a step has no run_id")
    start, length = time_ns(step.get("started_at")), duration_ns(step.get("duration_ms"), "ms")
    asked, got, error = mapping(step.get("input")), mapping(step.get("output")), unpacked(step.get("error"))
    reason = got.get("finishReason")
    content = got.get("content") if got.get("content") is not None else got.get("text")
    said = text(at(reason, "unified")) or text(reason)
    model = text(step.get("model_id"))
    own = text(step.get("id")) or f"{run} {step.get('step_number')}"
    messages = [{"role": "assistant", "content": content, **({"finish_reason": said} if said else {})}] if content else None
    making.span(
        trace=_top(run, runs), span=hashed(f"step {own}", 8).hex(),
        parent=hashed(f"run {run}", 8).hex(), name=f"chat {model}" if model else "chat", start_ns=start,
        end_ns=None if start is None or length is None else start + length, otel_kind=3,
        attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": model,
                    "gen_ai.provider.name": (text(step.get("provider")) or "").partition(".")[0] or None,
                    "gen_ai.input.messages": json_text(sequence(asked.get("prompt")) or None),
                    "gen_ai.output.messages": json_text(messages), "gen_ai.response.finish_reasons": [said] if said else None,
                    "gen_ai.tool.definitions": json_text(asked.get("tools") or None),
                    "gen_ai.request.temperature": number(asked.get("temperature")),
                    "gen_ai.request.top_p": number(asked.get("topP")),
                    "gen_ai.request.max_tokens": integer(asked.get("maxOutputTokens")),
                    "vercel.step_number": integer(step.get("step_number")),
                    "vercel.finish_reason": text(at(reason, "raw")), **_rest(step, STEP, "vercel"),
                    **_rest(asked, INPUT, "vercel.input"),
                    **_rest(got, {"finishReason", "content" if got.get("content") is not None else "text"}, "vercel.output"),
                    "vercel.usage": json_text(step.get("usage")), **_usage(mapping(step.get("usage")))},
        status=STATUS_ERROR if error else 0, status_message=text(at(error, "message")) or json_text(error) if error else None)


def _rest(record: dict[str, Any], read: Collection[str], prefix: str) -> dict[str, Any]:
    """What a record has besides, its JSON in text read."""
    return {name: unpacked(value) for name, value in besides(record, read, prefix).items()}


def _usage(told: dict[str, Any]) -> dict[str, Any]:
    """Counts, in parts or as plain numbers."""
    given, got = told.get("inputTokens"), told.get("outputTokens")
    if isinstance(given, dict) or isinstance(got, dict):
        return {"gen_ai.usage.input_tokens": integer(at(given, "total")), "gen_ai.usage.output_tokens": integer(at(got,
            "total")),
                "gen_ai.usage.cache_read.input_tokens": integer(at(given, "cacheRead")),
                "gen_ai.usage.cache_creation.input_tokens": integer(at(given, "cacheWrite")),
                "gen_ai.usage.reasoning.output_tokens": integer(at(got, "reasoning"))}
    return usage(told)


SAMPLE = b"""{"runs":[{"id":"r1","started_at":"2026-03-01T10:00:00.000Z"}],"steps":[{"id":"s1","run_id":"r1","step_number":1,
"type":"generate","model_id":"gpt-4o-mini","provider":"openai.chat","started_at":"2026-03-01T10:00:00.100Z","duration_ms":2200,
"input":"{\\"prompt\\":[{\\"role\\":\\"user\\",\\"content\\":[{\\"type\\":\\"text\\",\\"text\\":\\"Where?\\"}]}]}",
"output":"{\\"content\\":[{\\"type\\":\\"text\\",\\"text\\":\\"On its way.\\"}],\\"finishReason\\":\\"stop\\"}",
"usage":"{\\"inputTokens\\":{\\"total\\":42},\\"outputTokens\\":{\\"total\\":17}}","error":null}]}
"""

PART = Importer("vercel-devtools", "Vercel AI SDK devtools", (".json",), sniff, read, SAMPLE,
                leaves_out="The devtools of the Vercel AI SDK have no spans for tools; their results stand in the next prompt.")
