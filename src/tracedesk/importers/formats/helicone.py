"""Helicone requests: one row is one model call through its proxy. JSON lines, its tool's JSON (with a comma too many), CSV.

Calls of one `Helicone-Session-Id` are a trace; `Helicone-Session-Path` gives the tree: a prefix of it that has no call of its
own becomes a span around what lies below. Rows are held until the end of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.formats._calls import request, request_rest, response, response_rest, usage
from tracedesk.importers.glance import Glance, records_or_rows
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, STATUS_OK, Making, Unreadable, hashed
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, besides, duration_ns, integer, json_text, mapping, number, text, time_ns, unpacked
from tracedesk.model.batch import SpanBatch

READ = {"request_id", "request_created_at", "request_body", "response_body", "delay_ms", "provider",
        "request_user_id", "response_status", "request_properties", "properties", "time_to_first_token", "prompt_tokens",
        "completion_tokens", "total_tokens", "prompt_cache_write_tokens", "prompt_cache_read_tokens", "reasoning_tokens",
        "costUSD", "cost", "model", "request_model", "response_model", "latency"}


def sniff(glance: Glance) -> Sniff:
    """`request_created_at` with a body or a delay."""
    first = at(glance.document, "data", 0) or glance.first
    names = set(glance.columns) or (set(first) if isinstance(first, dict) else set())
    found = "request_created_at" in names and bool({"request_body", "delay_ms", "response_status"} & names)
    return Sniff(0.95, "requests with request_created_at") if found else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A span a request, and one for each part of a session's path without a request."""
    making = Making(report, scope="helicone")
    sessions: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for value, where in records_or_rows(source, report, each=("", "data")):
        if not isinstance(value, dict):
            report.skip("a record is not a request", first=where)
            continue
        row = {key: _twice_quoted(item) for key, item in value.items()}
        about = {**mapping(row.get("properties")), **mapping(row.get("request_properties"))}
        own = text(row.get("request_id")) or f"{source.fingerprint} {where}"
        session = text(about.get("Helicone-Session-Id")) or f"request {own}"
        sessions.setdefault(session, []).append((row | {"request_properties": about}, where))
    for session, rows in sessions.items():
        yield from _session(session, rows, making)
    yield from making.rest()


def _twice_quoted(value: Any) -> Any:
    """A cell of its CSV, whose quotes are doubled once too often."""
    if isinstance(value, str) and value[:1] == "{" and '""' in value and not isinstance(unpacked(value), dict):
        return value.replace('""', '"')
    return value


def _times(row: dict[str, Any]) -> tuple[int | None, int | None]:
    start, delay = time_ns(row.get("request_created_at")), duration_ns(row.get("delay_ms"), "ms")
    if start is not None and delay is not None:
        return start, start + delay
    return start, time_ns(row.get("response_created_at"))


def _session(session: str, rows: list[tuple[dict[str, Any], str]], making: Making) -> Iterator[SpanBatch]:
    """The calls of one session, and the spans around them."""
    spans: dict[str, tuple[int, int | None]] = {}
    paths = [_path(row) for row, _ in rows]
    for (row, _), path in zip(rows, paths, strict=True):
        start, end = _times(row)
        for depth in range(1, len(path)):                    # the last part of a path is the call itself
            key = "/".join(path[:depth])
            if start is not None:
                known = spans.get(key, (start, end))
                ends = None if end is None or known[1] is None else max(known[1], end)
                spans[key] = (min(known[0], start), ends)
    name = next((found for row, _ in rows if (found := text(at(row, "request_properties", "Helicone-Session-Name")))), None)
    if spans:
        making.report.assume("spans around the calls of a session are made of its Helicone-Session-Path")
    for key, (start, end) in spans.items():
        above = key.rpartition("/")[0]
        with making.record(f"session {session}"):
            making.span(trace=session, span=_own(session, key), parent=_own(session, above) if above else None,
                        name=key.rpartition("/")[2], start_ns=start, end_ns=end,
                        attributes={"gen_ai.operation.name": "invoke_workflow", "gen_ai.conversation.id": session,
                                    "gen_ai.workflow.name": name, "helicone.session.path": f"/{key}"})
    for (row, where), path in zip(rows, paths, strict=True):
        with making.record(where):
            _call(row, session, _own(session, "/".join(path[:-1])) if len(path) > 1 else None, path, where, making)
        yield from making.full()


