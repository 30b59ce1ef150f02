"""An outcome as a paragraph that can be read aloud."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tracedesk.base.clock import format_duration
from tracedesk.base.money import format_cost_exact
from tracedesk.whatif.doubts import doubts
from tracedesk.whatif.outcome import Outcome

MOVED_FROM_NS = 500_000
SHARE_MOVED_FROM = 0.001
"""A start that moves less than half a millisecond, or a thousandth of the total, is not worth a sentence."""

NAMES_AT_MOST = 3


def in_words(outcome: Outcome, *, budget_ns: int | None = None) -> str:
    """What changed, why what moved had to move, the new total and cost, the budget, and what is in doubt."""
    if not outcome.changes or not any(len(outcome.hits(change)) for change in outcome.changes):
        return "Nothing in this trace is affected, so nothing changes."
    sentences = [*_what_changed(outcome), *_why_others_move(outcome), _total(outcome), *_cost(outcome)]
    if budget_ns is not None:
        sentences.append(_budget(outcome, budget_ns))
    sentences += [f"The trace leaves one thing open: {doubt.text}." for doubt in doubts(outcome)[:1]]
    sentences += outcome.notes
    if outcome.baseline.warning:
        sentences.append(outcome.baseline.warning)
    return " ".join(sentences)


def _changed_spans(outcome: Outcome) -> list[int]:
    hit = np.unique(np.concatenate([outcome.hits(change) for change in outcome.changes]))
    return [int(index) for index in hit.tolist()]


def _what_changed(outcome: Outcome) -> list[str]:
    """The class of changed spans whose lengths changed most, with its length before and after."""
    trace = outcome.baseline.trace
    before = outcome.base_end_ns - outcome.base_start_ns
    after = outcome.end_ns - outcome.start_ns
    classes: dict[str, list[int]] = {}
    for index in _changed_spans(outcome):
        classes.setdefault(trace.name[index] or "", []).append(index)
    extra = Counter(added.like for added in outcome.added)
    found = []
    ranked = sorted(classes.items(), key=lambda item: -abs(int((after - before)[item[1]].sum())))
    for name, spans in ranked[:NAMES_AT_MOST]:
        attempts = sum(extra[index] for index in spans)
        was, now = int(before[spans].sum()), int(after[spans].sum())
        who = name if len(spans) == 1 else f"{len(spans)} × {name}"
        if abs(now - was) > MOVED_FROM_NS:
            all_told = "" if len(spans) == 1 else " in all"
            found.append(f"{who} went from {format_duration(was)} to {format_duration(now)}{all_told}.")
        elif attempts:
            found.append(f"{who} got {attempts} more {'attempt' if attempts == 1 else 'attempts'}.")
    return found


def _why_others_move(outcome: Outcome) -> list[str]:
    """The parent that had to wait, and what starts later (or earlier) because of it."""
    trace = outcome.baseline.trace
    least = max(MOVED_FROM_NS, SHARE_MOVED_FROM * outcome.total_before_ns)
    moved = np.flatnonzero((np.abs(outcome.shift_ns) > least) & ~outcome.removed)
    changed = set(_changed_spans(outcome))
    inside = np.zeros(trace.n, np.bool_)
    for index in changed:
        inside[index:int(trace.subtree_end[index])] = True
    others = [index for index in moved.tolist() if not inside[index]]
    if not others:
        return []
    names = Counter(trace.name[index] or "" for index in others)
    listed = [name if count == 1 else f"{count} × {name}" for name, count in names.most_common(NAMES_AT_MOST)]
    more = len(names) - len(listed)
    who = _listed(listed + ([f"{more} more"] if more > 0 else []))
    shifts = outcome.shift_ns[others]
    by, most = int(shifts[np.argmin(np.abs(shifts))]), int(shifts[np.argmax(np.abs(shifts))])
    later = "later" if most > 0 else "earlier"
    amount = (format_duration(abs(most)) if abs(most - by) <= least
              else f"up to {format_duration(abs(most))}")
    waiting = _waiting_parent(outcome, changed)
    because = f"{waiting[0]} cannot end before {waiting[1]} does, so " if waiting and most > 0 else ""
    verb = "starts" if len(others) == 1 else "start"
    return [f"{because}{who} {verb} {amount} {later}."]


def _waiting_parent(outcome: Outcome, changed: set[int]) -> tuple[str, str] | None:
    """(parent, child) where a changed child on the path made its parent end later; no root, that goes without saying."""
    trace = outcome.baseline.trace
    on_path = outcome.on_path_ns
    for child in sorted(changed, key=lambda index: -on_path.get(index, 0)):
        parent = int(trace.parent[child])
        if child in on_path and parent >= 0 and trace.parent[parent] >= 0:
            return trace.name[parent] or "", trace.name[child] or ""
    return None


def _total(outcome: Outcome) -> str:
    before, after, delta = outcome.total_before_ns, outcome.total_ns, outcome.delta_ns
    if abs(delta) < MOVED_FROM_NS and abs(delta) < SHARE_MOVED_FROM * max(1, before):
        return f"The total stays at {format_duration(before)}."
    share = round(100 * delta / max(1, before))
    sign = "+" if delta > 0 else "−"
    grows = "grows" if delta > 0 else "shrinks"
    return (f"The total {grows} from {format_duration(before)} to {format_duration(after)} "
            f"({sign}{format_duration(abs(delta))}, {sign}{abs(share)} %).")


def _cost(outcome: Outcome) -> list[str]:
    before, after = outcome.cost_before_nusd, outcome.cost_nusd
    if before is None or after is None:
        return [] if before == after else ["What it would cost cannot be told from this trace."]
    at_least = "at least " if outcome.unpriced > outcome.unpriced_before else ""
    if before == after:
        return []
    sign = "+" if after > before else "−"
    return [f"It costs {at_least}{format_cost_exact(after)} instead of {format_cost_exact(before)} "
            f"({sign}{format_cost_exact(abs(after - before))})."]


def _budget(outcome: Outcome, budget_ns: int) -> str:
    over_before, over = outcome.total_before_ns - budget_ns, outcome.total_ns - budget_ns
    budget = format_duration(budget_ns)
    if over <= 0:
        again = "now meets" if over_before > 0 else "still meets"
        return f"The request {again} its {budget} budget, with {format_duration(-over)} to spare."
    again = "now misses" if over_before <= 0 else "still misses"
    return f"The request {again} its {budget} budget by {format_duration(over)}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

