"""Sessions: what carries the label, with sums that say what they leave out."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.sample_store import HERO, write_sample
from tracedesk.store import sessions
from tracedesk.store.connect import open_store


def test_sessions_of_the_refund_bot(tmp_path: Path) -> None:
    with open_store(write_sample(tmp_path / "store.db"), role="read") as store:
        found = sessions.sessions(store)
        assert len(found) == 23
        assert [session.title for session in found[:2]] == ["Where is my parcel? It said Tuesday", "Help with my refund"]
        one = next(session for session in found if session.session_id == "s-7d41")
        assert (one.turns, one.user_id, one.title) == (2, "user-4821", "Help with my refund")
        assert (one.work_ns, one.end_ns - one.start_ns) == (7_260_000_000, 27_260_000_000)
        assert (one.cost_nusd, one.unpriced_calls) == (19_975_280, 2)
        assert (one.input_tokens, one.output_tokens) == (7_694, 168)
        assert len(sessions.sessions(store, limit=3)) == 3


def test_turns_come_by_start_and_ids_are_matched_exactly(tmp_path: Path) -> None:
    with open_store(write_sample(tmp_path / "store.db"), role="read") as store:
        turns = sessions.turns(store, "s-7d41")
        assert [turn.title for turn in turns] == ["Help with my refund", "the latest"]
        assert sessions.trace_ids(store, "s-7d41")[0] == HERO
        assert sessions.turns(store, "s-7*") == []
        assert sessions.turns(store, 'x" or "1') == []
