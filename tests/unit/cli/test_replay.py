"""`tracedesk replay`: files, sessions and the store; one JSON document on standard output, errors as sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.sample_store import HERO, write_sample
from tracedesk.base.paths import resources
from tracedesk.cli.main import run

SAMPLE = str(resources() / "samples" / "refund_bot.otlp.json")


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> dict:
    """The JSON that a call prints."""
    assert run(["replay", *argv, "--json"]) in (0, None)
    return json.loads(capsys.readouterr().out)


def test_a_session_of_a_file_and_of_the_store_tell_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = str(write_sample(tmp_path / "store.db"))
    of_file = told(capsys, SAMPLE, "--session", "s-7d41")
    assert len(of_file["steps"]) == 11
    assert told(capsys, "--session", "s-7d41", "--store", store) == of_file
    of_trace = told(capsys, HERO.hex()[:8], "--store", store)
    assert of_trace["steps"] == of_file["steps"][:7]


def test_every_call_of_a_file_once(capsys: pytest.CaptureFixture[str]) -> None:
    document = told(capsys, SAMPLE)
    assert len(document["turns"]) == 24
    ids = [step["span_id"] for step in document["steps"] if step["kind"] in ("llm", "tool")]
    assert len(ids) == len(set(ids))
    assert [step["n"] for step in document["steps"]] == list(range(1, len(document["steps"]) + 1))


def test_markdown_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", SAMPLE, "--trace", "a91c7e40", "--markdown"]) in (0, None)
    assert "6. **Called search\\_orders**: user-4821, 5 orders came back" in capsys.readouterr().out
    assert run(["replay", SAMPLE, "--trace", "3f7d20ac"]) in (0, None)
    assert "⚠ TimeoutError: timeout after 6.0 s" in capsys.readouterr().out


@pytest.mark.parametrize(("argv", "code"), [
    ([], 2), ([SAMPLE, "--json", "--markdown"], 2), ([SAMPLE, "--trace", "ffff"], 1), ([SAMPLE, "--session", "none"], 1)])
def test_what_cannot_be_told_is_said(argv: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", *argv]) == code
    captured = capsys.readouterr()
    assert captured.err
    assert "Traceback" not in captured.err
