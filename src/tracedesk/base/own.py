"""Our own command line as a child process: from a source tree, an installation or a frozen application."""

from __future__ import annotations

import sys


def own_command(*args: str) -> list[str]:
    """Program and arguments that run a verb of ours. A frozen application is its own command line.

    `-P` keeps the folder that the user happens to be in off the import path: a `json.py` lying there would be run.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, *args]
    return [sys.executable, "-P", "-m", "tracedesk", *args]
