"""Opening a store: the driver, its key, its settings, and what can go wrong said in our words.

Nothing here or elsewhere may `open()` the store's file while SQLite has it open: closing that handle would drop SQLite's
POSIX locks, and another process could then write in the middle of our transaction.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlcipher3 import dbapi2 as sqlite

from tracedesk.base.errors import (
    Cancelled,
    DiskFull,
    NotFound,
    StoreDamaged,
    StoreLocked,
    StoreTooNew,
    TooSlow,
    TraceDeskError,
    WorldError,
)
from tracedesk.base.paths import data_dir, make_private_dir
from tracedesk.model.row import SpanRow
from tracedesk.privacy.vault import store_key
from tracedesk.store.migrations import SCHEMA_VERSION, migrate

if TYPE_CHECKING:
    from tracedesk.store.writer import Writer

Role = Literal["read", "write", "note"]
"""`read` asks; `write` makes the store and brings it up to date, and is for whoever writes spans; `note` writes what people
write (`notes.py`, `scenarios.py`, ...) into a store that is there and up to date."""

Counting = Callable[[Sequence[SpanRow]], dict[bytes, bytes | None]]

READ_LIMIT_S = 2.0
"""Seconds after which a question is stopped. A longer read transaction would also keep the WAL from shrinking."""

_SETTINGS = (
    "PRAGMA cipher_log_level = NONE",          # it logs to stderr otherwise
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",              # nothing decrypted reaches a temporary file
    "PRAGMA busy_timeout = 5000",
    "PRAGMA mmap_size = 0",
)
_INDEX_BYTES = 32 * 1024
"""The index of the write-ahead log, which the first to open the store makes anew. Without room for it that is an I/O error."""
_WRITER_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",               # NORMAL lost acknowledged spans in 322 of 500 simulated power cuts
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -32000",
)
_STEPS_BETWEEN_LOOKS = 20_000
"""Virtual machine steps between two looks at the clock: about 1 ms."""


class Store:
    """An open store. One thread at a time may use it; each thread that wants to read at once opens its own.

    `key_place` is "keyring" or "file". Reads are stopped after `time_limit_s`, or by `interrupt()` from another thread.
    """

    def __init__(self, path: Path, role: Role, key_place: str, connection: Any) -> None:
        self.path = path
        self.role = role
        self.key_place = key_place
        self.time_limit_s = READ_LIMIT_S
        self._connection = connection
        self._deadline: float | None = None
        self._depth = 0
        self._stop = threading.Event()
        self._file = _file_at(path)
        if role == "read":
            connection.set_progress_handler(self._over, _STEPS_BETWEEN_LOOKS)

    def writer(self, counting: Counting | None = None) -> Writer:
        """The writer of this store. `counting(rows)` names the spans of a trace whose sums are counted elsewhere."""
        from tracedesk.store.writer import Writer

        return Writer(self, counting)

    @contextmanager
    def reading(self, limit_s: float | None = None) -> Iterator[Any]:
        """A connection on which every statement sees the same moment; stopped when the time is up.

        Raises:
            TooSlow: the time was up.
            Cancelled: `interrupt()` was called.
        """
        outer = self._depth > 0
        if not outer:
            self._stop.clear()
            self._deadline = time.monotonic() + (self.time_limit_s if limit_s is None else limit_s)
        self._depth += 1
        try:
            with explained(self.path, self._interruption):
                own = not self._connection.in_transaction
                if own:
                    self._connection.execute("BEGIN")
                try:
                    yield self._connection
                finally:
                    if own and self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
        finally:
            self._depth -= 1
            if not outer:
                self._deadline = None

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """A connection inside BEGIN IMMEDIATE … COMMIT; on an error nothing is written. Keep it short: others wait.

        Raises:
            StoreLocked: another program held the lock for 5 s.
            DiskFull, StoreDamaged, WorldError: this machine said no.
        """
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def was_moved(self) -> bool:
        """Whether another file, or none, lies at the path by now (a damaged store is moved aside): 2 µs."""
        return _file_at(self.path) != self._file

    def interrupt(self) -> None:
        """Stop the question that another thread asks of this store now; it ends with `Cancelled`."""
        self._stop.set()

    def close(self) -> None:
        """Close the file. The last one to close also empties the write-ahead log."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _over(self) -> int:
        """Progress handler: 1 stops the statement."""
        if self._stop.is_set():
            return 1
        return int(self._deadline is not None and time.monotonic() > self._deadline)

    def _interruption(self) -> TraceDeskError:
        if self._stop.is_set():
            return Cancelled()
        return TooSlow("This question took too long and was stopped.",
                       hint="Narrow it: a shorter time, one service, fewer words.")


