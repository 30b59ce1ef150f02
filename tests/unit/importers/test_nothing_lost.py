"""Whatever a record says is in what is read of it, or named in the report; reported costs are read as such."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.imported import fields_of
from tracedesk.base.errors import DataError
from tracedesk.importers.detect import load
from tracedesk.importers.values import time_ns
from tracedesk.model.span import Span

T = "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6"
MOMENT = datetime(2026, 3, 1, 10, 0, 0, 100_000)
START = 1_772_359_200_000_000_000
WORDS = {"trace", "trace.span", "assistant", "tool", "success", "system", "user"}
"""Words whose place says them: roles, kinds, a status."""


def saved(folder: Path, data: Any) -> Path:
    path = folder / "x"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def lines(*records: Any) -> str:
    return "\n".join(map(json.dumps, records))


def table(*rows: dict[str, Any]) -> str:
    out = io.StringIO()
    written = csv.DictWriter(out, list(rows[0]))
    written.writeheader()
    written.writerows(rows)
    return out.getvalue()


def parquet(folder: Path, **columns: Any) -> Path:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet as written

    written.write_table(pa.table(columns), folder / "x")
    return folder / "x"


def shape(spans: list[Span]) -> list[tuple[str, str | None]]:
    names = {span.span_id: span.name for span in spans}
    return [(span.name, names.get(span.parent_id) if span.parent_id else None) for span in spans]


# -- every leaf --------------------------------------------------------------------------------------------------------


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(name of the member, value) of every text and number, also inside JSON in text."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, name)
    elif value not in (None, "") and not isinstance(value, bool):
        yield name, value


def missing(path: Path) -> set[str]:
    """The members of a JSON file of which some value is neither in what was read nor named in the report.

    A value counts as read where it stands anywhere in the texts, so a short one may be missed.
    """
    spans, logs, reports = load(path)
    said: set[str] = set()                                   # ids as bytes
    texts: list[str] = []
    moments: set[int | None] = set()
    for span in spans:
        moments |= {span.start_ns, span.end_ns, *(event.time_ns for event in span.events)}
        said |= {span.trace_id.hex(), span.span_id.hex(), (span.parent_id or b"").hex()}
        found = [span.name, span.status_message, span.scope.name, span.scope.version, span.attributes, span.resource.attributes,
                 *(event.name for event in span.events), *(event.attributes for event in span.events)]
        texts += [str(value) for _, value in leaves(found)]
    for log in logs:
        moments.add(log.time_ns)
        texts += [str(value) for _, value in leaves([log.attributes, log.body])]
    whole = "\n".join(texts).lower()
    try:
        documents = [json.loads(path.read_text())]
    except ValueError:
        documents = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    dropped = {name.replace("_", "").lower() for name in reports[0].dropped_fields}
    return {name for document in documents for name, value in leaves(document)
            if name.replace("_", "").lower() not in dropped and str(value).lower() not in whole
            and str(value).lower().replace("-", "") not in said and str(value) not in WORDS and time_ns(value) not in moments}


@pytest.mark.parametrize("name", [
    "langfuse/ui-download.langgraph-python-2025-08-22.json", "langfuse/ui-download.microsoft-agent-2025-12-17.json",
    "langfuse/ui-download.openai-assistants-2024-05-29.json", "langfuse/blob-export.small.observations.jsonl",
    "langsmith/runs.jsonl", "langsmith/sdk-batch.post-patch.json", "langsmith/sdk-js-batch.stream.json",
    "braintrust/log-rows.json", "braintrust/sdk-log-payloads.snapshot.json", "weave/calls.jsonl", "openai-agents/trace.jsonl",
    "vercel-devtools/generations.json", "made-from-schema/opik.trace_0195a0f0.json",
    "made-from-schema/helicone.requests.jsonl"])
def test_files_of_real_programs(shared: Path, name: str) -> None:
    lost = missing(shared / "samples" / name)
    # a length that the times say already, and costs that JSON writes as 1.86e-05 where the file has 0.0000186
    assert not lost - {"delay_ms", "total_cost", "prompt_cost", "completion_cost"}


# -- Parquet with columns of their own types ---------------------------------------------------------------------------


def test_parquet_of_langfuse(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    path = parquet(
        tmp_path, id=["00000000000000b1"], trace_id=[T], type=["GENERATION"], name=["chat"],
        parent_observation_id=pa.array([None], pa.string()), start_time=pa.array([MOMENT], pa.timestamp("ms")),
        end_time=pa.array([MOMENT + timedelta(seconds=1)], pa.timestamp("ms")), provided_model_name=["gpt-4o-mini"],
        metadata=pa.array([[("tier", "gold")]], pa.map_(pa.string(), pa.string())),
        usage_details=pa.array([[("input", 42), ("output", 17)]], pa.map_(pa.string(), pa.uint64())),
        cost_details=pa.array([[("total", Decimal("0.000123"))]], pa.map_(pa.string(), pa.decimal128(18, 12))))
    spans, _, reports = load(path)
    assert [(span.start_ns - START, (span.end_ns or 0) - START) for span in spans] == [(100_000_000, 1_100_000_000)]
    assert (reports[0].format, spans[0].attributes["langfuse.observation.metadata.tier"]) == ("langfuse", "gold")
    chat = fields_of(path)["chat"]
    assert (chat["tokens.input"], chat["tokens.output"], chat["cost.total"]) == (42, 17, 0.000123)


def test_parquet_of_langsmith(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    own = "0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e01"
    path = parquet(
        tmp_path, id=[own], trace_id=[own], name=["chat"], run_type=["llm"],
        start_time=pa.array([MOMENT], pa.timestamp("us", "UTC")),
        first_token_time=pa.array([MOMENT + timedelta(milliseconds=250)], pa.timestamp("us", "UTC")),
        end_time=pa.array([MOMENT + timedelta(seconds=1)], pa.timestamp("us", "UTC")),
        inputs=['{"messages": [{"role": "user", "content": "Where?"}]}'], outputs=["{}"],
        extra=['{"metadata": {"ls_model_name": "m"}}'], prompt_tokens=[5], completion_tokens=[6],
        total_cost=pa.array([Decimal("0.0003")], pa.decimal128(18, 8)),
        prompt_cost=pa.array([Decimal("0.0001")], pa.decimal128(18, 8)))
    assert [(span.start_ns - START, (span.end_ns or 0) - START) for span in load(path)[0]] == [(100_000_000, 1_100_000_000)]
    chat = fields_of(path)["chat"]
    assert (chat["tokens.input"], chat["tokens.output"], chat["cost.total"], chat["cost.input"]) == (5, 6, 0.0003, 0.0001)
    assert chat["ttft_s"] == 0.25
    assert chat["input.messages"][0]["parts"][0]["content"] == "Where?"


def test_parquet_of_braintrust(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    path = parquet(
        tmp_path, id=["r", "s"], span_id=["00000000000000a1", "00000000000000a2"], root_span_id=[T, T],
        span_parents=pa.array([None, ["00000000000000a1"]], pa.list_(pa.string())),
        metrics=[{"start": 1772359200.25, "end": 1772359201.25, "prompt_tokens": 3.0}] * 2,
        span_attributes=[{"name": "agent", "type": "task"}, {"name": "chat", "type": "llm"}],
        created=pa.array([MOMENT] * 2, pa.timestamp("us", "UTC")))
    spans = load(path)[0]
    assert shape(spans) == [("agent", None), ("chat", "agent")]
    assert spans[0].attributes["braintrust.created"] == "2026-03-01T10:00:00.100000000Z"
    assert fields_of(path)["chat"]["tokens.input"] == 3


# -- Langfuse, LangSmith, Braintrust -----------------------------------------------------------------------------------


def test_counts_and_costs_of_older_downloads(tmp_path: Path) -> None:
    row = {"id": "00000000000000b1", "traceId": T, "type": "GENERATION", "name": "chat", "parentObservationId": None,
           "startTime": "2026-03-01T10:00:00Z", "endTime": "2026-03-01T10:00:01Z", "model": "m", "usageDetails": {},
           "usage": {"input": 1, "output": 2, "unit": "TOKENS"}, "promptTokens": 42, "completionTokens": 17,
           "calculatedTotalCost": 0.5, "inputCost": None, "latency": 1000, "internalModelId": "im"}
    path = saved(tmp_path, {"trace": {"id": T, "externalId": "e-1"}, "observations": [row]})
    chat = fields_of(path)["chat"]
    assert (chat["tokens.input"], chat["tokens.output"], chat["cost.total"]) == (42, 17, 0.5)
    spans, _, reports = load(path)
    assert spans[0].attributes["langfuse.observation.internal_model_id"] == "im"
    assert spans[0].attributes["langfuse.trace.external_id"] == "e-1"
    assert reports[0].dropped_fields == ["latency"]


def test_what_langsmith_only_sums_up_is_named(tmp_path: Path) -> None:
    own = "0b7e4a52-5d0f-4f7e-9a61-1f6a3c2d9e01"
    _, _, reports = load(saved(tmp_path, [{
        "id": own, "name": "chain", "run_type": "chain", "start_time": "2026-03-01T10:00:00", "total_tokens": 100,
        "status": "pending", "dotted_order": f"20260301T100000000000Z{own}", "child_run_ids": ["a"]}]))
    assert sorted(reports[0].dropped_fields) == [
        "child_run_ids", "dotted_order", "total_tokens of runs that are no model calls (a sum of those below)"]


def test_braintrust_replaces_at_merge_paths(tmp_path: Path) -> None:
    first = {"id": "r", "span_id": "00000000000000a1", "root_span_id": T, "span_attributes": {"name": "chat"},
             "metrics": {"start": 1772359200.25}, "input": {"old": 1}, "metadata": {"old": 1}}
    more = {"id": "r", "_is_merge": True, "root_span_id": T, "_merge_paths": [["input"]], "input": {"new": 1},
            "metadata": {"new": 1}}
    found = load(saved(tmp_path, [first, more]))[0][0].attributes
    assert (found["braintrust.input_json"], found["braintrust.metadata"]) == ('{"new":1}', '{"old":1,"new":1}')


def test_a_data_set_of_braintrust_is_no_trace(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no span") as caught:
        load(saved(tmp_path, [{"id": "r", "root_span_id": T, "input": 1, "expected": 2}]))
    assert "data set" in (caught.value.hint or "")


# -- Claude Code -------------------------------------------------------------------------------------------------------

RESULT = {"type": "result", "subtype": "success", "session_id": "s", "uuid": "r", "duration_ms": 2000, "num_turns": 1,
          "is_error": False, "result": "done", "total_cost_usd": 0.25, "usage": {"input_tokens": 5, "output_tokens": 6},
          "modelUsage": {"m": {"inputTokens": 5}}}


def test_the_result_of_a_stream_stands_at_its_turn(tmp_path: Path) -> None:
    answer = {"type": "assistant", "session_id": "s", "uuid": "a", "parent_tool_use_id": None, "message": {
        "id": "m", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "hi"}],
        "usage": {"input_tokens": 5, "output_tokens": 6}}}
    failed = {**RESULT, "is_error": True, "subtype": "error_max_turns", "result": "", "total_cost_usd": 0.5}
    path = saved(tmp_path, lines(answer, RESULT, failed))
    turn = load(path)[0][0]
    assert (turn.name, turn.status, turn.status_message) == ("turn", 2, "error_max_turns")
    assert turn.attributes["claude_code.result.total_cost_usd"] == 0.5
    assert json.loads(turn.attributes["claude_code.earlier_results"])[0]["total_cost_usd"] == 0.25
    assert "tokens.input" not in fields_of(path)["turn"]


def test_a_result_alone_is_one_span(tmp_path: Path) -> None:
    path = saved(tmp_path, RESULT)
    spans, _, reports = load(path)
    assert [(span.name, (span.end_ns or 0) - span.start_ns) for span in spans] == [("turn", 2_000_000_000)]
    turn = fields_of(path)["turn"]
    assert (turn["tokens.input"], turn["tokens.output"], turn["cost.total"], turn["model.requested"]) == (5, 6, 0.25, "m")
    assert reports[0].assumed


def test_a_summary_names_the_turn_of_its_leaf(tmp_path: Path) -> None:
    asked = [{"type": "user", "uuid": own, "parentUuid": None, "sessionId": "s", "timestamp": f"2026-03-01T10:00:0{at}Z",
              "message": {"role": "user", "content": "hi"}} for at, own in enumerate("ab")]
    titles = [{"type": "summary", "summary": "First", "leafUuid": "a"}, {"type": "summary", "summary": "Last", "leafUuid": "x"}]
    spans = load(saved(tmp_path, lines(*titles, *asked)))[0]
    assert [span.attributes["claude_code.title"] for span in spans] == ["First", "Last"]


# -- Weave, Helicone, Vercel, Opik -------------------------------------------------------------------------------------


def test_weave_from_csv_and_its_costs(tmp_path: Path) -> None:
    path = saved(tmp_path, table({
        "id": "c", "trace_id": T, "parent_id": "", "op_name": "weave:///me/bot/op/openai.chat.completions.create:d",
        "started_at": "2026-03-01T10:00:00Z", "ended_at": "2026-03-01T10:00:01Z", "inputs.model": "m",
        "inputs.messages.0.role": "user", "inputs.messages.0.content": "Where?",
        "output.choices.0.message.content": "Here.", "output.choices.0.finish_reason": "stop",
        "summary.weave.costs": '{"m": {"prompt_tokens_total_cost": 0.25, "completion_tokens_total_cost": 0.5}}'}))
    call = fields_of(path)["openai.chat.completions.create"]
    assert call["input.messages"][0]["parts"][0]["content"] == "Where?"
    assert call["output.messages"][0]["parts"][0]["content"] == "Here."
    assert (call["cost.total"], call["cost.input"], call["finish_reasons"]) == (0.75, 0.25, ["stop"])


def test_helicone_keeps_bodies_columns_and_costs(tmp_path: Path) -> None:
    row = {"request_id": "0f0b2f7e-54f5-4f56-a0f5-0a6b9d1d9f01", "request_created_at": "2026-03-01T10:00:00Z",
           "delay_ms": 500, "response_status": 200, "prompt_tokens": 42, "completion_tokens": 17, "costUSD": 0.25,
           "prompt_cache_read_tokens": 8, "time_to_first_token": 120, "response_body": "data: {in pieces}",
           "request_body": {"model": "m", "messages": [{"role": "user", "content": "Where?"}], "tool_choice": "auto"}}
    path = saved(tmp_path, row)
    call = fields_of(path)["chat m"]
    assert (call["tokens.input"], call["tokens.cache_read"], call["cost.total"], call["ttft_s"]) == (42, 8, 0.25, 0.12)
    found = load(path)[0][0].attributes
    assert (found["helicone.request.tool_choice"], found["helicone.response_body"]) == ("auto", "data: {in pieces}")


def test_what_a_choice_says_besides_is_kept(tmp_path: Path) -> None:
    body = {"id": "r", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "logprobs": {"a": 1}}],
            "system_fingerprint": "fp", "usage": {"prompt_tokens": 1, "prompt_tokens_details": {"audio_tokens": 3}}}
    found = load(saved(tmp_path, {"request_id": "a", "request_created_at": "2026-03-01T10:00:00Z", "delay_ms": 1,
                                  "response_body": body}))[0][0].attributes
    assert found["helicone.response.choices"] == [{"logprobs": {"a": 1}}]
    assert found["helicone.response.system_fingerprint"] == "fp"
    assert found["helicone.response.usage"]["prompt_tokens_details"] == {"audio_tokens": 3}
    assert "helicone.response.id" not in found


def test_vercel_steps_keep_what_they_say_besides(tmp_path: Path) -> None:
    step = {"id": "s1", "run_id": "r1", "step_number": 1, "type": "stream", "model_id": "m", "duration_ms": 10,
            "started_at": "2026-03-01T10:00:00Z",
            "input": json.dumps({"prompt": [], "toolChoice": {"type": "auto"}, "topP": 0.5}),
            "output": json.dumps({"text": "Hi", "finishReason": {"unified": "stop", "raw": "end"}, "warnings": ["w"]}),
            "usage": None, "error": None, "raw_request": "{}", "raw_response": '{"a": 1}'}
    found = load(saved(tmp_path, {"runs": [{"id": "r1", "project": "p"}], "steps": [step]}))[0]
    assert found[0].attributes["vercel.run.project"] == "p"
    kept = found[1].attributes
    assert (kept["vercel.id"], kept["vercel.input.toolChoice"], kept["vercel.finish_reason"]) == ("s1", {"type": "auto"}, "end")
    assert (kept["vercel.output.warnings"], kept["vercel.raw_response"], kept["gen_ai.request.top_p"]) == (["w"], {"a": 1}, 0.5)


def test_opik_from_csv(tmp_path: Path) -> None:
    trace = {"trace_id": "0195a0f0-0000-7000-8000-0000000000a1", "trace_name": "support",
             "trace_start_time": "2026-03-01 10:00:00+00:00", "trace_end_time": "2026-03-01 10:00:02+00:00",
             "trace_input_question": "Where?", "trace_usage_prompt_tokens": "42"}
    call = {**trace, "span_id": "0195a0f0-0000-7000-8000-0000000000a2", "span_trace_id": trace["trace_id"],
            "span_parent_span_id": "", "span_name": "chat", "span_type": "llm", "span_model": "m",
            "span_start_time": "2026-03-01 10:00:00.1+00:00", "span_end_time": "2026-03-01 10:00:01+00:00",
            "span_input_messages": "[{'role': 'user', 'content': 'Where?'}]", "span_output_answer": "Here.",
            "span_usage_prompt_tokens": "42", "span_usage_completion_tokens": "17", "span_total_estimated_cost": "0.25"}
    path = saved(tmp_path, table(call))
    assert shape(load(path)[0]) == [("support", None), ("chat", "support")]
    chat = fields_of(path)["chat"]
    assert (chat["tokens.input"], chat["tokens.output"], chat["cost.total"]) == (42, 17, 0.25)
    assert chat["input.messages"][0]["parts"][0]["content"] == "Where?"
    assert "Here." in json.dumps(chat["output.messages"])


def test_opik_says_why_a_span_failed(tmp_path: Path) -> None:
    span = {"id": "0195a0f0-0000-7000-8000-0000000000a2", "trace_id": "0195a0f0-0000-7000-8000-0000000000a1", "type": "tool",
            "name": "t", "start_time": "2026-03-01 10:00:00+00:00", "duration": 5, "parent_span_id": None,
            "error_info": {"exception_type": "TimeoutError", "message": "late", "traceback": "line 1"}}
    spans, _, reports = load(saved(tmp_path, {"trace": {"id": span["trace_id"], "start_time": span["start_time"]},
                                              "spans": [span], "downloaded_at": "x", "project_name": "bot"}))
    assert spans[0].attributes["opik.project_name"] == "bot"
    assert spans[1].attributes["exception.stacktrace"] == "line 1"
    assert spans[1].attributes["exception.type"] == "TimeoutError"
    assert reports[0].dropped_fields == ["duration", "downloaded_at"]


# -- ATIF --------------------------------------------------------------------------------------------------------------


def agent(number: int, **more: Any) -> dict[str, Any]:
    return {"step_id": number, "timestamp": f"2026-03-01T10:00:0{number}Z", "source": "agent", "message": "", **more}


def test_trajectories_inside_one_stand_below_their_tool(tmp_path: Path) -> None:
    inner = {"trajectory_id": "child", "agent": {"name": "helper"}, "steps": [
        {"step_id": 1, "source": "user", "message": "look"}, {"step_id": 2, "source": "agent", "message": "ok"}]}
    run = {"schema_version": "ATIF-v1.7", "session_id": "s", "agent": {"name": "bot", "version": "1", "extra": {"a": 1}},
           "extra": {"b": 2}, "subagent_trajectories": [inner], "steps": [
               {"step_id": 1, "source": "system", "message": "be brief", "timestamp": "2026-03-01T10:00:00Z"},
               {"step_id": 2, "source": "user", "message": "Where?", "timestamp": "2026-03-01T10:00:00Z"},
               agent(3, tool_calls=[{"tool_call_id": "t", "function_name": "delegate", "arguments": {}}],
                     observation={"results": [{"source_call_id": "t", "content": "ok",
                                               "subagent_trajectory_ref": [{"trajectory_id": "child"}]}, {"content": "loose"}]},
                     metrics={"prompt_tokens": 5, "completion_tokens": 6, "cost_usd": 0.25, "logprobs": [1]}),
               {"step_id": 4, "source": "user", "message": "thanks", "timestamp": "2026-03-01T10:00:09Z"}]}
    path = saved(tmp_path, run)
    spans, _, reports = load(path)
    assert shape(spans) == [("bot", None), ("chat", "bot"), ("delegate", "bot"), ("helper", "delegate"), ("chat", "helper")]
    assert [message["role"] for message in json.loads(spans[1].attributes["gen_ai.input.messages"])] == ["system", "user"]
    assert spans[1].attributes["atif.results"] == [{"content": "loose"}]
    assert spans[1].attributes["atif.metrics.logprobs"] == [1]
    assert (spans[0].attributes["atif.agent.extra"], spans[0].attributes["atif.extra"]) == ({"a": 1}, {"b": 2})
    assert spans[0].attributes["atif.not_answered"][0]["message"] == "thanks"
    assert spans[3].start_ns == spans[2].start_ns
    assert any("without a time" in text for text in reports[0].assumed)


def test_a_copied_step_is_not_counted_again(tmp_path: Path) -> None:
    counts = {"prompt_tokens": 5, "completion_tokens": 6, "cost_usd": 0.25}
    steps = [agent(1, metrics=counts, is_copied_context=True), agent(2, metrics=counts), agent(3, llm_call_count=0)]
    path = saved(tmp_path, {"schema_version": "ATIF-v1.7", "session_id": "s", "steps": steps,
                            "agent": {"name": "bot", "model_name": "m"}})
    found = [(span.name, span.attributes.get("gen_ai.usage.input_tokens")) for span in load(path)[0]]
    assert found == [("bot", None), ("step m", None), ("chat m", 5), ("step m", None)]
    assert fields_of(path)["chat m"]["cost.total"] == 0.25
