"""From what an emitter wrote to what a field may hold: every conversion here gives None rather than a wrong value.

Attributes arrive as any OTLP value, half of them JSON inside text. None of these functions raises, whatever it is given:
a number that is negative, fractional, infinite, a bool or absurdly large is no count, a text that does not parse stays text.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from tracedesk.base import nesting
from tracedesk.base.clock import NS_PER_S

MAX_COUNT = 10**10
"""No single call has ten thousand million tokens; a larger count is a mistake of the emitter."""
MAX_INTEGER = 2**63 - 1
MAX_REPR_CHARS = 200_000
MAX_DEPTH = 64
"""Deeper nesting than this is kept as it is and not searched."""

_COUNT = re.compile(r"[0-9]{1,11}(?:\.0{1,6})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}(?:\.0{1,6})?", re.ASCII)
_REAL = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ODD_ESCAPE = re.compile(r"\\[^\\'\"abfnrtuUxvN0-7\n]")
_OBJECT = re.compile(r"\"?<[\w.]{1,200} object at 0x[0-9a-fA-F]{1,16}>\"?")
_FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def is_object_repr(value: str) -> bool:
    """Whether a text is the `repr` of a Python object, which a sender wrote in place of what it could not (an unread stream, a
    parameter left out)."""
    return " object at 0x" in value and _OBJECT.fullmatch(value) is not None


def present(value: Any) -> Any:
    """The value itself, or None where it says nothing: null, NaN, an empty text, list or map."""
    if value is None or (isinstance(value, str | list | dict | bytes) and not value):
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def text(value: Any) -> str | None:
    """A non-blank text; numbers become their decimal text, other things are no text."""
    if type(value) is str:
        return value if value and not value.isspace() else None
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return str(value)
    return None


def count(value: Any) -> int | None:
    """A whole number from 0 to MAX_COUNT: an int, an integral double or decimal text."""
    if type(value) is int:
        return value if 0 <= value <= MAX_COUNT else None
    if type(value) is float and value.is_integer():
        value = int(value)
    elif type(value) is str and _COUNT.fullmatch(value):
        value = int(value.partition(".")[0])
    return value if type(value) is int and 0 <= value <= MAX_COUNT else None


def integer(value: Any) -> int | None:
    """A whole 64-bit number (a seed, a log level), from an int, an integral double or decimal text."""
    if type(value) is float and value.is_integer():
        value = int(value)
    elif type(value) is str and _INTEGER.fullmatch(value):
        value = int(value.partition(".")[0])
    return value if type(value) is int and abs(value) <= MAX_INTEGER else None


def real(value: Any) -> float | None:
    """A finite number, from a number or decimal text."""
    if type(value) is str and _REAL.fullmatch(value):
        value = float(value)
    if type(value) is int and abs(value) <= MAX_INTEGER:
        return float(value)
    return value if type(value) is float and math.isfinite(value) else None


def usd(value: Any) -> float | None:
    """An amount of dollars: a finite number that is not negative and below a million million."""
    amount = real(value)
    return amount if amount is not None and 0 <= amount < 1e12 else None


def seconds(value: Any) -> float | None:
    """A waiting time in seconds: finite, not negative, under a year."""
    amount = real(value)
    return amount if amount is not None and 0 <= amount < 366 * 86_400 else None


def flag(value: Any) -> bool | None:
    """A bool, or a text or number that stands for one."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower())
    return bool(value) if type(value) is int and value in (0, 1) else None


def load_json(value: str) -> Any:
    """What a JSON text holds, or None where it does not parse or is nested too deep. Never holds a lone surrogate."""
    try:
        found = nesting.loads(value)
    except ValueError:
        return None
    return clean(found) if _SURROGATE.search(value) else found


def structure(value: Any) -> Any:
    """A list or map: the value itself or what its JSON text holds; None for anything else."""
    if isinstance(value, list | dict):
        return value or None
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        found = load_json(value)
        return found if isinstance(found, list | dict) and found else None
    return None


