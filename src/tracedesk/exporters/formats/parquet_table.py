"""Parquet of spans: the columns of `exporters/table.py`, typed. Needs pyarrow (the extra `parquet`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

from tracedesk.base.errors import WorldError
from tracedesk.exporters.exporter import Exporter, Spans
from tracedesk.exporters.table import COLUMNS, row
from tracedesk.exporters.told import tell
from tracedesk.ingest.stages import Prices
from tracedesk.wire.values import clean

ROWS_AT_ONCE = 10_000


def write(traces: Iterable[Spans], file: BinaryIO, book: Prices) -> None:
    """Write the spans of all traces, a group of rows at a time.

    Raises:
        WorldError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise WorldError("Parquet files are written with pyarrow, which is not installed.",
                         hint='Install it with: pip install "tracedesk[parquet]"') from error
    types = {str: pa.string(), int: pa.int64(), bool: pa.bool_()}
    schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    with parquet.ParquetWriter(file, schema) as writer:
        waiting: list[dict[str, Any]] = []
        for trace in traces:
            waiting += [{key: clean(value) if isinstance(value, str) else value for key, value in row(one).items()}
                        for one in tell(trace, book)]
            if len(waiting) >= ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(waiting, schema=schema))
                waiting = []
        writer.write_table(pa.Table.from_pylist(waiting, schema=schema))


PART = Exporter("parquet", "Parquet, one row a span", ".parquet", write)
