"""Commands of what-if. The numbers also work on the traces page: they flip a perturbation and go to the what-if page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracedesk.ui.command import Command
from tracedesk.whatif.perturbation import all_perturbations

KEYS = 9


def _here(desk: Any) -> bool:
    return bool(desk.state.page == "whatif" and desk.state.trace_id is not None)


def _open(desk: Any) -> bool:
    return bool(desk.state.page in ("traces", "whatif") and desk.state.trace_id is not None)


def _flip(index: int) -> Callable[[Any], object]:
    def run(desk: Any) -> None:
        desk.state.go("whatif")
        desk.page("whatif").flip(index)

    return run


def _toggles() -> tuple[Command, ...]:
    """One command per toggle, in the order of the toggles; the first nine have a key."""
    ready = [part for part in all_perturbations() if part.looks_for != "span"]
    return tuple(
        Command(f"whatif.toggle.{part.key}", f"What if: {part.title.lower()}", _flip(index),
                (str(index + 1),) if index < KEYS else (), "Trace", "what_if", _open, sheet="What if" if index < KEYS else "",
                words="flip a perturbation")
        for index, part in enumerate(ready))


def _command(name: str, title: str, run: Callable[[Any], object], key: str = "", icon: str = "", words: str = "") -> Command:
    """A command of the what-if page."""
    return Command(f"whatif.{name}", title, lambda desk: run(desk.page("whatif")), (key,) if key else (), "Trace", icon, _here,
                   sheet="What if" if key else "", words=words, page="whatif")


PART = (
    Command("whatif.open", "What if", lambda desk: desk.state.go("whatif"), ("Shift+W",), "Trace", "what_if", _open,
            sheet="What if", words="what if", button="tools", short="What if"),
    *_toggles(),
    _command("reset", "Reset all perturbations", lambda page: page.reset(), "0", "undo", "reset all"),
    _command("slower", "Factor up", lambda page: page.step_factor(1), "=", "plus", "factor down, up"),
    _command("quicker", "Factor down", lambda page: page.step_factor(-1), "-", "minus", "factor down, up"),
    _command("ghosts", "Show or hide the measured run", lambda page: page.toggle_ghosts(), "G", "", "ghosts"),
    _command("predict", "Predict first, or do not", lambda page: page.toggle_predict(), "P", "", "predict first"),
    _command("copy", "Copy the answer as text", lambda page: page.copy_text(), "Y", "copy", "copy result as text"),
    _command("picture", "Copy the answer as a picture", lambda page: page.copy_picture(), "", "image"),
    _command("rule", "Add a rule of your own", lambda page: page.side.add_rule(), "", "plus"),
    _command("budget", "Set the budget of the whole", lambda page: page.figures.edit_budget(), "", "clock"),
    _command("save", "Save this scenario", lambda page: page.save_scenario(), "", "save_view"),
    _command("many", "The same over the latest traces", lambda page: page.toggle_many(), "", "traces"),
)
