"""Who and what the span belongs to: user, session, prompt, experiment, flags, environment, and the sender's own tags."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tracedesk.ui.inspector.detail import SpanDetail
from tracedesk.ui.inspector.format import pretty, short
from tracedesk.ui.inspector.tab import InspectorTab, always
from tracedesk.ui.inspector.table import SearchTable

NAMES = {
    "user.id": "user", "session.id": "session", "environment": "env", "release": "release", "project": "project",
    "prompt.name": "prompt name", "prompt.id": "prompt id", "prompt.version": "prompt", "experiment": "experiment",
    "feature_flags": "flag", "tags": "tag", "metadata": "", "agent.name": "agent", "workflow.name": "workflow",
    "finish_reasons": "finish", "level": "level",
}


SAME = {"environment": "env", "prompt_version": "prompt", "user_id": "user", "session_id": "session",
        "prompt_name": "prompt name", "experiment.experiment.id": "experiment"}
"""Names in the summary of a trace → the names above."""
CHIP_ORDER = ("feature", "prompt", "experiment", "finish", "user", "env", "session", "release")


def tags_of(detail: SpanDetail) -> list[tuple[str, str, str]]:
    """(tag, value, the attribute it was read from). Maps are spread, lists of tags are one entry each."""
    found: list[tuple[str, str, str]] = []
    for field, name in NAMES.items():
        value = detail.fields.values.get(field)
        source = detail.fields.sources.get(field, "")
        if value is None:
            continue
        if isinstance(value, dict):
            found += [(f"{name} {key}".strip(), pretty(item), source) for key, item in value.items()]
        elif isinstance(value, list):
            found += [(name, pretty(item), source) for item in value]
        else:
            found.append((name, pretty(value), source))
    known = {(name, value) for name, value, _ in found}
    of_trace = [(SAME.get(str(name), str(name)), pretty(value), "trace") for name, value in detail.trace_tags.items()
                if value is not None]
    return found + [entry for entry in of_trace if entry[:2] not in known]


def chips_of(detail: SpanDetail, limit: int = 6) -> list[tuple[str, str]]:
    """The few tags that stand at the foot of the inspector, those that people filter by first."""
    order = {name: number for number, name in enumerate(CHIP_ORDER)}
    tags = dict.fromkeys((name, short(value, 60)) for name, value, _ in tags_of(detail))
    return sorted(tags, key=lambda tag: order.get(tag[0], len(order)))[:limit]


def fill(detail: SpanDetail, column: QVBoxLayout, parent: QWidget) -> None:
    """One searchable table."""
    column.addWidget(SearchTable(("Tag", "Value", "Read from"), tags_of(detail), search="Search tags"), 1)


PART = InspectorTab("tags", "Tags", 30, applies=always, fill=fill, count=lambda detail: len(tags_of(detail)),
                    of_trace=True)
