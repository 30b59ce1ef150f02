"""A home of its own for a benchmark: data, settings and keys in a temporary folder, ports picked freely."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracedesk.base import settings


@contextmanager
def private_home() -> Iterator[Path]:
    """The folder, for the length of a block; this process and its children use it."""
    with tempfile.TemporaryDirectory(prefix="tracedesk-") as folder:
        named = {name: str(Path(folder) / sub) for name, sub in (
            ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"), ("XDG_CACHE_HOME", "cache"))}
        os.environ.update(named, HOME=folder, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
        os.environ.pop("TRACEDESK_STORE", None)
        settings.save("receiver", {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0"})
        yield Path(folder)
