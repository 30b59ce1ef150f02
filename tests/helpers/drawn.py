"""Traces drawn as text: the fixture is the picture.

::

    agent   |--------------------|
      rerank   |---|                      kind=reranker
      llm          |---*-------|          one character = 10 ms

The first line is the root; a deeper line is a child of the nearest shallower line above, a line as deep as the first a
child of it. A bar goes from its first to its last mark: `|` begins and ends it, `x` ends it in error, `>` leaves it
unfinished, a lone `|` lasts no time, and a `*` inside is a `gen_ai.first_token` event. Words with `=` after the bar set
kind, model, service, error (type), link (name of another line), in, out (tokens), cost (nano-dollars), as (the span's name,
where several lines need names of their own) and parent (another line).
"""

from __future__ import annotations

import json
import re
import textwrap

from tracedesk.model.kinds import KIND_OF_LABEL, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import Trace, build_trace

CELL_NS = 10_000_000
T0_NS = 1_700_000_000_000_000_000
TRACE_ID = bytes(15) + b"\1"

_LINE = re.compile(r"^(?P<indent> *)(?P<name>[\w./-]+)(?P<space> +)(?P<bar>\|(?:[-*]*[|x>])?)(?P<rest>.*)$")


def drawn_rows(text: str, *, cell_ns: int = CELL_NS) -> list[SpanRow]:
    """The spans of a drawing, one row a line."""
    lines = [match for line in textwrap.dedent(text).splitlines() if (match := _LINE.match(line))]
    ids: dict[str, bytes] = {}
    levels: list[tuple[int, bytes]] = []
    rows = []
    for number, match in enumerate(lines, 1):
        span_id = number.to_bytes(8, "big")
        indent, bar = len(match["indent"]), match["bar"]
        facts = dict(word.split("=", 1) for word in match["rest"].split() if "=" in word)
        while levels and levels[-1][0] >= indent and len(levels) > 1:
            levels.pop()
        parent = ids[facts["parent"]] if "parent" in facts else levels[-1][1] if levels else None
        levels.append((indent if parent else indent - 1, span_id))
        ids.setdefault(match["name"], span_id)
        begin = indent + len(match["name"]) + len(match["space"])
        start = T0_NS + begin * cell_ns
        end = start + (len(bar) - 1) * cell_ns
        events = [[start + at * cell_ns, "gen_ai.first_token"] for at, mark in enumerate(bar) if mark == "*"]
        links = [[TRACE_ID.hex(), ids[facts["link"]].hex()]] if "link" in facts else []
        failed = bar.endswith("x") or "error" in facts
        cost = int(facts["cost"]) if "cost" in facts else None
        rows.append(SpanRow(
            TRACE_ID, span_id, parent, facts.get("as", match["name"]), facts.get("service", "app"), start,
            None if bar.endswith(">") else end, kind=KIND_OF_LABEL[facts.get("kind", "other")], otel_kind=1,
            status=Status.ERROR if failed else Status.UNSET, model=facts.get("model"),
            input_tokens=int(facts["in"]) if "in" in facts else None,
            output_tokens=int(facts["out"]) if "out" in facts else None, cost_nusd=cost,
            cost_status=CostStatus.PRICED if cost is not None else CostStatus.NONE, error_type=facts.get("error"),
            tags=json.dumps({"env": facts["env"]}) if "env" in facts else None,
            marks=json.dumps({"e": events, "l": links}) if events or links else None))
    return rows


def drawn(text: str, *, cell_ns: int = CELL_NS) -> Trace:
    """The trace of a drawing."""
    return build_trace(drawn_rows(text, cell_ns=cell_ns))


def at(trace: Trace, name: str, nth: int = 0) -> int:
    """Index of the n-th span of that name, by start."""
    found = [index for index in range(trace.n) if trace.name[index] == name]
    return sorted(found, key=lambda index: (trace.start_ns[index], index))[nth]
