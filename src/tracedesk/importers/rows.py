"""Tables → one record per row: CSV in text, and Parquet where pyarrow is installed (the extra `parquet`)."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tracedesk.base.clock import iso_time
from tracedesk.base.errors import DecodeError, UnknownFormat
from tracedesk.importers.importer import Report
from tracedesk.importers.records import Record, as_utf8
from tracedesk.importers.source import Source
from tracedesk.importers.values import NS

SEPARATORS = ",\t;"
PARQUET = b"PAR1"
PARQUET_BYTES = 1 << 30
"""A Parquet file inside a packing is held in memory, up to here."""
ROWS_AT_ONCE = 1_000


def csv_rows(source: Source, report: Report) -> Iterator[Record]:
    """The rows of a CSV or TSV file as dicts of text; of two columns of one name the first stays. Empty cells are None.

    A row with more cells than the header is kept without the surplus, which is counted.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with source.open() as opened:
        stream = io.TextIOWrapper(as_utf8(opened, source.head), encoding="utf-8-sig", errors="replace", newline="")
        first = source.head[:65536].decode("utf-8", "replace").partition("\n")[0]
        reader = csv.reader((line.replace("\0", "\ufffd") for line in stream), delimiter=max(SEPARATORS, key=first.count))
        try:
            names = [name.strip() for name in next(reader, [])]
            for cells in reader:
                if not cells:
                    continue
                if len(cells) > len(names):
                    report.skip("a row has more cells than the header; the surplus is left out",
                                first=f"line {reader.line_num:,}", count=0)
                row: dict[str, Any] = {}
                for name, cell in zip(names, cells, strict=False):
                    row.setdefault(name, cell or None)
                yield Record(row, f"line {reader.line_num:,}")
        except csv.Error as error:
            report.skip("the table is damaged; reading stopped", first=f"line {reader.line_num:,}: {error}")


def is_parquet(head: bytes) -> bool:
    """Whether these are the first bytes of a Parquet file."""
    return head.startswith(PARQUET)


def parquet_columns(source: Source) -> tuple[str, ...]:
    """The names of the columns.

    Raises:
        UnknownFormat: pyarrow is not installed.
        DecodeError: it is damaged.
    """
    return tuple(_opened(source).schema_arrow.names)


def parquet_rows(source: Source) -> Iterator[Record]:
    """The rows as dicts of what JSON could say too, read group by group: moments are ISO 8601 text (without a zone where the
    column has none), maps are dicts, decimals are text, bytes are hex.

    Raises:
        UnknownFormat, DecodeError: as `parquet_columns`.
    """
    import pyarrow as pa

    number = 0
    try:
        for batch in _opened(source).iter_batches(batch_size=ROWS_AT_ONCE):
            columns = [_cells(column) for column in batch.columns]
            for at in range(batch.num_rows):
                number += 1
                yield Record({name: cells[at] for name, cells in zip(batch.schema.names, columns, strict=True)},
                             f"row {number:,}")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DecodeError(f"{source.name} is a Parquet file that cannot be read after row {number:,}: {error}.") from error


def _cells(column: Any) -> list[Any]:
    """The values of a column. Moments go by their whole number, because Python's have no nanoseconds."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        unit, zone = NS[column.type.unit], "Z" if column.type.tz else ""
        return [None if count is None else iso_time(count * unit).removesuffix("Z") + zone
                for count in column.cast(pa.int64()).to_pylist()]
    cells: list[Any] = column.to_pylist()
    as_it_is = (pa.types.is_string, pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    return cells if any(holds(column.type) for holds in as_it_is) else [_plain(cell, column.type) for cell in cells]


def _plain(value: Any, kind: Any) -> Any:
    """A value of Parquet as JSON would say it; `kind` is its type there."""
    import pyarrow as pa

    if isinstance(value, dict):
        return {kind.field(at).name: _plain(value.get(kind.field(at).name), kind.field(at).type)
                for at in range(kind.num_fields)}
    if isinstance(value, list) and pa.types.is_map(kind):
        return {str(_plain(key, kind.key_type)): _plain(item, kind.item_type) for key, item in value}
    if isinstance(value, list):
        return [_plain(item, kind.value_type) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | timedelta | UUID) else value


def _opened(source: Source) -> Any:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise UnknownFormat(f"{source.name} is a Parquet file, and pyarrow is not installed.",
                            hint='Install it with: pip install "tracedesk[parquet]"') from error
    if source.layers or source.member:
        with source.open() as stream:
            file: Any = io.BytesIO(stream.read(PARQUET_BYTES))
    else:
        file = str(source.path)
    try:
        return parquet.ParquetFile(file)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DecodeError(f"{source.name} is a Parquet file that cannot be read: {error}.",
                          hint="Was it written to the end? Its table of contents stands there.") from error
