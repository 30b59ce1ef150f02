"""The stock Node SDK, over gRPC and over HTTP with JSON and protobuf.

Needs `node` and the packages of `node/package.json` where `NODE_PATH` finds them; `.ci/run` sees to both where it can.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.helpers.engine import running
from tests.helpers.node import NODE, has_packages
from tracedesk.model.kinds import Kind
from tracedesk.store import questions
from tracedesk.store.connect import open_store

SCRIPT = Path(__file__).with_name("node_sdk.cjs")
PACKAGES = [f"@opentelemetry/{name}" for name in (
    "api", "resources", "sdk-trace-base", "sdk-trace-node", "exporter-trace-otlp-grpc", "exporter-trace-otlp-http",
    "exporter-trace-otlp-proto")]


@pytest.mark.skipif(not has_packages(*PACKAGES), reason="node or its OpenTelemetry packages are not here (see NODE_PATH above)")
def test_spans_of_the_node_sdk_arrive_by_every_door(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    with running(store) as engine:
        done = subprocess.run([str(NODE), str(SCRIPT), f"http://{engine.grpc}", f"http://{engine.http}"],
                              capture_output=True, text=True, check=True, timeout=60)
    sent = json.loads(done.stdout)
    with open_store(store, role="read") as opened:
        found = {summary.services[0]: summary for summary in questions.traces(opened)}
        assert set(found) == {"node-grpc", "node-json", "node-proto"}
        for name, (agent, call, tool) in sent.items():
            summary = found[f"node-{name}"]
            rows = {row.span_id.hex(): row for row in questions.rows(opened, summary.trace_id)}
            assert set(rows) == {agent, call, tool}
            assert rows[call].parent_id == rows[tool].parent_id == bytes.fromhex(agent)
            assert (rows[call].kind, rows[call].input_tokens, rows[call].output_tokens) == (Kind.LLM, 1200, 34)
            assert (summary.span_count, summary.error_count) == (3, 1)
            span, _ = questions.span(opened, summary.trace_id, bytes.fromhex(call))
            assert span.attributes["text"] == "naïve 日本 🦜"
            assert (span.attributes["big"], span.attributes["share"], span.attributes["yes"]) == (2**53 - 1, 0.25, True)
            assert span.attributes["list"] == ["a", "b"]
            assert [event.name for event in span.events] == ["first token"]
            failed, _ = questions.span(opened, summary.trace_id, bytes.fromhex(tool))
            assert (failed.status, failed.status_message) == (2, "no such order")
            assert failed.events[0].attributes["exception.message"] == "no such order"
