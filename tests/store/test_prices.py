"""Prices that the user set, as the store keeps them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import KEY, reading, storing
from tracedesk.base.errors import DataError
from tracedesk.pricing.override import Override
from tracedesk.store import prices
from tracedesk.store.connect import notebook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with storing(tmp_path / "t.db"):
        return tmp_path / "t.db"


def test_a_price_is_kept_replaced_and_forgotten(path: Path) -> None:
    local = Override("llama-guard3:8b", provider="ollama", nusd_per_mtok={"input": 0, "output": 0})
    agreed = Override("gpt-4o", "prefix", None, 10, 20, {"input": 2_000_000_000, "cache_read": 1}, 5_000)
    with notebook(path, key=KEY) as book:
        first, second = prices.put(book, local), prices.put(book, agreed)
        assert [(one.number, one.model, one.nusd_per_mtok, one.nusd_per_request) for one in prices.all(book)] == [
            (first, "llama-guard3:8b", {"input": 0, "output": 0}, None),
            (second, "gpt-4o", {"input": 2_000_000_000, "cache_read": 1}, 5_000)]
        again = prices.put(book, Override("gpt-4o", "prefix", None, 10, 20, {"input": 7}))
        assert again not in (first, second)
        assert prices.remove(book, first)
        assert not prices.remove(book, first)
    with reading(path) as store:
        assert prices.all(store) == [Override("gpt-4o", "prefix", None, 10, 20, {"input": 7}, None, again)]


def test_the_same_model_may_have_a_price_per_time(path: Path) -> None:
    with notebook(path, key=KEY) as book:
        prices.put(book, Override("m", valid_to_ns=100, nusd_per_mtok={"input": 1}))
        prices.put(book, Override("m", valid_from_ns=100, nusd_per_mtok={"input": 2}))
        assert [one.nusd_per_mtok["input"] for one in prices.all(book)] == [1, 2]


def test_a_price_that_cannot_be_used_is_refused(path: Path) -> None:
    with notebook(path, key=KEY) as book:
        with pytest.raises(DataError, match="not a pattern"):
            prices.put(book, Override("gpt-(", "pattern", nusd_per_mtok={"input": 1}))
        assert prices.all(book) == []
