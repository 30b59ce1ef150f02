"""Langfuse: the download of one trace, and observations as its tables, its blob-storage export and its API give them.

A download is `{trace, observations, scores}` in camelCase, exports are flat rows in camelCase or snake_case; both are read as
the attributes that Langfuse's own SDK writes. OpenTelemetry attributes that Langfuse kept under `metadata` come back as such.
What is known of the whole trace stands at its first root.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, Making, Unreadable
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, besides, duration_ns, json_text, mapping, number, sequence, text, time_ns, unpacked
from tracedesk.model.batch import SpanBatch

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
TRACE = {"name": "langfuse.trace.name", "user_id": "user.id", "session_id": "session.id", "tags": "langfuse.trace.tags",
         "release": "langfuse.release", "version": "langfuse.version", "public": "langfuse.trace.public",
         "environment": "langfuse.environment", "input": "langfuse.trace.input", "output": "langfuse.trace.output",
         "bookmarked": "langfuse.trace.bookmarked", "project_id": "langfuse.project_id"}
OBSERVATION = {"level": "langfuse.observation.level", "status_message": "langfuse.observation.status_message",
               "version": "langfuse.version", "environment": "langfuse.environment",
               "prompt_name": "langfuse.observation.prompt.name", "prompt_version": "langfuse.observation.prompt.version",
               "prompt_id": "langfuse.observation.prompt.id", "project_id": "langfuse.project_id", "user_id": "user.id",
               "session_id": "session.id", "trace_name": "langfuse.trace.name", "release": "langfuse.release"}
READ = {"id", "trace_id", "parent_observation_id", "type", "start_time", "end_time", "name", "metadata", "input", "output",
        "model", "provided_model_name", "model_parameters", "usage_details", "cost_details", "completion_start_time",
        "observations", "scores", "timestamp", "tags", *TRACE, *OBSERVATION}
DERIVED = {"latency", "created_at", "updated_at", "html_path"}
"""What Langfuse works out of the rest, or keeps about its own tables: named in the report."""
USAGE = {"input": ("input_usage", "prompt_tokens", "input_tokens"),
         "output": ("output_usage", "completion_tokens", "output_tokens"), "total": ("total_usage", "total_tokens")}
COST = {side: (f"calculated_{side}_cost", f"{side}_cost") for side in ("input", "output", "total")}
"""Where counts and costs stand in tables and in downloads from before there were details."""
SCORE = {"id": "langfuse.score.id", "source": "langfuse.score.source", "data_type": "langfuse.score.data_type",
         "name": "gen_ai.evaluation.name", "string_value": "gen_ai.evaluation.score.label",
         "comment": "gen_ai.evaluation.explanation"}


def sniff(glance: Glance) -> Sniff:
    """`trace` and `observations`, or rows with a parent observation."""
    document = glance.document
    if isinstance(at(document, "observations"), list) and ("trace" in document or "timestamp" in document):
        return Sniff(0.95, "the members trace and observations")
    names = set(glance.columns) or set(glance.first) | set(mapping(at(document, "data", 0)))
    plain = {snake(name) for name in names}
    if "parent_observation_id" in plain:
        return Sniff(0.95, "rows with a parent observation id")
    if {"trace_id", "usage_details", "start_time"} <= plain or {"id", "bookmarked", "session_id", "timestamp"} <= plain:
        return Sniff(0.7, "the columns of Langfuse's exports")
    scores = {"observation_id", "trace_id", "data_type", "value"}
    return Sniff(0.6, "scores with an observation_id") if scores <= plain else NOT_MINE


def snake(name: str) -> str:
    """A name in snake_case."""
    return _HUMP.sub(r"_\1", name).lower()


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The observations of every trace in the file."""
    making = Making(report, scope="langfuse")
    for value, where in records_or_rows(source, report, each=("", "data"), keep=("observations", "scores")):
        record = {snake(str(key)): item for key, item in value.items()} if isinstance(value, dict) else {}
        if isinstance(record.get("observations"), list) or "trace" in record:
            _download(record, where, making)
        else:
            with making.record(where):
                _row(record, making)
        yield from making.full()
    yield from making.rest()


