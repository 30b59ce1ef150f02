"""The stages of one span between the wire and the store: normalise, price, and narrow it down to a `SpanRow`.

Pure: the same span, log records and price book give the same row, whichever process asks. The engine does it for every span
it receives, so it reads attributes it knows by name and allocates little.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import orjson

from tracedesk.base.words import counted
from tracedesk.ingest.signs import signs_of
from tracedesk.model.kinds import COUNTED_KINDS, MAYBE_COUNTED_KINDS, Kind, Status
from tracedesk.model.llm import Cost, LlmFields
from tracedesk.model.row import SpanRow
from tracedesk.model.span import LogRecord, Received, Span
from tracedesk.semconv import read as semconv
from tracedesk.semconv.searchable import TELLING
from tracedesk.store.facts import storable
from tracedesk.store.payloads import packed_words
from tracedesk.wire.encode import span_raw

AT_ONCE = 256
"""So many spans are at one stage at a time: their fields take some 3 kB each until they are rows."""
ERROR_CHARS, LABEL_CHARS = 300, 80
MARKED_EVENTS = 200
"""Events of a span that the waterfall draws; the others are seen in the inspector."""

_NO_COST = Cost()
_TAGS = tuple((name, name.replace(".", "_")) for name in (
    "environment", "release", "prompt.version", "prompt.name", "experiment", "feature_flags"))
_OWN_TAGS = ("tags", "metadata")
_NAMED_TAGS = {f"{name}{end}": name for name in ("feature", "customer", "tenant")
               for end in ("", ".id", "_id", ".name", "_name")}
"""Attributes that no dialect knows and that programs tell their traces apart by."""
_TAGGED = frozenset({TELLING, *_OWN_TAGS, *(name for name, _ in _TAGS)})
_EXPERIMENT = ("experiment.id", "experiment.name", "experiment", "id", "name")
_RULES, _TURN = "guardrail.rules", re.compile(r"turn \d+( of \d+)?", re.IGNORECASE)
_STATUS_CODES = ("http.response.status_code", "http.status_code")
_DB_SYSTEMS = ("db.system.name", "db.system")


class Prices(Protocol):
    """What `prepare` needs of a price book."""

    def price(self, fields: LlmFields, start_ns: int) -> Cost:
        """What a call cost."""


class Prepared(NamedTuple):
    """A span ready for the store (`store.writer.PreparedSpan`): the narrow facts, the words to search it by, and the span as
    received."""

    row: SpanRow
    words: bytes
    span: Received


def prepare(span: Span, logs: Sequence[LogRecord], book: Prices) -> Prepared:
    """Normalise and price a span with the log records that may speak of it (`semconv.read.log_owners`), in time order."""
    return prepare_all([(span, logs)], book)[0]


def prepare_all(received: Sequence[tuple[Span, Sequence[LogRecord]]], book: Prices) -> list[Prepared]:
    """The same for many: stage by stage, since what the interpreter runs for all stages of a span does not fit into a core's
    nearest cache. Of 512 spans one after the other cost 25 µs, this way 17."""
    if len(received) > AT_ONCE:
        return [made for at in range(0, len(received), AT_ONCE) for made in prepare_all(received[at:at + AT_ONCE], book)]
    spans = [span for span, _ in received]
    for span in spans:
        if not span.raw:
            span.raw = span_raw(span)                    # a span that somebody made by hand
    read = [semconv.hot(span, logs) for span, logs in received]
    both = list(zip(spans, read, strict=True))
    costs = [book.price(fields, span.start_ns) if is_call(fields) else _NO_COST for span, fields in both]
    hosts = [_host(span) for span in spans]
    errors = [_error(span, fields.values) for span, fields in both]
    titles = [semconv.title(fields) for fields in read]
    labels = [label(fields, span) for span, fields in both]
    tags = [_tags(fields.values, span) for span, fields in both]
    marks = [_marks(span) for span in spans]
    signs = [signs_of(span, fields) for span, fields in both]
    texts = [semconv.search_text(fields, span) for span, fields in both]
    rows = [storable(_row(span, fields, *told)) for span, fields, *told in zip(
        spans, read, costs, hosts, errors, titles, labels, tags, marks, signs, strict=True)]
    return [Prepared(row, packed_words(row, text), span) for row, text, span in zip(rows, texts, spans, strict=True)]


def _row(span: Span, fields: LlmFields, cost: Cost, host: str | None, error: str | None, *told: str | None) -> SpanRow:
    values = fields.values
    ttft_s = values.get("ttft_s")
    return tuple.__new__(SpanRow, (                      # its own `__new__` is a function of Python's
        span.trace_id, span.span_id, span.parent_id, span.name, span.resource.service, span.start_ns, span.end_ns,
        int(fields.kind), span.otel_kind, span.status, int(span.notes), host, values.get("operation"),
        values.get("model.response") or values.get("model.requested"), values.get("provider"),
        values.get("tokens.input"), values.get("tokens.output"), values.get("tokens.cache_read"),
        values.get("tokens.cache_write"), values.get("tokens.reasoning"),
        None if ttft_s is None else round(ttft_s * 1e9), cost.nusd, int(cost.status), values.get("response.id"),
        values.get("user.id"), values.get("session.id"), values.get("error.type"), error, *told))


def is_call(fields: LlmFields) -> bool:
    """Whether a span is a model call of its own, with a cost or a reason why it has none."""
    return fields.kind in COUNTED_KINDS or (
        fields.kind in MAYBE_COUNTED_KINDS and ("tokens.input" in fields.values or "tokens.output" in fields.values))


def _host(span: Span) -> str | None:
    attributes = span.resource.attributes
    found = attributes.get("host.name") or attributes.get("service.instance.id")
    return found if isinstance(found, str) else None


def _error(span: Span, values: dict[str, Any]) -> str | None:
    """The status message, else what the exception said; nothing for a span that did not fail and has no exception."""
    said = values.get("error.message") or (span.status_message if span.status == Status.ERROR else None)
    return said[:ERROR_CHARS] if isinstance(said, str) and said else None


def label(fields: LlmFields, span: Span) -> str | None:
    """What stands beside the bar: the step of a loop or graph that a model call is, which tells two of one name apart, else
    the model; how many were looked for, kept or checked; the status code; the database; the turn of an agent."""
    values, attributes = fields.values, span.attributes
    match fields.kind:
        case Kind.LLM:
            found = values.get("graph.node_id") or attributes.get("step") or values.get("model.requested")
        case Kind.EMBEDDING | Kind.DECISION | Kind.GUARDRAIL | Kind.EVALUATOR:
            found = values.get("model.requested") or values.get("model.response") or _rules(attributes.get(_RULES))
        case Kind.RERANKER:
            model = values.get("rerank.model") or values.get("model.requested")
            given, kept = _listed(attributes, "reranker.input_documents"), _listed(attributes, "reranker.output_documents")
            found = " · ".join(part for part in (model, f"{given}→{kept}" if given and kept else None) if part)
        case Kind.RETRIEVER:
            found = f"k = {values['retrieval.k']}" if "retrieval.k" in values else None
        case Kind.HTTP:
            found = next((str(attributes[name]) for name in _STATUS_CODES if name in attributes), None)
        case Kind.DB:
            found = next((attributes[name] for name in _DB_SYSTEMS if name in attributes), None)
        case Kind.TOOL | Kind.MCP:
            name = values.get("tool.name") or values.get("mcp.method")
            found = name if name and name not in span.name else None
        case Kind.AGENT:
            name, turn = values.get("agent.name"), attributes.get("turn")
            said = turn if isinstance(turn, str) and _TURN.fullmatch(turn) else None
            found = " · ".join(part for part in (name if name and name not in span.name else None, said) if part)
        case _:
            found = None
    return found[:LABEL_CHARS] if isinstance(found, str) and found else None


def _rules(value: Any) -> str | None:
    """`3 rules`: how many a guard says that it checked, as a number or as their list."""
    count = len(value) if isinstance(value, list) else value
    return counted(count, "rule") if type(count) is int and count > 0 else None


def _listed(attributes: dict[str, Any], prefix: str) -> int:
    """How many documents an indexed attribute has: the number behind its highest index."""
    start = len(prefix) + 1
    numbers = {name[start:name.find(".", start)] for name in attributes if name.startswith(prefix + ".")}
    return len([number for number in numbers if number.isdigit()])


def _tags(values: dict[str, Any], span: Span) -> str | None:
    """JSON of what the trace can be filtered by: environment, release, prompt, experiment, flags, feature, customer, tenant,
    and the sender's own."""
    if values.keys().isdisjoint(_TAGGED):                # so are most spans
        return None
    found: dict[str, Any] = {}
    for name, tag in _TAGS:
        value = values.get(name)
        if value is not None:
            found[tag] = value
    experiment = found.get("experiment")
    if isinstance(experiment, dict):
        named = next((experiment[key] for key in _EXPERIMENT if isinstance(experiment.get(key), str)), None)
        if named is not None:
            found["experiment"] = named
            found.update((key if key.startswith("experiment") else f"experiment.{key}", inner)
                         for key, inner in experiment.items() if inner != named)
    for name in values.get(TELLING, ()):
        named, value = _NAMED_TAGS.get(name.lower()), span.attributes.get(name)
        if named is not None and isinstance(value, str | int | bool) and value != "":
            found.setdefault(named, value)
    for name in _OWN_TAGS:
        value = values.get(name)
        if isinstance(value, dict):
            found.update((key, inner) for key, inner in value.items() if key not in found)
        elif value:
            found[name] = value
    if not found:
        return None
    try:
        return orjson.dumps(found, default=str).decode("utf-8", "replace")
    except TypeError:                                    # keys that are no texts
        return orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS, default=str).decode("utf-8", "replace")


def _marks(span: Span) -> str | None:
    """JSON of events and links that the waterfall draws."""
    if not span.events and not span.links:
        return None
    made: dict[str, Any] = {}
    if span.events:
        made["e"] = [[event.time_ns, event.name] for event in span.events[:MARKED_EVENTS]]
    if span.links:
        made["l"] = [[link.trace_id.hex(), link.span_id.hex()] for link in span.links]
    return orjson.dumps(made).decode()
