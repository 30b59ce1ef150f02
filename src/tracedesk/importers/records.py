"""A text file of JSON → its records, one by one, whatever holds them: lines, an array, a list inside a document, documents
one after another; with BOM, in UTF-16, cut off, or damaged in places.

A small file is parsed whole. Of a large document that is one list the items are cut out of the stream by their brackets, so
that memory stays bounded. What cannot be read is skipped and counted in the report with the place; its neighbours stay.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO, NamedTuple, cast

from tracedesk.base import nesting
from tracedesk.base.errors import DecodeError
from tracedesk.importers import json_scan
from tracedesk.importers.importer import Report
from tracedesk.importers.source import Source
from tracedesk.wire.json_text import BOM, parse

DOCUMENT_LIMIT = 1 << 30
"""A document (or a line) that must be held in memory whole may be this large."""
WHOLE_BYTES = 16 << 20
"""Documents up to here are parsed in one go, which is faster than cutting them up."""
MOST_REPAIRS = 200
"""So many damaged items are cut out of a document before the rest is given up."""
UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LAST_COMMA = re.compile(rb",(\s*[}\]][\s}\]]*)\Z")
_BIG = re.compile(rb"[:\[,]\s*-?[0-9]{19,}\s*[,}\]]")


class Record(NamedTuple):
    """One JSON value and where it stands in the file, in words."""

    value: Any
    where: str


def text_of(head: bytes) -> bytes:
    """The beginning of a text file as UTF-8, without BOM and leading white space."""
    if head.startswith(UTF16):
        return head[: len(head) & ~1].decode("utf-16", "replace").encode().lstrip()
    return head.removeprefix(BOM).lstrip()


def as_utf8(stream: io.BufferedReader, head: bytes) -> io.BufferedReader:
    """The stream of a text file, in UTF-8."""
    if head.startswith(UTF16):
        text = stream.read(DOCUMENT_LIMIT).decode("utf-16", "replace").encode("utf-8")
        return io.BufferedReader(cast(io.RawIOBase, io.BytesIO(text)))
    return stream


def first_line(stream: BinaryIO) -> tuple[int, bytes]:
    """The first line with something on it, without BOM, and its number.

    Raises:
        DecodeError: there is none.
    """
    number = 0
    while line := stream.readline(DOCUMENT_LIMIT):
        number += 1
        line = line.removeprefix(BOM)
        if line.strip():
            return number, line
    raise DecodeError("The file holds nothing but white space.", hint="Was it written to the end?")


def value_of(text: bytes) -> Any:
    """The value of JSON text; whole numbers keep all their digits.

    Raises:
        DecodeError: it is not JSON.
    """
    if _BIG.search(text):
        try:
            return nesting.loads(text)                       # orjson makes a float of what is beyond 64 bits
        except ValueError:
            pass
    return parse(text, lenient=True)[0]


def records(source: Source, report: Report, *, each: Collection[str] = (), keep: Collection[str] = ()) -> Iterator[Record]:
    """The records of a file.

    `each` names the lists at the first level of a document whose items are the records (`""`: the document is the list);
    other documents come whole. `keep` names lists, anywhere in it, whose items may be lost one by one where the text is
    damaged or cut.

    Raises:
        DecodeError: nothing in it is JSON.
    """
    with source.open() as opened:
        stream = as_utf8(opened, source.head)
        number, raw = first_line(stream)
        line = raw.strip()
        if len(line) > WHOLE_BYTES and each and not stream.peek(1).strip():
            yield from _items(_Joined(line, stream), report, each)
            return
        try:
            value = value_of(line)
        except DecodeError:
            yield from _not_one_line(raw, stream, report, number, each, keep)
            return
        yield from _flat(value, f"line {number:,}", each)
        yield from _lines(stream, report, number, each)


def _not_one_line(
    first: bytes, stream: BinaryIO, report: Report, number: int, each: Collection[str], keep: Collection[str],
) -> Iterator[Record]:
    """A file whose first line is no JSON by itself: documents of several lines, or lines of which the first is damaged."""
    start = io.BytesIO()
    start.write(first)
    if first.rstrip()[-1:] in (b"}", b"]") and _second_is_line(stream, start):
        report.skip("a line is not JSON", first=f"line {number:,}")
        start.seek(len(first))
        yield from _lines(_Joined(start.read(), stream), report, number, each)
        return
    start.write(stream.read(WHOLE_BYTES))
    data = start.getvalue()
    if len(data) <= WHOLE_BYTES or not each:
        yield from _documents(data + stream.read(DOCUMENT_LIMIT - len(data)), report, each, keep)
    else:
        yield from _items(_Joined(data, stream), report, each)


class _Joined:
    """Bytes that were read already, and the rest of their stream."""

    def __init__(self, begin: bytes, rest: BinaryIO) -> None:
        self._begin = io.BytesIO(begin)
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        """Some bytes; none at the end."""
        return self._begin.read(size) or self._rest.read(size)

    def readline(self, size: int | None = -1) -> bytes:
        """One line; none at the end."""
        line = self._begin.readline(size)
        return line if line.endswith(b"\n") else line + self._rest.readline(-1 if size is None else size)


def _second_is_line(stream: BinaryIO, seen: io.BytesIO) -> bool:
    """Whether one of the next five lines is a JSON object of its own: then only the first line is damaged."""
    for _ in range(5):
        raw = stream.readline(1 << 20)
        seen.write(raw)
        line = raw.strip()
        if line[:1] == b"{" and line[-1:] == b"}":
            try:
                value_of(line)
            except DecodeError:
                continue
            return True
        if not raw.endswith(b"\n"):
            break
    return False


def _lines(stream: Any, report: Report, number: int, each: Collection[str]) -> Iterator[Record]:
    """JSON lines after line `number`."""
    while raw := stream.readline(DOCUMENT_LIMIT):
        number += 1
        line = raw.strip()
        if not line:
            continue
        try:
            value = value_of(line)
        except DecodeError as error:
            cut = not raw.endswith(b"\n") and not line.endswith((b"}", b"]"))
            report.skip("the last line is cut off" if cut else "a line is not JSON", first=f"line {number:,}: {error.message}")
            continue
        yield from _flat(value, f"line {number:,}", each)


def _documents(data: bytes, report: Report, each: Collection[str], keep: Collection[str]) -> Iterator[Record]:
    """One document, or several one after another."""
    try:
        yield from _flat(value_of(data), "", each)
        return
    except DecodeError as error:
        first = error
    found = False
    for number, (text, whole) in enumerate(json_scan.documents(data), 1):
        value = _salvaged(text, whole, report, {*each, *keep})
        if value is not None:
            found = True
            yield from _flat(value, "" if number == 1 and whole else f"document {number:,}", each)
    if not found:
        raise first


def _salvaged(text: bytes, whole: bool, report: Report, lists: Collection[str]) -> Any:
    """What can be read of one document: damaged items of the lists are cut out; None where nothing is left."""
    lost, first = 0, ""
    if whole:
        text = _without_last_comma(text)
    else:
        text = json_scan.closed(text, lists) or text
    while lost < MOST_REPAIRS:
        try:
            value = value_of(text)
        except DecodeError as error:
            first = first or error.message
            text = json_scan.without(text, _offset(text, error), lists) or _shorter(text, lists)
            if not text:
                return _gone(report, first)
            lost += 1
            continue
        break
    else:
        text = json_scan.closed(text, lists)
        try:
            value = value_of(text)
        except DecodeError:
            return _gone(report, first)
    if lost or not whole:
        reason = "an item is damaged" if whole else "the document is cut off or damaged; its whole items were kept"
        report.skip(reason, count=max(1, lost), first=first)
    return value


def _gone(report: Report, first: str) -> None:
    report.skip("a document is not JSON", first=first)


def _without_last_comma(text: bytes) -> bytes:
    """The text without a comma before the brackets at its end, which some writers leave: nothing is lost by that."""
    return _LAST_COMMA.sub(rb"\1", text)


def _shorter(text: bytes, lists: Collection[str]) -> bytes:
    cut = json_scan.closed(text, lists)
    return cut if cut != text else b""


def _offset(text: bytes, error: DecodeError) -> int:
    """The byte at which orjson stopped, from its line and column."""
    cause = error.__cause__
    line, column = getattr(cause, "lineno", 1), getattr(cause, "colno", 1)
    at = 0
    for _ in range(line - 1):
        at = text.find(b"\n", at) + 1
    return min(len(text) - 1, at + len(text[at:].decode("utf-8", "replace")[:column].encode()))


def _flat(value: Any, where: str, each: Collection[str]) -> Iterator[Record]:
    """A value, or the items of the list that it is or has."""
    if isinstance(value, list) and "" in each:
        for at, item in enumerate(value, 1):
            yield Record(item, f"{where}, item {at:,}" if where else f"item {at:,}")
        return
    name = next((name for name in each if name and isinstance(value, dict) and isinstance(value.get(name), list)), None)
    if name is None:
        yield Record(value, where)
        return
    for at, item in enumerate(value[name], 1):
        yield Record(item, f"{where}, {name}[{at:,}]" if where else f"{name}[{at:,}]")


# -- large documents ---------------------------------------------------------------------------------------------------

_STEP = re.compile(rb'[^"{}\[\]]*(?:"(?:[^"\\]|\\.)*"[^"{}\[\]]*)*([{}\[\]])', re.DOTALL)
_NAMED = re.compile(rb'"((?:[^"\\]|\\.)*)"\s*:\s*$')


def _items(stream: Any, report: Report, each: Collection[str]) -> Iterator[Record]:
    """The items of the first-level lists `each` of one large document, cut out one by one."""
    buffer, at = b"", 0
    depth = number = 0
    inside, begin = -1, -1                                   # depth of the list's bracket; start of the present item
    while True:
        step = _STEP.match(buffer, at)
        if step is None:
            keep = begin if begin >= 0 else max(0, min(at, len(buffer)))
            more = stream.read(1 << 20)
            if not more:
                break
            buffer, at, begin = buffer[keep:] + more, at - keep, begin - keep if begin >= 0 else -1
            if len(buffer) > DOCUMENT_LIMIT:
                break
            continue
        mark, place = step[1], step.start(1)
        if mark in b"{[":
            depth += 1
            if inside < 0 and mark == b"[" and depth <= 2:
                named = _NAMED.search(buffer, max(0, place - 200), place)
                name = named[1].decode("utf-8", "replace") if named else ""
                if (name in each and depth == 2 and named) or (depth == 1 and "" in each):
                    inside = depth
            elif inside >= 0 and depth == inside + 1:
                begin = place
        else:
            depth -= 1
            if inside >= 0 and depth == inside and begin >= 0:
                number += 1
                yield from _item(buffer[begin:step.end()], number, report)
                begin = -1
            elif depth < inside:
                inside = -1
        at = step.end()
    if depth > 0:
        report.skip("the document is cut off or damaged; its whole items were kept", first=f"after item {number:,}")


def _item(text: bytes, number: int, report: Report) -> Iterator[Record]:
    try:
        yield Record(value_of(text), f"item {number:,}")
    except DecodeError as error:
        report.skip("an item is damaged", first=f"item {number:,}: {error.message}")
