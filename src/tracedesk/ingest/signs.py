"""The signs of a span (`model.signs`), read where its fields are in hand.

It runs for every span the engine receives: guards, failures, scores and attributes with a telling name are few, so most
spans cost a handful of look-ups (0.5 µs), a question of a user 1 µs more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import LlmFields
from tracedesk.model.signs import (
    BLOCKED,
    Sign,
    attack,
    evidence,
    is_feedback,
    is_outcome,
    outcome,
    reason,
    refuses,
    timed_out,
    to_json,
    verdict,
    vote,
)
from tracedesk.model.span import Span
from tracedesk.semconv.aliases import finish_reasons
from tracedesk.semconv.searchable import ANSWER, TELLING, TITLE

_ATTACK_NAMES = ("jailbreak", "prompt_injection", "injection")
_YES = frozenset({"true", "yes", "detected", "high", "1"})
_LIMITS = {"http.response.status_code": (408, 504), "http.status_code": (408, 504), "rpc.grpc.status_code": (4,)}
"""Codes of a time limit: HTTP 408 and 504, gRPC DEADLINE_EXCEEDED."""
_DEEPEST = 6
_ERROR, _LLM, _GUARDRAIL = int(Status.ERROR), Kind.LLM, Kind.GUARDRAIL


_harmless = [""]
"""The last question in which no attack was found."""


def signs_of(span: Span, fields: LlmFields) -> str | None:
    """The signs of a span as JSON for its row, None for none."""
    values = fields.values
    kind = fields.kind
    asked = values.get(TITLE)
    found: list[Sign] = []
    if span.status == _ERROR or "error.type" in values:
        found += _time_limit(span, values)
    if kind is _LLM:
        answer = values.get(ANSWER)
        if answer is not None and refuses(answer):
            found.append(Sign("refusal", "words", None, evidence(answer)))
    elif kind is _GUARDRAIL:
        found += _guard(span, values.get(ANSWER))
    if asked is not None and asked != _harmless[0]:     # the spans of a request repeat its question one after the other
        words = attack(asked)
        if words is None:
            _harmless[0] = asked
        else:
            found.append(Sign("jailbreak", f"words: {words[0]}", None, words[1]))
    if "scores" in values:
        found += _scores(values["scores"])
    if TELLING in values:
        found += _told(span, values[TELLING])
    if "metadata" in values:
        found += _outcomes(values["metadata"])
    return to_json(dict.fromkeys(found)) if found else None


def _time_limit(span: Span, values: dict[str, Any]) -> Iterator[Sign]:
    for rule, said in (("error type", values.get("error.type")), ("error message", values.get("error.message")),
                       ("status message", span.status_message)):
        if isinstance(said, str) and timed_out(said):
            yield Sign("timeout", rule, None, evidence(said))
            return
    for name, codes in _LIMITS.items():
        if span.attributes.get(name) in codes:
            yield Sign("timeout", "status code", None, f"{name} = {span.attributes[name]}")
            return


def _guard(span: Span, answer: str | None) -> Iterator[Sign]:
    """A guard that blocked: why, and whether it was an attack."""
    output = _opened(span.attributes.get("output.value"))
    said = verdict(span.status == Status.ERROR, span.attributes, span.events, output, answer)
    if said is None or said.said != BLOCKED:
        return
    why = reason(span.attributes, span.events) or span.status_message
    yield Sign("blocked", evidence(span.name), None, evidence(why or said.told_by))
    about = f"{span.name} {why} {span.attributes.get('guardrail.rule', '')}".lower()
    word = next((word for word in _ATTACK_NAMES if word in about or word.replace("_", " ") in about), None)
    if word is not None:
        yield Sign("jailbreak", f"guard: {evidence(span.name)}", None, evidence(why or said.told_by))


def _scores(scores: list[Any]) -> Iterator[Sign]:
    for score in scores:
        if not isinstance(score, dict) or not isinstance(score.get("name"), str):
            continue
        name, value, label = evidence(score["name"]), score.get("value"), score.get("label")
        text = evidence(str(score.get("explanation") or label or ""))
        if is_feedback(name) or str(score.get("annotator")).upper() in ("HUMAN", "USER"):
            voted = vote(value, label)
            if voted is not None:
                yield Sign("vote", name, voted, text)
        elif is_outcome(name):
            done = outcome(value, label)
            if done is not None:
                yield Sign("success", name, done, text)
        else:
            yield Sign("score", name, float(value) if isinstance(value, int | float) else None, text)


def _told(span: Span, names: tuple[str, ...]) -> Iterator[Sign]:
    """What attributes with telling names say."""
    for name in names:
        value = span.attributes.get(name)
        lower = name.lower()
        tail = lower.rpartition(".")[2]
        if tail == "resend_count" or "retry_count" in tail or tail in ("retries", "attempt", "attempts"):
            again = _whole(value) - (tail in ("attempt", "attempts"))
            if again > 0:
                yield Sign("retry", evidence(name), again, f"{evidence(name)} = {value}")
        elif "finish_reason" in lower:
            if "content_filter" in (finish_reasons(value) or ()):
                yield Sign("filter", "finish reason", None, evidence(str(value)))
        elif "filter" in lower:
            yield from _filtered(name, _opened(value), 0)
        elif any(word in lower for word in _ATTACK_NAMES):
            if value is True or (isinstance(value, str) and value.strip().lower() in _YES):
                yield Sign("jailbreak", f"attribute: {evidence(name)}", None, f"{evidence(name)} = {value}")
        elif "refus" in tail:
            if value is True or (isinstance(value, str) and value.strip() and value.strip().lower() not in ("false", "none")):
                yield Sign("refusal", evidence(name), None, evidence(str(value)))
        elif is_feedback(name):
            voted = vote(value)
            if voted is not None:
                yield Sign("vote", evidence(name), voted, evidence(str(value)))
    yield from _outcomes({name: span.attributes.get(name) for name in names})


def _outcomes(named: dict[Any, Any]) -> Iterator[Sign]:
    for name, value in named.items():
        if isinstance(name, str) and is_outcome(name):
            done = outcome(value)
            if done is not None:
                yield Sign("success", evidence(name), done, evidence(str(value)))


def _filtered(name: str, value: Any, depth: int) -> Iterator[Sign]:
    """Azure's content filter results: {category: {"filtered": bool, "detected": bool, ...}}, also in lists and deeper."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _filtered(name, item, depth + 1)
    elif isinstance(value, dict):
        for category, said in value.items():
            if not isinstance(said, dict):
                continue
            if said.get("filtered") is True:
                yield Sign("filter", evidence(name), None, evidence(str(category)))
            if said.get("detected") is True and any(word in str(category).lower() for word in _ATTACK_NAMES):
                yield Sign("jailbreak", f"provider: {evidence(str(category))}", None, f"{evidence(name)}: {category} detected")
            yield from _filtered(name, said, depth + 1)


def _opened(value: Any) -> Any:
    """JSON in a text as what it stands for; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except ValueError:
            return value
    return value


def _whole(value: Any) -> int:
    """A small count, 0 where it is none."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 6:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 100_000 else 0
