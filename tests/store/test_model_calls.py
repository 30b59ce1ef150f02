"""The calls of a model: also under its dated names, and no others that begin so."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.sample_store import write_sample
from tracedesk.store import questions
from tracedesk.store.connect import open_store


def test_dated_versions_belong_to_a_model_and_other_models_do_not(tmp_path: Path) -> None:
    with open_store(write_sample(tmp_path / "s.db"), role="read") as store:
        models = {name: {row.model for row in questions.calls_of_model(store, name)}
                  for name in ("gpt-4o", "gpt-4o-mini", "gpt-4", "gpt-4o-2024-08-06")}
    assert models["gpt-4o"] == {"gpt-4o", "gpt-4o-2024-08-06"}
    assert models["gpt-4o-mini"] == {"gpt-4o-mini-2024-07-18"}
    assert models["gpt-4"] == set()
    assert models["gpt-4o-2024-08-06"] == {"gpt-4o-2024-08-06"}
