"""What each operation does to the amounts of a run.

They are carried out in a fixed order, whatever order they were given in: other models first (they set lengths), then
scaling, adding, removing, time-outs and retries. So toggles that do not touch the same spans commute, and those that do
combine in one known way.
"""

from __future__ import annotations

import numpy as np

from tracedesk.base.clock import format_duration
from tracedesk.whatif.changes import Add, Change, Limit, Remove, Retry, Scale, SwapModel, Timeout
from tracedesk.whatif.work import Flags, Work

NUSD_PER_USD_PER_MILLION_TOKENS = 1_000


def scale(work: Work, change: Scale, chosen: Flags) -> None:
    """Own work × factor: leaves, gaps and tails of the selected spans and all under them.

    A piece of work is scaled once even if two selected spans contain it. Back-offs are timers and stay; so do spans that
    were cut by a time-out or a cancellation, whose real length was not seen (rule M). Made faster, such a call ends
    somewhere between that length and its share of it, which is what the bare reading says.
    """
    spans, amounts = work.spans, work.amounts
    inside = spans.inside(chosen)
    length = inside if work.bare and change.factor < 1 else inside & ~spans.cut
    amounts.tail_ns[length] *= change.factor
    launched = np.zeros(spans.n, np.bool_)
    launched[1:] = inside[spans.parent[1:]]
    amounts.gap_ns[launched & ~work.program.back_off] *= change.factor
    work.progress()[inside] *= change.factor
    if (inside & spans.cut).any():
        work.note("Calls that were cut by a time-out or a cancellation keep their length: how long they would really "
                  "have taken was not seen.")


def add(work: Work, change: Add, chosen: Flags) -> None:
    """So much more (or less, never below 0) work at the end; events of a leaf keep their share of its progress."""
    amounts = work.amounts
    longer = chosen & ~work.spans.cut
    before = amounts.tail_ns[longer]
    after = np.maximum(0.0, before + change.extra_ns)
    grows = longer & work.spans.leaf & (amounts.tail_ns > 0)
    work.progress()[grows] *= np.maximum(0.0, amounts.tail_ns[grows] + change.extra_ns) / amounts.tail_ns[grows]
    amounts.tail_ns[longer] = after


def remove(work: Work, change: Remove, chosen: Flags) -> None:
    """The span lasts `hit_ns`, what is under it is gone, and nothing of it is paid for.

    A failed attempt that is removed takes the back-off after it along.
    """
    spans, amounts = work.spans, work.amounts
    if amounts.forced_ns is None:
        amounts.forced_ns = np.full(spans.n, np.nan)
    amounts.forced_ns[chosen] = change.hit_ns
    inside = spans.inside(chosen)
    below = np.zeros(spans.n, np.bool_)
    below[1:] = inside[spans.parent[1:]]
    amounts.gone = below if amounts.gone is None else amounts.gone | below
    work.cost_nusd[inside] = 0.0
    follows = np.flatnonzero(work.program.back_off)
    amounts.gap_ns[follows[chosen[work.program.attempt_of[follows]]]] = 0.0


def retry(work: Work, change: Retry, chosen: Flags) -> None:
    """Failed attempts before each call: each as long as the call, with a growing pause after it, and billed again.

    Of a chain of attempts only the last is the call; the ones before it count for the size of the next pause.
    """
    spans, amounts, program = work.spans, work.amounts, work.program
    if amounts.extra_attempts is None or amounts.extra_back_off_ns is None:
        amounts.extra_attempts, amounts.extra_back_off_ns = np.zeros(spans.n), np.zeros(spans.n)
    last = chosen.copy()
    last[program.attempt_of[program.attempt_of >= 0]] = False
    for call in np.flatnonzero(last).tolist():
        seen: list[float] = []                               # back-offs already there, the latest first
        at = call
        while program.attempt_of[at] >= 0:
            seen.append(float(program.gap[at]))
            at = int(program.attempt_of[at])
        pauses = [_back_off(change, seen, number) for number in range(change.count)]
        amounts.extra_attempts[call] += change.count
        amounts.extra_back_off_ns[call] += sum(pauses)
        work.back_offs_ns.setdefault(call, []).extend(pauses)
    if change.backoff_ns is None and last.any():
        work.note("Extra attempts go on from the back-offs seen in this trace; where there were none, they follow at "
                  "once.")
    work.cost_nusd[last] *= 1 + change.count * change.cost_factor


def _back_off(change: Retry, seen: list[float], number: int) -> float:
    """The pause after extra attempt `number` (from 0), of a call with the pauses `seen` before it."""
    if change.backoff_ns is not None:
        return change.backoff_ns * change.multiplier ** (len(seen) + number)
    return seen[0] * change.multiplier ** (number + 1) if seen else 0.0


