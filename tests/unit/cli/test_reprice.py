"""`tracedesk prices` and `tracedesk reprice`: set a price, apply it to what is stored, see what is left without."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from tests.unit.ingest.test_reprice import a_call, send
from tracedesk.base.errors import StoreLocked
from tracedesk.cli.main import run
from tracedesk.engine.job_kinds.reprice import PART as REPRICE
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv.counting import not_counted
from tracedesk.store import jobs
from tracedesk.store.connect import open_store
from tracedesk.store.lock import EngineLock


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Three calls, one of them of a model that nobody sells."""
    path = tmp_path / "t.db"
    with open_store(path, role="write") as opened:
        writer = opened.writer(not_counted)
        send(writer, PriceBook(), [a_call(1, 1), a_call(1, 2, model="llama-guard3:8b"), a_call(2, 1)])
        writer.settle()
    return path


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a command prints."""
    capsys.readouterr()
    found = run(list(words))
    out = capsys.readouterr()
    assert found == code, out.err
    return out.out if code == 0 else out.err


def test_a_price_is_set_applied_and_forgotten(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--store", str(store))
    waiting = json.loads(said(capsys, "prices", *at, "unpriced", "--json"))["unpriced"]
    assert [(one["model"], one["calls"], one["reason"]) for one in waiting] == [("llama-guard3:8b", 1, "unknown_model")]
    said(capsys, "prices", *at, "set", "llama-guard3:8b", "--input", "0.2", "--output", "$0.2", "--from", "2025-01-01")
    kept = json.loads(said(capsys, "prices", *at, "--json"))["prices"]
    assert [(one["model"], one["nano_usd_per_mtok"], one["valid_from_ns"]) for one in kept] == [
        ("llama-guard3:8b", {"input": 200_000_000, "output": 200_000_000}, 1_735_689_600_000_000_000)]
    assert json.loads(said(capsys, "reprice", *at, "--json")) == {
        "spans": 3, "by_engine": False,
        "before": {"nano_usd": 5_200_000, "priced_calls": 2, "unpriced_calls": 1},
        "after": {"nano_usd": 5_402_000, "priced_calls": 3, "unpriced_calls": 0}}
    assert said(capsys, "prices", *at, "unpriced") == "Every call has a price.\n"
    said(capsys, "prices", *at, "unset", str(kept[0]["number"]))
    assert "≥ $0.0052, 1 call unpriced now." in said(capsys, "reprice", *at)


def test_free_is_a_price(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("--store", str(store))
    said(capsys, "prices", *at, "set", "llama-guard", "--prefix", "--free")
    assert "llama-guard (prefix)" in said(capsys, "prices", *at)
    assert json.loads(said(capsys, "reprice", *at, "--json"))["after"] == {
        "nano_usd": 5_200_000, "priced_calls": 3, "unpriced_calls": 0}


@pytest.mark.parametrize(("words", "code", "sentence"), [
    (("set", "m"), 1, "The price says nothing."), (("set", "m(", "--pattern", "--input", "1"), 1, "is not a pattern"),
    (("set", "m", "--input", "much"), 2, "is no amount of dollars"), (("set", "m", "--input", "-1"), 2, "is no amount"),
    (("set", "m", "--free", "--input", "1"), 2, "not both"), (("unset", "77"), 1, "There is no price 77."),
    (("set", "m", "--input", "1", "--from", "soon"), 2, "is no date"),
])
def test_what_cannot_be_is_refused(store: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int,
                                   sentence: str) -> None:
    assert sentence in said(capsys, "prices", "--store", str(store), *words, code=code)


def test_there_must_be_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "There is no store" in said(capsys, "reprice", "--store", str(tmp_path / "none.db"), code=1)


def test_an_engine_that_does_not_answer_keeps_its_store(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with EngineLock(store).take():
        said(capsys, "reprice", "--store", str(store), code=StoreLocked.exit_code)


def test_the_engine_is_asked_where_one_runs(store: Path, capsys: pytest.CaptureFixture[str],
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracedesk.engine.client.running", lambda _: True)
    said(capsys, "prices", "--store", str(store), "set", "llama-guard3:8b", "--free")
    engine = threading.Thread(target=_one_job, args=(store,))
    engine.start()
    try:
        answer = json.loads(said(capsys, "reprice", "--store", str(store), "--json"))
    finally:
        engine.join()
    assert (answer["by_engine"], answer["spans"], answer["after"]["unpriced_calls"]) == (True, 3, 0)


def _one_job(store: Path) -> None:
    """An engine, as far as it matters here."""
    with open_store(store, role="write") as opened:
        while (job := jobs.take(opened)) is None:
            threading.Event().wait(0.02)
        for progress in REPRICE.work(opened.writer(not_counted), job.arguments):
            jobs.progress(opened, job.number, *progress)
        jobs.end(opened, job.number, "done", "")
