"""Commands about files and the engine: open, sample, start again."""

from __future__ import annotations

from typing import Any

from tracedesk.ui.command import Command
from tracedesk.ui.opening import choose_file


def _has_engine(desk: Any) -> bool:
    return not desk.read_only


def _say_dropped(desk: Any) -> None:
    desk.banner.say("warn", "Some items could not be kept.", "tracedesk doctor lists them with the reasons.", topic="dropped")


PART = (
    Command("file.open", "Open a trace file", choose_file, ("Ctrl+O",), "File", "open"),
    Command("sample.open", "Open the sample", lambda desk: desk.supervisor.send_sample(), (), "File", "play", _has_engine),
    Command("span.send_test", "Send a test span", lambda desk: desk.supervisor.send_test_span(), (), "File", "send",
            _has_engine),
    Command("engine.start", "Start the engine again", lambda desk: desk.supervisor.restart(), (), "File", "undo", _has_engine),
    Command("store.dropped", "What was dropped", _say_dropped, (), "Help", "warn"),
)
