"""What an export would show that is private: a preview with counts, and the traces with it hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tracedesk.exporters.exporter import Spans
from tracedesk.model.span import LogRecord, Resource, Span
from tracedesk.privacy.redact import Found, Redactor, hidden, look


def preview(traces: Iterable[Spans], rules: Sequence[Redactor]) -> list[Found]:
    """What each rule finds in all texts of some traces."""
    return look((text for trace in traces for text in _texts(trace)), rules)


def redacted(traces: Iterable[Spans], rules: Sequence[Redactor]) -> Iterator[Spans]:
    """The traces with what the rules find hidden, in every text; the originals stay as they are."""
    for trace in traces:
        resources: dict[int, Resource] = {}
        yield [(_span(span, rules, resources), [_log(log, rules, resources) for log in logs]) for span, logs in trace]


def _texts(trace: Spans) -> Iterator[str]:
    seen: set[int] = set()
    for span, logs in trace:
        yield from (span.name, span.status_message)
        yield from _inside(span.attributes)
        for event in span.events:
            yield event.name
            yield from _inside(event.attributes)
        for link in span.links:
            yield from _inside(link.attributes)
        for log in logs:
            yield from _inside([log.body, log.attributes])
        for resource in (span.resource, *(log.resource for log in logs)):
            if id(resource) not in seen:
                seen.add(id(resource))
                yield from _inside(resource.attributes)


def _inside(value: Any) -> Iterator[str]:
    """Every text in a value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one


def _hide(value: Any, rules: Sequence[Redactor]) -> Any:
    if isinstance(value, str):
        return hidden(value, rules)
    if isinstance(value, dict):
        return {key: _hide(item, rules) for key, item in value.items()}
    return [_hide(item, rules) for item in value] if isinstance(value, list | tuple) else value


def _resource(resource: Resource, rules: Sequence[Redactor], known: dict[int, Resource]) -> Resource:
    if id(resource) not in known:
        known[id(resource)] = replace(resource, attributes=_hide(resource.attributes, rules), raw=b"")
    return known[id(resource)]


def _span(span: Span, rules: Sequence[Redactor], resources: dict[int, Resource]) -> Span:
    return replace(
        span, name=hidden(span.name, rules), status_message=hidden(span.status_message, rules),
        attributes=_hide(span.attributes, rules), resource=_resource(span.resource, rules, resources),
        events=[replace(event, name=hidden(event.name, rules), attributes=_hide(event.attributes, rules))
                for event in span.events],
        links=[replace(link, attributes=_hide(link.attributes, rules)) for link in span.links], raw=b"")


def _log(log: LogRecord, rules: Sequence[Redactor], resources: dict[int, Resource]) -> LogRecord:
    return replace(log, body=_hide(log.body, rules), attributes=_hide(log.attributes, rules),
                   resource=_resource(log.resource, rules, resources), raw=b"")
