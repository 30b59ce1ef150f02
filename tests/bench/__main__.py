"""Every benchmark as one table: `python -m tests.bench [NAME…] [--quick]`.

A benchmark is a module `bench_*.py` with `measure(quick) -> list of (what, value, budget)`, all text; budget "" where there
is none. Each runs in a process of its own: what breaks is one line of the table, and none warms another's caches.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

Row = tuple[str, str, str]
LIMIT_S = 1800
MARK = "rows: "


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def measured(name: str, quick: bool) -> list[Row]:
    """The rows of one benchmark, or one that says how it failed."""
    command = [sys.executable, "-m", "tests.bench", "--one", name, *(["--quick"] if quick else [])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S,
                              env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    except subprocess.TimeoutExpired:
        return [(name, f"stopped after {LIMIT_S} s", "")]
    rows = [line.removeprefix(MARK) for line in done.stdout.splitlines() if line.startswith(MARK)]
    if done.returncode or not rows:
        said = done.stderr.strip().splitlines() or [f"ended with code {done.returncode}"]
        return [(name, f"failed: {said[-1]}", "")]
    return [tuple(row) for row in json.loads(rows[-1])]


def main() -> int:
    """Measure and print; 1 where a benchmark failed."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench")
    reader.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; default: all")
    reader.add_argument("--quick", action="store_true", help="smaller sizes, fewer repeats")
    reader.add_argument("--one", metavar="NAME", help=argparse.SUPPRESS)
    asked = reader.parse_args()
    unknown = sorted({*asked.names, *([asked.one] if asked.one else [])} - {*names()})
    if unknown:
        reader.error(f"no benchmark is called {', '.join(unknown)}")
    if asked.one:
        rows = importlib.import_module(f"tests.bench.bench_{asked.one}").measure(asked.quick)
        print(MARK + json.dumps(rows))
        return 0
    table = Table("what", "measured", "budget", box=None, pad_edge=False)
    failed = False
    for name in asked.names or names():
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        for what, value, budget in measured(name, asked.quick):
            failed |= value.startswith(("failed", "stopped"))
            table.add_row(what, value, budget)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
