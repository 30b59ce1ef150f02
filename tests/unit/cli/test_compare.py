"""`tracedesk compare`: empty against itself, the story of the two prompt versions, the pinned and the usual run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.sample_store import HERO, write_sample
from tracedesk.base.paths import resources
from tracedesk.cli import main
from tracedesk.store import baselines
from tracedesk.store.connect import notebook

SAMPLE = str(resources() / "samples" / "refund_bot.otlp.json")
OLDER = "6e02b8d5df189ee77b778491826b2847"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = write_sample(tmp_path / "s.db")
    monkeypatch.setenv("TRACEDESK_STORE", str(path))
    return path


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main.run(["compare", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_trace_against_itself_differs_in_nothing(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, HERO.hex(), HERO.hex())
    assert (found["changes"], found["where_from"], found["texts"]) == ([], [], [])
    assert (found["matched"], found["added"], found["removed"], found["delta_ns"]) == (13, 0, 0, 0)
    assert found["in_words"] == "The two traces differ in nothing."


def test_two_prompt_versions(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, OLDER, HERO.hex()[:8])
    assert (found["a"]["total_ns"], found["b"]["total_ns"]) == (3_020_000_000, 4_200_000_000)
    assert (found["a"]["input_tokens"], found["b"]["input_tokens"]) == (2_082, 4_290)
    assert (found["a"]["nano_usd"], found["b"]["nano_usd"]) == (7_725_280, 11_175_280)
    assert [change["name"] for change in found["changes"] if change["noticed"]] == [
        "SELECT kb_chunks", "rerank", "chat gpt-4o", "chat gpt-4o"]
    assert sum(part["delta_ns"] for part in found["where_from"]) == found["delta_ns"] == 1_180_000_000
    prompts = [text for text in found["texts"] if text["title"] == "System prompt"]
    assert {line["mark"] for line in prompts[0]["lines"]} == {"=", "-", "+"}


def test_files_compare_like_the_store(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from_store = asked(capsys, OLDER, HERO.hex())
    from_files = asked(capsys, SAMPLE, SAMPLE, "--trace-a", OLDER, "--trace-b", HERO.hex())
    assert from_files == from_store


def test_the_pinned_baseline_and_the_usual_run(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["compare", HERO.hex(), "--baseline"]) == 1
    assert "No trace is pinned" in capsys.readouterr().err
    with notebook(store) as book:
        baselines.pin(book, "refund_agent", "support-bot", bytes.fromhex(OLDER))
    assert asked(capsys, HERO.hex(), "--baseline")["a"]["trace_id"] == OLDER
    usual = asked(capsys, HERO.hex(), "--median")
    assert usual["matched"] == 13
    assert usual["a"]["nano_usd"] is None
    assert usual["a"]["trace_id"] is None


def test_two_groups_by_their_usual_runs(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "--groups", "prompt_version = refund-v13", "prompt_version = refund-v14")
    assert (found["matched"], found["added"], found["removed"]) == (13, 0, 0)
    assert (found["a"]["trace_id"], found["b"]["trace_id"]) == (None, None)
    assert sum(part["delta_ns"] for part in found["where_from"]) == found["delta_ns"] > 0
    same = asked(capsys, "--groups", "prompt_version = refund-v13", "prompt_version = refund-v13")
    assert (same["changes"], same["where_from"]) == ([], [])


def test_a_group_of_nothing_is_said(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["compare", "--groups", "prompt_version = refund-v13", "model = nobody"]) == 1
    assert "model = nobody finds no trace" in capsys.readouterr().err
    assert main.run(["compare", "--groups", "((", "x"]) == 1
    assert "name is missing" in capsys.readouterr().err


def test_for_people(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["compare", OLDER, HERO.hex()]) == 0
    said = capsys.readouterr().out
    assert "rerank (+592" in said


@pytest.mark.parametrize("words", [(), (HERO.hex(),), (HERO.hex(), OLDER, "--median"), (HERO.hex(), "--groups", "a", "b"),
                                   (SAMPLE, "--median")])
def test_usage(store: Path, words: tuple[str, ...]) -> None:
    assert main.run(["compare", *words]) == 2
