"""From gRPC to committed rows: spans of LLM calls of 1.2 kB, 512 to a request, normalised, priced and written.

The engine runs in a process of its own, as it does for a user; four senders keep one request each under way. A span counts
when its request was answered, which is after COMMIT. The first figure includes the start of the engine's worker (it comes when
bodies wait), the second does not.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PER_REQUEST, SENDERS = 512, 4
SPANS_PER_TRACE = 8
METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_PROMPT = ("You are a helpful assistant of a shop. Answer in two sentences. The customer is in Munich and speaks English. ",
           "Where is my order {n}? It should have been here on Tuesday, and nobody answers the telephone. I am at work until "
           "six in the evening and cannot take a parcel before, so please tell the driver to leave it with the neighbours.",
           "Your order {n} left the warehouse on Monday and arrives tomorrow between 9 and 11. The driver was told to leave "
           "it with your neighbours.")


def request(number: int, now_ns: int) -> bytes:
    """One request of LLM spans, none like another."""
    made = ExportTraceServiceRequest()
    block = made.resource_spans.add()
    for key, value in (("service.name", "shop"), ("service.version", "1.4"), ("telemetry.sdk.language", "python"),
                       ("deployment.environment.name", "production")):
        block.resource.attributes.add(key=key).value.string_value = value
    group = block.scope_spans.add()
    group.scope.name = "opentelemetry.instrumentation.openai_v2"
    for index in range(PER_REQUEST):
        n = number * PER_REQUEST + index
        trace, place = divmod(n, SPANS_PER_TRACE)
        span = group.spans.add(
            trace_id=(trace + 1).to_bytes(16, "big"), span_id=(n + 1).to_bytes(8, "big"), name="chat gpt-4o", kind=3,
            parent_span_id=b"" if place == 0 else (trace * SPANS_PER_TRACE + 1).to_bytes(8, "big"),
            start_time_unix_nano=now_ns + n * 1000, end_time_unix_nano=now_ns + n * 1000 + 1_160_000_000)
        system, asked, said = (text.format(n=n) for text in _PROMPT)
        for key, value in (
            ("gen_ai.operation.name", "chat"), ("gen_ai.provider.name", "openai"), ("gen_ai.request.model", "gpt-4o"),
            ("gen_ai.response.model", "gpt-4o-2024-08-06"), ("gen_ai.response.id", f"chatcmpl-{n}"),
            ("server.address", "api.openai.com"), ("gen_ai.conversation.id", f"s-{trace % 1000}"),
            ("gen_ai.input.messages", json.dumps([
                {"role": "system", "parts": [{"type": "text", "content": system}]},
                {"role": "user", "parts": [{"type": "text", "content": asked}]}])),
            ("gen_ai.output.messages", json.dumps([
                {"role": "assistant", "parts": [{"type": "text", "content": said}], "finish_reason": "stop"}])),
        ):
            span.attributes.add(key=key).value.string_value = value
        for key, value in (("gen_ai.usage.input_tokens", 120 + n % 50), ("gen_ai.usage.output_tokens", 40 + n % 20),
                           ("server.port", 443)):
            span.attributes.add(key=key).value.int_value = value
        span.attributes.add(key="gen_ai.request.temperature").value.double_value = 0.2
    return made.SerializeToString()


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    count = 40 if quick else 200
    now_ns = time.time_ns()
    bodies = [request(number, now_ns) for number in range(2 * count + SENDERS)]
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "bench.db"
        engine = subprocess.Popen(
            [sys.executable, "-m", "tracedesk", "engine", "--store", str(store),
             "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
        try:
            assert engine.stdout is not None
            address = engine.stdout.readline().split("grpc=")[1].split()[0]
            _send(address, bodies[2 * count:])           # the price table is loaded, plans are compiled
            seconds = _send(address, bodies[:count])
            later_seconds = _send(address, bodies[count:2 * count])
            size = sum(path.stat().st_size for path in Path(folder).glob("bench.db*"))
        finally:
            engine.send_signal(signal.SIGTERM)
            engine.wait()
    spans, received = count * PER_REQUEST, sum(map(len, bodies))
    return [("ingest: gRPC to committed rows, LLM spans of 1.2 kB", f"{spans / seconds:,.0f} spans/s", "25,000 spans/s"),
            ("ingest: the same, as many again", f"{spans / later_seconds:,.0f} spans/s", "25,000 spans/s"),
            ("ingest: bytes of a span on the wire", f"{received / (len(bodies) * PER_REQUEST):,.0f}", ""),
            ("ingest: bytes in the store (with its log) per byte received", f"{size / received:.2f}", "")]


def _send(address: str, bodies: list[bytes]) -> float:
    """Send all of them, each sender one at a time; the seconds until the last answer."""
    waiting = iter(bodies)
    lock = threading.Lock()

    def sender() -> None:
        with grpc.insecure_channel(address) as channel:
            export = channel.unary_unary(METHOD)
            while True:
                with lock:
                    body = next(waiting, None)
                if body is None:
                    return
                export(body, timeout=60)

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun


if __name__ == "__main__":
    for row in measure("--quick" in sys.argv):
        print(*row, sep=" | ")
