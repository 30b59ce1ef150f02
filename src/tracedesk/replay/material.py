"""What there is to tell from: a trace, what its spans say, and whose figures count. All per index of the trace's columns.

The canonical fields are handed in, because replay knows no dialect. Whatever they hold, the getters here give a value of the
type that was asked for, or None: a field of another type says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracedesk.model.kinds import COUNTED_KINDS, Kind, Status
from tracedesk.model.llm import CostStatus, LlmFields, Message
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Event, LogRecord, Span
from tracedesk.model.trace import Trace
from tracedesk.replay.speech import ToolCall, asked_for
from tracedesk.replay.words import line

Read = Callable[[Span, Sequence[LogRecord]], LlmFields]
Received = Mapping[bytes, tuple[Span, Sequence[LogRecord]]]

ERROR_AT_MOST = 200
"""Characters of an error message in a step; the span has all of it."""

_NOTHING = LlmFields()
_OWN_MODEL = COUNTED_KINDS | {Kind.GUARDRAIL, Kind.EVALUATOR}
"""Kinds that may be a model call of their own: a guard or a judge is often a small model under its own name."""


@dataclass(frozen=True)
class Material:
    """One trace to tell. `counted_on` maps a span whose figures stand elsewhere to the span that has them, or to None for a
    sum of several; `spans` holds what was received (None where only the row is known).
    """

    trace: Trace
    rows: Sequence[SpanRow]
    fields: Sequence[LlmFields]
    spans: Sequence[Span | None]
    counted_on: Mapping[bytes, bytes | None]
    _spoken: dict[tuple[int, str], list[Message]] = field(default_factory=dict, repr=False, compare=False)
    _asked: dict[int, list[ToolCall]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, trace: Trace, rows: Sequence[SpanRow], received: Received, counted_on: Mapping[bytes, bytes | None],
           read: Read) -> Material:
        """Rows in any order and received spans by id, brought into the order of the trace and read."""
        by_id = {row.span_id: row for row in rows}
        known = [received.get(span_id) for span_id in trace.span_ids]
        return cls(trace, [by_id[span_id] for span_id in trace.span_ids],
                   [_NOTHING if one is None else read(one[0], one[1]) for one in known],
                   [None if one is None else one[0] for one in known], counted_on)

    def kind(self, span: int) -> Kind:
        """What the span stands for."""
        return Kind(self.rows[span].kind)

    def failed(self, span: int) -> bool:
        """Whether the span says so."""
        return self.rows[span].status == Status.ERROR

    def events(self, span: int) -> Sequence[Event]:
        """The span's events, in the order received."""
        found = self.spans[span]
        return () if found is None else found.events

    def attributes(self, span: int) -> Mapping[str, Any]:
        """The attributes as received: for what no canonical field has a name for."""
        found = self.spans[span]
        return {} if found is None else found.attributes

    def value(self, span: int, name: str) -> Any:
        """A canonical field of whatever type, or None."""
        return self.fields[span].values.get(name)

    def text(self, span: int, name: str) -> str | None:
        """A canonical field that is text, and not empty."""
        found = self.fields[span].values.get(name)
        return found if isinstance(found, str) and found else None

    def listed(self, span: int, name: str) -> list[Any] | None:
        """A canonical field that is a list."""
        found = self.fields[span].values.get(name)
        return found if isinstance(found, list) else None

    def messages(self, span: int, name: str) -> list[Message]:
        """`input.messages` or `output.messages`, without what is no message."""
        found = self._spoken.get((span, name))
        if found is None:
            found = self._spoken[span, name] = [item for item in self.listed(span, name) or ()
                                                if isinstance(item, dict) and isinstance(item.get("parts"), list)]
        return found

    def tools_asked(self, span: int) -> list[ToolCall]:
        """The tools that the answer of a model call asks for."""
        found = self._asked.get(span)
        if found is None:
            found = self._asked[span] = asked_for(self.messages(span, "output.messages"))
        return found

    def error(self, span: int) -> str | None:
        """What went wrong, as `Type: message` on one line, or None where the span did not fail."""
        if not self.failed(span):
            return None
        row = self.rows[span]
        kind, said = row.error_type, line(row.error_message or "", ERROR_AT_MOST)
        if kind and said and kind not in said:
            return f"{kind.rpartition('.')[2]}: {said}"
        return said or kind or "failed"

    def counts(self, span: int) -> bool:
        """Whether the tokens and the cost of this span are its own and belong into sums."""
        row = self.rows[span]
        if row.span_id in self.counted_on or row.kind not in _OWN_MODEL:
            return False
        has_figures = row.input_tokens is not None or row.output_tokens is not None or bool(row.cost_status)
        return row.kind in COUNTED_KINDS or has_figures

    def priced(self, span: int) -> bool:
        """Whether an amount of money is known for this span."""
        row = self.rows[span]
        return row.cost_nusd is not None and row.cost_status in tuple(CostStatus) and CostStatus(row.cost_status).known
