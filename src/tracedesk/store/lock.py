"""One engine per store: an operating system lock on `<store>.lock`, which vanishes with the process that holds it.

It is a separate file because POSIX locks of a process on a file are all dropped when any handle on that file is closed:
the store itself must never be opened beside SQLite.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tracedesk.base.errors import StoreLocked

TAKE_S = 0.3
"""How long `take` tries: who asks whether a lock is held (`is_held`) holds it for some microseconds."""


class EngineLock:
    """Held by the one process that writes in bulk. Also says, inside the file, which process that is."""

    def __init__(self, store: Path) -> None:
        store = store.resolve()
        self.path = store.with_name(store.name + ".lock")
        self._handle: int | None = None

    def take(self) -> EngineLock:
        """Take the lock or say who has it.

        Raises:
            StoreLocked: another process holds it.
        """
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        give_up = time.monotonic() + TAKE_S
        while not (taken := _lock(handle)) and time.monotonic() < give_up:
            time.sleep(0.01)
        if not taken:
            os.close(handle)
            holder = self.holder()
            by = f" (process {holder})" if holder else ""
            raise StoreLocked(f"Another engine writes to this store{by}.",
                              hint="Stop it, or name another store with --store.")
        os.lseek(handle, _PID_AT, os.SEEK_SET)
        with suppress(OSError):                      # a disk that is full holds the lock, if not the number
            os.write(handle, f"{os.getpid():<{_PID_BYTES}}\n".encode())
        os.lseek(handle, 0, os.SEEK_SET)
        self._handle = handle
        return self

    def is_held(self) -> bool:
        """Whether a process holds it now. The system takes a lock from a process that dies, so this is who lives."""
        try:
            handle = os.open(self.path, os.O_RDWR)
        except OSError:
            return False
        try:
            if not _lock(handle):
                return True
            _unlock(handle)
            return False
        finally:
            os.close(handle)

    def holder(self) -> int | None:
        """The process id that the lock file names, whether it still runs or not; None where it names none."""
        try:
            with self.path.open("rb") as file:
                file.seek(_PID_AT)
                text = file.read().strip()
        except OSError:
            return None
        return int(text) if text.isdigit() else None

    def release(self) -> None:
        """Give the lock back; the file stays, because removing it would race with the next holder."""
        if self._handle is not None:
            _unlock(self._handle)
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> EngineLock:
        return self.take() if self._handle is None else self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


_PID_AT = 1
"""Byte 0 is what Windows locks; the process id stands behind it, where others may read."""
_PID_BYTES = 20
"""Always as long, written over in place: a file made shorter could not grow again on a full disk."""

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
