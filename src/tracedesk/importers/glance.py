"""The first look at a file: what a format needs to recognise itself, worked out once for all of them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any

from tracedesk.base.errors import DecodeError
from tracedesk.importers import json_scan
from tracedesk.importers.importer import Report
from tracedesk.importers.records import Record, records, text_of, value_of
from tracedesk.importers.rows import SEPARATORS, csv_rows, is_parquet, parquet_columns, parquet_rows
from tracedesk.importers.source import Source

_COMMA = re.compile(rb",(\s*[}\]])")
"""A comma before a closing bracket, which some writers leave."""


class Glance:
    """`head` is the first 64 KiB of a file, unpacked, or more of it. The file's name proves nothing and is not here."""

    def __init__(self, source: Source, head: bytes | None = None) -> None:
        self.head = source.head if head is None else head
        self.mapping = source.mapping
        self._source = source

    @cached_property
    def text(self) -> bytes:
        """The head as UTF-8, without BOM and leading white space."""
        return text_of(self.head)

    @property
    def is_json(self) -> bool:
        """Whether it begins like JSON."""
        return self.text[:1] in (b"{", b"[")

    @cached_property
    def document(self) -> Any:
        """The value of the first line where that is JSON by itself, else of the document as far as the head reaches; None
        where it is no JSON."""
        if not self.is_json:
            return None
        for part in (self.text.partition(b"\n")[0], self.text):
            try:
                return value_of(part)
            except DecodeError:
                continue
        whole = next(json_scan.documents(self.text), (b"", False))
        for part in (whole[0] if whole[1] else b"", _COMMA.sub(rb"\1", whole[0]), json_scan.begun(self.text)):
            try:
                return value_of(part)
            except DecodeError:
                continue
        return None

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """The first objects: of JSON lines those of the first lines, of an array its items, else the document itself."""
        found = self.document
        if isinstance(found, list):
            return [item for item in found[:5] if isinstance(item, dict)]
        if not isinstance(found, dict):
            return []
        return [found, *self._next_lines()]

    def _next_lines(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for line in self.text.splitlines()[1:20]:
            if line.strip()[:1] == b"{" and len(found) < 10:
                try:
                    value = value_of(line.strip())
                except DecodeError:
                    continue
                if isinstance(value, dict):
                    found.append(value)
        return found

    @cached_property
    def first(self) -> dict[str, Any]:
        """The first object, or an empty one."""
        return next(iter(self.objects), {})

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of a table (CSV, TSV, Parquet); empty where it is none.

        Raises:
            UnknownFormat: it is Parquet and pyarrow is not installed.
            DecodeError: it is Parquet and damaged.
        """
        if is_parquet(self.head):
            return parquet_columns(self._source)
        if self.is_json or b"\x00" in self.head[:4096]:
            return ()
        line = self.text[:65536].decode("utf-8", "replace")
        separator = max(SEPARATORS, key=line.partition("\n")[0].count)
        try:
            names = next(csv.reader(io.StringIO(line), delimiter=separator), [])
        except csv.Error:
            return ()
        return tuple(name.strip() for name in names) if len(names) > 1 else ()


def records_or_rows(
    source: Source, report: Report, *, each: Collection[str] = (), keep: Collection[str] = (),
) -> Iterator[Record]:
    """The records of a file that may be Parquet, CSV or JSON; `each` and `keep` as in `records.records`.

    Raises:
        UnknownFormat, DecodeError: as `parquet_rows` and `records`.
    """
    if is_parquet(source.head):
        return parquet_rows(source)
    if Glance(source).columns:
        return csv_rows(source, report)
    return records(source, report, each=each, keep=keep)