def glance(value: Any) -> Any:
    """Like `structure`, by a reader that is three times as fast and rounds whole numbers beyond 64 bits: to look at names."""
    if type(value) is str and value[:1] in ("[", "{"):
        try:
            return orjson.loads(value) or None
        except ValueError:
            pass
    return structure(value)


def json_value(value: Any) -> Any:
    """What a JSON text holds; a text that is no JSON, and anything else, is itself. None where there is nothing."""
    if isinstance(value, str) and value.lstrip()[:1] in '[{"-0123456789tfn':
        found = load_json(value)
        if found is not None and not (isinstance(found, float) and not math.isfinite(found)):
            return present(found)
        if value.strip() == "null":
            return None
    return present(value)


def python_repr(value: Any) -> Any:
    """A map or list from its Python `str()`, tried after JSON; None where it is neither. Nothing is executed."""
    found = structure(value)
    if found is not None or not isinstance(value, str) or len(value) > MAX_REPR_CHARS:
        return found
    if value.lstrip()[:1] not in ("[", "{", "(") or _ODD_ESCAPE.search(value):
        return None
    try:
        with warnings.catch_warnings():                       # of an odd number Python would say so on standard error
            warnings.simplefilter("error", SyntaxWarning)
            found = ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    if isinstance(found, tuple | set):
        found = list(found)
    if _SURROGATE.search(value):
        found = clean(found)
    return found if isinstance(found, list | dict) and found else None


def strings(value: Any) -> list[str] | None:
    """A list of texts: an array, its JSON or Python text, or one plain text."""
    if isinstance(value, str):
        listed = python_repr(value) if value.lstrip()[:1] == "[" else None
        value = listed if isinstance(listed, list) else [value]
    if not isinstance(value, list):
        return None
    found = [item for item in map(text, value) if item is not None]
    return found or None


def comma_strings(value: Any) -> list[str] | None:
    """Like `strings`, but one plain text is a comma separated list."""
    listed = strings(value)
    if isinstance(value, str) and listed == [value]:
        return [item.strip() for item in value.split(",") if item.strip()] or None
    return listed


def mapping(value: Any) -> dict[str, Any] | None:
    """A non-empty map, from a map or its JSON or Python text."""
    found = python_repr(value)
    return found if isinstance(found, dict) and found else None


def instant(value: Any) -> str | None:
    """An ISO 8601 time as plain text; Langfuse quotes it as JSON once or twice."""
    for _ in range(2):
        if isinstance(value, str) and value[:1] == '"':
            value = load_json(value)
    return value if isinstance(value, str) and instant_ns(value) is not None else None


def instant_ns(value: str) -> int | None:
    """Nanoseconds since 1970 of an ISO 8601 time (UTC where it names no zone)."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    except OverflowError:
        return None
    return (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1000


def dig(value: Any, path: str) -> Any:
    """The first present value at `path`: `a.b`, alternatives `a|b`, `[0]`, `[*]` (all items), `@self`."""
    for keys in _alternatives(path):
        found = present(_walk(value, keys))
        if found is not None:
            return found
    return None


@lru_cache(maxsize=512)
def _alternatives(path: str) -> tuple[tuple[str | int, ...], ...]:
    return tuple(
        tuple(-1 if step == "[*]" else int(step[1:-1]) if step[0] == "[" else step
              for step in re.findall(r"\[\*\]|\[\d+\]|[^.\[\]]+", one))
        for one in path.split("|")
    )


def _walk(value: Any, keys: tuple[str | int, ...]) -> Any:
    for at, key in enumerate(keys):
        if isinstance(value, str):
            value = structure(value)
        if key == "@self":
            continue
        if isinstance(key, str):
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        elif not isinstance(value, list):
            return None
        elif key < 0:
            found = [_walk(item, keys[at + 1:]) for item in value]
            return [item for item in found if item is not None] or None
        else:
            value = value[key] if key < len(value) else None
    return value


def clean(value: Any, depth: int = 0) -> Any:
    """The value with every lone surrogate replaced by U+FFFD, so that it can be stored as UTF-8."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return value
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item, depth + 1) for key, item in value.items()}
    return value
