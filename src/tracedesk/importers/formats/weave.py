"""W&B Weave calls: JSON lines, arrays and CSV, one call a record.

Calls of a model's client library are recognised by the name of their op. The usage of a parent sums that of its children, so
only calls without children in the file have counts; their ids are gathered in a first pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from tracedesk.importers.formats._calls import request, response, usage
from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, STATUS_OK, Making, Unreadable
from tracedesk.importers.records import Record
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, besides, json_text, mapping, number, text, time_ns, unpacked
from tracedesk.model.batch import SpanBatch

MODEL_CALLS = re.compile(r"chat\.completions|[cC]ompletions?\.(create|parse)|responses\.(create|parse)"
                         r"|[mM]essages\.(create|stream)|generate_content|litellm\.a?completion|ChatCompletion|Converse|chat\.complete|^ChatOpenAI")
MOST_LEVELS = 60
EMBEDDINGS = re.compile(r"embeddings?\.create|embed_content|litellm\.a?embedding")
READ = {"id", "trace_id", "parent_id", "project_id", "op_name", "display_name", "started_at", "ended_at", "attributes",
        "inputs", "output", "exception", "summary", "thread_id", "turn_id", "wb_user_id", "deleted_at"}


def sniff(glance: Glance) -> Sniff:
    """`op_name` and `started_at`."""
    names = set(glance.columns) or set(glance.first)
    return Sniff(0.95, "calls with op_name and started_at") if {"op_name", "started_at"} <= names else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a call."""
    making = Making(report, scope="weave")
    parents = {text(at(value, "parent_id")) for value, _ in _found(source, Report(""))}
    for value, where in _found(source, report):
        with making.record(where):
            _span(value, parents, making)
        yield from making.full()
    yield from making.rest()


def _found(source: Source, report: Report) -> Iterator[Record]:
    flat = bool(Glance(source).columns)
    for value, where in records_or_rows(source, report, each=("", "calls")):
        yield Record(_nested(value) if flat and isinstance(value, dict) else value, where)


def _nested(row: dict[str, Any]) -> dict[str, Any]:
    """A row of CSV, whose objects were flattened with dots."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        here = found
        *path, last = key.split(".", MOST_LEVELS)
        for name in path:
            inner = here.setdefault(name, {})
            here = inner if isinstance(inner, dict) else here
        if value is not None:
            here[last] = unpacked(value)
    return {key: _lists(value) for key, value in found.items()}


def _lists(value: Any) -> Any:
    """Objects whose members are 0, 1, 2, ... as the lists that they were."""
    if not isinstance(value, dict):
        return value
    opened = {key: _lists(item) for key, item in value.items()}
    return [opened[key] for key in opened] if opened and list(opened) == [str(at_) for at_ in range(len(opened))] else opened


def _costs(summary: dict[str, Any]) -> dict[str, Any]:
    """What Weave says that the models cost, in dollars."""
    told = [mapping(one) for one in mapping(at(summary, "weave", "costs")).values()]
    found = {side: [known for one in told if (known := number(one.get(f"{name}_tokens_total_cost"))) is not None]
             for side, name in (("input", "prompt"), ("output", "completion"))}
    sums = {f"gen_ai.usage.{side}_cost": sum(amounts) for side, amounts in found.items() if amounts}
    return {**sums, "gen_ai.usage.cost": sum(sums.values())} if len(sums) == 2 else sums


def _span(call: Any, parents: set[str | None], making: Making) -> None:
    if not isinstance(call, dict) or not text(call.get("op_name")):
        raise Unreadable("a record is not a call of Weave")
    if call.get("deleted_at"):
        raise Unreadable("a call was deleted")
    op = unquote(str(call["op_name"])).rpartition("/op/")[2].rpartition("/")[2].partition(":")[0]
    summary, attributes = mapping(call.get("summary")), mapping(call.get("attributes"))
    about = mapping(attributes.get("weave"))
    status, error = text(at(summary, "weave", "status")), text(call.get("exception"))
    kind = text(about.get("kind")) or _kind(op)
    found: dict[str, Any] = {
        "weave.span.kind": kind, "weave.op_name": text(call.get("op_name")),
        "wandb.display_name": text(call.get("display_name")),
        "weave.inputs": json_text(call.get("inputs")),
        "weave.output": json_text(call.get("output")), "weave.summary": json_text(summary or None),
        "wandb.thread_id": text(call.get("thread_id")), "weave.turn_id": text(call.get("turn_id")),
        "user.id": text(call.get("wb_user_id")),
        "weave.project_id": text(call.get("project_id")), "exception.stacktrace": error,
        "exception.message": error.strip().splitlines()[-1] if error and error.strip() else None}
    found |= {f"weave.attributes.{key}": value for key, value in attributes.items()}
    found |= besides(call, READ, "weave")
    if kind in ("llm", "embedding"):
        inputs, output = mapping(call.get("inputs")), mapping(call.get("output"))
        found |= {"gen_ai.operation.name": "chat" if kind == "llm" else "embeddings", **request(inputs), **response(output)}
        if text(call.get("id")) not in parents:
            summed = next(iter(mapping(summary.get("usage")).values()), None)
            found |= usage(mapping(output.get("usage")) or mapping(summed)) | _costs(summary)
    making.span(
        trace=call.get("trace_id"), span=call.get("id"), parent=call.get("parent_id"), name=op,
        start_ns=time_ns(call.get("started_at")), end_ns=time_ns(call.get("ended_at")), attributes=found,
        status=STATUS_ERROR if error or status == "error" else STATUS_OK if status == "success" else 0,
        status_message=found["exception.message"])


def _kind(op: str) -> str | None:
    if MODEL_CALLS.search(op):
        return "llm"
    return "embedding" if EMBEDDINGS.search(op) else None


SAMPLE = b"""{"id":"c1","trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","parent_id":null,"project_id":"me/bot",\
"op_name":"weave:///me/bot/op/answer:abc","started_at":"2026-03-01T10:00:00Z","ended_at":"2026-03-01T10:00:02.4Z",\
"inputs":{"q":"Where?"},"output":"On its way.","summary":{"weave":{"status":"success"}}}
{"id":"c2","trace_id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","parent_id":"c1","project_id":"me/bot",\
"op_name":"weave:///me/bot/op/openai.chat.completions.create:def","started_at":"2026-03-01T10:00:00.1Z",\
"ended_at":"2026-03-01T10:00:02.3Z","inputs":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Where?"}]},\
"output":{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"On its way."}}],\
"usage":{"prompt_tokens":42,"completion_tokens":17}},"summary":{}}
"""

PART = Importer("weave", "W&B Weave calls", (".jsonl", ".json", ".csv", ".parquet"), sniff, read, SAMPLE,
                leaves_out="Weave exports at most 10,000 rows from its UI, and objects that were stored apart are only "
                           "references.")
