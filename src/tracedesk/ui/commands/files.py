"""Commands about files and the engine: open, keep, what was read, sample, start again."""

from __future__ import annotations

from typing import Any

from tracedesk.ui.command import Command
from tracedesk.ui.files.opening import choose_files, choose_folder


def _has_engine(desk: Any) -> bool:
    return not desk.read_only


def _export(desk: Any) -> None:
    from tracedesk.ui.files.export_dialog import export_trace  # the formats are loaded when something is exported

    export_trace(desk)


def _has_trace(desk: Any) -> bool:
    return desk.state.trace_id is not None


def _has_files(desk: Any) -> bool:
    return desk.files is not None


def _can_keep(desk: Any) -> bool:
    return desk.files is not None and not desk.files.kept and not desk.files.keeping


def _say_dropped(desk: Any) -> None:
    desk.banner.say("warn", "Some items could not be kept.", "tracedesk doctor lists them with the reasons.", topic="dropped")


PART = (
    Command("file.open", "Open trace files", choose_files, ("Ctrl+O",), "File", "open"),
    Command("file.open_folder", "Open a folder of trace files", choose_folder, (), "File", "open"),
    Command("file.report", "What was read of the files", lambda desk: desk.state.go("files"), (), "File", "info", _has_files),
    Command("file.keep", "Keep the files in the store", lambda desk: desk.files.keep(), (), "File", "save_view", _can_keep),
    Command("trace.export", "Export this trace", _export, ("Ctrl+E",), "File", "save_view", _has_trace),
    Command("file.watch", "Watch the files for changes, or stop", lambda desk: desk.files.watch(not desk.files.watching), (),
            "File", "live", _has_files),
    Command("sample.open", "Open the sample", lambda desk: desk.supervisor.send_sample(), (), "File", "play", _has_engine),
    Command("span.send_test", "Send a test span", lambda desk: desk.supervisor.send_test_span(), (), "File", "send",
            _has_engine),
    Command("engine.start", "Start the engine again", lambda desk: desk.supervisor.restart(), (), "File", "undo", _has_engine),
    Command("engine.other_port", "Receive on another port", lambda desk: desk.supervisor.use_other_port(), (), "File", "plug",
            lambda desk: _has_engine(desk) and desk.supervisor.other_port() is not None),
    Command("store.dropped", "What was dropped", _say_dropped, (), "Help", "warn"),
)
