"""ATIF trajectories (Harbor): the steps of an agent's run. Timestamps are optional; without them only the order is known, and
the steps are laid out a second apart, which the report says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.formats._calls import usage
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, hashed
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, json_text, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch

STEP_NS = 1_000_000_000


def sniff(glance: Glance) -> Sniff:
    """`schema_version` that begins ATIF-."""
    version = at(glance.document, "schema_version")
    return Sniff(0.95, f"schema_version {version}") if isinstance(version, str) and version.startswith("ATIF-") else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The run, its model calls and its tools."""
    making = Making(report, scope="atif")
    for document, where in records(source, report, each=("",), keep=("steps",)):
        with making.record(where or "the trajectory"):
            _run(mapping(document), source, making)
        yield from making.full()
    yield from making.rest()


def _run(run: dict[str, Any], source: Source, making: Making) -> None:
    agent, steps = mapping(run.get("agent")), [mapping(one) for one in sequence(run.get("steps"))]
    session = text(run.get("session_id")) or source.fingerprint
    trace, root = hashed(f"atif {session}", 16).hex(), hashed(f"atif {session} run", 8).hex()
    moments = [time_ns(step.get("timestamp")) for step in steps]
    if not all(moment is not None for moment in moments):
        making.report.assume("steps without a time are laid out one second apart; only their order is known")
        base = next((moment for moment in moments if moment is not None), int(source.path.stat().st_mtime) * STEP_NS)
        filled: list[int] = []
        for moment in moments:
            filled.append(moment if moment is not None else filled[-1] + STEP_NS if filled else base)
        times = filled
    else:
        times = [moment for moment in moments if moment is not None]
    first, last = (min(times), max(times)) if times else (None, None)
    final = mapping(run.get("final_metrics"))
    making.span(
        trace=trace, span=root, name=text(agent.get("name")) or "agent", start_ns=first, end_ns=last,
        attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": text(agent.get("name")),
                    "gen_ai.agent.version": text(agent.get("version")), "gen_ai.conversation.id": session,
                    "gen_ai.tool.definitions": json_text(agent.get("tool_definitions") or None),
                    "atif.notes": text(run.get("notes")),
                    "atif.final_metrics": json_text(final or None)})
    before: dict[str, Any] | None = None
    for number_, step in enumerate(steps):
        start = times[number_ - 1] if number_ else times[0]
        if text(step.get("source")) == "agent":
            with making.record(f"steps[{number_ + 1:,}]"):
                _call(step, before, number_, (trace, root), (start, times[number_]), text(agent.get("model_name")), making)
        before = step


def _call(
    step: dict[str, Any], before: dict[str, Any] | None, number_: int, ids: tuple[str, str], times: tuple[int, int],
    model: str | None,
    making: Making,
) -> None:
    trace, root = ids
    metrics = mapping(step.get("metrics"))
    named = text(step.get("model_name")) or model
    content: list[Any] = []
    if text(step.get("reasoning_content")):
        content.append({"type": "reasoning", "content": step["reasoning_content"]})
    message = step.get("message")
    content += message if isinstance(message, list) else [{"type": "text", "content": message}] if message else []
    tools = [mapping(one) for one in sequence(step.get("tool_calls"))]
    content += [{"type": "tool_call", "id": text(one.get("tool_call_id")), "name": text(one.get("function_name")),
                 "arguments": one.get("arguments")} for one in tools]
    counts = {"prompt_tokens": metrics.get("prompt_tokens"), "completion_tokens": metrics.get("completion_tokens"),
              "prompt_tokens_details": {"cached_tokens": metrics.get("cached_tokens")}}
    asked = [{"role": text(before.get("source")) or "user", "content": before.get("message")}] if before and before.get(
        "message") and before.get("source") != "agent" else None
    own = f"{trace} step {number_}"
    making.span(
        trace=trace, span=hashed(own, 8).hex(), parent=root, name=f"chat {named}" if named else "chat", start_ns=times[0],
        end_ns=times[1], otel_kind=3,
        attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": named, "gen_ai.input.messages": json_text(asked),
                    "gen_ai.output.messages": json_text([{"role": "assistant", "parts": content}] if content else None),
                    "atif.cost_usd": number(metrics.get("cost_usd")), "atif.step_id": step.get("step_id"), **usage(counts)})
    results = {text(at(one, "source_call_id")): at(one, "content") for one in sequence(at(step, "observation", "results"))}
    for place, one in enumerate(tools):
        call = text(one.get("tool_call_id"))
        making.span(
            trace=trace, span=hashed(f"{own} tool {call or place}", 8).hex(), parent=root,
            name=text(one.get("function_name")) or "tool",
            start_ns=times[1], end_ns=None,
            attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": text(one.get("function_name")),
                        "gen_ai.tool.call.id": call, "gen_ai.tool.call.arguments": json_text(one.get("arguments")),
                        "gen_ai.tool.call.result": json_text(results.get(call))})


SAMPLE = b"""{"schema_version":"ATIF-v1.4","session_id":"s-1","agent":{"name":"bot","version":"1","model_name":"gpt-4o-mini"},
"steps":[{"step_id":1,"timestamp":"2026-03-01T10:00:00Z","source":"user","message":"Where?"},
{"step_id":2,"timestamp":"2026-03-01T10:00:02.2Z","source":"agent","message":"I look.","tool_calls":[{"tool_call_id":"c1",
"function_name":"search","arguments":{"q":1}}],"observation":{"results":[{"source_call_id":"c1","content":"found"}]},
"metrics":{"prompt_tokens":42,"completion_tokens":17}}]}
"""

PART = Importer("atif", "ATIF trajectory", (".json",), sniff, read, SAMPLE,
                leaves_out="ATIF has no times for tools: when one ended is not known.")
