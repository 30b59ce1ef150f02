"""Opening a file: in a window of its own, with what was left out said; the user's store is not touched."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import Desk
from tracedesk.base.paths import resources
from tracedesk.ui.files.columns import ColumnsDialog
from tracedesk.ui.files.export_dialog import export_trace
from tracedesk.ui.files.opening import open_files, recent_files
from tracedesk.ui.files.report_page import FilesPage
from tracedesk.ui.main_window import MainWindow

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
    open_files(desk.window, [SAMPLE])
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
    open_files(desk.window, [file])
    made = opened(desk)
    assert "could not be read. The rest is open." in made.window.banner.text()
    made.window.close()


def test_a_file_that_is_no_trace_is_refused_in_the_banner(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir or Madam", encoding="utf-8")
    open_files(desk.window, [file])
    desk.qtbot.waitUntil(lambda: "could not be opened" in desk.window.banner.text(), timeout=30_000)
    assert not others(desk)


def test_a_file_dropped_anywhere_is_opened(desk: Desk) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(SAMPLE))])
    drop = QDropEvent(QPointF(800, 500), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                      Qt.KeyboardModifier.NoModifier, QEvent.Type.Drop)
    desk.window.dropEvent(drop)                              # Qt sends it only after a drag of its own
    opened(desk).window.close()


def test_a_clean_file_can_be_kept(desk: Desk) -> None:
    open_files(desk.window, [SAMPLE])
    made = opened(desk)
    assert "Nothing is stored" in made.window.banner.text()
    made.window.commands.run("file.keep")
    assert not made.window.commands.can("file.keep")
    made.qtbot.waitUntil(lambda: made.window.files is not None and made.window.files.kept, timeout=30_000)
    made.window.close()
    desk.qtbot.waitUntil(lambda: len(desk.titles()) == 24, timeout=10_000)


def test_several_files_are_one_window_and_one_report(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam", encoding="utf-8")
    open_files(desk.window, [tmp_path / "in", tmp_path / "letter.txt"])
    made = opened(desk)
    assert made.window.windowTitle() == "in and 1 more · TraceDesk"
    made.window.commands.run("file.report")
    page = made.window.page("files")
    assert isinstance(page, FilesPage)
    text = page.as_text()
    assert "24 traces" in text
    assert "letter.txt is in no format that TraceDesk knows" in text
    assert "recognised by the member resourceSpans" in text
    assert recent_files(desk.window) == [[str(tmp_path / "in"), str(tmp_path / "letter.txt")]]
    made.window.close()


def test_a_watched_file_grows_in_the_window(desk: Desk, tmp_path: Path) -> None:
    document = json.loads(SAMPLE.read_text(encoding="utf-8"))
    lines = [json.dumps({"resourceSpans": [part]}) for part in document["resourceSpans"]]
    file = tmp_path / "grows.jsonl"
    file.write_text(lines[0] + "\n", encoding="utf-8")
    open_files(desk.window, [file])
    made = opened(desk)
    before = len(made.titles())
    made.window.commands.run("file.watch")
    with file.open("a", encoding="utf-8") as stream:
        stream.write("\n".join(lines[1:]) + "\n")
    made.qtbot.waitUntil(lambda: made.window.files is not None and made.window.files.reports[0]["traces"] == 24, timeout=30_000)
    made.qtbot.waitUntil(lambda: len(made.titles()) > before, timeout=10_000)
    made.window.close()


def test_the_columns_of_an_unknown_table_can_be_named(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("wann,was,wie lang\n1772359200,laden,2\n1772359201,rechnen,1\n", encoding="utf-8")
    open_files(desk.window, [file])
    desk.qtbot.waitUntil(lambda: "could not be opened" in desk.window.banner.text(), timeout=30_000)
    desk.window.banner._act()
    dialog = next(found for found in desk.window.findChildren(ColumnsDialog))
    for role, column in (("start", "wann"), ("name", "was"), ("duration", "wie lang")):
        pick = dialog._picks[role]
        pick.setCurrentIndex(pick.findData(column))
    dialog._units["duration"].setCurrentIndex(dialog._units["duration"].findData("s"))
    assert dialog.mapping() == {"start": "wann", "name": "was", "duration": "wie lang", "duration_unit": "s"}
    dialog._choose()
    made = opened(desk)
    assert made.window.files is not None
    assert made.window.files.reports[0]["spans"] == 2
    made.window.close()
    dialog.deleteLater()


def test_a_trace_is_exported_with_what_is_private_hidden(desk: Desk, tmp_path: Path) -> None:
    document = json.loads(SAMPLE.read_text(encoding="utf-8"))
    text = json.dumps({"resourceSpans": document["resourceSpans"][:1]}).replace("refund", "refund of jane@example.org", 3)
    file = tmp_path / "one.json"
    file.write_text(text, encoding="utf-8")
    open_files(desk.window, [file])
    made = opened(desk)
    made.qtbot.waitUntil(lambda: made.window.state.trace_id is not None, timeout=10_000)
    dialog = export_trace(made.window)
    assert dialog is not None
    made.qtbot.waitUntil(dialog.rules["email"].isChecked, timeout=30_000)
    assert not dialog.rules["card"].isChecked()
    dialog.formats.setCurrentIndex(dialog.formats.findData("html"))
    out = tmp_path / "out.html"
    dialog.run(out)
    made.qtbot.waitUntil(out.exists, timeout=30_000)
    assert "jane@example.org" not in out.read_text(encoding="utf-8")
    assert "[email]" in out.read_text(encoding="utf-8")
    made.window.close()
