"""What the messages of a model call speak of and other spans hold: the documents that were looked up for it, how long the tools
that it called took. No Qt; asked on a reader's thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import LlmFields
from tracedesk.model.trace import Trace
from tracedesk.store import questions
from tracedesk.store.connect import Store

LARGEST = 20_000
"""Of a trace with more spans nothing is looked up: each look reads the facts of all of them."""
LOOKUPS, TOOLS = 4, 48
"""So many spans are looked at, the latest lookups and the tools next to the call."""

CALLS = ("tool_call", "server_tool_call")


@dataclass(frozen=True, slots=True)
class Lookup:
    """The documents that the last retrieval or reranking before a call gave, best first, and how many there were to keep them
    from (None where nothing reranked them, or it does not say)."""

    kind: Kind
    documents: list[dict[str, Any]]
    of: int | None


@dataclass(frozen=True, slots=True)
class Ran:
    """How long a tool took, and whether it failed."""

    duration_ns: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around one call; `tools` by the call's id."""

    lookup: Lookup | None = None
    tools: Mapping[str, Ran] = field(default_factory=dict)


NOTHING_AROUND = Around()


def around(store: Store, trace: Trace, index: int, fields: LlmFields) -> Around:
    """What there is around the model call at `index` of a trace."""
    if fields.kind is not Kind.LLM or trace.n > LARGEST:
        return NOTHING_AROUND
    return Around(_lookup(store, trace, index), _tools(store, trace, index, _asked(fields)))


def documents(value: object) -> list[dict[str, Any]]:
    """A list of documents, whatever the sender made of it."""
    if not isinstance(value, list):
        return []
    return [item if isinstance(item, dict) else {"content": item} for item in value]


def score(document: dict[str, Any]) -> float | None:
    """How well a document fits; None where that is no number."""
    found = document.get("score")
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) and found == found else None


def _lookup(store: Store, trace: Trace, index: int) -> Lookup | None:
    """The last reranking or retrieval that ended before the call began, within the same agent."""
    before = np.flatnonzero(np.isin(trace.kind, (Kind.RETRIEVER, Kind.RERANKER)) & (trace.end_ns <= trace.start_ns[index]))
    agents = _agents(trace, index)
    latest = [span for span in before[np.argsort(trace.end_ns[before], kind="stable")][::-1].tolist()
              if _agents(trace, span)[0] in agents][:LOOKUPS]
    read = _read(store, trace, latest)
    kept: Lookup | None = None
    for span in latest:
        values = read[span].values if span in read else {}
        found, listed = documents(values.get("rerank.output_documents")), documents(values.get("rerank.input_documents"))
        if found and kept is None:
            kept = Lookup(Kind.RERANKER, found, len(listed) or None)
            if listed:
                return kept
        retrieved = documents(values.get("retrieval.documents"))
        if retrieved:
            return Lookup(Kind.RETRIEVER, retrieved, None) if kept is None else replace(kept, of=len(retrieved))
    return kept


def _agents(trace: Trace, span: int) -> list[int]:
    """The agents and the root around a span, the nearest first; -1 for a span that has none."""
    found = []
    at = int(trace.parent[span])
    while at >= 0:
        if trace.kind[at] == Kind.AGENT or trace.parent[at] < 0:
            found.append(at)
        at = int(trace.parent[at])
    return found or [-1]


def _asked(fields: LlmFields) -> dict[str, str]:
    """The ids of the calls that the messages name, each with the tool's name; the latest of them."""
    found = {}
    for name in ("input.messages", "output.messages"):
        messages = fields.values.get(name)
        for message in messages if isinstance(messages, list) else ():
            parts = message.get("parts") if isinstance(message, dict) else None
            for part in parts if isinstance(parts, list) else ():
                if isinstance(part, dict) and part.get("type") in CALLS and isinstance(part.get("id"), str) and part["id"]:
                    found[part["id"]] = str(part.get("name") or "")
    return dict(list(found.items())[-TOOLS:])


def _tools(store: Store, trace: Trace, index: int, asked: Mapping[str, str]) -> dict[str, Ran]:
    """How the calls of these ids went: by the id that the tool's span has, or where the ids of all spans are unknown, by a
    name that only one call and one span have."""
    if not asked:
        return {}
    tools = np.flatnonzero(np.isin(trace.kind, (Kind.TOOL, Kind.MCP)) & ~trace.unfinished)
    near = np.abs(trace.start_ns[tools] - trace.start_ns[index])
    spans = tools[np.argsort(near, kind="stable")][:TOOLS].tolist()
    read = _read(store, trace, spans)
    ids = {span: read[span].values.get("tool.call_id") for span in spans if span in read}
    by_id = {call_id: span for span, call_id in reversed(ids.items()) if isinstance(call_id, str)}
    if not by_id and len(tools) <= TOOLS:
        names = [str(read[span].values.get("tool.name") or "") for span in ids]
        called = list(asked.values())
        by_id = {call_id: span for call_id, name in asked.items() for span, own in zip(ids, names, strict=True)
                 if own == name and name and names.count(name) == called.count(name) == 1}
    return {call_id: Ran(int(trace.end_ns[span] - trace.start_ns[span]), bool(trace.status[span] == Status.ERROR))
            for call_id, span in by_id.items() if call_id in asked}


def _read(store: Store, trace: Trace, spans: list[int]) -> dict[int, LlmFields]:
    """The fields of some spans, without their log records."""
    from tracedesk.semconv.read import read

    found = questions.some_spans(store, trace.trace_id, [trace.span_ids[span] for span in spans]) if spans else []
    return {trace.index_of[span.span_id]: read(span) for span in found}