def _own(session: str, key: str) -> str:
    return hashed(f"{session} path {key}", 8).hex()


def _path(row: dict[str, Any]) -> list[str]:
    said = text(at(row, "request_properties", "Helicone-Session-Path")) or ""
    return [part for part in said.split("/") if part][:64]


def _body(row: dict[str, Any], name: str, body: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """What is left of a body, or all of it where it is no object (a stream in pieces)."""
    given = row.get(f"{name}_body")
    return rest if body or given in (None, "", {}, []) else {f"helicone.{name}_body": json_text(given)}


def _call(row: dict[str, Any], session: str, parent: str | None, path: list[str], where: str, making: Making) -> None:
    start, end = _times(row)
    if start is None:
        raise Unreadable("a request has no request_created_at")
    asked, got = mapping(row.get("request_body")), mapping(row.get("response_body"))
    about = mapping(row.get("request_properties"))
    status = integer(row.get("response_status"))
    failed = status is not None and (status >= 400 or status < 0)
    counts = {"prompt_tokens": row.get("prompt_tokens"), "completion_tokens": row.get("completion_tokens"),
              "total_tokens": row.get("total_tokens"), "cache_read_input_tokens": row.get("prompt_cache_read_tokens"),
              "cache_creation_input_tokens": row.get("prompt_cache_write_tokens"),
              "completion_tokens_details": {"reasoning_tokens": row.get("reasoning_tokens")}}
    told = {key: value for key, value in usage(mapping(got.get("usage")) or counts).items() if value is not None}
    model = text(row.get("request_model") or row.get("model")) or text(asked.get("model"))
    error = got.get("error")
    first = number(row.get("time_to_first_token"))
    made: dict[str, Any] = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": (text(row.get("provider")) or "").lower() or None,
        **request(asked), **response(got), **told, **_body(row, "request", asked, request_rest(asked, "helicone.request")),
        **_body(row, "response", got, response_rest(got, "helicone.response")),
        "gen_ai.conversation.id": text(about.get("Helicone-Session-Id")),
        "user.id": text(row.get("request_user_id")), "http.response.status_code": status,
        "gen_ai.usage.cost": number(row.get("costUSD") or row.get("cost")), "helicone.request_id": text(row.get("request_id")),
        "gen_ai.response.time_to_first_chunk": None if first is None else first / 1_000,
        "helicone.session.path": "/" + "/".join(path) if path else None,
        **{f"helicone.property.{key}": value for key, value in about.items()},
        **{name: unpacked(value) for name, value in besides(row, READ, "helicone").items()}}
    made["gen_ai.request.model"] = made.get("gen_ai.request.model") or model
    made["gen_ai.response.model"] = made.get("gen_ai.response.model") or text(row.get("response_model"))
    making.span(
        trace=session, span=text(row.get("request_id")) or hashed(f"{session} {where}", 8).hex(), parent=parent,
        name=f"chat {model}" if model else "chat", start_ns=start, end_ns=end, attributes=made, otel_kind=3,
        status=STATUS_ERROR if failed else STATUS_OK if status is not None else 0,
        status_message=(text(at(error, "message")) or json_text(error)) if failed else None)


SAMPLE = b"""{"request_id":"0f0b2f7e-54f5-4f56-a0f5-0a6b9d1d9f01",\
"request_created_at":"2026-03-01T10:00:00.100Z","delay_ms":2200,"response_status":200,"provider":"OPENAI","request_user_id":"u-1","request_model":"gpt-4o-mini","prompt_tokens":42,\
"completion_tokens":17,"request_body":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Where?"}]},\
"response_body":{"choices":[{"message":{"role":"assistant","content":"On its way."}}]},\
"request_properties":{"Helicone-Session-Id":"s-1","Helicone-Session-Path":"/agent/chat"}}
"""

PART = Importer("helicone", "Helicone requests", (".jsonl", ".json", ".csv"), sniff, read, SAMPLE,
                leaves_out="Helicone writes bodies only when asked to, and its CSV leaves request ids, latency and cost empty.")
