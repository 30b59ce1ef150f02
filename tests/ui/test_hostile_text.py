"""Row S5 of the reliability page: nothing of a prompt is rendered as rich text, and nothing is loaded from outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTextBrowser, QTextEdit, QWidget

from tests.ui.conftest import Desk
from tracedesk.ingest.stages import prepare_all
from tracedesk.pricing.book import PriceBook
from tracedesk.store.connect import open_store
from tracedesk.ui.widgets.text import TIP_MOST, Elided, plain_tip, visible
from tracedesk.wire import otlp_json

EVIL = ('<img src="file://{canary}"><img src="//198.51.100.7/share/x.png"><img src="http://198.51.100.7/x.png">'
        '<a href="file:///etc/passwd">click</a> ![x](file://{canary}) \u202egnp.exe\x1b]8;;http://x\x07 <b>bold</b>\x00')


def evil_store(path: Path, canary: Path) -> Path:
    """A store with one trace whose every text is an attack."""
    evil = EVIL.format(canary=canary)
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": evil, "gen_ai.usage.input_tokens": 1,
        "gen_ai.input.messages": orjson.dumps([
            {"role": "system", "parts": [{"type": "text", "content": evil}]},
            {"role": evil, "name": evil, "parts": [{"type": "text", "content": evil}, {"type": "uri", "uri": f"file://{canary}"},
                                                   {"type": "uri", "uri": "//198.51.100.7/share/x.png"}]},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": evil, "response": {evil: evil}}]}]).decode(),
        "gen_ai.output.messages": orjson.dumps([{"role": "assistant", "finish_reason": evil, "parts": [
            {"type": "reasoning", "content": evil}, {"type": "tool_call", "id": "1", "name": evil, "arguments": {"x": evil}},
            {"type": "text", "content": evil}]}]).decode(),
        "user.id": evil, "session.id": evil, evil: evil,
    }
    span = {
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": evil,
        "startTimeUnixNano": "1000000000", "endTimeUnixNano": "3000000000", "status": {"code": 2, "message": evil},
        "attributes": [{"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
                       for key, value in attributes.items()],
        "events": [{"name": "exception", "timeUnixNano": "2000000000", "attributes": [
            {"key": f"exception.{name}", "value": {"stringValue": evil}} for name in ("type", "message", "stacktrace")]}]}
    batch = otlp_json.decode_traces({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": evil}}]},
        "scopeSpans": [{"scope": {"name": evil}, "spans": [span]}]}]})
    assert len(batch.spans) == 1
    book = PriceBook()
    with open_store(path, role="write") as store:
        writer = store.writer()
        writer.write(prepare_all(writer.gather(batch.spans, []), book))
        writer.settle()
    return path


def every_page(desk: Desk) -> None:
    """Look at every page of the inspector, every view and every tab below."""
    for key in list(desk.page.inspector.tabs.keys()):
        desk.page.inspector.choose(key)
        desk.settle()
        assert_plain(desk.window)
    for key in desk.page.centre.bottom.tabs.keys():  # noqa: SIM118 - a method, not a dict
        desk.page.centre.bottom.tabs.show_tab(key)
        desk.settle()
    for view in ("flame", "waterfall"):
        desk.run(f"view.{view}")
    desk.window.palette_.open_with("img")
    desk.window.palette_.close_overlay()
    assert_plain(desk.window)


def assert_plain(root: QWidget) -> None:
    """No label that could take its text for markup, no rich text widget, no tooltip with live markup."""
    for label in root.findChildren(QLabel):
        if label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText, label.text()[:80]
    assert not root.findChildren(QTextBrowser)
    assert not root.findChildren(QTextEdit)
    for widget in root.findChildren(QWidget):
        assert "<img" not in widget.toolTip(), widget


def test_an_evil_trace_is_shown_as_text_everywhere(new_desk: Callable[..., Desk], tmp_path: Path) -> None:
    canary = tmp_path / "canary.png"
    canary.write_bytes(b"")
    desk = new_desk(evil_store(tmp_path / "evil.db", canary))
    assert desk.page.inspector.detail is not None
    every_page(desk)
    title = desk.page.centre.header.title.text()
    assert "<img src=" in title


def test_control_and_direction_marks_are_made_visible() -> None:
    shown = visible("a\u202eb\x1b[0m\x07\x00")
    assert shown == "a⟨U+202E⟩b␛[0m␇␀"
    assert "\u202e" not in shown


def test_tooltips_escape_what_looks_like_markup() -> None:
    tip = plain_tip('<img src="file:///x"> & "quoted"')
    assert "<img" not in tip
    assert "&lt;img" in tip
    assert "\u202e" not in plain_tip("a\u202eb")
    assert plain_tip("") == ""


def test_the_tooltip_of_a_long_text_ends() -> None:
    tip = plain_tip("<" * 100_000)
    assert tip.count("&lt;") == TIP_MOST
    assert "…" in tip


def test_a_line_shows_marks_and_gives_its_whole_text_as_tooltip(qtbot: Any) -> None:
    line = Elided("a\u202eb\nc")
    qtbot.addWidget(line)
    assert line.text() == "a\u202eb\nc"
    assert line.accessibleName() == "a⟨U+202E⟩b c"
    line.setText("<img> " * 100)
    line.resize(100, 20)
    line.grab()
    assert line.toolTip() == plain_tip(line.text())
    line.setText("short")
    line.grab()
    assert line.toolTip() == ""


CHILD = """
import sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from tests.ui.test_hostile_text import every_page
from tests.ui.conftest import Desk
from tracedesk.ui.app import make_application
from tracedesk.ui.main_window import MainWindow

app = make_application()
window = MainWindow(Path(sys.argv[1]))
window.resize(1600, 1000)
window.show()
window.live.start()

class Bot:
    def wait(self, ms):
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

desk = Desk(window, Bot())
desk.page.set_range(0)
desk.settle()
every_page(desk)
window.grab()
window.close()
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_under_strace_nothing_outside_is_opened_or_connected_to(tmp_path: Path) -> None:
    canary = tmp_path / "canary.png"
    canary.write_bytes(b"")
    store = evil_store(tmp_path / "evil.db", canary)
    log = tmp_path / "calls.txt"
    script = tmp_path / "look.py"
    script.write_text(CHILD, encoding="utf-8")
    traced = ["strace", "-f", "-e", "trace=open,openat,connect", "-o", str(log)]
    here = os.pathsep.join((".", "src"))
    done = subprocess.run([*traced, sys.executable, str(script), str(store)],
                          capture_output=True, text=True, timeout=120, check=False,
                          cwd=Path(__file__).resolve().parents[2], env={**os.environ, "PYTHONPATH": here})
    assert done.returncode == 0, done.stderr[-2000:]
    calls = log.read_text(encoding="utf-8", errors="replace").splitlines()
    assert len(calls) > 100
    assert not [line for line in calls if "canary.png" in line or "198.51.100.7" in line or "/share/x" in line]
    assert not [line for line in calls if "connect(" in line and "AF_INET" in line]
