"""The one door: a span and its log records become canonical fields (`model.llm.LlmFields`).

`read` gives every field, for showing; `hot` what a SpanRow needs, for the engine, which calls it for each span it
receives. Both take the dialects a span speaks in order of priority, decide its kind, take each field from the first source
that says anything, and then settle what no single attribute tells: token conventions, parameters inside blobs, the time to
the first token, messages that came as log records. Whatever a span holds, neither raises: a value that makes no sense is
no field, and stays to be seen among the raw attributes.

Log records are given by the caller: those with the span's id, in time order. Claude Code writes the id of the parent into
the records of a call; `log_owners` says whose records to look for, and records of another span count only where the dialect
can tell that they belong to this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.model.span import LogRecord, Received, Span
from tracedesk.semconv import searchable, tokens
from tracedesk.semconv.aliases import PARAMETERS
from tracedesk.semconv.fields import FORMS
from tracedesk.semconv.plan import Plan, Step, plan_for
from tracedesk.semconv.values import instant_ns, is_object_repr, text
from tracedesk.semconv.view import View, event_name

DETAILS = "gen_ai.client.inference.operation.details"
"""OpenTelemetry's event that repeats the attributes of a call, as a log record or a span event: it fills the span's gaps."""


_SNAPSHOT = re.compile(r"-20\d\d-[01]\d-[0-3]\d$")
"""How OpenAI dates the snapshots that its aliases stand for."""
_ALIAS = re.compile(r"(?:[a-z_]+/)?(?:gpt-|chatgpt-|o[1-9])(?!.*\d{4}-?\d\d)")


_NESTED = frozenset({"generationConfig", "generation_config", "inferenceConfig"})


def read(span: Span, logs: Sequence[LogRecord] = ()) -> LlmFields:
    """Every canonical field that the span and its log records tell."""
    view, borrowed = _view(span, logs)
    plan = plan_for(view)
    fields = _gather(view, plan, hot=False)
    _explode_parameters(fields)
    for settle in plan.settlers:
        settle(view, fields)
    _settle(view, plan, fields)
    _embedded(fields)
    _system_first(fields)
    _credit(fields, borrowed)
    return fields


def hot(span: Span, logs: Sequence[LogRecord] = ()) -> LlmFields:
    """The fields of a SpanRow. The text to search and the title are inside; ask `search_text` and `title` for them."""
    view, _ = _view(span, logs)
    plan = plan_for(view)
    fields = _gather(view, plan, hot=True)
    for settle in plan.settlers:
        settle(view, fields)
    _settle(view, plan, fields)
    searchable.attach(fields, view, plan.program(fields.kind, hot=True).content)
    return fields


def title(fields: LlmFields) -> str | None:
    """What the user asked: the latest user message of the input, one line of at most 200 characters."""
    return searchable.title(fields)


def search_text(fields: LlmFields, span: Span) -> str:
    """Everything of a span that can be searched: names, prompts, answers, tools, documents, errors; at most 32 kB."""
    return searchable.search_text(fields, span)


def log_owners(span: Received) -> tuple[bytes, ...]:
    """Ids of the spans whose log records may speak of this one: its own, and its parent's for Claude Code."""
    if span.parent_id is not None and span.scope.name.startswith("com.anthropic.claude_code"):
        return span.span_id, span.parent_id
    return (span.span_id,)


def _view(span: Span, logs: Sequence[LogRecord]) -> tuple[View, dict[str, str]]:
    """The span to read; attributes that only a details event has, with where each was borrowed from."""
    if not logs and not span.events:
        return View(span, ()), {}
    own = [record for record in logs if record.span_id is None or record.span_id == span.span_id]
    view = View(span, own)
    if len(own) < len(logs):
        view.others = [record for record in logs if record.span_id is not None and record.span_id != span.span_id]
    borrowed: dict[str, str] = {}
    for where, name, attributes in (
        *(("event", event.name, event.attributes) for event in span.events),
        *(("log", event_name(record), record.attributes) for record in own),
    ):
        if name != DETAILS:
            continue
        for key, value in attributes.items():
            if key in borrowed and isinstance(value, list) and isinstance(view.attributes[key], list):
                view.attributes[key] = view.attributes[key] + [item for item in value if item not in view.attributes[key]]
            elif key not in span.attributes and key not in borrowed and key != "event.name":
                borrowed[key] = f"{where}:{name}/{key}"
                if view.attributes is span.attributes:
                    view.attributes = dict(span.attributes)
                view.attributes[key] = value
    return view, borrowed


def _gather(view: View, plan: Plan, *, hot: bool) -> LlmFields:
    fields = LlmFields(dialects=plan.keys)
    for rule in plan.rules:
        kind = rule.test(view)
        if kind is not None:
            fields.kind = view.kind = kind
            fields.kind_from = rule.said_by
            break
    else:
        _guess_kind(view, plan, fields)
    program = plan.program(view.kind, hot=hot)
    _take(view, program.single, fields)
    for step in program.merged:
        _merge(view, step, fields)
    return fields


def _take(view: View, steps: Sequence[Step], fields: LlmFields) -> None:
    values, sources, attributes = fields.values, fields.sources, view.attributes
    for field, attr, form, get, label, _ in steps:
        if field in values:
            continue
        raw = attributes.get(attr) if get is None else get(view)
        if raw is None:
            continue
        if form is text and type(raw) is str:              # two of three steps, and a call costs a third of a step
            value = raw if raw and not raw.isspace() else None
        else:
            value = form(raw)
        if value is not None:
            values[field] = value
            sources[field] = label


