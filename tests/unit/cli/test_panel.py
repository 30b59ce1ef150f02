"""`tracedesk panel`: the figures of a panel at a prompt, as JSON and in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.sample_store import write_sample
from tracedesk.analytics.catalogue import all_panels
from tracedesk.analytics.panel import Figure
from tracedesk.cli.main import run
from tracedesk.cli.panel_text import change, shown


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(write_sample(tmp_path / "t.db"))


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(["panel", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_tile(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "latency_p95", "--store", store, "--since", "all", "--step", "1h")
    assert found["panel"] == "latency_p95"
    assert found["shape"] == "stat"
    assert found["value_ns"] == 7_340_000_000
    assert found["spark"]["values_ns"].count(None) > 0, "a gap is null"
    assert sum(found["spark"]["counts"]) == 24
    assert found["step_ns"] == 3_600_000_000_000
    cost = asked(capsys, "cost", "--store", store, "--since", "all")
    assert cost["at_least"] is True
    assert cost["value_nano_usd"] > 0


def test_a_filter_and_a_range(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "requests", "--store", store, "--since", "2025-06-17T14:00:00Z", "--until", "2025-06-17T14:30:00Z",
                  "-q", "prompt = refund-v14")
    assert found["query"] == "prompt = refund-v14"
    assert 0 < found["value_count"] < 11
    assert asked(capsys, "requests", "--store", store)["value_count"] == 0, "of the last 24 hours"


def test_a_table_by_something(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "attribution", "--store", store, "--since", "all", "--by", "tag.feature")
    assert [row["value"] for row in found["rows"]] == ["refunds", "orders", "faq", "Total"]
    refunds = found["rows"][0]
    assert (refunds["requests_count"], refunds["cost_at_least"], refunds["query"]) == (14, True, 'tag.feature = "refunds"')
    by_prompt = asked(capsys, "attribution", "--store", store, "--since", "all")
    assert len({tuple(row) for row in by_prompt["rows"]}) == 1, "rows have the same keys, known or not"
    finding = next(row for row in by_prompt["rows"] if row["value"] == "refund-v14")
    assert finding["finding"].startswith("Prompt change raised tokens: 2,191 → ")
    assert finding["link"]["arguments"] == ["refund-v13", "refund-v14"]


def test_every_panel_prints(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    for one in all_panels():
        assert run(["panel", one.key, "--store", store, "--since", "all", "-q", "name = refund_agent"]) == 0
        assert one.title in capsys.readouterr().out


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["panel", "--list"]) == 0
    printed = capsys.readouterr().out
    assert all(one.key in printed for one in all_panels())
    assert [one["panel"] for one in asked(capsys, "--list")["panels"]] == [one.key for one in all_panels()]


@pytest.mark.parametrize(("words", "said"), [
    (("nothing",), "There is no panel nothing"), (("cost", "--since", "soon"), "--since soon is no time"),
    (("cost", "--step", "10"), "--step 10 is no duration"), (("cost", "--by", "colour"), "nothing to group by"),
    (("cost", "--since", "1h", "--until", "2h"), "ends before it begins"), (("cost", "-q", "latency > fast"), "needs a time")])
def test_what_cannot_be_asked_is_said(
    store: str, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["panel", *words, "--store", store]) == 1
    assert said in capsys.readouterr().err


def test_without_a_key_it_is_a_question_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["panel"]) == 2
    assert "--list" in capsys.readouterr().err


@pytest.mark.parametrize(("figure", "before", "said"), [
    (Figure(120, "count"), Figure(100, "count"), "+20.0\u202f%"),
    (Figure(0.019, "share"), Figure(0.013, "share"), "+0.6\u202fpt"),
    (Figure(0.88, "score"), Figure(0.89, "score"), "−0.01"), (Figure(5, "count"), Figure(0, "count"), "new"),
    (Figure(None, "ns"), Figure(5, "ns"), ""), (Figure(5, "ns"), None, ""), (Figure(5, "ns"), Figure(5, "ns"), "±0.0\u202f%")])
def test_changes_in_words(figure: Figure, before: Figure | None, said: str) -> None:
    assert change(figure, before) == said


def test_units_in_words() -> None:
    assert shown(1_340_000_000, "ns") == "1.34\u202fs"
    assert shown(11_200_000, "nusd") == "$0.0112"
    assert shown(float("nan"), "share") == shown(None, "tokens") == "—"
    assert shown(52.14, "per_s") == "52.1/s"
