"""Sources that several dialects need and that are more than an attribute."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracedesk.semconv.dialect import LOGS, A, Source, call
from tracedesk.semconv.values import json_value, present, text
from tracedesk.semconv.view import View, event_name


def span_name(*, only: str = "", cut: str = "", needs: str = "") -> Source:
    """The span's name, where it has the attribute `needs`; `cut` is a suffix to take off."""
    return call(lambda view: view.name.removesuffix(cut), "span name", only=only, needs=(needs,) if needs else ())


def status_message() -> Source:
    """The message of a failed span's status."""
    return call(lambda view: view.span.status_message if view.span.status != 1 else None, "status.message")


def without_empty(value: Any) -> Any:
    """A map without its empty texts (LiteLLM writes two dozen of them)."""
    return {key: item for key, item in value.items() if present(item) is not None} or None if isinstance(value, dict) else None


def each_json(value: Any) -> dict[str, Any] | None:
    """A map whose values are JSON each."""
    return {key: json_value(item) for key, item in value.items()} if isinstance(value, dict) else None


def quoted(attr: str, *, only: str = "") -> Source:
    """An attribute whose text is JSON once more: '"gpt-4o"' is gpt-4o (MLflow)."""
    return A(attr, only=only, decode=json_value)


_FLAG_ANSWERS = ("result.variant", "variant", "result.value", "value")


def feature_flags() -> Source:
    """{flag: variant or value} from span events and log records named feature_flag.evaluation (older: feature_flag)."""
    return call(_feature_flags, "event:feature_flag.evaluation", needs=("@feature_flag.evaluation", "@feature_flag", LOGS))


def _feature_flags(view: View) -> dict[str, Any] | None:
    names = ("feature_flag.evaluation", "feature_flag")
    found: dict[str, Any] = {}
    told: list[Mapping[str, Any]] = [event.attributes for event in view.events if event.name in names]
    told += [record.attributes for record in view.logs if event_name(record) in names]
    for attributes in told:
        key = text(attributes.get("feature_flag.key"))
        if key is not None:
            answers = (attributes.get(f"feature_flag.{name}") for name in _FLAG_ANSWERS)
            found.setdefault(key, next((answer for answer in answers if present(answer) is not None), None))
    return found or None
