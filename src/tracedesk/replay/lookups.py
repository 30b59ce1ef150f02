"""Retrieval as one step: the embedding of the question, the search, the reranking, and the chain around them.

A person says “20 found, 5 kept”, not “embedded, searched, reranked”. So a step takes in the widest span around a search
that holds nothing else worth telling; where there is no such span, the embedding just before and the reranking just after.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container
from itertools import accumulate

import numpy as np

from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.replay.making import step_of
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Step
from tracedesk.replay.words import opened

_OTHERS = (Kind.LLM, Kind.TOOL, Kind.AGENT, Kind.GUARDRAIL, Kind.EVALUATOR, Kind.DECISION, Kind.MCP)
_AROUND = frozenset({Kind.CHAIN, Kind.OTHER, Kind.PROMPT, Kind.RETRIEVER, Kind.RERANKER, Kind.EMBEDDING})
_SILENT = "documents not sent"
_SEARCHES_AT_MOST = 8
"""A span around more searches than this is a batch, and every search is told."""


def lookups(material: Material, copies: Container[int]) -> list[Step]:
    """The steps of all searches, embeddings and rerankings of a trace; `copies` are spans that repeat another one."""
    trace = material.trace
    kinds, parents, ends = trace.kind.tolist(), trace.parent.tolist(), trace.subtree_end.tolist()
    others = _running(np.isin(trace.kind, _OTHERS))
    searches = _running(trace.kind == Kind.RETRIEVER)
    steps: list[Step] = []
    inside = 0                                           # spans before this index belong to a step
    roots = [_widest(span, kinds, parents, ends, others, searches) if kinds[span] == Kind.RETRIEVER else -1
             for span in range(trace.n)]
    widest = set(roots) - {-1}
    for span in range(trace.n):
        if span < inside or span in copies:
            continue
        if span in widest:
            steps.append(_search(material, span, list(range(span, ends[span]))))
            inside = ends[span]
        elif kinds[span] == Kind.EMBEDDING:
            steps.append(_embedding(material, span))
        elif kinds[span] == Kind.RERANKER:
            steps.append(_reranking(material, span))
    return _without_echoes(_neighbours(material, steps))


def _running(flags: np.ndarray) -> list[int]:
    """How many are set before each index."""
    return [0, *np.cumsum(flags).tolist()]


def _widest(span: int, kinds: list[int], parents: list[int], ends: list[int], others: list[int], searches: list[int]) -> int:
    """The widest span around a search that holds nothing else to tell and is not the whole trace."""
    while (above := parents[span]) >= 0 and kinds[above] in _AROUND:
        alone = parents[above] < 0 and kinds[above] not in (Kind.RETRIEVER, Kind.RERANKER)
        if alone or others[ends[above]] > others[above] or searches[ends[above]] - searches[above] > _SEARCHES_AT_MOST:
            break
        span = above
    return span


def _neighbours(material: Material, steps: list[Step]) -> list[Step]:
    """An embedding right before a bare search, and a reranking right after it, become part of its step."""
    by_parent: dict[int, list[Step]] = {}
    for step in sorted(steps, key=lambda step: step.start_ns):
        by_parent.setdefault(int(material.trace.parent[step.span]), []).append(step)
    kept: list[Step] = []
    for siblings in by_parent.values():
        at = 0
        while at < len(siblings):
            step, following = siblings[at], siblings[at + 1] if at + 1 < len(siblings) else None
            pair = following is not None and step.end_ns <= following.start_ns and (step.act, following.act)
            if following is not None and pair in ((Act.EMBEDDED, Act.RETRIEVED), (Act.RETRIEVED, Act.RERANKED)):
                main = following.span if following.act is Act.RETRIEVED else step.span
                siblings[at + 1] = joined = _search(material, main, step.members + following.members)
                joined.start_ns, joined.end_ns = step.start_ns, following.end_ns
            else:
                kept.append(step)
            at += 1
    return kept


def _longer(one: Step, other: Step) -> Step:
    """The one of two that ends later."""
    return other if other.end_ns > one.end_ns else one


def _without_echoes(steps: list[Step]) -> list[Step]:
    """Without the searches that do not say what they found and ran inside one that does: another library's view of it."""
    telling = sorted((step for step in steps if step.act is Act.RETRIEVED and step.detail != _SILENT),
                     key=lambda step: step.start_ns)
    starts = [step.start_ns for step in telling]
    longest = list(accumulate(telling, _longer))
    kept: list[Step] = []
    for step in steps:
        begun = bisect_right(starts, step.start_ns) if step.act is Act.RETRIEVED and step.detail == _SILENT else 0
        if begun and longest[begun - 1].end_ns >= step.end_ns:
            longest[begun - 1].members += step.members
        else:
            kept.append(step)
    return kept


