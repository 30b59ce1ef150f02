"""The filter language: chips `key op value`, joined by a space or `and`, the same in the filter bar, in saved views and at
the prompt.

::

    service = support-bot  duration > 300ms  cost > $0.05  error has timeout  model = gpt-4o*  "where is my parcel"
    status = error  kind in (llm, tool)  user != u-1  tag.tier = gold  cost is unpriced  since 1h  before 14:00  not refund

Words without a key are searched in prompts, outputs, names and errors. `*` stands for any characters in a word that is
not quoted. `parse` raises only `BadQuery`, which says where in the text the trouble is; `str(query)` parses to an equal
query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tracedesk.base.errors import BadQuery
from tracedesk.model.query_keys import FREE_TEXT, NUMBERS, TIMES, Key, did_you_mean, find_key
from tracedesk.model.query_words import Lexer, Token, quoted

__all__ = ["Term", "TraceQuery", "Word", "parse"]

_KEYWORDS = frozenset({"and", "or", "not", "is", "has", "in", "since", "before"})


class Word(NamedTuple):
    """A value: `exact` where it was quoted (or a word of the language as free text), so that `*` in it is a star."""

    text: str
    exact: bool = False

    @property
    def is_pattern(self) -> bool:
        """Whether `*` in it stands for any characters."""
        return not self.exact and "*" in self.text

    def __str__(self) -> str:
        return quoted(self.text) if self.exact else self.text


@dataclass(frozen=True, slots=True)
class Term:
    """One chip. `op` is one of `= > >= < <= has in is since before`; `!=` is `=` with `negated`.

    `key` is "" for free text. `number` is the value in the key's unit (ns, nano-dollars, count) where it is a number.
    `start` and `end` are its offsets in the source text; they do not take part in comparisons.
    """

    key: str
    op: str
    values: tuple[Word, ...]
    negated: bool = False
    number: int | None = None
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def value(self) -> str:
        """The only (or first) value."""
        return self.values[0].text

    def __str__(self) -> str:
        if self.key == FREE_TEXT:
            return ("not " if self.negated else "") + str(self.values[0])
        if self.key in TIMES:
            return ("not " if self.negated else "") + f"{self.key} {self.values[0]}"
        if self.op == "in":
            return f"{self.key} {'not ' if self.negated else ''}in ({', '.join(map(str, self.values))})"
        if self.op == "=" and self.negated:
            return f"{self.key} != {self.values[0]}"
        return f"{'not ' if self.negated else ''}{self.key} {self.op} {self.values[0]}"


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """Which traces: all terms must hold. Without terms: every trace."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def __bool__(self) -> bool:
        return bool(self.terms)

    def without(self, index: int) -> TraceQuery:
        """The query without its term number `index`."""
        return TraceQuery(self.terms[:index] + self.terms[index + 1:])

    def plus(self, term: Term | str) -> TraceQuery:
        """The query with one more term (or the terms of a text), unless it has it already."""
        more = (term,) if isinstance(term, Term) else parse(term).terms
        return TraceQuery(self.terms + tuple(found for found in more if found not in self.terms))

    def negate(self, index: int) -> TraceQuery:
        """The query with its term number `index` turned round."""
        turned = replace(self.terms[index], negated=not self.terms[index].negated)
        return TraceQuery((*self.terms[:index], turned, *self.terms[index + 1:]))


def term(key: str, op: str, *values: str) -> Term:
    """A chip made by the program: the values are taken literally.

    Raises:
        BadQuery: the key does not take such an operator or value.
    """
    if len(values) == 1 and op not in ("in",):
        return parse(f"{key} {op} {quoted(values[0])}").terms[0]
    return parse(f"{key} {op} ({', '.join(map(quoted, values))})").terms[0]


def parse(text: str) -> TraceQuery:
    """The query that a text stands for.

    Raises:
        BadQuery: a word, key, operator or unit that is not known here; with its offsets.
    """
    return TraceQuery(tuple(_Parser(text).terms()))


