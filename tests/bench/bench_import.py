"""Opening files: OTLP JSON lines and a Chrome trace read, and OTLP put into an encrypted store; spans a second, peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson

START_NS = 1_772_359_200_000_000_000
READ = """
import resource, sys, time
from pathlib import Path
from tracedesk.importers.detect import read_path
begin = time.perf_counter()
count = sum(len(batch.spans) for _, batches in read_path(Path(sys.argv[1])) for batch in batches)
print(count, time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
STORE = """
import resource, sys, time
from tracedesk.cli.main import run
begin = time.perf_counter()
assert run(["import", "--json", "--store", sys.argv[2], sys.argv[1]]) == 0
print(sys.argv[3], time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def otlp(path: Path, spans: int) -> None:
    """JSON lines of the collector's file exporter: 100 spans a line, 10 spans a trace, every third a model call."""
    with path.open("wb") as file:
        for begin in range(0, spans, 100):
            block = [_span(number) for number in range(begin, min(spans, begin + 100))]
            scopes = [{"scope": {"name": "bench"}, "spans": block}]
            resource = {"attributes": [_text("service.name", "bot")]}
            file.write(orjson.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}) + b"\n")


def _text(key: str, value: str) -> dict[str, object]:
    return {"key": key, "value": {"stringValue": value}}


def _count(key: str, value: int) -> dict[str, object]:
    return {"key": key, "value": {"intValue": str(value)}}


def _span(number: int) -> dict[str, object]:
    trace, place = divmod(number, 10)
    call = place % 3 == 1
    return {"traceId": f"{trace + 1:032x}", "spanId": f"{number + 1:016x}", "name": "chat gpt-4o-mini" if call else "step",
            "parentSpanId": f"{trace * 10 + 1:016x}" if place else "", "kind": 3,
            "startTimeUnixNano": str(START_NS + number * 1_000_000),
            "endTimeUnixNano": str(START_NS + number * 1_000_000 + 500_000),
            "attributes": [_text("gen_ai.operation.name", "chat"), _text("gen_ai.request.model", "gpt-4o-mini"),
                           _count("gen_ai.usage.input_tokens", 100 + place), _count("gen_ai.usage.output_tokens", 20)]
            if call else [_count("step", place)]}


def chrome(path: Path, events: int) -> None:
    """Complete events on eight threads, one document."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"traceEvents":[')
        for number in range(events):
            event = {"ph": "X", "pid": 1, "tid": number % 8, "ts": 1000 + number * 3.25, "dur": 20 if number % 10 else 60,
                     "cat": "toplevel,ipc", "name": f"Task{number % 50}", "args": {"src_func": "RunTask", "n": number}}
            file.write((",\n" if number else "") + json.dumps(event))
        file.write("]}")


def measured(script: str, path: Path, *more: str) -> tuple[int, float, float]:
    """(spans, seconds, peak MB) of a process of its own."""
    done = subprocess.run([sys.executable, "-c", script, str(path), *more], capture_output=True, text=True, check=True,
                          env={**os.environ, "HOME": str(path.parent), "XDG_DATA_HOME": str(path.parent)})
    spans, seconds, peak_kb = done.stdout.split("\n")[-2].split()
    return int(spans), float(seconds), int(peak_kb) / 1024


def measure(quick: bool = False) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    rows: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="tracedesk-bench-") as folder:
        path = Path(folder) / "file"
        for size in (100_000,) if quick else (100_000, 1_000_000):
            otlp(path, size)
            megabytes = path.stat().st_size >> 20
            spans, seconds, peak = measured(READ, path)
            rows.append((f"read {size:,} spans of OTLP JSONL ({megabytes} MB)",
                         f"{spans / seconds:,.0f} spans/s, {peak:,.0f} MB", f"{2 * megabytes + 200} MB"))
            spans, seconds, peak = measured(STORE, path, str(Path(folder) / f"{size}.db"), str(size))
            rows.append((f"import {size:,} spans into a store", f"{spans / seconds:,.0f} spans/s, {peak:,.0f} MB",
                         f"{2 * megabytes + 200} MB"))
        chrome(path, 137_000)
        megabytes = path.stat().st_size >> 20
        spans, seconds, peak = measured(READ, path)
        rows.append((f"read a Chrome trace of 137,000 events ({megabytes} MB)",
                     f"{spans / seconds:,.0f} spans/s, {peak:,.0f} MB", f"{2 * megabytes + 200} MB"))
    return rows
