"""LangSmith runs: JSON lines, arrays, API pages, webhooks, the batches of its SDKs, Parquet of the bulk export.

A batch holds a run in two halves (`post` begins it, `patch` ends it), which are merged by id and therefore held until the end
of the file. `dotted_order` has the time and id of every ancestor; it fills in a missing parent, trace or start. Times without
a zone are UTC; the JavaScript SDK writes epoch milliseconds. Token counts of a parent include its children and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, STATUS_OK, Making, Unreadable
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, integer, json_text, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch
from tracedesk.model.span import Event

CALLS = frozenset({"llm", "embedding"})
GONE = frozenset({"", "None", "null", "NaT", "nan"})
_PART = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{1,9})Z(.+)")
MOST_LEVELS = 1_000
"""How deep `child_runs` are followed."""
READ = {"id", "name", "start_time", "end_time", "run_type", "trace_id", "parent_run_id", "parent_run_ids", "dotted_order",
        "inputs", "outputs", "error", "status", "extra", "tags", "events", "session_name", "session_id", "child_runs",
        "prompt_tokens", "completion_tokens", "total_tokens", "total_cost", "prompt_cost", "completion_cost",
        "first_token_time", "prompt_token_details", "completion_token_details"}
DERIVED = {"dotted_order", "child_run_ids", "direct_child_run_ids", "parent_run_ids"}
"""What says again which run lies in which: named in the report."""
FIGURES = {"prompt_tokens", "completion_tokens", "total_tokens", "total_cost", "prompt_cost", "completion_cost"}


def sniff(glance: Glance) -> Sniff:
    """Runs with `dotted_order` or `run_type`, alone, in `runs`, or in the halves of a batch."""
    document = glance.document
    for name in ("runs", "post", "patch"):
        first = at(document, name, 0)
        if isinstance(first, dict) and ("dotted_order" in first or "run_type" in first):
            return Sniff(0.95, f"the member {name} with runs")
    names = set(glance.columns) or set(glance.first)
    if "dotted_order" in names or {"run_type", "start_time"} <= names:
        return Sniff(0.95, "runs with run_type and dotted_order")
    loose = {"id", "name", "start_time", "end_time", "inputs", "outputs"} <= names and not {"trace_id", "op_name"} & names
    return Sniff(0.5, "runs with inputs and outputs") if loose else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a run."""
    making = Making(report, scope="langsmith")
    halves: dict[str, dict[str, Any]] = {}
    for value, where in records_or_rows(source, report, each=("", "runs"), keep=("post", "patch")):
        if isinstance(value, dict) and ("post" in value or "patch" in value) and "run_type" not in value:
            for name in ("post", "patch"):
                for run in sequence(value.get(name)):
                    _merge(halves, mapping(run), making.report, where or name)
        else:
            for run, place in _runs(value, where):
                with making.record(place):
                    _span(run, making)
        yield from making.full()
    for run in halves.values():
        with making.record(f"run {run.get('id')}"):
            _span(run, making)
        yield from making.full()
    yield from making.rest()


def _runs(value: Any, where: str) -> Iterator[tuple[Any, str]]:
    """A run and those nested in it."""
    waiting = [(value, 0)]
    while waiting:
        run, depth = waiting.pop()
        yield run, where
        if depth < MOST_LEVELS:
            waiting += [(child, depth + 1) for child in reversed(sequence(at(run, "child_runs")))]


def _merge(halves: dict[str, dict[str, Any]], run: dict[str, Any], report: Report, where: str) -> None:
    """Put a half of a run to the other; what the later half says wins, unless it says nothing."""
    own = _own(run)
    if own is None:
        report.skip("a run has no id", first=where)
        return
    known = halves.setdefault(own, {"id": own})
    for key, value in run.items():
        if value not in (None, {}, []):
            known[key] = {**known[key], **value} if key == "extra" and isinstance(value, dict) and isinstance(
                known.get(key), dict) else value


def _given(run: dict[str, Any], key: str) -> Any:
    """A member, None for all the ways in which dumps say nothing."""
    value = run.get(key)
    return None if isinstance(value, str) and value.strip() in GONE else value


def _own(run: dict[str, Any]) -> str | None:
    return text(_given(run, "id")) or (path[-1][1] if (path := _path(run)) else None)


def _path(run: dict[str, Any]) -> list[tuple[int, str]]:
    """(start in ns, id) of each ancestor and of the run itself, from `dotted_order`."""
    found: list[tuple[int, str]] = []
    for part in (text(_given(run, "dotted_order")) or "").split("."):
        match = _PART.fullmatch(part)
        if match is None:
            return []
        year, month, day, hour, minute, second, fraction, own = match.groups()
        start = time_ns(f"{year}-{month}-{day}T{hour}:{minute}:{second}.{fraction}Z")
        if start is None:
            return []
        found.append((start, own))
    return found


def _span(run: Any, making: Making) -> None:
    if not isinstance(run, dict):
        raise Unreadable("a record is not a run")
    path, own = _path(run), _own(run)
    above = sequence(_given(run, "parent_run_ids"))
    parent = text(_given(run, "parent_run_id")) or (path[-2][1] if len(path) > 1 else above[-1] if above else None)
    trace = text(_given(run, "trace_id")) or (path[0][1] if path else None) or (above[0] if above else own)
    start = time_ns(_given(run, "start_time")) or (path[-1][0] if path else None)
    kind, error = text(_given(run, "run_type")), text(_given(run, "error"))
    status = text(_given(run, "status"))
    failed = error is not None or status == "error"
    making.span(
        trace=trace, span=own, parent=None if parent == own else parent, name=text(_given(run, "name")), start_ns=start,
        end_ns=time_ns(_given(run, "end_time")), attributes=_attributes(run, kind, start, making.report),
        resource=making.resource(_runtime(run)), status=STATUS_ERROR if failed else STATUS_OK if status == "success" else 0,
        status_message=error,
        events=[Event(text(one.get("name")) or "event", moment, {key: value for key, value in one.items()
                                                                 if key not in ("name", "time")})
                for one in map(mapping, sequence(_given(run, "events"))) if (moment := time_ns(one.get("time"))) is not None])