def open_store(path: Path, *, role: Role, key: bytes | None = None) -> Store:
    """Open the store at `path`; with role "write" it is created and brought up to date.

    Raises:
        NotFound: nothing is there to read.
        KeyMissing: there is a store, but no key for it.
        StoreDamaged: the file is no store, or not with this key.
        StoreTooNew: a newer TraceDesk wrote it; the file is left as it is.
        StoreLocked, DiskFull, WorldError: this machine said no.
    """
    path = Path(path)
    if role != "write" and not (path.exists() and path.stat().st_size):
        raise NotFound(f"There is no store at {path} yet.", hint="Start the engine or import a file, then it appears.")
    try:
        if not path.parent.exists() or path.parent.resolve() == data_dir().resolve():
            make_private_dir(path.parent)
    except OSError as error:
        raise WorldError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    place = "given"
    if key is None:
        key, place = store_key(path, create=role == "write")
    with explained(path):
        if role == "write":
            _create_private(path)
        connection = _connect(path, key, role)
        try:
            _bring_up_to_date(connection, path, role)
        except BaseException:
            connection.close()
            raise
    return Store(path, role, place, connection)


@contextmanager
def notebook(path: Path, *, key: bytes | None = None) -> Iterator[Store]:
    """The store at `path` for writing down something short, beside an engine that writes to it: opened now (4 ms), waits up
    to 5 s for the engine's transaction, which takes at most some 20 ms.

    Raises:
        NotFound: there is no store yet.
        StoreTooNew, StoreLocked, KeyMissing, StoreDamaged: as for `open_store`.
    """
    store = open_store(path, role="note", key=key)
    try:
        yield store
    finally:
        store.close()


def _file_at(path: Path) -> tuple[int, int] | None:
    """What tells one file from another."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def empty_log(path: Path) -> bool:
    """Bring what is in the write-ahead log into the store and cut the log to nothing; False where a reader still needs it."""
    with notebook(path) as store, explained(path):
        db = store._connection
        db.execute("PRAGMA busy_timeout = 300")
        busy: int = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def driver_version() -> str:
    """The version of SQLite inside the driver."""
    return sqlite.sqlite_version


def _create_private(path: Path) -> None:
    """Make the file with mode 0600 where it is not there; SQLite gives the WAL the same mode."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise WorldError(f"The store {path} cannot be made: {error.strerror}.",
                         hint="Look at the rights of its folder.") from error


def _connect(path: Path, key: bytes, role: Role) -> Any:
    connection = sqlite.connect(str(path), isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for setting in _SETTINGS:
            connection.execute(setting)
        if sys.platform == "darwin":
            connection.execute("PRAGMA fullfsync = ON")
        _refuse_newer(connection.execute("PRAGMA user_version").fetchone()[0])
        if role == "read":
            connection.execute("PRAGMA cache_size = -16000")
            connection.execute("PRAGMA query_only = ON")
        else:
            for setting in _WRITER_SETTINGS:
                connection.execute(setting)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_newer(version: int) -> None:
    if version > SCHEMA_VERSION:
        raise StoreTooNew(f"A newer TraceDesk wrote this store (version {version}; this one knows {SCHEMA_VERSION}).",
                          hint="Update TraceDesk, or name another store with --store.")


def _bring_up_to_date(connection: Any, path: Path, role: Role) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == SCHEMA_VERSION:
        return
    if role != "write":
        raise StoreLocked(f"The store {path} is from an older TraceDesk and was not brought up to date yet.",
                          hint="Start the engine once: `tracedesk engine`.")
    migrate(connection)


@contextmanager
def explained(path: Path, interrupted: Callable[[], TraceDeskError] | None = None) -> Iterator[None]:
    """What the driver raises, said in our words. Errors that are bugs of ours (bad SQL) pass as they are."""
    try:
        yield
    except sqlite.Error as error:
        ours = _translated(path, getattr(error, "sqlite_errorcode", None), str(error), interrupted)
        if ours is None:
            raise
        raise ours from error


def _translated(
    path: Path, code: int | None, text: str, interrupted: Callable[[], TraceDeskError] | None
) -> TraceDeskError | None:
    """Our error for a result code of SQLite (https://sqlite.org/rescode.html), None where it is a bug of ours."""
    match (code or 0) & 255:
        case sqlite.SQLITE_INTERRUPT if interrupted:
            return interrupted()
        case sqlite.SQLITE_BUSY | sqlite.SQLITE_LOCKED:
            return StoreLocked(f"Another program holds the store {path} locked.", hint="Try again when it is done.")
        case sqlite.SQLITE_FULL:
            return _disk_full(path)
        case sqlite.SQLITE_IOERR if _is_full(path.parent):
            return _disk_full(path)
        case sqlite.SQLITE_CORRUPT | sqlite.SQLITE_NOTADB:
            return StoreDamaged(f"The store {path} is damaged, or was written with another key.",
                                hint="Move it aside to start anew; `tracedesk doctor` says where its key lies.")
        case sqlite.SQLITE_READONLY | sqlite.SQLITE_IOERR | sqlite.SQLITE_CANTOPEN:
            return WorldError(f"The store {path} cannot be read or written: {text}.", hint="Look at the disk and its rights.")
    return None


def _disk_full(path: Path) -> DiskFull:
    return DiskFull(f"The disk of {path.parent} is full.", hint="Free some space; what was acknowledged is kept.")


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _INDEX_BYTES
    except OSError:
        return False
