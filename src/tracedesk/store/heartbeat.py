"""The heartbeat of an engine: one line of JSON in `<store>.engine`, written over in place twice a second.

It is no row of the store, because a row would stand still just when the desk asks for it: while the disk is full, while
another program holds the store locked, during a VACUUM. Nor does a beat cost a page of the write-ahead log, or wake every
reader that watches `data_version`. The file has a fixed size, is never renamed and never made shorter, so that neither a beat
nor the next start needs free space. It holds addresses and counts, nothing of any trace.
"""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tracedesk.base.errors import DiskFull, WorldError

BEAT_S = 0.5
STALE_S = 2.5
"""A beat older than this means that the engine hangs, even if its process still holds the lock."""

_SIZE = 2048
_NOBODY = b"null"
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Beat:
    """What an engine says about itself. Addresses are `host:port`, "" where nothing listens; times are ns since 1970."""

    pid: int
    beat_ns: int
    since_ns: int
    grpc: str = ""
    http: str = ""
    taken: str = ""              # a sentence about a port that another program has
    trouble: str = ""            # a sentence about what keeps the engine from writing
    spans_per_s: float = 0.0
    received: int = 0
    dropped: int = 0


def beat_file(store: Path) -> Path:
    """Where the engine of a store writes its heartbeat."""
    store = store.resolve()
    return store.with_name(store.name + ".engine")


class Heart:
    """Writes the beats; held by the process that holds the engine lock of the store.

    Raises:
        DiskFull, WorldError: there is no room for its file, or it may not be written.
    """

    def __init__(self, store: Path) -> None:
        path = beat_file(store)
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                self._put(_NOBODY)
            except OSError:
                os.close(self._handle)
                raise
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(f"The disk of {path.parent} is full.", hint="Free some space.") from error
            raise WorldError(f"{path} cannot be written: {error.strerror}.") from error

    def write(self, beat: Beat) -> None:
        """One beat. One that the disk does not take is missed: the engine works without."""
        with suppress(OSError):                      # file systems that never write in place need room for it
            self._put(json.dumps(asdict(beat)).encode())

    def stop(self) -> None:
        """No engine runs any more. The file stays: removing it would race with the next engine."""
        with suppress(OSError):
            self._put(_NOBODY)
        os.close(self._handle)

    def _put(self, line: bytes) -> None:
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, line[:_SIZE - 1].ljust(_SIZE - 1) + b"\n")


def read(store: Path) -> Beat | None:
    """The last beat, None where no engine ever ran or the last one ended in order."""
    for _ in range(_TRIES):                          # a read may fall into the middle of a write
        try:
            found = json.loads(beat_file(store).read_bytes() or _NOBODY)
        except FileNotFoundError:
            return None
        except ValueError:
            continue
        if not isinstance(found, dict):
            return None
        known = {item.name for item in fields(Beat)}
        return Beat(**{name: value for name, value in found.items() if name in known})
    return None
