"""Where JSON documents begin and end, without parsing them: for texts that no parser takes whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)
_OPEN, _CLOSE = b"{[", b"}]"


def documents(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """(text, whether it is complete) of each object or array that stands in the data one after another."""
    depth = start = 0
    for token in _TOKEN.finditer(data):
        mark = data[token.start()]
        if mark in _OPEN:
            if depth == 0:
                start = token.start()
            depth += 1
        elif mark in _CLOSE and depth:
            depth -= 1
            if depth == 0:
                yield data[start:token.end()], True
    if depth:
        yield data[start:], False


def closed(data: bytes, lists: set[str]) -> bytes:
    """A cut document up to its last whole member of one of the named lists, with what was open closed; else `b""`.

    `lists` are the names of members whose entries may be kept one by one; `""` stands for an array at the top.
    """
    stack: list[tuple[bytes, str]] = []          # what closes each open bracket, and the name of the member it is in
    name, last, cut, closers = "", b"", 0, b""
    for token in _TOKEN.finditer(data):
        text = token.group()
        if text[0] in _OPEN:
            stack.append((b"}" if text == b"{" else b"]", name))
            name = ""
        elif text[0] in _CLOSE:
            if not stack:
                break
            stack.pop()
            if stack and stack[-1][0] == b"]" and stack[-1][1] in lists:
                cut, closers = token.end(), b"".join(close for close, _ in reversed(stack))
        elif text == b":":
            name = last[1:-1].decode("utf-8", "replace")
        elif text == b",":
            name = ""
        last = text
    return data[:cut] + closers if cut else b""
