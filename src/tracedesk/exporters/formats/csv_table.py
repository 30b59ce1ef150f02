"""CSV of spans (RFC 4180, UTF-8): the columns of `exporters/table.py`. Cells that a spreadsheet would run get an apostrophe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, BinaryIO

from tracedesk.exporters.exporter import Exporter, Spans
from tracedesk.exporters.plain import cell
from tracedesk.exporters.table import COLUMNS, row
from tracedesk.exporters.told import tell
from tracedesk.ingest.stages import Prices
from tracedesk.wire.values import clean


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write the header and a line a span."""
    out = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for trace in traces:
        for one in tell(trace, book):
            table.writerow([_text(value) for value in row(one).values()])
    out.detach()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell(clean(value).replace("\0", "\ufffd")) if isinstance(value, str) else str(value)


PART = Exporter("csv", "CSV, one line a span", ".csv", write)
