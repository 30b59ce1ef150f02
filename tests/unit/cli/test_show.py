"""`tracedesk show`: what a person sees, and which targets it takes."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from tests.helpers.shown import printed, shown
from tracedesk.base.errors import DataError, NotFound
from tracedesk.cli.main import tracedesk
from tracedesk.cli.printing import escaped, jsonable
from tracedesk.cli.show_json import show_json
from tracedesk.cli.show_tree import print_trace
from tracedesk.cli.target import targets_of
from tracedesk.importers.detect import load
from tracedesk.ingest.stages import prepare
from tracedesk.model.span import Note, Resource, Scope, Span
from tracedesk.pricing.book import PriceBook
from tracedesk.semconv.counting import not_counted
from tracedesk.store.connect import open_store

T0 = 1_795_417_370_000_000_000
TRACE = "0af7651916cd43dd8448eb211c80319c"


def span(number: int, name: str, start_ms: int, end_ms: int | None, parent: int | None = None, status: int = 0,
         **attributes: object) -> dict[str, object]:
    """A span of OTLP/JSON; `a__b` in a keyword stands for `a.b`."""
    kind = {str: "stringValue", int: "intValue", float: "doubleValue", bool: "boolValue"}
    made: dict[str, object] = {
        "traceId": TRACE, "spanId": f"{number:016x}", "name": name, "startTimeUnixNano": str(T0 + start_ms * 10**6),
        "status": {"code": status}, "attributes": [
            {"key": key.replace("__", "."), "value": {kind[type(value)]: value}} for key, value in attributes.items()]}
    if parent is not None:
        made["parentSpanId"] = f"{parent:016x}"
    if end_ms is not None:
        made["endTimeUnixNano"] = str(T0 + end_ms * 10**6)
    return made


def otlp(path: Path, *spans: dict[str, object]) -> Path:
    """A file of these spans."""
    path.write_text(json.dumps({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
        "scopeSpans": [{"scope": {"name": "app"}, "spans": list(spans)}]}]}))
    return path


CALL = {"gen_ai__operation__name": "chat", "gen_ai__provider__name": "openai", "gen_ai__request__model": "gpt-4o-mini"}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """An agent with a model call that costs something, one of a model nobody knows, and a tool that fails."""
    return otlp(
        tmp_path / "run.json",
        span(1, "handle", 0, 1000, user__id="u-1", session__id="s-1"),
        span(2, "chat gpt-4o-mini", 0, 400, 1, **CALL, gen_ai__usage__input_tokens=2316, gen_ai__usage__output_tokens=142),
        span(3, "get_order", 400, 600, 1, 2, gen_ai__operation__name="execute_tool", error__type="TimeoutError"),
        span(4, "chat odd", 600, 990, 1, gen_ai__operation__name="chat", gen_ai__request__model="never-heard-of",
             gen_ai__usage__input_tokens=5, gen_ai__usage__output_tokens=7))


def test_the_picture_says_what_it_knows_and_what_it_does_not(run: Path) -> None:
    lines = printed(run, width=110).splitlines()
    text = "\n".join(lines)
    assert lines[0] == f"handle  {TRACE}"
    assert "4 spans · 1 failed · 2 model calls · 2,321 → 149 tokens · ≥ $0.0004" in text
    assert "shop · user u-1 · session s-1" in text
    assert "unpriced: 1 call of never-heard-of (unknown model)" in text
    assert "✗ get_order: TimeoutError" in text
    call = next(line for line in lines if "chat gpt-4o-mini" in line)
    assert "2,316 → 142" in call
    assert "$0.0004" in call
    assert call.index("█") < next(line for line in lines if "get_order" in line).index("█")
    assert all(len(line) <= 110 for line in lines if not line.startswith("unpriced"))


@pytest.mark.parametrize("width", [40, 80, 91, 92, 140, 300])
def test_bars_fit_every_terminal(run: Path, width: int) -> None:
    for line in printed(run, width=width).splitlines():
        if "█" in line or "━" in line:
            assert len(line) <= max(width, 60)


def test_a_span_that_still_runs_says_so(tmp_path: Path) -> None:
    path = otlp(tmp_path / "open.json", span(1, "handle", 0, None), span(2, "step", 0, 20, 1))
    row = next(line for line in printed(path).splitlines() if "handle" in line and "…" in line)
    assert "┄" in row
    assert shown(path)["spans"][0]["end_ns"] is None


def test_escape_sequences_of_a_trace_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = otlp(tmp_path / "evil.json", span(1, "\x1b[2J[bold]x\u202egpj.exe", 0, 5, None, 2, exception__message="\x07"))
    text = printed(path)
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    assert "\\x1b[2J[bold]x\\u202egpj.exe" in text
    assert shown(path)["name"] == "\x1b[2J[bold]x\u202egpj.exe"


def test_thousands_of_spans_are_cut_and_said_so(tmp_path: Path) -> None:
    path = otlp(tmp_path / "many.json", span(1, "root", 0, 3000), *(span(n, "step", n, n + 1, 1) for n in range(2, 1_502)))
    lines = printed(path).splitlines()
    assert len(lines) < 1_010
    assert "501 more spans; --json has them all." in lines
    assert len(shown(path)["spans"]) == 1_501


def test_several_traces_are_told_apart(tmp_path: Path) -> None:
    other = span(9, "other", 50, 60)
    other["traceId"] = "ff" * 16
    path = otlp(tmp_path / "two.json", span(1, "one", 0, 5), other)
    assert [trace["name"] for trace in shown(path)["traces"]] == ["one", "other"]
    assert shown(path, "--trace", "ffff")["name"] == "other"
    assert "one  " in printed(path)
    with pytest.raises(NotFound):
        CliRunner().invoke(tracedesk, ["show", str(path), "--trace", "abc"], standalone_mode=False, catch_exceptions=False)


def test_a_file_of_log_records_alone_asks_for_the_spans(tmp_path: Path) -> None:
    path = tmp_path / "logs.json"
    path.write_text('{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "5"}]}]}]}')
    with pytest.raises(DataError, match="log records, but no span") as told:
        CliRunner().invoke(tracedesk, ["show", str(path)], standalone_mode=False, catch_exceptions=False)
    assert "SPANS LOGS" in told.value.hint


def test_one_file_may_mix_its_signals(tmp_path: Path) -> None:
    path = otlp(tmp_path / "mixed.jsonl", span(1, "chat", 0, 5, None, 0, **CALL))
    record = {"timeUnixNano": str(T0 + 1), "traceId": TRACE, "spanId": f"{1:016x}", "severityText": "INFO",
              "eventName": "gen_ai.user.message", "body": {"kvlistValue": {"values": [
                  {"key": "content", "value": {"stringValue": "hi"}}]}}}
    loose = {"timeUnixNano": str(T0 + 2), "traceId": TRACE, "body": {"stringValue": "of no span"}}
    path.write_text(path.read_text() + "\n" + json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record, loose]}]}]}))
    trace = shown(path)
    assert trace["spans"][0]["fields"]["input.messages"] == [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    assert trace["spans"][0]["logs"] == [{"time_ns": T0 + 1, "severity": "INFO", "name": "gen_ai.user.message",
                                          "body": {"content": "hi"}, "attributes": {}}]
    assert [log["body"] for log in trace["logs"]] == ["of no span"]


def test_a_trace_of_the_store_is_shown_like_its_file(run: Path, tmp_path: Path) -> None:
    path, book = tmp_path / "store.db", PriceBook()
    with open_store(path, role="write") as store:
        spans, _, _ = load(run)
        writer = store.writer(not_counted)
        writer.write([prepare(one, (), book) for one in spans])
    assert shown("0af7", "--store", path) == shown(run)
    with pytest.raises(NotFound, match="No trace begins with beef"):
        CliRunner().invoke(tracedesk, ["show", "beef", "--store", str(path)], standalone_mode=False, catch_exceptions=False)


def test_a_name_that_is_no_file_and_no_id_is_said_so() -> None:
    with pytest.raises(NotFound, match=r"There is no file nowhere\.json"):
        CliRunner().invoke(tracedesk, ["show", "nowhere.json"], standalone_mode=False, catch_exceptions=False)


def test_values_are_printed_as_otlp_json_writes_them() -> None:
    nested: object = []
    for _ in range(5_000):
        nested = [nested]
    made = jsonable({"b": b"\xff\x00", "nan": float("nan"), "inf": float("-inf"), "i": 2**63 - 1, "none": None, "deep": nested})
    assert made | {"deep": None} == {"b": "/wA=", "nan": "NaN", "inf": "-Infinity", "i": 2**63 - 1, "none": None, "deep": None}
    json.dumps(made, allow_nan=False)


def test_escapes_are_readable() -> None:
    assert escaped("Café ☀ 日本") == "Café ☀ 日本"
    assert escaped("a\nb\tc\x9b\u2066") == "a\\nb\\tc\\x9b\\u2066"


@pytest.mark.parametrize("seed", range(6))
def test_broken_trees_and_absurd_times_are_shown_all_the_same(seed: int) -> None:
    dice, book = random.Random(seed), PriceBook()
    for _ in range(25):
        target = targets_of(broken_trace(dice), ())[0]
        document = show_json(target, book)
        json.dumps(document, allow_nan=False)
        assert len(document["spans"]) == document["span_count"] == target.trace.n
        console = Console(file=io.StringIO(), width=dice.choice((20, 60, 80, 200)))
        print_trace(console, target)
        assert "\x1b[31m" not in console.file.getvalue()


def broken_trace(dice: random.Random) -> list[Span]:
    """Spans whose parents are lost, their own children or themselves, and whose times end before they start or never."""
    ids = [bytes([number + 1]) * 8 for number in range(dice.randint(1, 14))]
    made = []
    for span_id in ids:
        start = max(0, 10**18 + dice.randint(-10**6, 10**9) * dice.choice((1, 1, 1, 1000)))
        end = dice.choice((None, start, start - 5, start + dice.randint(0, 10**9), 2**63 - 1, 0))
        tokens = dice.choice((5, -1, "x"))
        attributes = dice.choice(({}, {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": tokens}))
        made.append(Span(
            b"\1" * 16, span_id, dice.choice((None, *ids, b"\xff" * 8)), dice.choice(("a", "\x1b[31mx", "", "n" * 500, "日本")),
            start, end, attributes, Resource({"service.name": dice.choice(("s", 5, ""))}), Scope("x"),
            status=dice.choice((0, 1, 2)), notes=dice.choice((0, int(Note.PENDING), int(Note.END_BEFORE_START)))))
    return made