def _merge(view: View, step: Step, fields: LlmFields) -> None:
    """A field that collects: maps are united (the first one to name a key wins), lists joined; a single value goes by its
    attribute."""
    raw = view.attributes.get(step.attr) if step.get is None else step.get(view)
    value = None if raw is None else step.form(raw)
    if value is None and raw is not None and step.form is FORMS["metadata"] and isinstance(raw, str | int | float | bool):
        value = {step.attr: raw} if raw not in ("", "{}") else None
    if value is None:
        return
    known = fields.values.get(step.field)
    if known is None:
        fields.values[step.field] = value
        fields.sources[step.field] = step.label
        return
    if isinstance(known, dict) and isinstance(value, dict):
        fields.values[step.field] = {**value, **known}
    elif isinstance(known, list) and isinstance(value, list):
        fields.values[step.field] = known + [item for item in value if item not in known]
    if step.label not in fields.sources[step.field].split(", "):
        fields.sources[step.field] += ", " + step.label


def _guess_kind(view: View, plan: Plan, fields: LlmFields) -> None:
    """The kind of a span that no rule knows: a model with tokens is a call, tool fields are a tool."""
    told = LlmFields()
    _take(view, plan.program(Kind.OTHER, hot=True).single, told)
    values = told.values
    if ("model.requested" in values or "model.response" in values) and ("tokens.input" in values or "tokens.output" in values):
        kind = Kind.LLM
    elif "tool.name" in values or "tool.args" in values:
        kind = Kind.TOOL
    elif not view.attributes and view.span.parent_id is None:
        kind = Kind.CHAIN
    else:
        kind = Kind.OTHER
    fields.kind = view.kind = kind


def _explode_parameters(fields: LlmFields) -> None:
    blob = fields.values.pop("param.all", None)
    if not isinstance(blob, dict):
        return
    source = fields.sources.pop("param.all", "")
    rest = {}
    for key, value in _levelled(blob):
        if type(value) is str and is_object_repr(value):
            continue
        name = PARAMETERS.get(key) if isinstance(key, str) else None
        if name is None:
            rest[key] = value
            continue
        known = FORMS[name](value) if value is not None else None
        if known is not None and name not in fields.values:
            fields.values[name] = known
            fields.sources[name] = source
    if rest:
        fields.values["param.all"] = rest
        fields.sources["param.all"] = source


def _levelled(blob: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """The parameters of a blob, with those that Gemini and Bedrock keep in a map of their own, and OpenAI's effort."""
    for key, value in blob.items():
        if key in _NESTED and isinstance(value, dict):
            yield from value.items()
            continue
        yield key, value
        if key == "reasoning" and isinstance(value, dict):
            yield "reasoning_effort", value.get("effort")


def _settle(view: View, plan: Plan, fields: LlmFields) -> None:
    values = fields.values
    if fields.sources.get("model.response") in plan.either_model:
        _one_model(fields)
    if "tokens.input" in values or "tokens.output" in values:
        tokens.settle(fields, input_has_cache=fields.sources.get("tokens.input") not in plan.exclusive)
    if "first_token_time" in values and "ttft_s" not in values:
        moment = instant_ns(values["first_token_time"])
        wait = None if moment is None else FORMS["ttft_s"]((moment - view.span.start_ns) / 1e9)
        if wait is not None:
            values["ttft_s"] = wait
            fields.sources["ttft_s"] = fields.sources["first_token_time"]


def _one_model(fields: LlmFields) -> None:
    """One attribute holds the model asked for, replaced by the one that answered when there is an answer. A dated snapshot is
    not what was asked for. OpenAI answers with nothing else, so its undated aliases did not answer; nor did, as far as the
    span can tell, the model of a call without usage."""
    values, sources = fields.values, fields.sources
    requested, answered = values.get("model.requested"), values["model.response"]
    if requested and sources["model.requested"] == sources["model.response"] and _SNAPSHOT.search(requested):
        drop = "model.requested"
    elif fields.kind is Kind.LLM and requested == answered and (
            _ALIAS.match(answered) or ("tokens.input" not in values and "tokens.output" not in values)):
        drop = "model.response"
    else:
        return
    del values[drop], sources[drop]


def _system_first(fields: LlmFields) -> None:
    """A system prompt that came beside the messages is also the first of them; one that is among them is not repeated."""
    system, messages = fields.values.get("system"), fields.values.get("input.messages")
    if system is None or not messages or any(message["role"] == "system" for message in messages):
        return
    content = [{"type": "text", "content": system}] if isinstance(system, str) else list(system)
    fields.values["input.messages"] = [{"role": "system", "parts": content}, *messages]


def _embedded(fields: LlmFields) -> None:
    """What was embedded is no chat, though OpenTelemetry sends it under the same name."""
    if fields.kind is Kind.EMBEDDING and fields.sources.get("embedding.inputs") == fields.sources.get("input.messages", ""):
        del fields.values["input.messages"], fields.sources["input.messages"]


def _credit(fields: LlmFields, borrowed: dict[str, str]) -> None:
    if borrowed:
        for field, source in fields.sources.items():
            fields.sources[field] = borrowed.get(source, source)
