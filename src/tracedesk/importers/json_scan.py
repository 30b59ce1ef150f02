"""Where JSON documents, items and cuts are, without parsing them: for texts that no parser takes whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[{}\[\],:]', re.DOTALL)
"""Brackets, signs and whole strings; a string that is cut off reaches to the end, so that nothing inside it counts."""
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


def closed(data: bytes, lists: Collection[str]) -> bytes:
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


def begun(head: bytes) -> bytes:
    """The beginning of a document up to its last whole member of anything, with what was open closed; else `b""`."""
    stack: list[bytes] = []
    cut, closers = 0, b""
    for token in _TOKEN.finditer(head):
        mark = head[token.start()]
        if mark in _OPEN:
            stack.append(b"}" if mark == 0x7B else b"]")
        elif mark in _CLOSE:
            if not stack:
                break
            stack.pop()
            cut, closers = token.end(), b"".join(reversed(stack))
        elif mark == 0x2C:                                   # a comma: what stands before it is whole
            cut, closers = token.start(), b"".join(reversed(stack))
    return head[:cut] + closers if cut else b""


def without(data: bytes, at: int, lists: Collection[str]) -> bytes:
    """The document without the innermost item of one of the named lists that byte `at` lies in; else `b""`.

    For a document that does not parse: brackets and quotes may be damaged, so the answer is a guess for a parser to judge.
    """
    stack: list[tuple[str, int, bool]] = []                  # name of the member, start, whether it is an item of a list
    name, last = "", b""
    for token in _TOKEN.finditer(data):
        text = token.group()
        if text[0] in _OPEN:
            item = bool(stack) and data[stack[-1][1]] == 0x5B and stack[-1][0] in lists
            stack.append((name, token.start(), item))
            name = ""
        elif text[0] in _CLOSE:
            if not stack:
                return b""
            _, start, item = stack.pop()
            if item and start <= at < token.end():
                return _cut_out(data, start, token.end())
        elif text == b":":
            name = last[1:-1].decode("utf-8", "replace")
        elif text == b",":
            name = ""
        last = text
    return b""


def _cut_out(data: bytes, start: int, end: int) -> bytes:
    """Data without an item and without the comma beside it."""
    before, after = data[:start].rstrip(), data[end:].lstrip()
    if after[:1] == b",":
        return before + b" " + after[1:]
    return before.removesuffix(b",") + b" " + after

