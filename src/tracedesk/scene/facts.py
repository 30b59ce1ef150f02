"""What is to be said about a span: the lines of its card, its sentence when read aloud; and what a measured stretch holds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_cost_exact, format_total
from tracedesk.base.words import counted
from tracedesk.model.kinds import Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.trace import UNKNOWN, Ints, Trace
from tracedesk.scene.text import error_word, one_line, running_text, span_name
from tracedesk.scene.waterfall import Flags, Waterfall

PRICE_FROM = {CostStatus.PRICED: "price list", CostStatus.FREE: "free", CostStatus.REPORTED: "as reported",
              CostStatus.UNKNOWN_MODEL: "no price for this model", CostStatus.NO_USAGE: "no usage was sent",
              CostStatus.NO_PRICE: "no price for this time", CostStatus.INVALID_USAGE: "usage makes no sense"}
ELSEWHERE = "counted on another span"
MESSAGE_CHARS = 90


class Fact(NamedTuple):
    """One line of a card: what, how much, and where the number is from."""

    label: str
    value: str
    source: str = ""


def facts(scene: Waterfall, index: int) -> list[Fact]:
    """Start, end, duration, own time, share, slack, tokens, cost; what is not known is left out or says so."""
    trace = scene.trace
    start, end = int(scene.start_ns[index]), int(scene.end_ns[index])
    whole = max(1, scene.t1_ns - scene.t0_ns)
    found = [Fact("Start", format_duration(start - scene.t0_ns), _clock_note(scene, index))]
    if trace.unfinished[index]:
        found.append(Fact("Running", running_text(end - start), "no end was received"))
    else:
        found += [Fact("End", format_duration(end - scene.t0_ns)), Fact("Duration", format_duration(end - start))]
    found += [Fact("Self time", format_duration(int(trace.self_ns[index])), "without its children"),
              Fact("Share", f"{100 * (end - start) / whole:.1f} %", "of the trace")]
    if scene.on_path is not None and scene.on_path[index]:
        found.append(Fact("Slack", "none", "on the critical path"))
    elif scene.slack_ns is not None and scene.slack_ns[index] >= 0:
        found.append(Fact("Slack", format_duration(int(scene.slack_ns[index])), "before the total grows"))
    given, made = int(trace.input_tokens[index]), int(trace.output_tokens[index])
    if given != UNKNOWN or made != UNKNOWN:
        said = [f"{value:,} {way}" for value, way in ((given, "in"), (made, "out")) if value != UNKNOWN]
        found.append(Fact("Tokens", " · ".join(said), ELSEWHERE if scene.is_counted_elsewhere(index) else "as reported"))
    elif trace.cost_status[index] == CostStatus.NO_USAGE:
        found.append(Fact("Tokens", "not sent"))
    if trace.ttft_ns[index] > 0:
        found.append(Fact("First token", format_duration(int(trace.ttft_ns[index]))))
    cost = _cost(scene, index)
    if cost is not None:
        found.append(cost)
    if trace.status[index] == Status.ERROR:
        found.append(Fact("Failed", error_word(trace, index), one_line(trace.error_message[index], MESSAGE_CHARS)))
    return found


def _clock_note(scene: Waterfall, index: int) -> str:
    if not scene.is_shifted(index) or scene.shift_ns is None:
        return ""
    shift = int(scene.shift_ns[index])
    return f"clock put right by {'+' if shift > 0 else '−'}{format_duration(abs(shift))}"


def _cost(scene: Waterfall, index: int) -> Fact | None:
    trace = scene.trace
    status = CostStatus(int(trace.cost_status[index]))
    if trace.cost_nusd[index] >= 0:
        source = ELSEWHERE if scene.is_counted_elsewhere(index) else PRICE_FROM.get(status, "")
        return Fact("Cost", format_cost_exact(int(trace.cost_nusd[index])), source)
    if status is CostStatus.NONE:
        return None
    return Fact("Cost", "unpriced", PRICE_FROM.get(status, ""))


def sentence(scene: Waterfall, row: int, kind_words: str) -> str:
    """A row, read aloud: `chat gpt-4o, LLM call, 1.16 s, starts at 2.97 s, ok, 2,394 tokens, 0.00433 dollars, on the critical
    path, level 2, 12 of 13`."""
    span = scene.span_at(row)
    if span is None:
        return f"no parent, {scene.rows.orphans:,} spans, {row + 1} of {scene.rows.n}"
    trace = scene.trace
    start, end = int(scene.start_ns[span]), int(scene.end_ns[span])
    said = [span_name(trace, span), kind_words,
            running_text(end - start) if trace.unfinished[span] else format_duration(end - start),
            f"starts at {format_duration(start - scene.t0_ns)}"]
    if trace.status[span] == Status.ERROR:
        said.append(f"failed: {error_word(trace, span)}")
    elif trace.status[span] == Status.OK:
        said.append("ok")
    tokens = sum(int(column[span]) for column in (trace.input_tokens, trace.output_tokens) if column[span] != UNKNOWN)
    if tokens:
        said.append(f"{tokens:,} tokens")
    cost = _cost(scene, span)
    if cost is not None:
        said.append(cost.value.replace("$", "") + " dollars" if cost.value.startswith(("$", "−", "<")) else cost.value)
    if scene.on_path is not None and scene.on_path[span]:
        said.append("on the critical path")
    if trace.child_count[span]:
        said.append("closed" if span in scene.closed else "open")
    said += [f"level {scene.rows.depth(trace, row) + 1}", f"{row + 1} of {scene.rows.n}"]
    return ", ".join(said)


class Measured(NamedTuple):
    """A stretch of time: how long, how many spans lie inside it, what they cost (None: nothing to pay), calls unpriced."""

    ns: int
    spans: int
    cost_nusd: int | None
    unpriced: int

    @property
    def words(self) -> str:
        """`5 spans inside · ≥ $0.0043`."""
        count = f"{counted(self.spans, 'span')} inside"
        if self.cost_nusd is None and not self.unpriced:
            return count
        return f"{count} · {format_total(self.cost_nusd, self.unpriced)}"


def measure(scene: Waterfall, begin_ns: int, end_ns: int) -> Measured:
    """What lies wholly between two moments of the picture."""
    return measure_spans(scene.trace, scene.start_ns, scene.end_ns, (begin_ns, end_ns), scene.elsewhere)


def measure_spans(trace: Trace, start_ns: Ints, end_ns: Ints, stretch: tuple[int, int], elsewhere: Flags | None) -> Measured:
    """What of the spans at these times lies wholly in a stretch; calls whose figures stand elsewhere are not summed."""
    begin, end = sorted(stretch)
    inside = (start_ns >= begin) & (end_ns <= end)
    paying = inside & (trace.cost_status != CostStatus.NONE)
    if elsewhere is not None:
        paying &= ~elsewhere
    known = paying & (trace.cost_nusd >= 0)
    unpriced = paying & ~known
    cost = int(trace.cost_nusd[known].sum()) if known.any() else None
    return Measured(end - begin, int(np.count_nonzero(inside)), cost, int(np.count_nonzero(unpriced)))
