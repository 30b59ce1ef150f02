"""Money in nano-dollars and in words (DESIGN section 14)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tracedesk.base.money import format_cost, format_cost_exact, format_total, nusd


@pytest.mark.parametrize(("amount", "expected"), [
    ("0.00433", 4_330_000), (1.27, 1_270_000_000), (Decimal("2.8E-7"), 280), ("nan", None), (float("inf"), None),
    ("junk", None), (10**30, None), (0, 0),
])
def test_dollars_become_nano_dollars(amount: object, expected: int | None) -> None:
    assert nusd(amount) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("amount_nusd", "text"), [
    (11_175_280, "$0.0112"), (1_270_000_000, "$1.27"), (1_204_500_000_000, "$1,204.50"), (280, "<$0.0001"),
    (0, "$0.0000"), (999_960_000, "$1.00"), (-4_330_000, "−$0.0043"),
])
def test_table_cost(amount_nusd: int, text: str) -> None:
    assert format_cost(amount_nusd) == text


@pytest.mark.parametrize(("amount_nusd", "text"), [
    (4_330_000, "$0.00433"), (280, "$0.00000028"), (1_270_000_000, "$1.27"), (2_000_000, "$0.002"),
    (12_345_678_900_000, "$12,345.68"), (500_000_000, "$0.50"),
])
def test_detailed_cost(amount_nusd: int, text: str) -> None:
    assert format_cost_exact(amount_nusd) == text


def test_a_total_says_what_it_leaves_out() -> None:
    assert format_total(11_175_280, 1) == "≥ $0.0112"
    assert format_total(11_175_280, 0) == "$0.0112"
    assert format_total(None, 2) == "unpriced"
    assert format_total(None, 0) == "—"
