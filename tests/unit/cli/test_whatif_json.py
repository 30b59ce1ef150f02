"""The JSON of a what-if answer keeps the contract: every key there, unknown is null, ids are hex."""

from __future__ import annotations

import json

from tests.helpers.drawn import drawn
from tracedesk.cli.whatif_json import AskedRule, many_json, whatif_json
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.many import over_many
from tracedesk.whatif.rule_text import parse_rule

PICTURE = """
    chat     |-------------------------|
      guard   |-----|                        kind=guardrail
      search  |--------|                     kind=retriever
      answer            |-----------|        kind=llm cost=5000
"""
RULES = ("slow_anything:factor=4@name=guard", "extra_retry:count=1,backoff=20ms", "slow_rerank")


def test_every_key_is_there() -> None:
    baseline = Baseline.of(drawn(PICTURE))
    asked = [(text, tuple(parse_rule(text).changes())) for text in RULES]
    outcome = apply(baseline, [change for _, changes in asked for change in changes])
    answer = whatif_json(outcome, [AskedRule(text, changes, apply(baseline, changes)) for text, changes in asked])
    answer = json.loads(json.dumps(answer))
    assert set(answer) == {"baseline", "outcome", "doubts", "replay_error_ns", "rules", "spans", "critical_path", "ranking",
                           "assumptions", "in_words"}
    assert set(answer["baseline"]) == {"total_ns", "cost_nano_usd"}
    assert {"total_ns", "low_ns", "high_ns", "cost_nano_usd"} <= set(answer["outcome"])
    assert answer["baseline"]["cost_nano_usd"] == 5000
    assert answer["outcome"]["cost_nano_usd"] == 10000
    assert [len(rule["hits"]) for rule in answer["rules"]] == [1, 1, 0]
    assert [rule["delta_ns"] > 0 for rule in answer["rules"]] == [True, True, False]
    assert answer["rules"][1]["delta_nano_usd"] == 5000
    assert answer["rules"][2] == {"rule": "slow_rerank", "hits": [], "delta_ns": 0, "delta_nano_usd": 0}
    assert [span["added"] for span in answer["spans"]] == [False] * 4 + [True]
    for span in answer["spans"]:
        assert {"span_id", "start_ns", "end_ns", "shift_ns", "added", "removed", "status"} <= set(span)
    path = answer["critical_path"]["outcome"]
    assert path[-1]["end_ns"] - path[0]["start_ns"] == answer["outcome"]["total_ns"]
    assert set(answer["ranking"][0]) >= {"span_id", "on_path_ns", "share", "sensitivity"}
    assert {"doubt", "waits"} <= {item["kind"] for item in answer["assumptions"]}
    assert all(set(item) == {"kind", "from", "to", "text"} for item in answer["assumptions"])
    assert answer["doubts"][0]["if_waits_ns"] > answer["doubts"][0]["if_not_ns"]
    assert "guard" in answer["in_words"]


def test_unknown_cost_is_null() -> None:
    picture = PICTURE.replace(" cost=5000", "")
    baseline = Baseline.of(drawn(picture))
    baseline.trace.cost_status[:] = 4
    answer = whatif_json(apply(baseline, []), [])
    assert answer["outcome"]["cost_nano_usd"] is None


def test_many_traces() -> None:
    found = over_many([drawn(PICTURE)] * 3, parse_rule("slow_llm").changes(), budget_ns=300_000_000)
    answer = json.loads(json.dumps(many_json(found, ["slow_llm"])))
    assert (answer["traces"], answer["touched"]) == (3, 3)
    assert answer["outcome"]["budget_misses"] == 3 > answer["baseline"]["budget_misses"]
    assert sum(answer["histogram"]["outcome"]) == 3