def swap_model(work: Work, change: SwapModel, chosen: Flags) -> None:
    """Each call with known tokens takes as long, and costs as much, as the other model would; the rest stays as it was."""
    spans, trace = work.spans, work.spans.trace
    speed = change.profile
    if speed is None and not change.keep_speed and work.profile is not None:
        speed = work.profile(change.to)
    calls = np.flatnonzero(chosen).tolist()
    for call in calls:
        index = int(spans.of_trace[call])
        into, out = int(trace.input_tokens[index]), int(trace.output_tokens[index])
        if into < 0 and out < 0:
            work.note("Calls without token counts keep their length and lose their cost: neither can be told for "
                      "another model.")
            work.cost_nusd[call] = np.nan
            continue
        into, out = max(into, 0), max(out, 0)
        if speed is not None:
            _set_length(work, call, speed.duration_ns(into, out))
        if change.price_usd is not None:
            per_in, per_out = change.price_usd
            work.cost_nusd[call] = (into * per_in + out * per_out) * NUSD_PER_USD_PER_MILLION_TOKENS
        else:
            paid = work.price(change.to, into, out) if work.price is not None else None
            work.cost_nusd[call] = np.nan if paid is None else paid
    if calls:
        work.note(f"With {change.to} the same tokens are assumed; what it would answer is not known.")
        if speed is None and not change.keep_speed:
            work.note(f"How fast {change.to} answers is not known, so its calls keep their length.")
        elif speed is not None and speed.calls:
            work.note(f"The speed of {change.to} was fitted from {speed.calls} of its recorded calls.")


def _set_length(work: Work, call: int, length_ns: float) -> None:
    """A leaf gets that length; of a call with spans inside, all its work changes in proportion."""
    spans, amounts = work.spans, work.amounts
    if spans.child_count[call] == 0:
        before = amounts.tail_ns[call]
        work.progress()[call] *= length_ns / before if before > 0 else 1.0
        amounts.tail_ns[call] = length_ns
        return
    before = float(spans.end[call] - spans.start[call])
    only = np.zeros(spans.n, np.bool_)
    only[call] = True
    inside = spans.inside(only)
    factor = length_ns / before if before > 0 else 1.0
    amounts.tail_ns[inside] *= factor
    amounts.gap_ns[1:][inside[spans.parent[1:]]] *= factor
    work.progress()[inside] *= factor


def timeout(work: Work, change: Timeout, chosen: Flags) -> None:
    """Longer spans are cut. What follows is settled after a first run, when it is known who is cut."""
    caps = work.caps()
    caps[chosen] = np.minimum(caps[chosen], float(change.after_ns))
    work.timeouts.append((change, chosen))


def after_timeouts(work: Work, start: np.ndarray, length: np.ndarray) -> list[tuple[Timeout, Flags]]:
    """How the program goes on after each time-out, given a run without them; gives back who was cut."""
    amounts, caps = work.amounts, work.caps()
    if amounts.afterwards_ns is None:
        amounts.afterwards_ns = np.zeros(work.spans.n)
    settled = []
    for change, chosen in work.timeouts:
        after = float(change.after_ns)
        if change.hang:
            amounts.tail_ns[chosen] += np.maximum(0.0, after - length[chosen])
        hit = chosen if change.hang else chosen & (length > after)
        if change.then == "retry":
            pauses = [change.backoff_ns * change.multiplier ** number for number in range(change.retries)]
            amounts.afterwards_ns[hit] += sum(pauses) + change.retries * after
            work.cost_nusd[hit] *= 1 + change.retries * change.cost_factor
        elif change.then == "fallback":
            amounts.afterwards_ns[hit] += change.fallback_ns
            if hit.any():
                work.note("The fallback is assumed to cost nothing.")
        elif change.then == "fail":
            for span in np.flatnonzero(hit).tolist():
                top = _failing_ancestor(work, span, change.up_to)
                if top >= 0:
                    caps[top] = max(0.0, min(caps[top], start[span] + after - start[top]))
        if hit.any():
            work.note(f"After the time-out at {format_duration(change.after_ns)} the program is assumed to "
                      f"{_GOES_ON[change.then]}: the trace cannot tell.")
        settled.append((change, hit))
    return settled


_GOES_ON = {"continue": "go on without the result", "retry": "try again and then go on", "fallback": "use a fallback",
            "fail": "give up the step"}


def _failing_ancestor(work: Work, span: int, up_to: str | None) -> int:
    """The highest span that ends with the error: the nearest ancestor called `up_to`, else the parent."""
    spans = work.spans
    ancestor = parent = int(spans.parent[span])
    while up_to is not None and ancestor >= 0:
        if spans.name_of(ancestor) == up_to:
            return ancestor
        ancestor = int(spans.parent[ancestor])
    return parent


def limit(work: Work, change: Limit, chosen: Flags) -> None:
    """New numbers of places for the pools that were found for the selection."""
    for index in pools_of(work.program.pools, chosen):
        work.amounts.places[index] = change.places


def pools_of(pools: list, chosen: Flags) -> list[int]:
    """Indexes of the pools most of whose jobs are chosen."""
    return [index for index, pool in enumerate(pools) if int(chosen[pool.jobs].sum()) * 2 > len(pool.jobs)]


ORDER: tuple[tuple[type, object], ...] = (
    (SwapModel, swap_model), (Scale, scale), (Add, add), (Remove, remove), (Timeout, timeout), (Retry, retry),
    (Limit, limit),
)


def carry_out(work: Work, changes: list[Change]) -> None:
    """All changes of amounts, in the fixed order; remembers which spans each was about."""
    for kind, operation in ORDER:
        for change in changes:
            if isinstance(change, kind):
                operation(work, change, work.hits[change])  # type: ignore[operator]
