"""Our own processes: our command line as a child (from a source tree, an installation or a frozen application), and how a
process is set up that receives spans."""

from __future__ import annotations

import gc
import io
import sys
from typing import BinaryIO


def own_command(*args: str) -> list[str]:
    """Program and arguments that run a verb of ours. A frozen application is its own command line.

    `-P` keeps the folder that the user happens to be in off the import path: a `json.py` lying there would be run.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, *args]
    return [sys.executable, "-P", "-m", "tracedesk", *args]


def look_seldom_for_cycles() -> None:
    """Objects of a span live as long as their group and form no cycles; looking for some after every 700 new objects cost
    11 to 23 % of the spans a second."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def no_core_dumps() -> None:
    """A core dump would hold the key of the store and what was just received, in plain."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def bytes_out() -> BinaryIO:
    """Standard output for bytes, with a buffer. Under PYTHONUNBUFFERED `sys.stdout.buffer` is the bare file, and what it writes
    to a pipe ends early when a signal comes (Ctrl+Z, a machine that sleeps): the rest would be lost."""
    out = sys.stdout.buffer
    return open(sys.stdout.fileno(), "wb", closefd=False) if isinstance(out, io.RawIOBase) else out
