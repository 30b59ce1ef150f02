"""The loss report: per file what it is and by what that was known, what was read, skipped, assumed and left out."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from tracedesk.ui.files.shown import ShownFiles, count_of
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.buttons import Button, Switch
from tracedesk.ui.widgets.layouts import clear
from tracedesk.ui.widgets.text import Elided, Glyph, label, visible

MOST_CARDS = 200
MOST_SKIPS = 50
WIDE_PX = 980
KEYS = [("Esc", "back to the traces")]


class FilesPage(QFrame):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("pane", "panel")
        head, row = bar(52, left_px=10)
        row.addWidget(Button("Traces", self.step_back, role="ghost", icon="chevron_left", key="Esc"))
        row.addWidget(label("What was read", "title"))
        self._sums = label("", "dense", "tertiary")
        row.addSpacing(10)
        row.addWidget(self._sums)
        row.addStretch(1)
        self._watch_words = label("Watch for changes", "dense", "secondary")
        row.addWidget(self._watch_words)
        self._watch = Switch("Watch for changes")
        self._watch.toggled.connect(self._watch_files)
        row.addWidget(self._watch)
        row.addWidget(Button("Copy as text", lambda: desk.copy(self.as_text(), "the report"), icon="copy"))
        self._keep = Button("Keep in the store", lambda: desk.commands.run("file.keep"), role="primary")
        row.addWidget(self._keep)
        self._cards = QVBoxLayout()
        self._cards.setContentsMargins(16, 16, 16, 16)
        self._cards.setSpacing(10)
        inner = QFrame()
        inner.setProperty("pane", "panel")
        inner.setLayout(self._cards)
        inner.setMaximumWidth(WIDE_PX)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("Files and what was read of them")
        area.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(area, 1)
        if self._files is not None:
            self._files.changed.connect(self.refresh)
        self.refresh()

    @property
    def _files(self) -> ShownFiles | None:
        found: ShownFiles | None = self._desk.files
        return found

    def _watch_files(self, on: bool) -> None:
        if self._files is not None and self._files.watching != on:
            self._files.watch(on)

    def status_keys(self) -> list[tuple[str, str]]:
        """What the status bar says."""
        return KEYS

    def step_back(self) -> None:
        """Esc."""
        self._desk.state.go("traces")

    def reports(self) -> list[dict[str, Any]]:
        """The files, those with something to say first."""
        found = self._files.reports if self._files is not None else []
        return sorted(found, key=lambda file: not file.get("skipped"))

    def refresh(self) -> None:
        """Show the reports as they are now."""
        clear(self._cards)
        files, reports = self._files, self.reports()
        for file in reports[:MOST_CARDS]:
            self._cards.addWidget(_card(file))
        if len(reports) > MOST_CARDS:
            self._cards.addWidget(label(f"and {len(reports) - MOST_CARDS:,} more files", "dense", "tertiary"))
        if not reports:
            self._cards.addWidget(label("This window shows a store, no file. Open one with Ctrl O, or drop it anywhere.",
                                        "body", "tertiary", wrap=True))
        self._cards.addStretch(1)
        traces, spans = (sum(count_of(file, name) for file in reports) for name in ("traces", "spans"))
        self._sums.setText(f"{len(reports):,} {_s('file', len(reports))} · {traces:,} {_s('trace', traces)} · "
                           f"{spans:,} {_s('span', spans)}" if reports else "")
        self._keep.set_text("Kept in the store" if files is not None and files.kept else "Keep in the store")
        self._keep.setEnabled(files is not None and not files.kept and not files.keeping)
        self._watch.setChecked(files is not None and files.watching)
        for widget in (self._watch, self._watch_words, self._keep):
            widget.setVisible(files is not None)

    def as_text(self) -> str:
        """The whole report as plain text."""
        return "\n\n".join("\n".join([str(file.get("file", "")), *(f"  {text}" for _, text in sentences(file))])
                           for file in self.reports())


def sentences(file: dict[str, Any]) -> list[tuple[str, str]]:
    """(tone, sentence) for everything that a report says of one file."""
    found: list[tuple[str, str]] = []
    counts = [f"{count_of(file, name):,} {_s(word, count_of(file, name))}"
              for name, word in (("traces", "trace"), ("spans", "span"), ("logs", "log record")) if count_of(file, name)]
    if counts:
        found.append(("primary", f"{', '.join(counts)} of {count_of(file, 'read'):,} records."))
    if file.get("recognised_by"):
        found.append(("secondary", f"{file.get('format')}, recognised by {file['recognised_by']} "
                                   f"({float(file.get('confidence') or 0):.0%})."))
    skips = [item for item in file.get("skipped", ()) if isinstance(item, dict)]
    for item in skips[:MOST_SKIPS]:
        reason = str(item.get("reason", "")).rstrip(".")
        first = f" First: {str(item['first']).rstrip('.')}." if item.get("first") else ""
        whole = not counts and len(skips) == 1               # then the reason is a sentence about the file
        found.append(("warn", f"{reason}.{first}" if whole else f"{count_of(item, 'count'):,} skipped: {reason}.{first}"))
    if len(skips) > MOST_SKIPS:
        found.append(("warn", f"and {len(skips) - MOST_SKIPS:,} more reasons."))
    found += [("secondary", f"Assumed: {text}.") for text in file.get("assumed", ())]
    if file.get("dropped_fields"):
        found.append(("secondary", f"Left out: {', '.join(map(str, file['dropped_fields']))}."))
    if file.get("leaves_out"):
        found.append(("tertiary", str(file["leaves_out"])))
    return found


def _card(file: dict[str, Any]) -> QWidget:
    """One file."""
    card = QFrame()
    card.setProperty("pane", "pane_card")
    column = QVBoxLayout(card)
    column.setContentsMargins(14, 10, 14, 12)
    column.setSpacing(4)
    head = QHBoxLayout()
    head.setSpacing(8)
    skipped, anything = bool(file.get("skipped")), bool(count_of(file, "spans") or count_of(file, "logs"))
    head.addWidget(Glyph("warn" if anything else "error", "status.warn" if anything else "status.error", 16) if skipped
                   else Glyph("ok", "status.ok", 16))
    name = Elided(str(file.get("file", "")), "dense_strong", mode=Qt.TextElideMode.ElideMiddle)
    name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    head.addWidget(name, 1)
    column.addLayout(head)
    for tone, text in sentences(file):
        line = label(visible(text), "dense", tone, wrap=True)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(line)
    return card


def _s(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
