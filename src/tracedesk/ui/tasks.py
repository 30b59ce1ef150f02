"""Questions to the store, asked off the main thread; the newest question of a key wins, late answers are dropped.

Each reader thread has its own read connection (a SQLite connection belongs to one thread). Old results stay on the
screen until the new answer comes, so nobody needs an `is_loading` flag. Our own errors go to `on_error`, or to the
`failed` signal; any other exception is raised again on the main thread, where the crash report takes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from tracedesk.base.errors import Cancelled, TraceDeskError
from tracedesk.store.connect import Store, open_store

READERS = 2


@dataclass
class _Ticket:
    key: str
    serial: int
    question: Callable[..., Any]
    on_answer: Callable[[Any], None]
    on_error: Callable[[TraceDeskError], None] | None
    of_store: bool = True
    answer: Any = None
    error: BaseException | None = None


class Tasks(QObject):
    """Readers of one store. `settled` is emitted when nothing is asked and nothing is being read."""

    failed = Signal(object)
    settled = Signal()
    _done = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._wake = threading.Condition()
        self._pending: dict[str, _Ticket] = {}
        self._newest: dict[str, int] = {}
        self._running = 0
        self._open = 0
        self._closing = False
        self._threads: list[threading.Thread] = []
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._open > 0

    def ask(self, key: str, question: Callable[[Store], Any], on_answer: Callable[[Any], None],
            on_error: Callable[[TraceDeskError], None] | None = None) -> None:
        """Ask the store; an older question of the same key that has no answer yet is forgotten."""
        self._put(key, question, on_answer, on_error, of_store=True)

    def run(self, key: str, work: Callable[[], Any], on_answer: Callable[[Any], None],
            on_error: Callable[[TraceDeskError], None] | None = None) -> None:
        """Do work that needs no store on a reader's thread; the same rules as `ask`."""
        self._put(key, work, on_answer, on_error, of_store=False)

    def _put(self, key: str, question: Callable[..., Any], on_answer: Callable[[Any], None],
             on_error: Callable[[TraceDeskError], None] | None, *, of_store: bool) -> None:
        serial = self._newest.get(key, 0) + 1
        self._newest[key] = serial
        with self._wake:
            if key not in self._pending:
                self._open += 1
            self._pending[key] = _Ticket(key, serial, question, on_answer, on_error, of_store)
            self._wake.notify()
        if len(self._threads) < READERS:
            thread = threading.Thread(target=self._read, name=f"reader-{len(self._threads) + 1}")
            self._threads.append(thread)
            thread.start()

    def drop(self, key: str) -> None:
        """Forget the question of a key: its answer will not be delivered."""
        self._newest[key] = self._newest.get(key, 0) + 1

    def close(self) -> None:
        """Stop the readers and wait for them; open questions stay without an answer."""
        with self._wake:
            self._closing = True
            self._pending.clear()
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _read(self) -> None:
        store: Store | None = None
        try:
            while True:
                with self._wake:
                    while not self._pending and not self._closing:
                        self._wake.wait()
                    if self._closing:
                        return
                    ticket = self._pending.pop(next(iter(self._pending)))
                try:
                    if not ticket.of_store:
                        ticket.answer = ticket.question()
                    else:
                        if store is not None and store.was_moved():
                            store.close()
                            store = None
                        if store is None:
                            store = open_store(self.path, role="read")
                        ticket.answer = ticket.question(store)
                except BaseException as error:  # noqa: BLE001 - raised again by _deliver on the main thread
                    ticket.error = error
                if not self._closing:
                    self._done.emit(ticket)
        finally:
            if store is not None:
                store.close()

    def _deliver(self, ticket: _Ticket) -> None:
        self._open -= 1
        if not self._closing and ticket.serial == self._newest.get(ticket.key):
            receiver = getattr(ticket.on_answer, "__self__", None)
            if not isinstance(receiver, QObject) or isValid(receiver):
                self._hand_over(ticket)
        if not self._open:
            self.settled.emit()

    def _hand_over(self, ticket: _Ticket) -> None:
        if ticket.error is None:
            ticket.on_answer(ticket.answer)
        elif isinstance(ticket.error, TraceDeskError):
            if isinstance(ticket.error, Cancelled):
                return
            if ticket.on_error is not None:
                ticket.on_error(ticket.error)
            else:
                self.failed.emit(ticket.error)
        else:
            raise ticket.error
