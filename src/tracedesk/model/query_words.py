"""The filter language's words: splitting a text into names, operators and values, each with its place in the text."""

from __future__ import annotations

from typing import NamedTuple

from tracedesk.base.errors import BadQuery

SYMBOLS = "=<>!(),≠≥≤"
_PLAIN = {"≠": "!=", "≥": ">=", "≤": "<="}
_OPENING = "\"“”"


class Token(NamedTuple):
    """A piece of the text: kind "word", "quoted" or "symbol"; `start` and `end` are character offsets."""

    kind: str
    text: str
    start: int
    end: int

    def is_word(self, text: str) -> bool:
        """Whether this is that word, in either case, not quoted."""
        return self.kind == "word" and self.text.lower() == text


class Lexer:
    """Reads a filter text from left to right. A value may hold characters that would end a name: `url = /a?b=c`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self, ahead: int = 0) -> Token | None:
        """The token after `ahead` others, which stays."""
        at = self.at
        token = None
        for _ in range(ahead + 1):
            token = self.next_or_none()
            if token is None:
                break
        self.at = at
        return token

    def next(self) -> Token:
        """The next token; there must be one (`peek` said so)."""
        token = self.next_or_none()
        assert token is not None
        return token

    def next_or_none(self) -> Token | None:
        """The next token, or None at the end."""
        self._skip_space()
        if self.at >= len(self.text):
            return None
        start, char = self.at, self.text[self.at]
        if char in _OPENING:
            return self._quoted()
        if char in SYMBOLS:
            two = self.text[start:start + 2]
            text = two if two in ("!=", ">=", "<=", "==") else char
            self.at += len(text)
            return Token("symbol", "=" if text == "==" else _PLAIN.get(text, text), start, self.at)
        return self._until(SYMBOLS + _OPENING)

    def value(self) -> Token | None:
        """The next value: a quoted text, or everything up to a space, comma or bracket; None where there is none."""
        self._skip_space()
        if self.at >= len(self.text) or self.text[self.at] in "(),":
            return None
        if self.text[self.at] in _OPENING:
            return self._quoted()
        return self._until("()," + _OPENING)

    def with_unit(self, value: Token, units: frozenset[str]) -> Token:
        """`300` and then `ms` are one value."""
        unit = self.peek()
        if (unit is not None and unit.kind == value.kind == "word" and unit.text in units and value.text[-1:].isdigit()):
            self.next()
            return Token("word", value.text + unit.text, value.start, unit.end)
        return value

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _until(self, stops: str) -> Token:
        start = self.at
        while self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in stops:
            self.at += 1
        return Token("word", self.text[start:self.at], start, self.at)

    def _quoted(self) -> Token:
        """A text between quotes; `\\"` and `\\\\` stand for the characters themselves."""
        start = self.at
        closing = '"' if self.text[start] == '"' else "“”"
        out = []
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == "\\" and self.text[self.at:self.at + 1] in ('"', "\\"):
                out.append(self.text[self.at])
                self.at += 1
            elif char in closing:
                return Token("quoted", "".join(out), start, self.at)
            else:
                out.append(char)
        raise BadQuery("A quote is not closed.", hint='Close it with ", or write \\" for a quote inside.', start=start,
                       end=len(self.text))


def quoted(text: str) -> str:
    """A text between quotes, as `Lexer` reads it back."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
