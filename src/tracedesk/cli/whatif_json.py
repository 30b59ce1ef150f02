"""The JSON of `tracedesk whatif --json`: a contract, see CLI.md. Unknown is null, times are ns, money is nano-dollars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracedesk.model.kinds import Status
from tracedesk.whatif.assumptions import assumptions
from tracedesk.whatif.changes import Change
from tracedesk.whatif.critical_path import Piece
from tracedesk.whatif.doubts import doubts
from tracedesk.whatif.many import Many, Spread
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.words import in_words


@dataclass(frozen=True, slots=True)
class AskedRule:
    """One rule as asked, the changes it stands for, and what came of it alone."""

    rule: Any
    changes: tuple[Change, ...]
    alone: Outcome


def whatif_json(outcome: Outcome, rules: Sequence[AskedRule], *, budget_ns: int | None = None) -> dict[str, Any]:
    """The whole answer to a question about one trace."""
    trace = outcome.baseline.trace
    ids = [span_id.hex() for span_id in trace.span_ids]
    return {
        "baseline": {"total_ns": outcome.total_before_ns, "cost_nano_usd": outcome.cost_before_nusd},
        "outcome": {"total_ns": outcome.total_ns, "low_ns": outcome.low_ns, "high_ns": outcome.high_ns,
                    "cost_nano_usd": outcome.cost_nusd, "unpriced_calls": outcome.unpriced,
                    "structure_only": outcome.structure_only},
        "doubts": [{"text": doubt.text, "if_waits_ns": doubt.if_waits_ns, "if_not_ns": doubt.if_not_ns}
                   for doubt in doubts(outcome)],
        "replay_error_ns": outcome.baseline.replay_error_ns,
        "rules": [_rule(asked, ids) for asked in rules],
        "spans": _spans(outcome, ids),
        "critical_path": {"baseline": _path(outcome.path_before, ids), "outcome": _path(outcome.path, ids)},
        "ranking": [{"span_id": ids[ranked.span], "name": trace.name[ranked.span], "on_path_ns": ranked.on_path_ns,
                     "share": round(ranked.share, 6), "sensitivity": ranked.sensitivity, "saved_ns": ranked.saved_ns}
                    for ranked in outcome.ranking()],
        "assumptions": [
            *({"kind": "doubt", "from": ids[doubt.causes[0]] if doubt.causes else None,
               "to": ids[doubt.effects[0]] if doubt.effects else None, "text": doubt.text} for doubt in doubts(outcome)),
            *({"kind": "assumed", "from": None, "to": None, "text": note} for note in outcome.notes),
            *({"kind": item.kind, "from": None if item.cause is None else ids[item.cause],
               "to": None if item.effect is None else ids[item.effect], "text": item.text}
              for item in assumptions(outcome.baseline))],
        "in_words": in_words(outcome, budget_ns=budget_ns),
    }


def _rule(asked: AskedRule, ids: list[str]) -> dict[str, Any]:
    hits = dict.fromkeys(int(index) for change in asked.changes for index in asked.alone.hits(change).tolist())
    before, after = asked.alone.cost_before_nusd, asked.alone.cost_nusd
    return {"rule": asked.rule, "hits": [ids[index] for index in hits], "delta_ns": asked.alone.delta_ns,
            "delta_nano_usd": None if before is None or after is None else after - before}


def _spans(outcome: Outcome, ids: list[str]) -> list[dict[str, Any]]:
    """Every span of the trace, also the unmoved, then those that only the outcome has."""
    starts, ends, shifts = outcome.start_ns.tolist(), outcome.end_ns.tolist(), outcome.shift_ns.tolist()
    removed, status = outcome.removed.tolist(), outcome.status.tolist()
    found: list[dict[str, Any]] = [
        {"span_id": ids[i], "start_ns": starts[i], "end_ns": ends[i], "shift_ns": shifts[i], "added": False,
         "removed": removed[i], "status": Status(status[i]).label} for i in range(len(ids))]
    found += [{"span_id": None, "start_ns": added.start_ns, "end_ns": added.end_ns, "shift_ns": None, "added": True,
               "removed": False, "status": "error" if added.why == "retry" else "unset", "like": ids[added.like],
               "why": added.why} for added in outcome.added]
    return found


def _path(pieces: Sequence[Piece], ids: list[str]) -> list[dict[str, Any]]:
    return [{"span_id": ids[piece.span], "start_ns": piece.start_ns, "end_ns": piece.end_ns, "kind": piece.kind}
            for piece in pieces]


def many_json(found: Many, rules: Sequence[str]) -> dict[str, Any]:
    """The answer to a question about many traces."""
    edges, before, after = found.histogram()
    return {
        "rules": list(rules), "traces": len(found.traces), "touched": found.touched, "budget_ns": found.budget_ns,
        "baseline": _spread(found.before), "outcome": _spread(found.after),
        "histogram": {"edges_ns": edges, "baseline": before, "outcome": after},
        "each": [{"trace_id": one.trace_id.hex(), "before_ns": one.before_ns, "after_ns": one.after_ns,
                  "cost_before_nano_usd": one.cost_before_nusd, "cost_after_nano_usd": one.cost_after_nusd,
                  "hits": one.hits, "structure_only": one.structure_only} for one in found.traces]}


def _spread(spread: Spread) -> dict[str, Any]:
    return {"p50_ns": spread.p50_ns, "p95_ns": spread.p95_ns, "p99_ns": spread.p99_ns, "cost_nano_usd": spread.cost_nusd,
            "unpriced_calls": spread.unpriced, "budget_misses": spread.misses}