def _runtime(run: dict[str, Any]) -> dict[str, Any]:
    """The resource: what the SDK says of its process."""
    return {f"langsmith.runtime.{key}": value for key, value in mapping(at(mapping(run.get("extra")), "runtime")).items()}


def _attributes(run: dict[str, Any], kind: str | None, start: int | None, report: Report) -> dict[str, Any]:
    extra = mapping(run.get("extra"))
    found: dict[str, Any] = {
        "langsmith.span.kind": kind, "langsmith.trace.session_name": text(_given(run, "session_name")),
        "langsmith.trace.session_id": text(_given(run, "session_id")),
        "gen_ai.prompt": json_text(mapping(run.get("inputs")) or _given(run, "inputs") or None),
        "gen_ai.completion": json_text(mapping(run.get("outputs")) or _given(run, "outputs") or None),
        "langsmith.span.tags": ", ".join(tag for tag in sequence(run.get("tags")) if isinstance(tag, str)) or None,
        "langsmith.first_token_time": text(_given(run, "first_token_time"))}
    status, first = text(_given(run, "status")), time_ns(_given(run, "first_token_time"))
    if status not in (None, "success", "error"):
        found["langsmith.status"] = status
    if first is not None and start is not None and first >= start:
        found["gen_ai.response.time_to_first_chunk"] = (first - start) / 1e9
    for key, value in mapping(extra.get("metadata")).items():
        found[f"langsmith.metadata.{key}"] = value
    for key, value in extra.items():
        if key not in ("metadata", "runtime") and value not in (None, {}, []):
            found[f"langsmith.extra.{key}"] = value
    for key, value in run.items():
        if value in (None, {}, [], ""):
            continue
        if key in DERIVED:
            report.drop_field(key)
        elif key in FIGURES and kind not in CALLS:
            report.drop_field(f"{key} of runs that are no model calls (a sum of those below)")
        elif key not in READ:
            found[f"langsmith.{key}"] = value
    if kind in CALLS:
        found |= _figures(run, extra)
    return found


def _figures(run: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """Counts, model and cost of a model call."""
    outputs = mapping(run.get("outputs"))
    said = mapping(outputs.get("usage_metadata"))
    usage = mapping(outputs.get("usage")) or mapping(at(mapping(outputs.get("llm_output")), "token_usage"))
    asked = mapping(extra.get("invocation_params"))

    def count(column: str, name: str, older: str) -> int | None:
        return next((known for value in (_given(run, column), said.get(name), usage.get(older), usage.get(name))
                     if (known := integer(value)) is not None), None)

    details: dict[str, Any] = {key: value for key, value in said.items() if key.endswith("_details")}
    for side, column in (("input", "prompt_token_details"), ("output", "completion_token_details")):
        details.setdefault(f"{side}_token_details", mapping(run.get(column)) or None)
    cost = number(_given(run, "total_cost"))
    meta = {**{key: value for key, value in details.items() if value}, **({} if cost is None else {"total_cost": cost})}
    return {
        "gen_ai.usage.input_tokens": count("prompt_tokens", "input_tokens", "prompt_tokens"),
        "gen_ai.usage.output_tokens": count("completion_tokens", "output_tokens", "completion_tokens"),
        "gen_ai.usage.total_tokens": count("total_tokens", "total_tokens", "total_tokens"),
        "gen_ai.usage.input_cost": number(_given(run, "prompt_cost")),
        "gen_ai.usage.output_cost": number(_given(run, "completion_cost")),
        "langsmith.metadata.usage_metadata": json_text(meta or None),
        "gen_ai.request.model": text(asked.get("model") or asked.get("model_name")) or text(
            at(mapping(extra.get("metadata")), "ls_model_name")) or text(at(mapping(run.get("inputs")), "model"))}


SAMPLE = b"""{"id":"0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e01","name":"agent","run_type":"chain",\
"start_time":"2026-03-01T10:00:00.000000","end_time":"2026-03-01T10:00:02.400000",\
"inputs":{"q":"Where is it?"},"outputs":{"a":"On its way."},"status":"success",\
"trace_id":"0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e01","dotted_order":"20260301T100000000000Z0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e01"}
{"id":"0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e02","name":"ChatOpenAI","run_type":"llm","start_time":"2026-03-01T10:00:00.100000",\
"end_time":"2026-03-01T10:00:02.300000","inputs":{"messages":[{"role":"user","content":"Where is it?"}],"model":"gpt-4o-mini"},\
"outputs":{"choices":[{"message":{"role":"assistant","content":"On its way."}}],"usage":{"prompt_tokens":42,\
"completion_tokens":17}},"status":"success","dotted_order":"20260301T100000000000Z0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e01.\
20260301T100000100000Z0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e02"}
"""

PART = Importer("langsmith", "LangSmith runs", (".jsonl", ".json", ".csv", ".parquet"), sniff, read, SAMPLE,
                leaves_out="LangSmith keeps large inputs and outputs apart; a run then has only their addresses, which are not "
                           "fetched.")