def _row(row: dict[str, Any], making: Making) -> None:
    """A row of an export: an observation, a trace, or a score."""
    if "observation_id" in row and "value" in row:
        _score(row, None, making)
    elif "start_time" in row:
        _observation(row, {}, making)
    elif "timestamp" in row and "id" in row:
        making.report.assume("the file lists traces without their observations: each is one span")
        _bare_trace(row, making)
    else:
        raise Unreadable("a record is not an observation of Langfuse")


def _download(record: dict[str, Any], where: str, making: Making) -> None:
    """One trace with its observations."""
    trace = {snake(str(key)): item for key, item in (mapping(record.get("trace")) or record).items()}
    listed = sequence(record.get("observations")) or sequence(trace.get("observations"))
    rows = [{snake(str(key)): item for key, item in one.items()} for one in listed if isinstance(one, dict)]
    ids = {text(row.get("id")) for row in rows}
    starts = [(time_ns(row.get("start_time")) or 2**63, at_) for at_, row in enumerate(rows)
              if text(row.get("parent_observation_id")) not in ids]
    root = min(starts, default=(0, -1))[1]
    for number_, row in enumerate(rows):
        if text(row.get("parent_observation_id")) not in ids:
            row["parent_observation_id"] = None              # the trace itself, or one that is not in the file
        with making.record(f"{where} observations[{number_ + 1:,}]".strip()):
            _observation({"trace_id": trace.get("id"), **row}, trace if number_ == root else {}, making)
    for _ in range(len(listed) - len(rows)):
        making.report.skip("a record is not an observation of Langfuse", first=where or "observations")
    if not rows:
        with making.record(where or "the trace"):
            _bare_trace(trace, making)
    for score in [*sequence(record.get("scores")), *sequence(trace.get("scores"))]:
        with making.record(f"{where} scores".strip()):
            _score({snake(str(key)): item for key, item in mapping(score).items()}, rows[root] if rows else None, making)


def _left(record: dict[str, Any], read: Collection[str], prefix: str, report: Report) -> dict[str, Any]:
    """What a record has besides, under its own names; what Langfuse only derived is named in the report."""
    for key in sorted(DERIVED - set(read)):
        if record.get(key) not in (None, "", [], {}):
            report.drop_field(key)
    return {name: unpacked(value) for name, value in besides(record, {*read, *DERIVED}, prefix).items()}


def _trace_facts(trace: dict[str, Any], report: Report) -> dict[str, Any]:
    found = {name: trace.get(key) for key, name in TRACE.items() if trace.get(key) not in (None, "", [])}
    for name in ("langfuse.trace.input", "langfuse.trace.output"):
        found[name] = _content(found.get(name))
    for key, value in mapping(trace.get("metadata")).items():
        if key not in ("attributes", "resourceAttributes", "scope"):
            found[f"langfuse.trace.metadata.{key}"] = value
    return found | _left(trace, {"id", "metadata", "observations", "scores", *TRACE}, "langfuse.trace", report)


def _bare_trace(trace: dict[str, Any], making: Making) -> None:
    """A trace without observations: one span from its time and latency (in seconds)."""
    start, length = time_ns(trace.get("timestamp")), duration_ns(trace.get("latency"), "s")
    making.span(trace=trace.get("id"), span=f"trace {trace.get('id')}", name=text(trace.get("name")), start_ns=start,
                end_ns=None if start is None or length is None else start + length,
                attributes={"langfuse.observation.type": "span", **_trace_facts(trace, making.report)})


