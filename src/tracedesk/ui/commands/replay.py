"""Commands of the replay. Inside it Space plays and the arrows step; on the traces page R and Space open it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracedesk.store.notes import Verdict
from tracedesk.ui.command import Command
from tracedesk.ui.replay.copies import COPIES

SHEET = "Replay"


def _here(desk: Any) -> bool:
    return bool(desk.state.page == "replay" and desk.page("replay").script is not None)


def _open(desk: Any) -> bool:
    return bool(desk.state.page == "traces" and desk.state.trace_id is not None)


def _model_step(desk: Any) -> bool:
    return _here(desk) and not desk.page("replay").reproduce.why_not()


def _start(*, at_span: bool) -> Callable[[Any], object]:
    def run(desk: Any) -> None:
        span_id = desk.state.span_id if at_span else None
        desk.state.go("replay")
        desk.page("replay").start_at(span_id)

    return run


def _selected(desk: Any) -> bool:
    return _open(desk) and desk.state.span_id is not None


def _command(name: str, title: str, run: Callable[[Any], object], key: str = "", icon: str = "", words: str = "") -> Command:
    return Command(f"replay.{name}", title, lambda desk: run(desk.page("replay")), (key,) if key else (), "Trace", icon, _here,
                   sheet=SHEET if key else "", words=words, page="replay")


def _say(verdict: Verdict) -> Callable[[Any], object]:
    return lambda page: page.say(verdict)


def _copy(form: str) -> Callable[[Any], object]:
    return lambda desk: desk.page("replay").reproduce.copy(form)


PART = (
    Command("trace.replay", "Replay", _start(at_span=False), ("R",), "Trace", "play", _open, sheet=SHEET,
            words="replay from the start", button="header primary", short="Replay", page="traces"),
    Command("trace.replay_span", "Replay from the selected span", _start(at_span=True), ("Space",), "Trace", "play", _selected,
            sheet=SHEET, words="replay from the span", page="traces"),
    _command("play", "Play or pause", lambda page: page.play(), "Space", "play", "play, pause"),
    _command("back", "Step back", lambda page: page.step(-1), "Left", "chevron_left", "step back, on"),
    _command("on", "Step on", lambda page: page.step(1), "Right", "chevron_right", "step back, on"),
    _command("first", "First step", lambda page: page.go(1), "Home", "first", "first, last step"),
    _command("last", "Last step", lambda page: page.last(), "End", "last", "first, last step"),
    _command("good", "This step was good", _say("good"), "G", "good", "good, bad, unsure"),
    _command("bad", "This step was bad", _say("bad"), "B", "bad", "good, bad, unsure"),
    _command("unsure", "Unsure about this step", _say("unsure"), "U", "unsure", "good, bad, unsure"),
    _command("note", "Write a note on this step", lambda page: page.note(), "N", "note", "note"),
    _command("span", "Open the span of this step", lambda page: page.open_span(), "Return", "waterfall", "open the span"),
    _command("waterfall", "Open the waterfall", lambda page: page.open_span(), "", "waterfall"),
    *(Command(f"replay.copy_{key}", f"Copy this request as {title}", _copy(key), (), "Trace", "copy", _model_step,
              page="replay") for key, title, _ in COPIES),
    Command("replay.rerun", "Run this request again at an endpoint of yours", lambda desk: desk.page("replay").reproduce.run(),
            (), "Trace", "reproduce", _model_step, page="replay"),
)
