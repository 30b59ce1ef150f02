"""What an export format is, and how to find one by its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from tracedesk.base.errors import DataError
from tracedesk.base.registry import parts
from tracedesk.exporters import formats
from tracedesk.ingest.stages import Prices
from tracedesk.model.span import LogRecord, Span

Spans = Sequence[tuple[Span, Sequence[LogRecord]]]
"""The spans of one trace, each with the log records that belong to it: what `store.questions.spans` gives."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """One format: `write(traces, file, book)` writes all traces, one after another, to a file opened for bytes; `book` prices
    calls, where a format says what they cost. `exact`: an import of it gives every attribute back as it was. `for_people`: it
    is made to be passed on, so what is private is looked through first."""

    key: str
    title: str
    suffix: str
    write: Callable[[Iterable[Spans], BinaryIO, Prices], None]
    exact: bool = False
    for_people: bool = False


@cache
def exporters() -> tuple[Exporter, ...]:
    """All export formats."""
    return tuple(parts(formats, Exporter))


def exporter(key: str) -> Exporter:
    """The format of that key.

    Raises:
        DataError: there is none.
    """
    for part in exporters():
        if part.key == key:
            return part
    raise DataError(f"There is no export format {key!r}.", hint=f"Formats: {', '.join(part.key for part in exporters())}.")


def split(trace: Spans) -> tuple[list[Span], list[LogRecord]]:
    """The spans and the log records of a trace."""
    return [span for span, _ in trace], [log for _, logs in trace for log in logs]
