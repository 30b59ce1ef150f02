"""Run a model step again at the user's own endpoint: what will be sent, the click, the new answer beside the recorded one."""

from __future__ import annotations

import threading
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout

from tracedesk.base.errors import TraceDeskError
from tracedesk.base.words import counted
from tracedesk.model.llm import LlmFields
from tracedesk.privacy.endpoint_key import endpoint_key, keep_endpoint_key
from tracedesk.replay.request import request_body
from tracedesk.replay.speech import asked_for, written
from tracedesk.ui.inspector.format import call_text
from tracedesk.ui.replay.code_view import CodeView
from tracedesk.ui.replay.endpoint import MODEL_SETTING, SETTING, Answer, Call, base_url_of, is_in_the_clear
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.text import label


class RerunDialog(QDialog):
    """Nothing leaves this machine before Send is clicked; the answer streams in at the right."""

    _changed = Signal(object)
    _ended = Signal(object)

    def __init__(self, desk: Any, fields: LlmFields) -> None:
        super().__init__(desk)
        self._settings = desk.settings
        self._body = request_body(fields)
        self._call: Call | None = None
        self._thread: threading.Thread | None = None
        self.setWindowTitle("Run again")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(940, 620)
        self.address = QLineEdit(base_url_of(desk.settings))
        self.address.setPlaceholderText("http://127.0.0.1:11434/v1")
        self.model = QLineEdit(self._settings.text(MODEL_SETTING))
        self.model.setPlaceholderText(f"as recorded: {self._body.get('model')}")
        self.key = QLineEdit()
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText("kept in the system keyring; a local server needs none")
        for field, name in ((self.address, "Address of the endpoint"), (self.model, "Model"), (self.key, "API key")):
            field.setAccessibleName(name)
        self.recorded, self.answer = CodeView("Recorded answer"), CodeView("New answer")
        outputs = [message for message in fields.values.get("output.messages") or () if isinstance(message, dict)
                   and isinstance(message.get("parts"), list)]
        self.recorded.setPlainText(_as_text(written(outputs), [(call.name, call.arguments) for call in asked_for(outputs)])
                                   or "the answer was not sent")
        self._says = label("", "dense", "tertiary", wrap=True)
        self.send = Button("Send", self._send, role="primary", icon="play")
        self.stop = Button("Stop", self._stop)
        self.stop.setEnabled(False)
        self._lay_out()
        self._changed.connect(self._show)
        self._ended.connect(self._finished)
        self.address.textChanged.connect(self._say_what)
        self._say_what()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Endpoint", self.address)
        form.addRow("Model", self.model)
        form.addRow("Key", self.key)
        sides = QHBoxLayout()
        sides.setSpacing(12)
        for title, view in (("Recorded", self.recorded), ("New", self.answer)):
            side = QVBoxLayout()
            side.addWidget(label(title, "label", "secondary"))
            side.addWidget(view, 1)
            sides.addLayout(side, 1)
        row = QHBoxLayout()
        row.addWidget(self._says, 1)
        for button in (Button("Close", self.close), self.stop, self.send):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(12)
        column.addLayout(form)
        column.addLayout(sides, 1)
        column.addLayout(row)

    def _say_what(self) -> None:
        where = self.address.text().strip()
        what = counted(len(self._body.get("messages", ())), "message")
        open_line = " The connection is not encrypted." if is_in_the_clear(where) else ""
        self._says.setText(f"Send posts {what} of this step to {where or 'the endpoint'}. Nothing is sent before.{open_line}")
        self.send.setEnabled(bool(where) and self._thread is None)

    def _send(self) -> None:
        """The explicit click."""
        where, model = self.address.text().strip(), self.model.text().strip()
        kept = not self.key.text() or keep_endpoint_key(where, self.key.text())
        self._settings.put(SETTING, where)
        self._settings.put(MODEL_SETTING, model)
        try:
            call = Call(where, endpoint_key(where), {**self._body, **({"model": model} if model else {})})
        except TraceDeskError as error:
            self._says.setText(f"{error.message} {error.hint}")
            return
        self._call = call
        self.key.clear()
        self.answer.setPlainText("")
        self.send.setEnabled(False)
        self.stop.setEnabled(True)
        self._says.setText("Waiting for the answer…" if kept else
                           "Waiting for the answer… No keyring answers: the key is kept only until the desk is closed.")
        self._thread = threading.Thread(target=self._work, args=(call,), name="rerun")
        self._thread.start()

    def _work(self, call: Call) -> None:
        try:
            self._ended.emit(call.run(self._changed.emit))
        except TraceDeskError as error:
            self._ended.emit(error)

    def _show(self, answer: Answer) -> None:
        self.answer.setPlainText(_as_text(answer.text, [(tool["name"], tool["arguments"]) for tool in answer.tools]))

    def _finished(self, outcome: Answer | TraceDeskError) -> None:
        if self._thread is not None:
            self._thread.join()
        self._thread = None
        self.stop.setEnabled(False)
        self.send.setEnabled(True)
        if isinstance(outcome, TraceDeskError):
            self._says.setText(f"{outcome.message} {outcome.hint}".strip())
            return
        self._show(outcome)
        same = self.answer.toPlainText().split() == self.recorded.toPlainText().split()
        used = "" if outcome.output_tokens is None else f", {outcome.input_tokens or 0:,} → {outcome.output_tokens:,} tokens"
        differs = "It is the recorded one, word by word." if same else "It differs from the recorded one."
        self._says.setText(f"The answer has come{used}. {differs}")

    def _stop(self) -> None:
        if self._call is not None:
            self._call.stop()

    def done(self, result: int) -> None:
        """Closing ends the call."""
        if self._call is not None:
            self._call.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        super().done(result)


def _as_text(text: str, tools: list[tuple[str, Any]]) -> str:
    return "\n".join([*([text] if text else []), *(call_text(name, arguments) for name, arguments in tools)])
