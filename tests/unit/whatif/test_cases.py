"""Programs that were really run again with the change: the prediction must be what then happened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.cases import load_case, score

GOLDEN = sorted((Path(__file__).resolve().parents[2] / "golden" / "whatif").glob("*.json"))


def check(path: Path) -> None:
    found = score(load_case(path))
    assert found.in_range
    if found.certain and not found.ambiguous:
        assert found.total_error <= 0.02
        assert np.percentile(found.span_errors, 95) <= 0.03
    if found.actual_cost_nusd:
        assert found.cost_nusd == pytest.approx(found.actual_cost_nusd, abs=1)
    assert sum(piece.end_ns - piece.start_ns for piece in found.outcome.path) == found.outcome.total_ns


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_our_own_programs_are_predicted(path: Path) -> None:
    check(path)


def test_there_are_programs_of_our_own() -> None:
    assert len(GOLDEN) >= 10


def test_the_shared_cases_are_predicted(shared: Path) -> None:
    for path in sorted((shared / "whatif" / "cases").glob("*.json")):
        check(path)
