"""The first-run page: the receiver listens, point your app at it, run it once. Beside it: sample, file drop, privacy.

The green dots are real connections tried every 2 s. "Nothing arrives?" opens after 30 s. The page goes when the first
span comes; nothing here is a promise.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from tracedesk.ui.first_run.beside import DropCard, PrivacyCard, SampleCard
from tracedesk.ui.first_run.pieces import Address, HelpLine, Step, WaitingRing
from tracedesk.ui.first_run.snippet_card import SnippetCard
from tracedesk.ui.folding import Folds
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.scroll import scrolled
from tracedesk.ui.widgets.text import Glyph, label

CHECK_MS = 2000
HELP_AFTER_S = 30
SHOT_S = 42
KEYS = [("Ctrl+K", "commands"), ("Ctrl+O", "open file"), ("?", "all keys")]
CONNECT_S = 0.3
FLUSH = "provider.force_flush(); provider.shutdown()"


def answers(addresses: Sequence[str]) -> list[bool]:
    """Whether something accepts a connection at each `host:port`."""
    found = []
    for address in addresses:
        host, _, port = address.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), CONNECT_S):
                found.append(True)
        except (OSError, ValueError):
            found.append(False)
    return found


class FirstRun(QWidget):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self._began = time.monotonic()
        self.grpc = Address("OTLP gRPC", self._copy_address)
        self.http = Address("OTLP HTTP", self._copy_address)
        self.snippets = SnippetCard(lambda text: desk.copy(text, "the snippet"))
        self._waited = label("", "dense", "tertiary")
        self.help = QWidget()
        self._connected = HelpLine("unset", [("No program has connected yet", False)], "")
        left = QFrame()
        left.setProperty("pane", "panel")
        left.setProperty("edge", "right")
        column = self._left_column = QVBoxLayout(left)
        column.setContentsMargins(56, 42, 40, 24)
        column.setSpacing(0)
        column.addWidget(label("See what your LLM app did, step by step", "display"))
        column.addSpacing(6)
        column.addWidget(label("Send traces from any OpenTelemetry SDK on this machine. No account, no cloud.", "lead",
                               "secondary"))
        column.addSpacing(28)
        self._one, self._two, self._three = self._steps()
        for step in (self._one, self._two, self._three):
            column.addWidget(step)
        column.addStretch(1)
        right = QWidget()
        beside = self._right_column = QVBoxLayout(right)
        beside.setContentsMargins(28, 46, 28, 24)
        beside.setSpacing(16)
        beside.addWidget(label("Or look around first", "title"))
        self.sample = SampleCard(desk)
        self.drop = DropCard(desk)
        self.privacy = PrivacyCard()
        for card in (self.sample, self.drop, self.privacy):
            beside.addWidget(card)
        beside.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(scrolled(left), 53)
        row.addWidget(scrolled(right), 47)
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_MS)
        self._timer.timeout.connect(self.check)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._count)
        self._count()

    def fold(self, folds: Folds) -> None:
        """Another window size: smaller margins and shorter words in a narrow one."""
        narrow = folds.list_compact
        self._left_column.setContentsMargins(28 if narrow else 56, 42, 20 if narrow else 40, 24)
        self._right_column.setContentsMargins(20 if narrow else 28, 46, 20 if narrow else 28, 24)
        for address in (self.grpc, self.http):
            address.fold(narrow)

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS

    def waited_s(self) -> int:
        """Seconds since the page was first shown."""
        return int(time.monotonic() - self._began)

    def waited_long(self) -> None:
        """Open "Nothing arrives?" now."""
        self._began = time.monotonic() - HELP_AFTER_S
        self._count()

    def prepare_shot(self, options: Any) -> None:
        """Stand still: as after 42 s with both ports open."""
        self._timer.stop()
        self._second.stop()
        self._began = time.monotonic() - SHOT_S
        self._count()
        self._checked((["127.0.0.1:4317", "127.0.0.1:4318"], [True, True]))
        self.snippets.copy.setFocus()

    def _copy_address(self, text: str) -> None:
        self._desk.copy(text, "the address")

    def _steps(self) -> tuple[Step, Step, Step]:
        one = Step(1, "The receiver is listening")
        addresses = QHBoxLayout()
        addresses.setSpacing(12)
        addresses.addWidget(self.grpc)
        addresses.addWidget(self.http)
        one.body.addLayout(addresses)
        quiet = QHBoxLayout()
        quiet.setSpacing(6)
        quiet.addWidget(Glyph("encrypted", "text.tertiary", 12))
        quiet.addWidget(label("Only programs on this machine can reach it. Data stays here, encrypted.", "dense", "tertiary"))
        quiet.addStretch(1)
        one.body.addLayout(quiet)
        two = Step(2, "Point your app at it")
        two.body.addWidget(self.snippets)
        three = Step(3, "Run your app once", last=True)
        card = QFrame()
        card.setProperty("pane", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 11, 16, 11)
        row.setSpacing(14)
        row.addWidget(WaitingRing())
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(label("Waiting for the first span", "body_strong"))
        words.addWidget(self._waited)
        row.addLayout(words, 1)
        row.addWidget(Button("Send a test span", lambda: self._desk.commands.run("span.send_test"), icon="send"))
        three.body.addWidget(card)
        lines = QVBoxLayout(self.help)
        lines.setContentsMargins(0, 8, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(label("Nothing arrives?", "label", "tertiary"))
        lines.addSpacing(4)
        lines.addWidget(self._connected)
        lines.addWidget(HelpLine("server", [("App in Docker: use ", False), ("host.docker.internal", True),
                                            (", and let the engine listen there", False)], action="copy",
                                 run=lambda: self._desk.copy("host.docker.internal", "the host name")))
        lines.addWidget(HelpLine("plug", [("Console says 404 or “unexpected HTTP”: gRPC goes to ", False), ("4317", True),
                                          (", HTTP to ", False), ("4318", True)]))
        lines.addWidget(HelpLine("clock", [("Short scripts: flush before exit, or spans are lost with the process", False)],
                                 action="copy how", run=lambda: self._desk.copy(FLUSH, "the two calls")))
        three.body.addWidget(self.help)
        one.set_state("now")
        two.set_state("now")
        three.set_state("todo")
        return one, two, three

    def check(self) -> None:
        """Try the sockets, off the main thread."""
        engine = self._desk.supervisor.engine
        if engine is None:
            for address in (self.grpc, self.http):
                address.say("", "no engine", "unset")
            self._one.set_state("now")
            return
        found = [engine.grpc, engine.http]
        self._desk.tasks.run("sockets", lambda: (found, answers([address for address in found if address])), self._checked)

    def _checked(self, answer: tuple[list[str], list[bool]]) -> None:
        addresses, open_ = answer
        state = iter(open_)
        for card, address in zip((self.grpc, self.http), addresses, strict=True):
            ok = bool(address) and next(state)
            card.say(shown(address), "open" if ok else "closed", "ok" if ok else "error")
        self._one.set_state("done" if all(open_) and open_ else "now")
        grpc, http = addresses
        if grpc and http:
            self.snippets.point_to(f"http://{shown(http)}", f"http://{shown(grpc)}")
        received = self._desk.supervisor.received()
        ports = " or ".join(address.rpartition(":")[2] for address in addresses if address)
        words = f"No program has connected to {ports} yet" if not received else "Something came, but no trace yet"
        self._connected.say("unset" if not received else "info", words, "checked just now")

    def _count(self) -> None:
        seconds = self.waited_s()
        self._waited.setText(f"{seconds} s so far. It opens by itself when it arrives.")
        self.help.setVisible(seconds >= HELP_AFTER_S)

    def showEvent(self, event) -> None:
        self._timer.start()
        self._second.start()
        self.check()
        self.sample.load()
        self.privacy.say(self._desk.live.key_place())

    def hideEvent(self, event) -> None:
        self._timer.stop()
        self._second.stop()


def shown(address: str) -> str:
    """`127.0.0.1:4317` as people type it: `localhost:4317`."""
    return address.replace("127.0.0.1", "localhost").replace("[::1]", "localhost")
