"""“Reproduce locally”: the exact request of a model step to copy, and, on an explicit click, to send to an endpoint of the
user's. This menu is the only place in the desk from which a model is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from PySide6.QtWidgets import QMenu

from tracedesk.model.kinds import Kind
from tracedesk.model.llm import LlmFields
from tracedesk.replay import request
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Step
from tracedesk.ui.replay.copies import COPIES
from tracedesk.ui.replay.endpoint import base_url_of
from tracedesk.ui.replay.rerun import RerunDialog
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.text import plain_tip, visible


class Reproduce:
    """The button with its menu; `current()` gives the script and the step that are shown."""

    def __init__(self, desk: Any, current: Callable[[], tuple[Script | None, Step | None]]) -> None:
        self._desk, self._current = desk, current
        self.button = Button("Reproduce locally", self._menu, icon="reproduce", caret=True)
        self.dialog: RerunDialog | None = None

    def step(self) -> Step | None:
        """The model step to reproduce: the one that is shown, else the one that made it run, else the one it led to."""
        script, step = self._current()
        if script is None or step is None:
            return None
        near = chain([step], _causes(script, step), (script.steps[link.step - 1] for link in step.led_to))
        return next((one for one in near if one.kind is Kind.LLM and one.span >= 0), None)

    def fields(self) -> LlmFields | None:
        """What that model step says; None where there is none near."""
        script, step = self._current()[0], self.step()
        return script.material_of(step).fields[step.span] if script is not None and step is not None else None

    def why_not(self) -> str:
        """Why this step cannot be reproduced, or ""."""
        fields = self.fields()
        return "No model step leads to this one." if fields is None else request.missing(fields)

    def show_step(self, step: Step) -> None:
        """Another step: say whether it can be reproduced."""
        why = self.why_not()
        chosen = self.step()
        words = f"Copy the request of step {chosen.n if chosen else step.n} as code, or send it to an endpoint of yours"
        self.button.setToolTip(plain_tip(why or words))
        self.button.setEnabled(not why)

    def copy(self, form: str) -> None:
        """Put the request on the clipboard as `python`, `curl`, `pytest` or `json`."""
        fields = self.fields()
        if fields is None or request.missing(fields):
            self._desk.toast.say(self.why_not())
            return
        title, make = next((title, make) for key, title, make in COPIES if key == form)
        self._desk.copy(make(fields, base_url_of(self._desk.settings) or request.PUBLIC), f"the request as {title}")

    def run(self) -> None:
        """Open the dialog from which the request can be sent."""
        fields = self.fields()
        if fields is None or request.missing(fields):
            self._desk.toast.say(self.why_not())
            return
        self.dialog = RerunDialog(self._desk, fields)
        self.dialog.open()

    def _menu(self) -> None:
        menu = QMenu(self.button)
        step = self.step()
        if step is not None:
            menu.addAction(visible(f"The request of step {step.n}, {step.actor}")).setEnabled(False)
        for key, title, _ in COPIES:
            menu.addAction(f"Copy as {title}").triggered.connect(lambda _checked=False, key=key: self.copy(key))
        menu.addSeparator()
        menu.addAction("Run again at an endpoint of yours…").triggered.connect(self.run)
        menu.exec(self.button.mapToGlobal(self.button.rect().bottomLeft()))
        menu.deleteLater()


def _causes(script: Script, step: Step) -> Iterator[Step]:
    """The steps that led to this one, the nearest first."""
    for _ in script.steps:
        if step.cause is None:
            return
        step = script.steps[step.cause.step - 1]
        yield step
