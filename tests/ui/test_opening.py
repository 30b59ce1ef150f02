"""Opening a file: in a window of its own, with what was left out said; the user's store is not touched."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import Desk
from tracedesk.base.paths import resources
from tracedesk.ui.main_window import MainWindow
from tracedesk.ui.opening import open_file

SAMPLE = resources() / "samples" / "refund_bot.otlp.json"


def others(desk: Desk) -> list[MainWindow]:
    """Windows beside the first."""
    return [found for found in QApplication.topLevelWidgets()
            if isinstance(found, MainWindow) and found is not desk.window and found.isVisible()]


def opened(desk: Desk) -> Desk:
    """The window that a file was opened in."""
    desk.qtbot.waitUntil(lambda: bool(others(desk)), timeout=30_000)
    made = Desk(others(desk)[0], desk.qtbot)
    made.settle()
    return made


def test_a_file_opens_read_only_in_a_window_of_its_own(desk: Desk) -> None:
    before = desk.window.store_path.stat().st_mtime_ns
    open_file(desk.window, SAMPLE)
    made = opened(desk)
    made.qtbot.waitUntil(lambda: len(made.titles()) == 24)
    assert made.window.read_only
    assert made.window.windowTitle() == "refund_bot.otlp.json · TraceDesk"
    assert not made.window.commands.can("sample.open")
    assert desk.window.store_path.stat().st_mtime_ns == before
    folder = made.window.store_path.parent
    made.window.close()
    desk.qtbot.waitUntil(lambda: not folder.exists(), timeout=5000)


def test_what_could_not_be_read_is_said(desk: Desk, tmp_path: Path) -> None:
    document = json.loads(SAMPLE.read_text(encoding="utf-8"))
    lines = [json.dumps({"resourceSpans": [part]}) for part in document["resourceSpans"]]
    file = tmp_path / "broken.jsonl"
    file.write_text("\n".join([*lines, "{ this is no JSON", lines[0]]), encoding="utf-8")
    open_file(desk.window, file)
    made = opened(desk)
    assert "could not be read. The rest is open." in made.window.banner.text()
    made.window.close()


def test_a_file_that_is_no_trace_is_refused_in_the_banner(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir or Madam", encoding="utf-8")
    open_file(desk.window, file)
    desk.qtbot.waitUntil(lambda: "could not be opened" in desk.window.banner.text(), timeout=30_000)
    assert not others(desk)


def test_a_file_dropped_anywhere_is_opened(desk: Desk) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(SAMPLE))])
    drop = QDropEvent(QPointF(800, 500), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                      Qt.KeyboardModifier.NoModifier, QEvent.Type.Drop)
    desk.window.dropEvent(drop)                              # Qt sends it only after a drag of its own
    opened(desk).window.close()