class _Parser:
    def __init__(self, text: str) -> None:
        self.lexer = Lexer(text)

    def terms(self) -> Iterator[Term]:
        joined: Token | None = None
        while (token := self.lexer.peek()) is not None:
            if token.is_word("and"):
                if joined is not None:
                    raise _bad("“and” joins two filters; one is missing here.", token)
                joined = self.lexer.next()
                continue
            yield self.term()
            joined = None
        if joined is not None:
            raise _bad("After “and” another filter is missing.", joined)

    def term(self) -> Term:
        first = self.lexer.next()
        negated = False
        start = first.start
        while first.is_word("not"):
            negated = not negated
            if self.lexer.peek() is None:
                raise _bad("“not” needs something to turn round, like: not refund", first)
            first = self.lexer.next()
        if first.is_word("or"):
            raise _bad("“or” between filters is not known.", first,
                       hint="Use a list, like: service in (a, b). To search for the word, quote it: \"or\".")
        if first.kind == "symbol":
            raise _bad(f"A name is missing before “{first.text}”.", first, hint="Like: service = support-bot")
        if first.kind == "word" and first.text.lower() in TIMES:
            return self.time(first, negated, start)
        return self.keyed_or_free(first, negated, start)

    def keyed_or_free(self, first: Token, negated: bool, start: int) -> Term:
        op, turned = self.operator(first)
        if op is None:
            exact = first.kind == "quoted" or first.text.lower() in _KEYWORDS
            return Term(FREE_TEXT, "has", (Word(first.text, exact),), negated, None, start, first.end)
        key = find_key(first.text)
        if key is None:
            raise _bad(f"“{first.text}” is not known.", first, hint=did_you_mean(first.text))
        if op.text not in key.ops:
            raise _bad(f"“{key.name} {op.text}” is not known; {key.name} takes {', '.join(key.ops)}.", op,
                       hint=f"Like: {key.example}")
        negated ^= turned
        if op.text == "in":
            values, end = self.list_of(key, op)
            return Term(key.name, "in", values, negated, None, start, end)
        value = self.lexer.value()
        if value is None:
            raise _bad(f"“{first.text} {op.text}” needs a value.", op, hint=f"Like: {key.example}")
        if op.text == "is":
            if value.text.lower() not in key.states:
                raise _bad(f"“{key.name} is {value.text}” is not known.", value,
                           hint=f"{key.name} is " + " or ".join(key.states))
            return Term(key.name, "is", (Word(value.text.lower()),), negated, None, start, value.end)
        number = None
        if key.name in NUMBERS:
            value = self.lexer.with_unit(value, NUMBERS[key.name].units)
            number = NUMBERS[key.name].read(value.text)
            if number is None:
                raise _bad(f"“{first.text} {op.text} {value.text}” needs {NUMBERS[key.name].needs}.", value)
        return Term(key.name, op.text, (self.word(key, value),), negated, number, start, value.end)

    def operator(self, first: Token) -> tuple[Token | None, bool]:
        """(the operator after a first word, whether it negates), or (None, False) where the word stands alone."""
        token = self.lexer.peek()
        if token is None or first.kind == "quoted":
            return None, False
        if token.kind == "symbol" and token.text in "=!=>=<=":
            self.lexer.next()
            return (token._replace(text="="), True) if token.text == "!=" else (token, False)
        known = find_key(first.text) is not None
        if known and token.is_word("not") and (after := self.lexer.peek(1)) is not None and after.is_word("in"):
            self.lexer.next()
            return self.lexer.next()._replace(text="in"), True
        if token.kind == "word" and token.text.lower() in ("has", "is", "in") and (known or self.lexer.peek(1) is not None):
            if not known:
                return None, False
            self.lexer.next()
            return token._replace(text=token.text.lower()), False
        return None, False

    def list_of(self, key: Key, op: Token) -> tuple[tuple[Word, ...], int]:
        opening = self.lexer.peek()
        if opening is None or opening.text != "(" or opening.kind != "symbol":
            raise _bad(f"“{key.name} in” needs a list.", op, hint=f"Like: {key.name} in (a, b)")
        self.lexer.next()
        values: list[Word] = []
        while True:
            value = self.lexer.value()
            if value is None:
                raise _bad("The list is not closed.", opening, hint=f"Like: {key.name} in (a, b)")
            values.append(self.word(key, value))
            mark = self.lexer.next_or_none()
            if mark is None or mark.kind != "symbol" or mark.text not in "),":
                raise _bad("The list is not closed.", mark or value, hint=f"Like: {key.name} in (a, b)")
            if mark.text == ")":
                return tuple(values), mark.end

    def word(self, key: Key, value: Token) -> Word:
        """The value, checked against the words that a key knows."""
        if key.choices and not (value.kind == "word" and "*" in value.text):
            text = value.text.lower()
            if text not in key.choices:
                raise _bad(f"“{value.text}” is no {key.name}.", value, hint=f"{key.name} is " + ", ".join(key.choices))
            return Word(text)
        return Word(value.text, value.kind == "quoted")

    def time(self, first: Token, negated: bool, start: int) -> Term:
        name = first.text.lower()
        value = self.lexer.value()
        if value is not None:
            value = self.lexer.with_unit(value, TIMES[name].units)
        if value is None or TIMES[name].read(value.text) is None:
            raise _bad(f"“{name}{' ' + value.text if value else ''}” needs {TIMES[name].needs}.", value or first,
                       hint=f"To search for the word, quote it: \"{name}\".")
        return Term(name, name, (Word(value.text),), negated, None, start, value.end)


def _bad(message: str, token: Token, *, hint: str = "") -> BadQuery:
    return BadQuery(message, hint=hint, start=token.start, end=token.end)
