"""What the spans of a comparison were told and answered, side by side, asked on a reader's thread. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracedesk.compare import text
from tracedesk.compare.align import Pair
from tracedesk.compare.spoken import INPUT, OUTPUT, SYSTEM, texts_of
from tracedesk.compare.tokens import line_tokens, per_character
from tracedesk.model.kinds import Kind
from tracedesk.scene.text import second_name
from tracedesk.semconv.read import log_owners, read
from tracedesk.store import questions
from tracedesk.store.connect import Store
from tracedesk.ui.compare.reader import Compared, Side

CALLS_LOOKED_AT = 50


@dataclass(frozen=True)
class SaidOtherwise:
    """A text of a pair of spans that differs, or is shown because the pair is selected. `tokens` has words for each line."""

    title: str
    about: str
    lines: list[text.Line]
    tokens: list[str]


def texts(store: Store, compared: Compared, pair: Pair | None) -> list[SaidOtherwise]:
    """What a pair of spans was told and answered, side by side; without a pair, or for one that said nothing, what the last
    model call (of the last `CALLS_LOOKED_AT`) was told and answered otherwise."""
    mine = _texts(store, compared, pair) if pair is not None else []
    if mine:
        return mine
    calls = [row for row in compared.found.rows
             if row.a is not None and row.b is not None and compared.found.b.kind[row.b] == Kind.LLM]
    alike: list[SaidOtherwise] = []
    for row in calls[:-CALLS_LOOKED_AT - 1:-1]:
        found = _texts(store, compared, row)
        if any(not text.is_equal(item.lines) for item in found):
            return found
        alike = alike or found
    return alike


def _texts(store: Store, compared: Compared, pair: Pair) -> list[SaidOtherwise]:
    before, after = _said(store, compared.a, pair.a), _said(store, compared.b, pair.b)
    told_a, told_b = texts_of(before), texts_of(after)
    index, trace = (pair.b, compared.b.trace) if pair.b is not None else (pair.a, compared.a.trace)
    name = " ".join(filter(None, (trace.name[index or 0] or "", second_name(trace, index or 0))))
    rates_a, rates_b = _rates(before, told_a), _rates(after, told_b)
    found = []
    for title in (SYSTEM, INPUT, OUTPUT):
        if title in told_a or title in told_b:
            lines = text.diff(told_a.get(title, ""), told_b.get(title, ""))
            field = "tokens.output" if title == OUTPUT else "tokens.input"
            about = ", ".join(filter(None, (name, _counts(before.get(field), after.get(field)))))
            found.append(SaidOtherwise(title, about, lines, line_tokens(lines, rates_a.get(field), rates_b.get(field))))
    told, answered = [item for item in found if item.title != OUTPUT], [item for item in found if item.title == OUTPUT]
    return sorted(told, key=lambda item: text.is_equal(item.lines))[:1] + answered


def _counts(before: Any, after: Any) -> str:
    """`61 to 78 tokens`, as the calls report them; "" where one does not."""
    if not isinstance(before, int) or not isinstance(after, int):
        return ""
    return f"{before:,} to {after:,} tokens" if before != after else f"{after:,} tokens"


def _rates(values: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, float | None]:
    """Tokens per character of what a model call was given, and of what it answered. Definitions of tools are input too;
    reasoning that is not shown is no part of the answer."""
    given, answered = values.get("tokens.input"), values.get("tokens.output")
    if isinstance(answered, int) and isinstance(values.get("tokens.reasoning"), int):
        answered -= values["tokens.reasoning"]
    whole = told.get(SYSTEM, "") + told.get(INPUT, "") + (str(values["tools"]) if values.get("tools") else "")
    return {"tokens.input": per_character(given if isinstance(given, int) else None, whole),
            "tokens.output": per_character(answered if isinstance(answered, int) else None, told.get(OUTPUT, ""))}


def _said(store: Store, side: Side, index: int | None) -> Mapping[str, Any]:
    """The fields of a span of A or B; of a group those of its typical run."""
    if index is None or (side.summary is None and side.group is None):
        return {}
    span, logs = questions.span(store, side.trace.trace_id, side.trace.span_ids[index])
    owners = log_owners(span)
    if owners != (span.span_id,):
        by_span = questions.trace_logs(store, side.trace.trace_id)
        logs = sorted((log for owner in owners for log in by_span.get(owner, [])), key=lambda log: log.time_ns)
    return read(span, logs).values
