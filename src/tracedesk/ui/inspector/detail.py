"""What the inspector shows of one span, gathered off the main thread into one frozen object. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import Cost, LlmFields
from tracedesk.model.span import LogRecord, Span
from tracedesk.model.trace import Trace
from tracedesk.pricing.arithmetic import Arithmetic
from tracedesk.ui.inspector.around import NOTHING_AROUND, Around


@dataclass(frozen=True, slots=True)
class SpanDetail:
    """One span with its meaning, its cost and its place in the trace. Times in ns, `share` of the trace's duration.

    `slack_ns` is None where nothing waits for the span or it was not computed; `counted_on` names the span that carries
    this call's tokens and cost in the totals, where it is not this one. `arithmetic` says how its tokens were counted,
    `window_tokens` how many its model takes, where the price table knows.
    """

    trace_id: bytes
    span: Span
    logs: list[LogRecord]
    fields: LlmFields
    cost: Cost
    duration_ns: int
    self_ns: int
    depth: int = 0
    trace_duration_ns: int = 0
    trace_start_ns: int = 0
    unfinished: bool = False
    on_critical_path: bool = False
    slack_ns: int | None = None
    counted: bool = True
    counted_on: bytes | None = None
    arithmetic: Arithmetic | None = None
    window_tokens: int | None = None
    around: Around = NOTHING_AROUND
    trace_tags: dict[str, object] = field(default_factory=dict)

    @property
    def own(self) -> tuple[object, ...]:
        """What is known of the span by itself. The rest comes from the trace around it, and changes while that grows."""
        return (self.span, self.logs, self.fields, self.cost, self.duration_ns, self.counted, self.counted_on, self.arithmetic,
                self.around)

    @property
    def kind(self) -> Kind:
        """What the span stands for."""
        return self.fields.kind

    @property
    def status(self) -> Status:
        """OTLP status of the span."""
        return Status(self.span.status) if self.span.status in (0, 1, 2) else Status.UNSET

    @property
    def share(self) -> float | None:
        """Share of the trace's duration, or None for a trace that took no time."""
        return self.duration_ns / self.trace_duration_ns if self.trace_duration_ns > 0 else None

    def value(self, name: str) -> object | None:
        """A canonical field, or None where the span does not carry it."""
        return self.fields.values.get(name)

    def count(self, name: str) -> int | None:
        """A canonical field that is a whole number (tokens, k), or None."""
        value = self.fields.values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def text(self, name: str) -> str | None:
        """A canonical field that is text, or None."""
        value = self.fields.values.get(name)
        return value if isinstance(value, str) and value else None


def place_in(trace: Trace, index: int, span: Span, logs: list[LogRecord], fields: LlmFields, cost: Cost,
             **more: object) -> SpanDetail:
    """The detail of the span at `index` of a trace; `more` are the facts that other computations hand in."""
    return SpanDetail(
        trace_id=trace.trace_id, span=span, logs=logs, fields=fields, cost=cost,
        duration_ns=int(trace.end_ns[index] - trace.start_ns[index]), self_ns=int(trace.self_ns[index]),
        depth=int(trace.depth[index]), trace_duration_ns=trace.t1_ns - trace.t0_ns, trace_start_ns=trace.t0_ns,
        unfinished=bool(trace.unfinished[index]), **more)  # type: ignore[arg-type]