def _observation(row: dict[str, Any], trace: dict[str, Any], making: Making) -> None:
    kept = mapping(row.get("metadata"))
    kind = (text(row.get("type")) or "span").lower()
    start, end = time_ns(row.get("start_time")), time_ns(row.get("end_time"))
    scope = mapping(kept.get("scope"))
    own: dict[str, Any] = {**mapping(kept.get("attributes")), **_trace_facts(trace, making.report)}
    own |= {name: row.get(key) for key, name in OBSERVATION.items() if row.get(key) not in (None, "")}
    for key, value in kept.items():
        if key not in ("attributes", "resourceAttributes", "scope"):
            own[f"langfuse.observation.metadata.{key}"] = value
    own["langfuse.observation.metadata.scope.attributes"] = mapping(scope.get("attributes")) or None
    own |= _left(row, READ, "langfuse.observation", making.report)
    own |= {
        "langfuse.observation.type": kind, "langfuse.observation.input": _content(row.get("input")),
        "langfuse.observation.output": _content(row.get("output")),
        "langfuse.trace.tags": sequence(row.get("tags")) or own.get("langfuse.trace.tags"),
        "langfuse.observation.model.name": text(row.get("model") or row.get("provided_model_name")),
        "langfuse.observation.model.parameters": json_text(mapping(row.get("model_parameters")) or None),
        "langfuse.observation.usage_details": _amounts(row, "usage_details", USAGE, making.report),
        "langfuse.observation.cost_details": _amounts(row, "cost_details", COST, making.report),
        "langfuse.observation.completion_start_time": text(row.get("completion_start_time"))}
    failed = text(row.get("level")) == "ERROR"
    making.span(
        trace=row.get("trace_id"), span=row.get("id"), parent=row.get("parent_observation_id"), name=text(row.get("name")),
        start_ns=start, end_ns=start if kind == "event" and end is None else end, attributes=own,
        resource=making.resource(mapping(kept.get("resourceAttributes"))),
        scope=making.scope_of(text(scope.get("name")), text(scope.get("version")) or ""),
        status=STATUS_ERROR if failed else 0, status_message=text(row.get("status_message")) if failed else None)


def _content(value: Any) -> str | None:
    """Input or output as the SDK sends it: text, or JSON."""
    return json_text(value) if value not in (None, "") else None


def _amounts(row: dict[str, Any], key: str, elsewhere: Mapping[str, tuple[str, ...]], report: Report) -> str | None:
    """Counts or costs as JSON with numbers. Langfuse writes zeros where it knows nothing, so only zeros say nothing."""
    found = {str(name): known for name, value in mapping(row.get(key)).items() if (known := number(value)) is not None}
    for side, names in elsewhere.items() if not found else ():
        given = [row.get(name) for name in names]
        if key == "usage_details":
            given.append(at(mapping(row.get("usage")), side))
        known = next((known for value in given if (known := number(value)) is not None), None)
        found |= {} if known is None else {side: known}
    if found and not any(found.values()):
        report.assume(f"{key} of only zeros are taken as unknown")
        return None
    return json_text(found or None)


def _score(row: dict[str, Any], root: dict[str, Any] | None, making: Making) -> None:
    """A score as the log record that OpenTelemetry has for evaluations; one of the whole trace stands at its root."""
    read = {"value", "trace_id", "observation_id", "timestamp", *SCORE}
    making.log(
        trace=row.get("trace_id"), span=row.get("observation_id") or at(root, "id"),
        time_ns=time_ns(row.get("timestamp") or row.get("created_at")), body=None, event_name="gen_ai.evaluation.result",
        attributes={"gen_ai.evaluation.score.value": number(row.get("value")),
                    **{name: text(row.get(key)) for key, name in SCORE.items()},
                    **_left(row, read, "langfuse.score", making.report)})


SAMPLE = b"""{"trace":{"id":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","name":"refund","timestamp":"2026-03-01T10:00:00.000Z",
"userId":"u-1","sessionId":"s-1","tags":["beta"],"input":"\\"Where is it?\\"","output":null,"metadata":"{}","latency":2.4},
"observations":[{"id":"00000000000000a1","traceId":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","type":"SPAN","name":"agent",
"parentObservationId":null,"startTime":"2026-03-01T10:00:00.000Z","endTime":"2026-03-01T10:00:02.400Z","level":"DEFAULT"},
{"id":"00000000000000a2","traceId":"7a2f190a1d5c4b0f8e3c2b1a09f8e7d6","type":"GENERATION","name":"chat",
"parentObservationId":"00000000000000a1","startTime":"2026-03-01T10:00:00.100Z","endTime":"2026-03-01T10:00:02.300Z",
"model":"gpt-4o-mini","input":[{"role":"user","content":"Where is it?"}],"output":{"role":"assistant","content":"On its way."},
"usageDetails":{"input":42,"output":17,"total":59},"level":"DEFAULT"}]}
"""

PART = Importer("langfuse", "Langfuse (trace download, exports)", (".json", ".jsonl", ".csv", ".parquet"), sniff, read, SAMPLE,
                leaves_out="Langfuse leaves very large inputs out of a download, and all inputs and outputs above 350 "
                           "observations.")
