"""What can be done to a trace: one frozen class per operation, each with the spans it is about.

Lengths are ns here and ms in spec files (`{"op": "scale", "select": {"kind": "llm"}, "factor": 2}`), as in the model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracedesk.base.clock import NS_PER_MS
from tracedesk.base.errors import DataError
from tracedesk.whatif.profile import Profile
from tracedesk.whatif.selection import Selection, selection_from_json

CONTINUE, RETRY, FALLBACK, FAIL = "continue", "retry", "fallback", "fail"
AFTER_TIMEOUT = (CONTINUE, RETRY, FALLBACK, FAIL)
"""What the program does after a time-out it never had: the user must choose, the trace cannot tell."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Own work of the selected spans and everything under them × factor; timers and hand-offs stay as they are."""

    select: Selection
    factor: float


@dataclass(frozen=True, slots=True)
class Add:
    """A leaf lasts `extra_ns` longer (never below 0); another span does that much more work at its end."""

    select: Selection
    extra_ns: int


@dataclass(frozen=True, slots=True)
class Timeout:
    """A span longer than `after_ns` ends there in error. With `hang`, every selected span lasts that long, also those that
    were quicker: the call never answers. `then` says how the program goes on."""

    select: Selection
    after_ns: int
    then: str = CONTINUE
    retries: int = 1
    backoff_ns: int = 0
    multiplier: float = 2.0
    fallback_ns: int = 0
    up_to: str | None = None
    hang: bool = False
    cost_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Retry:
    """`count` more failed attempts before each call, each as long as the call and billed at `cost_factor` of it. Back-off
    number i, counting failures already there, is backoff_ns × multiplier^i; None goes on from the back-offs observed."""

    select: Selection
    count: int
    backoff_ns: int | None = None
    multiplier: float = 2.0
    cost_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Remove:
    """The span lasts `hit_ns`, what is under it is gone, and it costs nothing."""

    select: Selection
    hit_ns: int = 0


@dataclass(frozen=True, slots=True)
class SwapModel:
    """The calls are made to model `to`: its speed by `profile`, its price in dollars per million tokens. What is None is
    asked of the functions handed to `apply`. With `keep_speed` the calls last as long as they did."""

    select: Selection
    to: str
    profile: Profile | None = None
    price_usd: tuple[float, float] | None = None
    keep_speed: bool = False


@dataclass(frozen=True, slots=True)
class Parallel:
    """Selected siblings that ran one right after the other start together; with `places`, in a pool of so many."""

    select: Selection
    places: int | None = None


@dataclass(frozen=True, slots=True)
class Serial:
    """Selected siblings of one wave run one after the other, in the order of their starts."""

    select: Selection


@dataclass(frozen=True, slots=True)
class Limit:
    """The pool found for the selected spans gets `places` places; where none was found, there is one now."""

    select: Selection
    places: int


Change = Scale | Add | Timeout | Retry | Remove | SwapModel | Parallel | Serial | Limit

_FIELDS = {
    "scale": {"factor"}, "add": {"ms"}, "remove": {"hit_ms"}, "parallel": {"k"}, "serial": set(), "limit": {"k"},
    "timeout": {"ms", "then", "retries", "backoff_ms", "multiplier", "fallback_ms", "up_to", "hang", "cost_factor"},
    "retry": {"count", "backoff_ms", "multiplier", "cost_factor"}, "swap_model": {"to", "profile", "price"},
}


def changes_from_json(document: object) -> list[Change]:
    """The changes of a spec file: a list of them, or an object with the list under `changes`.

    Raises:
        DataError: it is not such a list, or one of its entries is not a change.
    """
    listed = document.get("changes", document) if isinstance(document, dict) else document
    if not isinstance(listed, list):
        raise DataError("A spec is a list of changes.", hint='For example [{"op": "scale", "select": {}, "factor": 2}].')
    return [change_from_json(item) for item in listed]