def _search(material: Material, main: int, members: list[int]) -> Step:
    kinds = material.trace.kind
    searches = [span for span in members if kinds[span] == Kind.RETRIEVER]
    rankings = [span for span in members if kinds[span] == Kind.RERANKER]
    step = step_of(material, Act.RETRIEVED, main, "Retrieved context", kind=Kind.RETRIEVER, complain=False)
    step.members = sorted(members)
    found, kept = found_documents(material, searches), _kept(material, rankings)
    if found is None:
        asked = [k for span in searches if isinstance(k := material.value(span, "retrieval.k"), int)]
        step.detail = f"{sum(asked)} asked for, documents not sent" if asked else _SILENT
        step.detail = f"{kept} kept after rerank" if kept is not None else step.detail
    else:
        step.detail = f"{found} found" + (f", {kept} kept after rerank" if kept is not None else "")
        if found == 0 or kept == 0:
            step.problems.append("nothing was found" if found == 0 else "nothing was kept after rerank")
    if len(searches) > 1 and len(outer := _outermost(material, searches)) > 1:
        step.detail = f"{len(outer)} searches, {step.detail}"
    step.problems += [f"{material.rows[span].name}: {error}" for span in members if (error := material.error(span))][:1]
    return step


def _outermost(material: Material, spans: list[int]) -> list[int]:
    found: list[int] = []
    for span in sorted(spans):
        if not found or span >= material.trace.subtree_end[found[-1]]:
            found.append(span)
    return found


def found_documents(material: Material, searches: list[int]) -> int | None:
    """How many documents came back, or None where the spans do not say; a search inside a search repeats its documents."""
    total: int | None = None
    for outer in _outermost(material, searches):
        inside = [span for span in searches if outer <= span < material.trace.subtree_end[outer]]
        counts = [len(documents) for span in inside if (documents := material.listed(span, "retrieval.documents")) is not None]
        if counts:
            total = (total or 0) + max(counts)
        elif any(says_nothing(material, span) for span in range(outer, int(material.trace.subtree_end[outer]))):
            total = total or 0
    return total


def says_nothing(material: Material, span: int) -> bool:
    """Whether a search says that it found nothing, which is more than not saying what it found."""
    output = opened(material.value(span, "output.value"))
    if output in ([], {}) or (isinstance(output, dict) and len(output) == 1 and next(iter(output.values())) == []):
        return True
    for key, value in material.attributes(span).items():
        if "document" in key and (value in ("[]", []) or (key.endswith("count") and value == 0)):
            return True
        if key.endswith(("returned_rows", "num_results", "result_count", "results.count")) and value == 0:
            return True
    return False


def _kept(material: Material, rankings: list[int]) -> int | None:
    for span in reversed(rankings):
        documents = material.listed(span, "rerank.output_documents")
        if documents is not None:
            return len(documents)
    return None


def _embedding(material: Material, span: int) -> Step:
    texts = material.listed(span, "embedding.inputs")
    title = f"Embedded {counted(len(texts), 'text')}" if texts else "Embedded text"
    return step_of(material, Act.EMBEDDED, span, title, material.rows[span].model or material.rows[span].name)


def _reranking(material: Material, span: int) -> Step:
    before, kept = material.listed(span, "rerank.input_documents"), _kept(material, [span])
    said = f"{len(before)} documents, {kept} kept" if before is not None and kept is not None else (
        f"{kept} kept" if kept is not None else material.rows[span].model or material.rows[span].name)
    step = step_of(material, Act.RERANKED, span, "Reranked", said)
    if kept == 0:
        step.problems.append("nothing was kept after rerank")
    return step
