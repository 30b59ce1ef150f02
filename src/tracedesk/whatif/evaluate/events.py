"""The event loop of `general.py`: one run.

A stack carries what is to be done at once; a heap carries what must be done in order of time. Five things can happen to
a span or base, and each is one branch of `EventRun.run`:

    BASE    a wait is over: start what it starts, and perhaps end the parent
    READY   one of the conditions for a start is met; with the last, the span joins its pool or begins
    BEGIN   it starts; its inside, its length or its polling loop says how it goes on
    ENDING  one of the conditions for its end is met
    ENDED   whoever waited for it is told
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from heapq import heappop, heappush, heapreplace

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.evaluate.amounts import Added, Amounts, Floats, Timeline
from tracedesk.whatif.evaluate.general import Crowd, Effect, General
from tracedesk.whatif.program import PollLoop

BASE, READY, BEGIN, ENDING, ENDED = range(5)
NEVER = -np.inf
POLLS_AT_MOST = 100_000


class EventRun:
    """One run over the general part. `duration` holds the lengths of the plain subtrees; `bucket_ns` is the time within
    which arrivals at a pool keep the order they were seen in (what is nearer than the noise has no order of its
    own)."""

    def __init__(self, general: General, amounts: Amounts, duration: Floats, bucket_ns: float) -> None:
        self.general = general
        self.bucket = bucket_ns
        part = general.spans
        self.gap = amounts.gap_ns[part].tolist()
        self.tail = amounts.tail_ns[part].tolist()
        self.length = duration[part].tolist()
        self.cap = _picked(amounts.cap_ns, part)
        self.forced = _picked(amounts.forced_ns, part)
        self.after = _picked(amounts.afterwards_ns, part)
        self.attempts = _picked(amounts.extra_attempts, part)
        self.back_off = _picked(amounts.extra_back_off_ns, part)
        self.progress = _picked(amounts.progress, part)
        n = len(part)
        self.before = [0.0] * n
        self._measure_chains(amounts, duration)
        self.start, self.end = [NEVER] * n, [NEVER] * n
        self.ready, self.ending = [NEVER] * n, [NEVER] * n
        self.start_conditions, self.end_conditions = general.start_conditions[:], general.end_conditions[:]
        self.members, self.resolved = general.members[:], [NEVER] * len(general.members)
        self.stack: list[tuple[int, int, float]] = []
        self.queue: list[tuple[float, int, int, int]] = []   # (time, 1 for an arrival, order seen, local span)
        places = [amounts.places.get(index, pool.places) for index, pool in enumerate(general.pools)]
        self.free_at = [[NEVER] * max(1, count) for count in places]
        self.free_places = [max(1, count) for count in places]
        self.line: list[list[tuple[int, int, int]]] = [[] for _ in places]
        self.polled: dict[int, tuple[float, float]] = {}
        self.alone = general.alone
        self.added: list[Added] = []
        self.dropped: list[int] = []
        if amounts.gone is not None:
            self._release(np.flatnonzero(amounts.gone[part]).tolist())

    def _measure_chains(self, amounts: Amounts, duration: Floats) -> None:
        """When each span of a chain starts and ends after the chain is entered, for all chains at once."""
        general = self.general
        members, cuts = general.spans[general.chain_spans], general.chain_cuts
        step = amounts.gap_ns[members] + duration[members]
        run = np.concatenate(([0.0], np.cumsum(step)))
        self.chain_of = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
        self.chain_end = run[1:] - run[cuts[:-1]][self.chain_of]
        self.chain_start = self.chain_end - duration[members]
        self.chain_length: list[float] = (run[cuts[1:]] - run[cuts[:-1]]).tolist()
        self.entered = [NEVER] * len(self.chain_length)

    def run(self, root_start: float) -> None:
        """Everything that follows from the root's start.

        What can be done at once is on the stack; when it is empty, the earliest arrival at a pool or departure from one is
        next. The branches are inlined on purpose: a call each would double the time of a run.
        """
        general, stack, queue = self.general, self.stack, self.queue
        launches, callers, others, crowds = general.launches, general.callers, general.others, general.crowds
        is_general, first_base, target, ends = general.is_general, general.first_base, general.target, general.ends
        gap, tail, length, start, end = self.gap, self.tail, self.length, self.start, self.end
        ready, members, resolved, after, attempts = self.ready, self.members, self.resolved, self.after, self.attempts
        start_conditions, pool_of, known, rank = self.start_conditions, general.pool_of, general.known_length, general.rank
        from_start, from_end, bucket = general.from_start, general.from_end, self.bucket
        chains, quick = general.chains, attempts is None and after is None
        chain_length, entered = self.chain_length, self.entered
        stack.append((BEGIN, 0, root_start))
        while True:
            if not stack:
                if not queue:
                    return
                moment, arrives, _, i = heappop(queue)
                pool = pool_of[i]
                if known[pool]:
                    self._take_known(i, pool)
                elif arrives:
                    self._take_or_queue(i, pool, moment)
                else:
                    self._leave(pool, moment)
                continue
            what, i, moment = stack.pop()
            if what == BASE:
                if quick and i in chains:
                    chain, i = chains[i]
                    entered[chain] = moment
                    moment += chain_length[chain]
                for c in launches[i]:
                    begin = moment + gap[c]
                    if attempts is not None and attempts[c]:
                        begin += self._before(c)
                    start[c] = begin
                    end[c] = done = begin + length[c]
                    base = target[c]
                    if base >= 0:
                        if after is not None:
                            done += after[c]
                        if done > resolved[base]:
                            resolved[base] = done
                        members[base] -= 1
                        if not members[base]:
                            stack.append((BASE, base, resolved[base]))
                for c in callers[i]:
                    ready[c] = begin = moment + gap[c]
                    heappush(queue, (begin // bucket * bucket, 1, rank[c], c))
                if crowds[i]:
                    for crowd in crowds[i]:
                        self._serve(crowd, moment)
                for c in others[i]:
                    stack.append((READY, c, moment + gap[c]))
                parent = ends[i]
                if parent >= 0:
                    stack.append((ENDING, parent, moment + tail[parent]))
            elif what == READY:
                if moment > ready[i]:
                    ready[i] = moment
                start_conditions[i] -= 1
                if start_conditions[i] == 0:
                    if i in pool_of:
                        self._arrive(i)
                    else:
                        stack.append((BEGIN, i, ready[i]))
            elif what == BEGIN:
                if attempts is not None and attempts[i]:
                    moment += self._before(i)
                start[i] = moment
                if i in from_start:
                    self._follow(from_start[i], moment, 1.0 if self.progress is None else self.progress[i])
                if i in general.poll_start:
                    self._poll(general.poll_start[i], started=moment)
                elif self.forced is not None and self.forced[i] == self.forced[i]:
                    stack.append((ENDING, i, moment + self.forced[i]))
                elif is_general[i]:
                    stack.append((BASE, first_base[i], moment))
                else:
                    stack.append((ENDING, i, moment + length[i]))
            elif what == ENDING:
                self._ending(i, moment)
            else:
                if end[i] == NEVER:                          # the last poll of a loop was placed before
                    end[i] = moment
                if i in from_end:
                    self._follow(from_end[i], moment, 0.0)
                if i in general.late:
                    stack.extend((READY, c, moment + gap[c]) for c in general.late[i])
                if i in pool_of and not known[pool_of[i]]:
                    heappush(queue, (moment, 0, 0, i))
                for loop in general.poll_jobs.get(i, ()):
                    self._poll(loop, ended=moment)
                base = target[i]
                if base >= 0:
                    if after is not None:
                        moment += after[i]
                    if moment > resolved[base]:
                        resolved[base] = moment
                    members[base] -= 1
                    if not members[base]:
                        stack.append((BASE, base, resolved[base]))

    def _before(self, i: int) -> float:
        """The time of the failed attempts put before a span, noted on the way."""
        if self.attempts is None or self.back_off is None:
            return 0.0
        self.before[i] = self.attempts[i] * self.length[i] + self.back_off[i]
        return self.before[i]

    def _ending(self, i: int, moment: float) -> None:
        self.ending[i] = max(self.ending[i], moment)
        self.end_conditions[i] -= 1
        if self.end_conditions[i]:
            return
        moment = max(self.ending[i], self.start[i])
        if self.cap is not None and self.start[i] + self.cap[i] < moment:
            moment = self.start[i] + self.cap[i]
        self.stack.append((ENDED, i, moment))

    def _follow(self, effects: Iterable[Effect], moment: float, progress: float) -> None:
        """A moment on which constraints hang has come."""
        for effect in effects:
            at = moment + effect.offset * progress + effect.lag
            self.stack.append((ENDING if effect.on_end else READY, effect.span, at))

    def _release(self, gone: list[int]) -> None:
        """Spans that no longer exist hold nobody up."""
        for i in gone:
            for effect in [*self.general.from_start.get(i, ()), *self.general.from_end.get(i, ())]:
                conditions = self.end_conditions if effect.on_end else self.start_conditions
                conditions[effect.span] -= 1

    # ---------------------------------------------------------------- pools

    def _arrive(self, i: int) -> None:
        """A job is ready and asks for a place. Where lengths are known, arrivals within a bucket keep the order
        seen."""
        general, moment = self.general, self.ready[i]
        if general.known_length[general.pool_of[i]]:
            moment = moment // self.bucket * self.bucket
        heappush(self.queue, (moment, 1, general.rank[i], i))

    def _take_known(self, i: int, pool: int) -> None:
        """Jobs of known length are served as they arrive: each takes the place that comes free first."""
        free_at, begin = self.free_at[pool], self.ready[i]
        if begin < free_at[0]:
            begin = free_at[0] + self.general.handoff[i]
        done = begin + self.length[i]
        if self.attempts is not None and self.attempts[i]:
            done += self._before(i)                          # failed attempts hold the place too
        heapreplace(free_at, done)
        if i not in self.alone:
            self.stack.append((BEGIN, i, begin))
            return
        self.start[i], self.end[i] = done - self.length[i], done
        base = self.general.target[i]
        if base >= 0:
            if self.after is not None:
                done += self.after[i]
            if done > self.resolved[base]:
                self.resolved[base] = done
            self.members[base] -= 1
            if not self.members[base]:
                self.stack.append((BASE, base, self.resolved[base]))

    def _take_or_queue(self, i: int, pool: int, moment: float) -> None:
        if self.free_places[pool]:
            self.free_places[pool] -= 1
            self.stack.append((BEGIN, i, moment))
        else:
            heappush(self.line[pool], (int(moment // self.bucket), self.general.rank[i], i))

    def _leave(self, pool: int, moment: float) -> None:
        self.free_places[pool] += 1
        line = self.line[pool]
        while line and self.free_places[pool]:
            i = heappop(line)[2]
            self.free_places[pool] -= 1
            self.stack.append((BEGIN, i, moment + self.general.handoff[i]))

    def _serve(self, crowd: Crowd, moment: float) -> None:
        """All jobs of a pool, ready together: one loop over the ends of its places."""
        gap, length, start, end, handoff = self.gap, self.length, self.start, self.end, self.general.handoff
        target, members, resolved = self.general.target, self.members, self.resolved
        free_at, attempts, after, bucket = self.free_at[crowd.pool], self.attempts, self.after, self.bucket
        jobs = crowd.jobs
        if any(gap[a] > gap[b] for a, b in itertools.pairwise(jobs)):
            jobs = sorted(jobs, key=lambda c: (moment + gap[c]) // bucket)
        for c in jobs:
            begin = moment + gap[c]
            free = free_at[0]
            if begin < free:
                begin = free + handoff[c]
            if attempts is not None and attempts[c]:
                begin += self._before(c)
            done = begin + length[c]
            start[c], end[c] = begin, done
            heapreplace(free_at, done)
            base = target[c]
            if base >= 0:
                if after is not None:
                    done += after[c]
                if done > resolved[base]:
                    resolved[base] = done
                members[base] -= 1
                if not members[base]:
                    self.stack.append((BASE, base, resolved[base]))

    # ---------------------------------------------------------------- polling

    def _poll(self, loop: PollLoop, *, started: float | None = None, ended: float | None = None) -> None:
        """The first poll has started, or the job has ended; with both known, the loop is played to its end."""
        first = loop.polls[0]
        known_start, known_end = self.polled.get(first, (np.nan, np.nan))
        moment = known_start if started is None else started
        job_end = known_end if ended is None else ended
        self.polled[first] = (moment, job_end)
        if moment != moment or job_end != job_end:
            return
        polls = [self.general.local[poll] for poll in loop.polls]
        last = polls[-1]
        played = 0
        while True:
            poll = polls[min(played, len(polls) - 1)]
            done = moment + self.length[poll]
            if played < len(polls):
                self.start[poll], self.end[poll] = moment, done
            else:
                self.added.append(Added(int(self.general.spans[last]), moment, done, "poll"))
            played += 1
            if done >= job_end or played > POLLS_AT_MOST:
                break
            moment = done + loop.gap_ns
        for poll in polls[played:]:
            self.dropped.append(int(self.general.spans[poll]))
            self.start[poll] = self.end[poll] = done
        # whoever waited for the last poll waits for the last one now
        self.stack.append((ENDED, last, done))

    # ---------------------------------------------------------------- results

    def write(self, timeline: Timeline, duration: Floats) -> None:
        """Starts and lengths of the spans that took part, into whole columns."""
        start, end = np.array(self.start), np.array(self.end)
        entered = np.array(self.entered)[self.chain_of]
        through = entered > NEVER
        chained = self.general.chain_spans[through]
        start[chained] = entered[through] + self.chain_start[through]
        end[chained] = entered[through] + self.chain_end[through]
        done = (start > NEVER) & (end > NEVER)
        part = self.general.spans
        timeline.start[part[done]] = start[done]
        duration[part[done]] = end[done] - start[done]
        if timeline.before_ns is not None:
            timeline.before_ns[part] = self.before
        timeline.added += self.added
        timeline.dropped += self.dropped
        timeline.unresolved = part[~done].tolist()


def _picked(column: Floats | None, part: NDArray[np.int64]) -> list[float] | None:
    return None if column is None else column[part].tolist()
