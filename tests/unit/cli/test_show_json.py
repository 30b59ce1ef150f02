"""The contract of `show --json`: every key is there, unknown is null, figures add up."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from tests.helpers.shown import shown

TRACE = {"trace_id", "name", "start_ns", "end_ns", "duration_ns", "services", "span_count", "error_count", "user_id",
         "session_id", "tags", "tokens", "cost", "critical_path", "spans", "logs"}
SPAN = {"span_id", "parent_id", "name", "service", "kind", "kind_from", "dialects", "start_ns", "end_ns", "status",
        "status_message", "depth", "self_ns", "slack_ns", "fields", "sources", "cost", "counted", "attributes", "events",
        "links", "logs"}
STATUSES = {"priced", "free", "reported", "unknown_model", "no_usage", "no_price", "invalid_usage"}


def test_every_key_is_there_and_sums_add_up(shared: Path) -> None:
    for path in sorted((shared / "captures").glob("*.otlp.json")):
        if ".logs." in path.name:
            continue
        document = shown(path)
        for trace in document.get("traces", [document]):
            spans = trace["spans"]
            assert trace.keys() == TRACE
            assert trace["span_count"] == len(spans)
            assert trace["error_count"] == sum(span["status"] == "error" for span in spans)
            assert trace["duration_ns"] == trace["end_ns"] - trace["start_ns"]
            calls = [span for span in spans if span["counted"]]
            known = [span["cost"]["nano_usd"] for span in calls if span["cost"]["nano_usd"] is not None]
            assert trace["cost"]["nano_usd"] == (sum(known) if known else None)
            assert trace["cost"]["priced_calls"] == len(known)
            assert trace["cost"]["unpriced_calls"] == len(calls) - len(known)
            assert sum(entry["calls"] for entry in trace["cost"]["unpriced"]) == trace["cost"]["unpriced_calls"]
            pieces = trace["critical_path"]
            assert all(a["end_ns"] == b["start_ns"] for a, b in pairwise(pieces))
            for span in spans:
                assert span.keys() - {"counted_on"} == SPAN
                assert ("counted_on" in span) <= (not span["counted"])
                assert span["fields"].keys() == span["sources"].keys()
                assert all(span["sources"].values())
                assert span["cost"]["status"] in STATUSES if span["counted"] else True
                assert None not in span["fields"].values()
                if span["cost"]["parts"] and span["cost"]["status"] == "priced":
                    assert sum(span["cost"]["parts"].values()) == span["cost"]["nano_usd"]
                assert 0 <= span["self_ns"] <= max(0, (span["end_ns"] or trace["end_ns"]) - span["start_ns"])


def test_every_field_is_a_canonical_one(shared: Path) -> None:
    canonical = set(json.loads((shared / "semconv" / "dialects.json").read_text())["canonical"])
    for name in ("langfuse_sdk", "mlflow_openai", "vercel_ai_v6", "plain_names", "oi_langchain", "claude_code"):
        document = shown(shared / "captures" / f"{name}.otlp.pb")
        for trace in document.get("traces", [document]):
            assert all(span["fields"].keys() <= canonical for span in trace["spans"])


def test_unknown_is_null_and_never_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bare.json"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "x", "startTimeUnixNano": "1795417370000000000"}]}]}]}))
    trace = shown(path)
    span = trace["spans"][0]
    assert trace["tokens"] == dict.fromkeys(("input", "output", "cache_read", "cache_write", "reasoning"))
    assert trace["cost"] == {"nano_usd": None, "priced_calls": 0, "unpriced_calls": 0, "unpriced": []}
    assert (trace["user_id"], trace["session_id"], trace["tags"]) == (None, None, {})
    assert (span["parent_id"], span["end_ns"], span["status"], span["status_message"]) == (None, None, "unset", None)
    assert span["cost"] == {"nano_usd": None, "status": None, "reason": None, "parts": {}}
    assert span["counted"] is False
    assert trace["services"] == ["unknown_service"]
