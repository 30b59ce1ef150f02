"""TraceQuery → SQL over `traces t`: conditions with parameters, never text of the query inside a statement."""

from __future__ import annotations

from typing import Any

import orjson

from tracedesk.model.query import Term, TraceQuery, Word
from tracedesk.model.query_keys import FREE_TEXT, TIMES, moment_ns
from tracedesk.store.schema import PART_BITS
from tracedesk.store.words import match

Condition = tuple[str, list[Any]]

_NUMBER_COLUMNS = {
    "duration": "t.duration_ns", "cost": "t.cost_nusd", "input_tokens": "t.input_tokens", "output_tokens": "t.output_tokens",
    "cached_tokens": "t.cache_read_tokens", "reasoning_tokens": "t.reasoning_tokens", "spans": "t.span_count",
    "errors": "t.error_count", "calls": "t.llm_calls",
    "tokens": "iif(t.input_tokens IS NULL AND t.output_tokens IS NULL, NULL, "
              "coalesce(t.input_tokens, 0) + coalesce(t.output_tokens, 0))",
}
_FACTS = frozenset({"service", "name", "model", "provider", "kind", "operation", "error_type", "env", "release", "prompt",
                    "experiment"})
_TEXT_COLUMNS = {FREE_TEXT: "", "text": "text", "error": "error", "span": "name"}
STATUS = {"ok": "(t.status != 2 AND t.unfinished_count = 0)", "error": "t.status = 2", "unset": "t.status = 0",
          "unfinished": "t.unfinished_count > 0"}
"""Each status word of the filter language as a condition; a trace may answer to several."""

_EXISTS = "t.start_ns IS NOT NULL"
_NOTHING: Condition = ("0", [])


def condition(db: Any, query: TraceQuery) -> Condition:
    """(condition, values) for a WHERE over `traces t`."""
    parts = [_EXISTS]
    values: list[Any] = []
    for term in query.terms:
        text, more = _one(db, term)
        parts.append(f"NOT coalesce({text}, 0)" if term.negated else text)
        values += more
    return " AND ".join(parts), [storable(value) for value in values]


def storable(value: Any) -> Any:
    """A value as SQLite takes it: times beyond 64 bits cut, lone surrogates (which no stored text has) replaced."""
    if isinstance(value, int):
        return max(-(2**63), min(2**63 - 1, value))
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _one(db: Any, term: Term) -> Condition:
    key = term.key
    if key in TIMES:
        return f"t.start_ns {'>=' if key == 'since' else '<'} ?", [moment_ns(term.value) or 0]
    if term.op == "is":
        return _state(term)
    if key in _NUMBER_COLUMNS:
        return f"{_NUMBER_COLUMNS[key]} {term.op} ?", [term.number]
    if key == "status":
        return _any_of([(STATUS.get(word.text, "0"), []) for word in term.values])
    if key == "id":
        return _any_of([_id(word) for word in term.values])
    if key == "sign":
        return _any_of([_among(db, "SELECT trace_no FROM signs WHERE key = ?", [storable(word.text)]) for word in term.values])
    if key in _TEXT_COLUMNS:
        return _any_of([_text(db, word, _TEXT_COLUMNS[key]) for word in term.values])
    if key in _FACTS:
        return _any_of([_fact(key, word, term.op) for word in term.values])
    return _any_of([_label(db, key, word, term.op) for word in term.values])


def _any_of(conditions: list[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]
    return "(" + " OR ".join(text for text, _ in conditions) + ")", [value for _, values in conditions for value in values]


def _state(term: Term) -> Condition:
    if term.key == "cost" and term.value == "unpriced":
        return "t.unpriced_calls > 0", []
    known = "NOT NULL" if term.value == "known" else "NULL"
    if term.key in _NUMBER_COLUMNS:
        return f"{_NUMBER_COLUMNS[term.key]} IS {known}", []
    having = "t.trace_no IN (SELECT trace_no FROM labels WHERE key = ?)"
    return having if term.value == "known" else f"NOT {having}", [term.key]


def _id(word: Word) -> Condition:
    digits = word.text.lower().rstrip("*") if not word.exact else word.text.lower()
    if not digits or len(digits) > 32 or any(c not in "0123456789abcdef" for c in digits):
        return _NOTHING
    return "t.trace_id BETWEEN ? AND ?", [bytes.fromhex(digits.ljust(32, "0")), bytes.fromhex(digits.ljust(32, "f"))]


def _text(db: Any, word: Word, columns: str) -> Condition:
    expression = match(word, columns)
    if expression is None:
        return _NOTHING
    return _among(db, f"SELECT rowid >> {PART_BITS} FROM texts WHERE texts MATCH ?", [expression])


def _fact(key: str, word: Word, op: str) -> Condition:
    """A fact of the profile. Equality looks for the JSON of the pair: inside of texts quotes are escaped, so it is exact."""
    if op == "has":
        test, value = "instr(lower(f.value ->> 1), ?)", word.text.lower()
    elif word.is_pattern:
        test, value = "f.value ->> 1 GLOB ?", _glob(word.text)
    else:
        return ("t.profile_no IN (SELECT profile_no FROM profiles WHERE instr(facts, ?))",
                [orjson.dumps([key, word.text]).decode()])
    return ("t.profile_no IN (SELECT p.profile_no FROM profiles p, json_each(p.facts) f "
            f"WHERE f.value ->> 0 = ? AND {test})"), [key, value]


def _label(db: Any, key: str, word: Word, op: str) -> Condition:
    if op == "has":
        test, value = "instr(lower(value), ?)", storable(word.text.lower())
    elif word.is_pattern:
        test, value = "value GLOB ?", storable(_glob(word.text))
    else:
        test, value = "value = ?", storable(word.text)
    return _among(db, f"SELECT trace_no FROM labels WHERE key = ? AND {test}", [storable(key), value])


FEW = 2_000
"""So few traces are looked up one by one; of more, each is checked while walking through the traces by start."""


def _among(db: Any, chosen: str, values: list[Any]) -> Condition:
    """The traces whose numbers a SELECT gives."""
    few = db.execute(f"SELECT count(*) FROM ({chosen} LIMIT {FEW + 1})", values).fetchone()[0] <= FEW
    return f"{'' if few else '+'}t.trace_no IN ({chosen})", values


def _glob(pattern: str) -> str:
    """Our pattern, in which only `*` is special, as a GLOB pattern."""
    return "".join(f"[{c}]" if c in "?[" else c for c in pattern)


