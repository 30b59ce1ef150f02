"""Results as panels give them, made up."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.panel import Column, Figure, Histogram, Line, Mark, Panel, Row, Series, Stat, Table

T0_NS = 1_764_000_000 * 10**9
STEP_NS = 600 * 10**9
NAN = float("nan")
S = 10**9


def panel(place: str = "wide", title: str = "Latency", key: str = "latency") -> Panel:
    return Panel(key, title, "What it is about.", place, 10, lambda _store, _asked: stat())


def series(label: str, values: list[float], total: Figure | None = None, query: str = "") -> Series:
    return Series(label, np.array(values, np.float64), np.array([3] * len(values)), total, query)


def latency(values: list[float] | None = None, *, limit: tuple[float, str] | None = None) -> Line:
    """p99, p95 and p50 in six buckets, with a gap and a bucket alone between gaps."""
    p95 = values or [2.0 * S, 2.5 * S, NAN, 3.0 * S, NAN, 4.0 * S]
    return Line((series("p99", [2 * value for value in p95], Figure(8 * S, "ns"), "duration >= 8s"),
                 series("p95", p95, Figure(4 * S, "ns"), "duration >= 4s"),
                 series("p50", [value / 2 for value in p95], Figure(2 * S, "ns"), "duration >= 2s")), T0_NS, STEP_NS, "ns",
                (Mark(T0_NS + 3 * STEP_NS, "refund-v14 first seen", "prompt = refund-v14"),), False, limit)


def costs(buckets: int = 6) -> Line:
    """Two priced models and one without a price, stacked."""
    return Line((series("gpt-4o", [1e8] * buckets, Figure(buckets * 10**8, "nusd"), "model = gpt-4o"),
                 series("mini", [NAN, *[5e7] * (buckets - 1)], Figure((buckets - 1) * 5 * 10**7, "nusd", at_least=True),
                        "model = mini"),
                 series("guard", [NAN] * buckets, Figure(None, "nusd", at_least=True), "model = guard")), T0_NS, STEP_NS,
                "nusd", stacked=True)


def sizes() -> Histogram:
    """Two versions of a prompt, another prompt, and one request far above."""
    return Histogram(np.array([1_000.0, 2_000.0, 4_000.0, 8_000.0]), (
        series("refund-v13", [5, 2, 0], Figure(7, "count"), "prompt = refund-v13"),
        series("refund-v14", [0, 3, 6], Figure(9, "count"), "prompt = refund-v14"),
        series("others", [1, 1, 0], Figure(2, "count"))), "tokens", True, (1_500.0, 4_500.0, 1_800.0),
        ((112_400.0, "id = 0a"),))


def stat(value: float | None = 0.019, before: float | None = 0.013, unit: str = "share", *, good: int = -1,
         at_least: bool = False, query: str = "status = error") -> Stat:
    return Stat(Figure(value, unit, at_least), Figure(before, unit), series("x", [1, NAN, 2]), "244 of 12,840", good, query)


def attribution() -> Table:
    """Two versions with a finding, requests without a prompt, and a total."""
    def row(name: str, tokens: int, ratio: float | None, cost: int | None, **more: object) -> Row:
        return Row((name, Figure(10, "count"), Figure(tokens, "tokens"), ratio, Figure(cost, "nusd", at_least=True),
                    Figure(0.5, "share"), Figure(0.45, "share")), f"prompt = {name}", **more)  # type: ignore[arg-type]

    return Table((Column("value", "Prompt version"), Column("requests", "Requests", "count"),
                  Column("tokens", "Tokens / req", "tokens", bar=True), Column("change", "Change", "change"),
                  Column("cost", "Cost", "nusd"), Column("share", "Share", "share", bar=True),
                  Column("moved", "vs before", "share")), (
        row("refund-v14", 4_312, 2.08, 35_950_000_000, finding="Prompt change doubled tokens: 2,071 → 4,312",
            link=("Show prompt diff", "compare.prompts", ("refund-v13", "refund-v14"))),
        row("refund-v13", 2_071, None, None),
        Row(("Total", Figure(20, "count"), Figure(3_191, "tokens"), None, Figure(35_950_000_000, "nusd", at_least=True),
             Figure(1.0, "share"), None), "", "Unpriced calls are left out of every dollar figure", total=True)))


def dearest(rows: int = 10) -> Table:
    return Table((Column("trace_id", "Trace", "id"), Column("what", "What"), Column("user", "User"),
                  Column("tokens", "Tokens", "tokens", bar=True), Column("cost", "Cost", "nusd")), tuple(
        Row((f"{number:032x}", "refund", "=cmd()", Figure(1_000 * (rows - number), "tokens"),
             Figure(10_000_000 * (rows - number), "nusd")), f"id = {number:032x}",
            "more than 100k tokens" if not number else "") for number in range(rows)))
