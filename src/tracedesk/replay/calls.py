"""Which spans are model calls and tool calls, each once: the wrappers and twins that instrumentations put around them left out.

Model calls: a span whose figures stand on another span of its kind (or on several below it) is a wrapper of that one. Tool
calls: a tool span inside a tool span is the same call where both carry one call id, or the same name and no other arguments.
"""

from __future__ import annotations

import re
from collections.abc import Container

from tracedesk.model.kinds import Kind
from tracedesk.replay.material import Material
from tracedesk.replay.words import same_text

_MODELS = (Kind.LLM, Kind.EMBEDDING, Kind.RERANKER)
_DRESS = re.compile(r"^(execute_tool|tools/call|tool|ai\.toolCall|running tool:?|call_tool)[\s.:/]+|\.tool$", re.IGNORECASE)


def tool_name(material: Material, span: int) -> str:
    """The name of a tool: as reported, else that of the span without what frameworks put around it."""
    return material.text(span, "tool.name") or _DRESS.sub("", material.rows[span].name) or material.rows[span].name


def model_name(material: Material, span: int) -> str:
    """What to call a model call: the span's name if it names the model, else the model."""
    name = material.rows[span].name
    model = material.text(span, "model.requested") or material.rows[span].model
    return name if not model or model.lower() in name.lower() else model


def twins(material: Material, told: Container[bytes]) -> dict[int, int]:
    """Index of each span that only repeats another call → that call's index (-1: several, or one in another trace).

    `told` has the ids of all spans of the script: a copy whose original is not told is no copy here.
    """
    found: dict[int, int] = {}
    index_of, kinds, ends = material.trace.index_of, material.trace.kind.tolist(), material.trace.subtree_end
    for span, span_id in enumerate(material.trace.span_ids):
        kind = kinds[span]
        if kind not in _MODELS or span_id not in material.counted_on:
            continue
        owner = _owner(material, span_id)
        if owner is None:
            if (material.trace.kind[span + 1:ends[span]] == kind).any():
                found[span] = -1
        elif owner in index_of:
            if kinds[index_of[owner]] == kind:
                found[span] = index_of[owner]
        elif owner in told:
            found[span] = -1
    found.update(_tool_twins(material))
    return found


def _owner(material: Material, span_id: bytes) -> bytes | None:
    """The span at the end of "counted on"; None for a sum. A circle ends at its start, which then is no twin of another."""
    seen = {span_id}
    owner = material.counted_on[span_id]
    while owner is not None and owner in material.counted_on and owner not in seen:
        seen.add(owner)
        further = material.counted_on[owner]
        if further is None:
            return owner
        owner = further
    return None if owner in seen else owner


def _tool_twins(material: Material) -> dict[int, int]:
    trace = material.trace
    kinds, parents = trace.kind.tolist(), trace.parent.tolist()
    outer: list[int] = []                                # nearest tool at or above each span, -1 beyond an agent or model
    found: dict[int, int] = {}
    for span, kind in enumerate(kinds):
        above = outer[parents[span]] if parents[span] >= 0 else -1
        if kind in (Kind.AGENT, Kind.LLM):
            outer.append(-1)
            continue
        if kind != Kind.TOOL:
            outer.append(above)
            continue
        if above >= 0 and _same_call(material, above, span):
            found[span] = above
            outer.append(above)
        else:
            outer.append(span)
    return found


def _same_call(material: Material, outer: int, inner: int) -> bool:
    ids = material.text(outer, "tool.call_id"), material.text(inner, "tool.call_id")
    if ids[0] and ids[1]:
        return ids[0] == ids[1]
    if tool_name(material, outer).lower() != tool_name(material, inner).lower():
        return False
    arguments = material.value(outer, "tool.args"), material.value(inner, "tool.args")
    return None in arguments or same_text(arguments[0]) == same_text(arguments[1])
