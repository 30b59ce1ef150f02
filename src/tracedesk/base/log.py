"""Our own log: one rotating file per process kind, no text of any prompt at any level, secrets scrubbed.

What is logged is ours to choose: ids, counts, sizes, ports, errors of this machine. Attributes, bodies and messages never
are. A traceback of a bug is logged without the values of its exception, because a KeyError or UnicodeDecodeError may
carry what a user wrote.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from tracedesk.base.errors import TraceDeskError
from tracedesk.base.paths import log_dir, make_private_dir

ROOT = "tracedesk"
FILE_BYTES = 1_000_000
FILES_KEPT = 3

_SECRET = re.compile(r"(?i)(\bbearer\s+|\bx'|\b(?:api[-_]?key|authorization|token|password|secret)\b\s*[=:]\s*)[^\s'\",;]+")


def logger(name: str) -> logging.Logger:
    """The named logger `tracedesk.<name>`."""
    return logging.getLogger(f"{ROOT}.{name}")


def scrubbed(text: str) -> str:
    """Text without what looks like a secret."""
    return _SECRET.sub(r"\1…", text)


class _Scrub(logging.Formatter):
    """Formats a record; secrets become `…`."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - overrides logging.Formatter
        return crash_text(ei[1], ei[2])


def crash_text(error: BaseException, trace: TracebackType | None = None) -> str:
    """A crash report: where it happened, and what of; the message only of errors that are ours."""
    frames = "".join(traceback.format_tb(trace or error.__traceback__))
    said = error.message if isinstance(error, TraceDeskError) else "(its text is left out: it may hold what a trace says)"
    return f"{frames}{type(error).__module__}.{type(error).__qualname__}: {said}"


def to_file(name: str, folder: Path | None = None) -> Path:
    """Write our log lines to `<name>.log` in the log folder (mode 0600, three old files kept); gives that file."""
    folder = make_private_dir(folder or log_dir())
    path = folder / f"{name}.log"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    handler = logging.handlers.RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8",
                                                   delay=True)
    _attach(handler)
    return path


def to_stderr() -> None:
    """Write warnings and errors to standard error as well, for an engine in the foreground."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    _attach(handler)


def _attach(handler: logging.Handler) -> None:
    handler.setFormatter(_Scrub("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger(ROOT)
    root.setLevel(logging.INFO)
    root.propagate = False
    root.addHandler(handler)


def close() -> None:
    """Detach and close what `to_file` and `to_stderr` attached."""
    root = logging.getLogger(ROOT)
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.propagate = True
