"""Where the system decided a way: decisions, routing events, conditional edges of graphs, and hand-overs between agents."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from tracedesk.model.kinds import Kind
from tracedesk.model.span import Event
from tracedesk.model.trace import Ints
from tracedesk.replay.making import step_of
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.words import joined, line, opened, quoted, summary

_EVENT = re.compile(r"(^|[._ -])(rout(e|ed|er|ing)|hand-?_?off|decision|decided|transfer(red)?)([._ -]|$)", re.IGNORECASE)
_EDGE = re.compile(r"^(should_|route|decide|branch|choose_|select_(agent|route|next))|(_router|_route|_condition|routing)$",
                   re.IGNORECASE)
_TO = ("route", "agent", "target", "to", "branch", "choice", "destination", "selected", "next", "decision", "name")
_SURE = ("confidence", "probability", "score")


def routes(material: Material, told: Collection[int]) -> list[Step]:
    """The steps of all decisions of a trace. `told` has the spans that are steps already: an edge around one is no edge."""
    before = np.zeros(material.trace.n + 1, np.int64)
    before[np.array(list(told), np.int64) + 1] = 1
    before = np.cumsum(before)                           # steps among the spans before each index
    inside = before[material.trace.subtree_end] - before[:-1]
    steps: list[Step] = []
    for span, row in enumerate(material.rows):
        if row.kind == Kind.DECISION or (row.kind in (Kind.CHAIN, Kind.OTHER) and not inside[span] and _EDGE.search(row.name)):
            steps.append(_decision(material, span))
        steps += [_event(material, span, event) for event in material.events(span) if _EVENT.search(event.name)]
    return steps + _hand_overs(material, told, inside)


def _decision(material: Material, span: int) -> Step:
    name = material.rows[span].name
    output = opened(material.value(span, "output.value"))
    return step_of(material, Act.ROUTED, span, "Decided the route",
                   f"{line(name)}: {summary(output)}" if output is not None else line(name), kind=Kind.DECISION)


def _event(material: Material, span: int, event: Event) -> Step:
    to = _named(event.attributes, _TO)
    sure = _named(event.attributes, _SURE)
    detail = joined([summary(to) if to is not None else event.name,
                     f"{sure:.2f} sure" if isinstance(sure, int | float) and not isinstance(sure, bool) else ""])
    return Step(Act.ROUTED, Kind.DECISION, span, event.time_ns, event.time_ns, "Decided the route", detail,
                actor=summary(to) if to is not None else event.name)


def _named(attributes: dict[str, Any], names: Iterable[str]) -> Any:
    """The first value whose key is, or ends with, one of these names."""
    for name in names:
        for key, value in attributes.items():
            if key == name or key.endswith(("." + name, "_" + name)):
                return value
    return None


def _hand_overs(material: Material, told: Collection[int], inside: Ints) -> list[Step]:
    """An agent that starts after another one has acted: a hand-over. An agent that leaves nothing else to tell: a step."""
    trace = material.trace
    agents = np.flatnonzero(trace.kind == Kind.AGENT).tolist()
    if not agents:
        return []
    owner = agents_of(material)
    acted = sorted((int(trace.start_ns[span]), owner[span]) for span in told if owner[span] >= 0)
    first = {agent: start for start, agent in reversed(acted)}
    starts = [start for start, _ in acted]
    inner = {owner[int(trace.parent[span])] for span in agents if trace.parent[span] >= 0}
    steps: list[Step] = []
    for span in agents:
        start, name = int(trace.start_ns[span]), agent_name(material, span)
        if not inside[span]:
            if span not in inner:
                steps.append(_silent_agent(material, span))
            continue
        above = int(trace.parent[span])
        around = owner[above] if above >= 0 else -1
        last = bisect_left(starts, start) - 1
        giver = around if around >= 0 and first.get(around, start) < start else acted[last][1] if last >= 0 else -1
        if giver >= 0 and agent_name(material, giver) != name:
            steps.append(Step(Act.ROUTED, Kind.AGENT, span, start, start, f"Handed over to {line(name)}",
                              f"from {line(agent_name(material, giver))}", actor=name))
    return steps


def agents_of(material: Material) -> list[int]:
    """The nearest agent at or above each span, or -1."""
    kinds = material.trace.kind.tolist()
    found: list[int] = []
    for span, above in enumerate(material.trace.parent.tolist()):
        found.append(span if kinds[span] == Kind.AGENT else found[above] if above >= 0 else -1)
    return found


def agent_name(material: Material, span: int) -> str:
    """What an agent is called."""
    return material.text(span, "agent.name") or material.rows[span].name


def _silent_agent(material: Material, span: int) -> Step:
    name = agent_name(material, span)
    output = material.value(span, "output.value")
    said = quoted(output) if isinstance(output, str) and output else "nothing recorded inside"
    return step_of(material, Act.RAN, span, f"Ran agent {line(name)}", said, actor=name)
