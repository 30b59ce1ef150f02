"""The sample on its way through the real encoder of the SDK: nothing is lost, times and ids are moved together."""

from __future__ import annotations

from itertools import islice

import pytest
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

from tracedesk.base.errors import WorldError
from tracedesk.engine import sample
from tracedesk.engine.sample import Sample
from tracedesk.wire import otlp_proto

NOW = 1_800_000_000_000_000_000


@pytest.fixture(scope="module")
def shipped() -> Sample:
    return sample.sample()


def facts(span) -> tuple:
    """A span without what is not the sender's: the stored message, and the SAMPLED flag that the SDK sets."""
    return (span.trace_id, span.span_id, span.parent_id, span.name, span.start_ns, span.end_ns, span.attributes, span.otel_kind,
            span.status, span.status_message, span.events, span.links, span.resource.attributes, span.scope.name,
            span.scope.version)


def test_spans_reach_the_wire_as_they_are(shipped: Sample) -> None:
    spans, _ = shipped
    sent = otlp_proto.decode_traces(encode_spans([sample.readable_span(span) for span in spans]).SerializeToString())
    assert not sent.rejected
    by_id = {span.span_id: span for span in sent.spans}
    assert len(by_id) == len(spans) == 237
    for span in spans:
        assert facts(by_id[span.span_id]) == facts(span)


def test_log_records_reach_the_wire_as_they_are(shipped: Sample) -> None:
    _, logs = shipped
    sent = otlp_proto.decode_logs(encode_logs([sample.readable_log(log) for log in logs]).SerializeToString())

    def those(records) -> set:
        return {(log.trace_id, log.span_id, log.time_ns, log.observed_ns, log.body, log.severity_number, log.severity_text,
                 log.event_name, str(sorted(log.attributes.items()))) for log in records}

    assert those(sent.logs) == those(logs)
    assert len(sent.logs) == len(logs) > 0


def test_moved_to_now_with_fresh_ids(shipped: Sample) -> None:
    now = sample.moved(shipped, NOW - sample.last_moment_ns(shipped), "salt")
    assert sample.last_moment_ns(now) == NOW
    before, after = shipped[0], now[0]
    assert {span.span_id for span in before}.isdisjoint(span.span_id for span in after)
    assert len({span.trace_id for span in after}) == 24
    for old, new in zip(before, after, strict=True):
        assert new.start_ns - old.start_ns == NOW - sample.last_moment_ns(shipped)
        assert (old.end_ns is None) == (new.end_ns is None)
    ids = {span.span_id for span in after}
    assert all(span.parent_id in ids for span in after if span.parent_id), "children find their parents"
    responses = [span.attributes.get("gen_ai.response.id") for span in after]
    old_responses = [span.attributes.get("gen_ai.response.id") for span in before]
    assert all((old is None and new is None) or old != new for old, new in zip(old_responses, responses, strict=True)), \
        "or the second run would be taken for the same calls"


def test_moved_keeps_ids_when_asked(shipped: Sample) -> None:
    same = sample.moved(shipped, 5, None)
    assert [span.span_id for span in same[0]] == [span.span_id for span in shipped[0]]
    assert same[0][0].start_ns == shipped[0][0].start_ns + 5


def test_pieces_come_in_the_order_in_which_spans_end(shipped: Sample) -> None:
    traces = sample.by_trace(shipped)
    assert len(traces) == 24
    for trace in traces:
        pieces = list(sample.in_order(trace))
        moments = [moment for moment, _ in pieces]
        assert moments == sorted(moments)
        assert sum(len(spans) for _, (spans, _) in pieces) == len(trace[0])
        assert sum(len(logs) for _, (_, logs) in pieces) == len(trace[1])


def test_the_live_bot_sends_conversation_after_conversation(shipped: Sample) -> None:
    sent, names, slept = [], [], []

    class Wire:
        def send(self, found: Sample) -> None:
            sent.append(found)
            if len(names) == 3:
                raise WorldError("enough")

    with pytest.raises(WorldError, match="enough"):
        sample.live(Wire(), shipped, names.append, sleep=slept.append)  # type: ignore[arg-type]
    traces = {span.trace_id for spans, _ in sent for span in spans}
    assert len(traces) == 3
    assert max(slept) < 60
    assert all(len(spans) <= 1 for spans, _ in islice(sent, 20))


def test_a_sender_needs_an_address() -> None:
    with pytest.raises(WorldError, match="listens nowhere"):
        sample.Sender("", "")
