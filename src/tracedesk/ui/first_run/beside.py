"""The right side of the first-run page: the sample with its waterfall, the file drop, the privacy line."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from tracedesk.ui.first_run.sample import Sample, load_sample
from tracedesk.ui.waterfall.view import WaterfallView
from tracedesk.ui.widgets.buttons import Button, of_command
from tracedesk.ui.widgets.text import Glyph, label

FORMATS = ("OTLP JSON", "JSON lines", "OTLP protobuf", "gzip", "zstd")
SAMPLE_HEIGHT_PX = 350
KEY_PLACES = {"keyring": "The key is in the system's keyring.",
              "file": "No keyring answered: the key is in a file that only you can read."}


class SampleCard(QFrame):
    """What the sample is, its slow trace as a picture, and the button that sends it through the receiver."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self.setProperty("pane", "pane_card")
        self._desk = desk
        self._loaded = False
        self._view = WaterfallView()
        self._view.set_preview(True)
        self._view.setFixedHeight(SAMPLE_HEIGHT_PX)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._words = label("One mystery. Find why refund-v14 is slow.", "dense", "tertiary")
        head = QFrame()
        head.setProperty("edge", "bottom")
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 11, 16, 12)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(label("Sample: a refund bot that got slow", "body_strong"))
        words.addWidget(self._words)
        row.addLayout(words, 1)
        row.addWidget(Button("Open sample", lambda: desk.commands.run("sample.open"), role="primary", icon="play",
                             size="large"))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._view)

    def load(self) -> None:
        """Read the sample, once, off the main thread."""
        if not self._loaded:
            self._loaded = True
            self._desk.tasks.run("sample", load_sample, self._show)

    def _show(self, sample: Sample) -> None:
        self._words.setText(sample.words)
        self._view.set_trace(sample.trace)
        self._view.set_critical_path(sample.path)


class DropCard(QFrame):
    """Drop a file, or open one."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self.setProperty("pane", "drop")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(14)
        row = QHBoxLayout()
        row.setSpacing(14)
        tile = QFrame()
        tile.setProperty("pane", "raised")
        tile.setFixedSize(40, 40)
        inside = QVBoxLayout(tile)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(Glyph("open", "text.secondary", 18), 0, Qt.AlignmentFlag.AlignCenter)
        row.addWidget(tile)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(label("Drop a trace file here", "body_strong"))
        words.addWidget(label("Opens read-only. It is not copied into your store.", "dense", "tertiary"))
        row.addLayout(words, 1)
        button = Button("Open file", lambda: desk.commands.run("file.open"), key="Ctrl+O", size="large")
        row.addWidget(of_command(button, "file.open"))
        column.addLayout(row)
        chips = QHBoxLayout()
        chips.setSpacing(6)
        for name in FORMATS:
            chip = QFrame()
            chip.setProperty("pane", "chip")
            chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            box = QHBoxLayout(chip)
            box.setContentsMargins(7, 1, 7, 1)
            box.addWidget(label(name, "caption", "secondary"))
            chips.addWidget(chip)
        chips.addStretch(1)
        column.addLayout(chips)


class PrivacyCard(QFrame):
    """What happens to prompts, in one line that is true."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("pane", "pane_card")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 13, 16, 13)
        row.setSpacing(14)
        row.addWidget(Glyph("privacy", "status.ok", 18))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(label("Prompts are kept, encrypted, on this machine", "body_strong"))
        self._where = label("", "dense", "tertiary")
        words.addWidget(self._where)
        row.addLayout(words, 1)
        self.say("keyring")

    def say(self, key_place: str) -> None:
        """Where the key is."""
        self._where.setText(f"{KEY_PLACES.get(key_place, KEY_PLACES['file'])} Nothing is sent anywhere.")
