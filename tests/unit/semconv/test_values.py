"""From what an emitter wrote to what a field may hold: None rather than a wrong value."""

from __future__ import annotations

import math
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracedesk.semconv import values
from tracedesk.semconv.flat import unflatten
from tracedesk.semconv.msgpack import unpack
from tracedesk.semconv.tokens import langchain_written

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=12)


@pytest.mark.parametrize(("given_value", "count"), [
    (0, 0), (42, 42), (42.0, 42), ("42", 42), ("42.0", 42), (10**10, 10**10), ("007", 7),
    (-1, None), (1.5, None), ("-1", None), ("1.5", None), (True, None), (float("nan"), None), (float("inf"), None),
    (10**10 + 1, None), ("9" * 300, None), ("1e3", None), ("0x10", None), ("४२", None), (" 42", None), ("", None),
    (None, None), ([42], None), ({"value": 42}, None), (b"42", None)])
def test_a_count_is_whole_and_not_negative(given_value: object, count: int | None) -> None:
    assert values.count(given_value) == count


@pytest.mark.parametrize(("given_value", "amount"), [
    (0.2, 0.2), (1, 1.0), ("0.2", 0.2), ("1e-3", 0.001), (".5", 0.5), (float("nan"), None), ("nan", None), ("inf", None),
    (True, None), (10**400, None), ("1" * 400, None), ([0.2], None)])
def test_a_number_is_finite(given_value: object, amount: float | None) -> None:
    assert values.real(given_value) == amount


def test_a_python_repr_is_read_but_never_run() -> None:
    assert values.python_repr("{'a': [1, None], 'b': True}") == {"a": [1, None], "b": True}
    assert values.python_repr("{'a': __import__('os').getpid()}") is None
    assert values.python_repr("(" * 500) is None
    assert values.python_repr("[" * 100_000) is None
    assert values.python_repr("{'a': '\\ud83d'}") == {"a": "\ufffd"}


def test_json_never_holds_a_lone_surrogate() -> None:
    assert values.load_json('{"a": ["\\ud83d"], "b": "\\ud83c\\udf1e"}') == {"a": ["\ufffd"], "b": "🌞"}
    assert values.load_json("[" * 100_000) is None
    assert values.load_json('{"a": ') is None


@pytest.mark.parametrize(("path", "found"), [
    ("a.b", 1), ("a.x|a.b", 1), ("l[0].v", 2), ("l[*].v", [2, 3]), ("l[7].v", None), ("s.deep", "inside"), ("@self", "whole")])
def test_paths_lead_into_json(path: str, found: object) -> None:
    value = {"a": {"b": 1, "x": ""}, "l": [{"v": 2}, {"v": 3}, 5], "s": '{"deep": "inside"}'}
    assert values.dig(value, path) == (value if found == "whole" else found)


def test_flattened_lists_sort_by_number_and_skip_gaps() -> None:
    attributes = {"p.10.m.content": "eleventh", "p.2.m.content": "third", "p.0.m.role": "user", "p.0.m.contents.0.text": "x",
                  "q.0.m": "another", "p": "bare"}
    assert unflatten(attributes, "p") == [{"m": {"role": "user", "contents": [{"text": "x"}]}}, {"m": {"content": "third"}},
                                          {"m": {"content": "eleventh"}}]
    assert unflatten(attributes, "r") is None
    assert unflatten({"p.0": "a", "p.0.b": "c"}, "p") == [{"@self": "a", "b": "c"}]


@pytest.mark.parametrize(("text", "nanoseconds"), [
    ("1970-01-01T00:00:01+00:00", 10**9), ("2026-11-26T08:07:55.824431Z", 1_795_680_475_824_431_000), ("soon", None),
    ("9999-12-31T23:59:59", 253_402_300_799_000_000_000)])
def test_instants(text: str, nanoseconds: int | None) -> None:
    assert values.instant_ns(text) == nanoseconds


@given(ANYTHING)
def test_no_conversion_raises(value: object) -> None:
    for convert in (values.text, values.count, values.integer, values.real, values.usd, values.seconds, values.flag,
                    values.structure, values.python_repr, values.strings, values.comma_strings, values.mapping, values.instant,
                    values.json_value, values.present):
        found = convert(value)
        assert not isinstance(found, float) or math.isfinite(found) or convert in (values.json_value, values.structure)


@given(st.binary(max_size=200))
def test_damaged_messagepack_never_raises(data: bytes) -> None:
    unpack(data)


def test_messagepack_is_read() -> None:
    assert unpack(b"\x82\xa1a\x93\x01\xc0\xc3\xa1b\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00") == {"a": [1, None, True], "b": 1.5}
    assert unpack(b"\x82\xa1a") is None
    assert unpack("no bytes") is None


@pytest.mark.parametrize(("details", "written"), [
    ({"cache_creation": 0, "ephemeral_5m_input_tokens": 12, "ephemeral_1h_input_tokens": 0}, 12),
    ({"cache_creation": 12, "ephemeral_5m_input_tokens": 12}, 12), ({"cache_creation": 0}, 0), ({"cache_read": 4}, None),
    (None, None)])
def test_what_langchain_says_was_written_to_a_cache_is_counted_once(details: Any, written: int | None) -> None:
    assert langchain_written(details) == written


def test_an_odd_number_is_no_value_and_no_words_of_pythons() -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert values.python_repr("[1if]") is None
        assert values.python_repr("{'a': 1}") == {"a": 1}
    assert said == []
