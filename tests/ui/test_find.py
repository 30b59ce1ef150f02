"""Finding a text in a trace, without a window."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.sample_store import HERO
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.ui.traces import find


def test_every_place_is_found_once_in_row_order(sample: Path) -> None:
    with open_store(sample, role="read") as store:
        trace = questions.trace(store, HERO)
        found = find.find(store, trace, "user-4821")
        assert found.whole
        assert [hit.row for hit in found.hits] == sorted(hit.row for hit in found.hits)
        assert len(found.hits) == len(set(found.hits))
        assert {"messages", "attributes"} <= {hit.place for hit in found.hits}
        assert find.find(store, trace, "USER-4821").hits == found.hits
        assert find.find(store, trace, "").hits == []
        assert find.find(store, trace, "no such text").hits == []


def test_what_all_spans_repeat_is_found_once(sample: Path) -> None:
    with open_store(sample, role="read") as store:
        hits = find.find(store, questions.trace(store, HERO), "support-bot").hits
        assert [hit.name for hit in hits].count("service.name") == 1


def test_large_traces_are_searched_by_name_and_error(sample: Path) -> None:
    with open_store(sample, role="read") as store:
        trace = questions.trace(store, HERO)
        names = [(trace.name[hit.row], hit.name) for hit in find.in_columns(trace, "gpt-4o")]
        assert ("chat gpt-4o", "name") in names
        assert ("chat gpt-4o", "model") in names
