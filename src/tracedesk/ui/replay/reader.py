"""What the replay page asks the store for, off the main thread. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass

from tracedesk.model.llm import Cost, CostStatus
from tracedesk.model.summary import TraceSummary
from tracedesk.model.trace import build_trace
from tracedesk.replay.material import Material
from tracedesk.replay.script import Script, tell
from tracedesk.replay.steps import Step
from tracedesk.semconv.read import log_owners, read
from tracedesk.store import notes, questions, sessions
from tracedesk.store.connect import Store
from tracedesk.store.notes import Judgement
from tracedesk.ui.inspector.detail import SpanDetail, place_in
from tracedesk.ui.replay.clockwork import Lines

TURNS_AT_MOST = 40
"""Of a longer session only the opened trace and the turns before it are told."""


@dataclass(frozen=True)
class Loaded:
    """A script with the traces it tells and what people noted, by (trace id, span id). `lines`: None where nothing is told."""

    script: Script
    lines: Lines | None
    summaries: tuple[TraceSummary, ...]
    judged: dict[tuple[bytes, bytes], Judgement]
    opened: bytes

    @property
    def session_id(self) -> str | None:
        """The session of the opened trace."""
        return next((summary.session_id for summary in self.summaries if summary.trace_id == self.opened), None)


def loaded(store: Store, trace_id: bytes) -> Loaded:
    """The trace told, with the other traces of its session as further turns.

    Raises:
        NotFound: the store does not have it.
    """
    summary = questions.summary(store, trace_id)
    turns = [summary]
    if summary.session_id is not None:
        turns = sessions.turns(store, summary.session_id)
        at = next((number for number, turn in enumerate(turns) if turn.trace_id == trace_id), 0)
        if len(turns) > TURNS_AT_MOST:
            first = max(0, min(at + 1, len(turns)) - TURNS_AT_MOST)
            turns = turns[first: first + TURNS_AT_MOST]
        if all(turn.trace_id != trace_id for turn in turns):
            turns = [summary]
    script = tell([material(store, turn.trace_id) for turn in turns])
    judged = {(turn.trace_id, span_id): note for turn in turns
              for span_id, note in notes.of_trace(store, turn.trace_id).items()}
    return Loaded(script, Lines.of(script), tuple(turns), judged, trace_id)


def grown(store: Store, before: Loaded) -> Loaded | None:
    """The story again where one of its traces changed or another turn has come; else None."""
    known = {summary.trace_id: summary.changed for summary in before.summaries}
    session_id = before.session_id
    now = sessions.turns(store, session_id) if session_id is not None else [questions.summary(store, before.opened)]
    same = all(known[turn.trace_id] == turn.changed for turn in now if turn.trace_id in known)
    more = len(now) != len(known) and len(now) <= TURNS_AT_MOST
    return loaded(store, before.opened) if more or not same else None


def material(store: Store, trace_id: bytes) -> Material:
    """What replay tells a trace of the store from."""
    rows = questions.rows(store, trace_id)
    spans = {span.span_id: (span, logs) for span, logs in questions.spans(store, trace_id)}
    received = {}
    for span_id, (span, logs) in spans.items():
        owners = log_owners(span)
        others = [log for owner in owners if owner != span_id and owner in spans for log in spans[owner][1]]
        received[span_id] = (span, sorted([*logs, *others], key=lambda log: log.time_ns) if others else logs)
    return Material.of(build_trace(rows), rows, received, questions.counted_on(store, trace_id), read)


def detail_of(told: Material, span: int) -> SpanDetail | None:
    """What the inspector's pages need to show a span of a script; None where nothing of it was received."""
    received, row = told.spans[span], told.rows[span]
    if received is None:
        return None
    cost = Cost(CostStatus(row.cost_status) if row.cost_status in tuple(CostStatus) else CostStatus.NONE, row.cost_nusd)
    return place_in(told.trace, span, received, [], told.fields[span], cost)


def members_with(told: Material, step: Step, *names: str) -> list[int]:
    """The spans of a step that have one of these fields, the outermost first."""
    return [span for span in step.members if any(name in told.fields[span].values for name in names)]