def change_from_json(item: object) -> Change:
    """One change, as in section 7 of the model.

    Raises:
        DataError: no such operation, a field missing, not known, or out of its range.
    """
    if not isinstance(item, dict) or item.get("op") not in _FIELDS:
        raise DataError(f"{json.dumps(item)[:120]} is not a change.", hint=f"Operations are {', '.join(_FIELDS)}.")
    op = item["op"]
    unknown = set(item) - _FIELDS[op] - {"op", "select"}
    if unknown:
        raise DataError(f"{op} has no field {sorted(unknown)[0]}.", hint=f"Its fields: select, {', '.join(_FIELDS[op])}.")
    return _MAKERS[op](selection_from_json(item.get("select", {})), item)


def _scale(select: Selection, item: Mapping[str, Any]) -> Change:
    return Scale(select, _number(item, "factor", least=0.0))


def _add(select: Selection, item: Mapping[str, Any]) -> Change:
    return Add(select, _ns(item, "ms", least=None))


def _timeout(select: Selection, item: Mapping[str, Any]) -> Change:
    then, up_to = item.get("then", CONTINUE), item.get("up_to")
    if then not in AFTER_TIMEOUT:
        raise DataError(f"timeout cannot go on with {json.dumps(then)}.", hint=f"then is {', '.join(AFTER_TIMEOUT)}.")
    if up_to is not None and not isinstance(up_to, str):
        raise DataError("up_to of timeout is not a name.", hint="It is the name of an ancestor of the span.")
    return Timeout(select, _ns(item, "ms"), then, _count(item, "retries", 1), _ns(item, "backoff_ms", 0),
                   _number(item, "multiplier", 2.0, least=0.0), _ns(item, "fallback_ms", 0), up_to,
                   bool(item.get("hang", False)), _number(item, "cost_factor", 1.0, least=0.0))


def _retry(select: Selection, item: Mapping[str, Any]) -> Change:
    backoff = None if item.get("backoff_ms") is None else _ns(item, "backoff_ms")
    return Retry(select, _count(item, "count"), backoff, _number(item, "multiplier", 2.0, least=0.0),
                 _number(item, "cost_factor", 1.0, least=0.0))


def _remove(select: Selection, item: Mapping[str, Any]) -> Change:
    return Remove(select, _ns(item, "hit_ms", 0))


def _swap_model(select: Selection, item: Mapping[str, Any]) -> Change:
    if not isinstance(item.get("to"), str):
        raise DataError("swap_model does not say which model.", hint='Give "to": the name of a model.')
    profile, price = item.get("profile"), item.get("price")
    made = None if profile is None else Profile(
        _number(_object(profile, "profile"), "ttft_ms", 0.0, least=0.0) * NS_PER_MS,
        _number(profile, "ms_per_output_token", 0.0, least=0.0) * NS_PER_MS,
        _number(profile, "ms_per_input_token", 0.0, least=0.0) * NS_PER_MS)
    paid = None if price is None else (
        _number(_object(price, "price"), "in", least=0.0), _number(price, "out", least=0.0))
    return SwapModel(select, item["to"], made, paid)


def _parallel(select: Selection, item: Mapping[str, Any]) -> Change:
    return Parallel(select, None if item.get("k") is None else _count(item, "k", least=1))


def _serial(select: Selection, item: Mapping[str, Any]) -> Change:
    return Serial(select)


def _limit(select: Selection, item: Mapping[str, Any]) -> Change:
    return Limit(select, _count(item, "k", least=1))


_MAKERS = {"scale": _scale, "add": _add, "timeout": _timeout, "retry": _retry, "remove": _remove,
           "swap_model": _swap_model, "parallel": _parallel, "serial": _serial, "limit": _limit}


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"The {what} of swap_model is not an object.")
    return value


def _number(item: Mapping[str, Any], field: str, default: float | None = None, *, least: float | None = None) -> float:
    value = item.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) == float("inf"):
        raise DataError(f"{field} is {json.dumps(value)}, not a number.")
    if least is not None and value < least:
        raise DataError(f"{field} is {value}, which is below {least:g}.")
    return float(value)


def _ns(item: Mapping[str, Any], field: str, default: float | None = None, *, least: float | None = 0.0) -> int:
    return round(_number(item, field, default, least=least) * NS_PER_MS)


def _count(item: Mapping[str, Any], field: str, default: int | None = None, *, least: int = 0) -> int:
    value = _number(item, field, default, least=least)
    if value != int(value):
        raise DataError(f"{field} is {value}, not a whole number.")
    return int(value)
