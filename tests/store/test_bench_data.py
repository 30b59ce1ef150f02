"""The spans that the benchmarks write are what the writer takes: they are run by hand, and would break unseen."""

from __future__ import annotations

import random
from pathlib import Path

from tests.bench import bench_metrics, bench_store
from tests.store.making import reading, storing
from tracedesk.store import questions


def test_they_can_be_written(tmp_path: Path) -> None:
    dice = random.Random(1)
    with storing(tmp_path / "t.db") as writer:
        for number in range(3):
            writer.write(bench_store.conversation(number, dice))
            writer.write(bench_metrics._spans(10 + number, dice))
        for batch in bench_store.one_trace(40):
            writer.write(batch)
        writer.settle()
    with reading(tmp_path / "t.db") as store:
        assert questions.stats(store).spans == 6 * bench_store.SPANS_PER_TRACE + 40
