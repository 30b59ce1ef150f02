"""The crash report: what a bug of ours leaves behind. The traceback and versions, no values of variables, no prompts.

Messages of exceptions may quote data, so only their types are written, except for our own.
"""

from __future__ import annotations

import platform
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType

import PySide6
from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from tracedesk import __version__
from tracedesk.base.errors import TraceDeskError
from tracedesk.base.paths import log_dir, make_private_dir
from tracedesk.ui import theme
from tracedesk.ui.clipboard import copy_text
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.text import label

KEPT = 10


def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """The text of a report."""
    lines = [f"TraceDesk {__version__}", f"Python {platform.python_version()} on {platform.platform()}",
             f"PySide6 {PySide6.__version__}, Qt {qVersion()}", ""]
    lines += [f'  {frame.filename}:{frame.lineno} in {frame.name}' for frame in traceback.extract_tb(trace)]
    lines.append(f"{kind.__module__}.{kind.__qualname__}" + (f": {error.message}" if isinstance(error, TraceDeskError) else ""))
    return "\n".join(lines) + "\n"


def write(text: str) -> Path:
    """Keep a report in the log folder, the last ten of them."""
    folder = make_private_dir(log_dir())
    path = folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    path.write_text(text, encoding="utf-8")
    for old in sorted(folder.glob("crash-*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


class CrashDialog(QDialog):
    """Says that something of ours broke, shows the report, offers Copy; the desk goes on."""

    def __init__(self, text: str, path: Path) -> None:
        super().__init__()
        self.setWindowTitle("TraceDesk: a fault of ours")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(640, 420)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(label("Something in TraceDesk broke. Your data is safe: the engine keeps receiving.", "body_strong",
                               wrap=True))
        column.addWidget(label(f"This report is in {path}. It holds no prompts and was sent nowhere.", "dense", "secondary",
                               wrap=True))
        box = QPlainTextEdit(text)
        box.setReadOnly(True)
        box.setFont(theme.current().font("code"))
        box.setAccessibleName("Report")
        column.addWidget(box, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button("Copy the report", lambda: copy_text(text), icon="copy"))
        row.addWidget(Button("Go on", self.close, role="primary"))
        column.addLayout(row)
        theme.dress(self)


class _Reporter(QObject):
    """Brings a report from any thread to the main one."""

    broke = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.dialog: CrashDialog | None = None
        self.broke.connect(self._show)

    def _show(self, text: str, path: str) -> None:
        if self.dialog is None:
            self.dialog = CrashDialog(text, Path(path))
            self.dialog.destroyed.connect(self._gone)
            self.dialog.show()

    def _gone(self) -> None:
        self.dialog = None


def install() -> None:
    """From now on exceptions that nobody explains end in a report instead of on a terminal nobody sees."""
    reporter = _Reporter()

    def broke(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        text = report(kind, error, trace)
        sys.stderr.write(text)
        reporter.broke.emit(text, str(write(text)))

    sys.excepthook = broke
    threading.excepthook = lambda args: broke(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
