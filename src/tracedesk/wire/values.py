"""AnyValue ↔ Python. str, bool, int, float, bytes, list, dict, None; an AnyValue with nothing set is None.

Integers that do not fit int64 become text on the way out, because OTLP has no wider type; nothing else is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
_NESTED = frozenset({"array_value", "kvlist_value"})


def to_python(value: Any) -> Any:
    """The Python value of an AnyValue message (of our own descriptors too: their strings are bytes)."""
    which = value.WhichOneof("value")
    if which is None:
        return None
    if which == "array_value":
        return [to_python(item) for item in value.array_value.values]
    if which == "kvlist_value":
        return {item.key: to_python(item.value) for item in value.kvlist_value.values}
    return getattr(value, which)


def attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    """The attributes of a message as a dict; of a key given twice the last value stays."""
    found = {}
    for pair in pairs:
        value = pair.value
        text = value.string_value
        if text:                                  # most values are text: one look instead of asking which one it is
            found[pair.key] = text
            continue
        which = value.WhichOneof("value")
        found[pair.key] = to_python(value) if which in _NESTED else None if which is None else getattr(value, which)
    return found


def to_any_value(value: Any) -> AnyValue:
    """The AnyValue of a Python value; a type that OTLP does not know becomes its text."""
    if value is None:
        return AnyValue()
    if isinstance(value, str):
        return AnyValue(string_value=clean(value))
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value) if INT64_MIN <= value <= INT64_MAX else AnyValue(string_value=str(value))
    if isinstance(value, float):
        return AnyValue(double_value=value)
    if isinstance(value, bytes):
        return AnyValue(bytes_value=value)
    if isinstance(value, list | tuple):
        return AnyValue(array_value=ArrayValue(values=[to_any_value(item) for item in value]))
    if isinstance(value, dict):
        return AnyValue(kvlist_value=KeyValueList(values=key_values(value)))
    return AnyValue(string_value=clean(str(value)))


def key_values(mapping: dict[str, Any]) -> list[KeyValue]:
    """KeyValue messages of a dict."""
    return [KeyValue(key=clean(str(key)), value=to_any_value(value)) for key, value in mapping.items()]


def clean(text: str) -> str:
    """Text without lone surrogates, which UTF-8 cannot carry: each becomes U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
