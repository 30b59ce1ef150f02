"""The state of the program as its trace shows it: what each step set or changed.

Values are short texts. `route`, `guard.NAME`, `context`, `messages`, one name per tool (what the tool is about) and the keys
of the maps that graph nodes and database calls give back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind
from tracedesk.model.signs import BLOCKED
from tracedesk.replay.material import Material
from tracedesk.replay.steps import Act, Change, Step
from tracedesk.replay.tools import result
from tracedesk.replay.words import content, line, noun, opened, rows, summary

_KEYS_AT_MOST = 12
_NAME_AT_MOST = 40
_ROWS = ("db.response.returned_rows", "db.rows_returned", "db.row_count")


def give_changes(material: Material, steps: Sequence[Step]) -> None:
    """Fill in `changes`; a value that is set to what it was is no change."""
    quiet = _quiet(material, steps)
    now: dict[str, str] = {}
    for step in steps:
        for name, value in (*_of(material, step, now), *quiet.get(step.n, ())):
            was = now.get(name)
            if was != value:
                now[name] = value
                step.changes.append(Change(name, value, was))


def _of(material: Material, step: Step, now: dict[str, str]) -> Iterator[tuple[str, str]]:
    match step.act:
        case Act.USER:
            yield "messages", str(_number(now.get("messages")) + 1)
            for aside in step.asides:
                yield f"guard.{_short_guard(material.rows[aside.span].name)}", "pass"
        case Act.CHECKED:
            yield f"guard.{_short_guard(step.actor)}", _verdict(step)
        case Act.ROUTED:
            yield "route", line(step.actor, _NAME_AT_MOST)
        case Act.RETRIEVED | Act.RERANKED:
            documents = _documents(material, step)
            if documents is not None:
                yield "context", counted(documents, "document")
        case Act.CHOSE | Act.WROTE | Act.REPLIED:
            count = len(material.messages(step.span, "input.messages")) + len(material.messages(step.span, "output.messages"))
            if count:
                yield "messages", str(count)
            for aside in step.asides:
                yield f"guard.{_short_guard(material.rows[aside.span].name)}", "pass"
        case Act.CALLED:
            if step.cause is not None:
                yield "messages", str(_number(now.get("messages")) + 1)
            value = content(result(material, step.members))
            name = noun(step.actor) or step.actor
            if step.problems and value is None:
                yield line(name, _NAME_AT_MOST), "failed"
            elif value is not None:
                size = rows(value)
                yield line(name, _NAME_AT_MOST), counted(size, "row") if size is not None else summary(value)


def _verdict(step: Step) -> str:
    if step.problems:
        return BLOCKED
    return "pass" if step.detail.endswith(" passed") else "unknown"


def _short_guard(name: str) -> str:
    """`input_guard` → `input`."""
    lower = name.lower()
    for word in ("guardrail", "guard", "check"):
        lower = lower.replace(word, "")
    return line(lower.strip(" _-.:") or name, _NAME_AT_MOST)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else 0


def _documents(material: Material, step: Step) -> int | None:
    for field in ("rerank.output_documents", "retrieval.documents"):
        for member in reversed(step.members):
            documents = material.listed(member, field)
            if documents is not None:
                return len(documents)
    return None


def _quiet(material: Material, steps: Sequence[Step]) -> dict[int, list[tuple[str, str]]]:
    """Values that spans set which are no steps, by the step that was told last when they ended: rows of a database call and
    the maps that nodes of a graph give back."""
    told = {member for step in steps for member in step.members}
    by_start = sorted((step.start_ns, step.n) for step in steps)
    starts = [start for start, _ in by_start]
    found: dict[int, list[tuple[str, str]]] = {}
    for span, row in enumerate(material.rows):
        if span in told or row.kind not in (Kind.DB, Kind.CHAIN) or row.end_ns is None:
            continue
        values = list(_rows(material, span) if row.kind == Kind.DB else _map(material, span))
        place = bisect_right(starts, row.end_ns) - 1
        if values and place >= 0:
            found.setdefault(by_start[place][1], []).extend(values)
    return found


def _rows(material: Material, span: int) -> Iterator[tuple[str, str]]:
    count = next((value for key in _ROWS if isinstance(value := material.attributes(span).get(key), int)), None)
    name = noun(material.rows[span].name)
    if count is not None and name and material.rows[span].name.islower():
        yield name, counted(count, "row")


def _map(material: Material, span: int) -> Iterator[tuple[str, str]]:
    value = opened(material.value(span, "output.value"))
    if not isinstance(value, dict) or len(value) > _KEYS_AT_MOST:
        return
    for key, item in value.items():
        if isinstance(key, str) and key.isidentifier() and len(key) <= _NAME_AT_MOST and item is not None and key != "messages":
            count = rows(item) if isinstance(item, list) else None
            yield key, counted(count, "row") if count is not None else summary(item)
