"""The form of one price: for which models, from when, dollars per million tokens; or nothing, on purpose."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout

from tracedesk.base.clock import parse_iso
from tracedesk.base.errors import DataError
from tracedesk.base.money import nusd
from tracedesk.pricing.override import Override, checked
from tracedesk.ui.widgets.buttons import Button, Segments, Switch
from tracedesk.ui.widgets.text import label, set_tone

MATCHES = (("exact", "this model"), ("prefix", "names that begin so"))
KINDS = (("input", "Input"), ("output", "Output"), ("cache_read", "Read from cache"), ("cache_write", "Written to cache"))


class PriceForm(QFrame):
    """`saved(Override)` when the user has filled it in so that it can be used."""

    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("pane", "card")
        self.model, self.provider, self.since = QLineEdit(), QLineEdit(), QLineEdit()
        self._match = Segments([words for _, words in MATCHES], lambda _at: None, title="Which models")
        self._free = Switch("It costs nothing: a local model")
        self._free.clicked.connect(lambda on: self._freed(bool(on)))
        self.amounts = {kind: QLineEdit() for kind, _ in KINDS}
        self._problem = label("", "caption", "error", wrap=True)
        self._problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addWidget(label("Set a price", "body_strong"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (title, field, hint) in enumerate((
                ("Model", self.model, "llama-guard3:8b"), ("Provider", self.provider, "any"),
                ("Since", self.since, "always, or a day like 2026-01-31"))):
            self._line(grid, row, title, field, hint)
        grid.addWidget(self._match, 3, 1, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(grid)
        free = QHBoxLayout()
        free.setSpacing(8)
        free.addWidget(self._free)
        free.addWidget(label("It costs nothing: a local model", "dense", "secondary"))
        free.addStretch(1)
        column.addLayout(free)
        column.addWidget(label("Dollars per million tokens", "label", "tertiary"))
        money = QGridLayout()
        money.setHorizontalSpacing(12)
        money.setVerticalSpacing(6)
        money.setColumnStretch(1, 1)
        for row, (kind, title) in enumerate(KINDS):
            hint = "as input" if kind.startswith("cache") else "2.50" if kind == "input" else "10"
            self._line(money, row, title, self.amounts[kind], hint)
        column.addLayout(money)
        column.addWidget(self._problem)
        foot = QHBoxLayout()
        foot.addWidget(Button("Set price", self.save, role="primary"))
        foot.addStretch(1)
        column.addLayout(foot)
        column.addStretch(1)

    def _line(self, grid: QGridLayout, row: int, title: str, field: QLineEdit, hint: str) -> None:
        grid.addWidget(label(title, "dense", "secondary"), row, 0)
        field.setPlaceholderText(hint)
        field.setAccessibleName(title)
        field.returnPressed.connect(self.save)
        grid.addWidget(field, row, 1)

    def fill(self, model: str, provider: str = "") -> None:
        """Begin with a model."""
        self.model.setText(model)
        self.provider.setText(provider)
        for field in self.amounts.values():
            field.clear()
        self._free.setChecked(False)
        self._freed(False)
        self._problem.hide()
        self.amounts["input"].setFocus()

    def save(self) -> None:
        """Take what is filled in; say what is wrong with it."""
        try:
            made = checked(self._override())
        except DataError as error:
            self._problem.setText(f"{error.message} {error.hint}".strip())
            set_tone(self._problem, "error")
            self._problem.show()
            return
        self._problem.hide()
        self.saved.emit(made)

    def _override(self) -> Override:
        since = None
        if self.since.text().strip():
            since = parse_iso(self.since.text())
            if since is None:
                raise DataError(f"“{self.since.text()}” is no day.", hint="Write for example 2026-01-31, or nothing.")
        if self._free.isChecked():
            amounts = {"input": 0, "output": 0}
        else:
            amounts = {kind: self._amount(title, self.amounts[kind].text()) for kind, title in KINDS
                       if self.amounts[kind].text().strip()}
            if not amounts:
                raise DataError("A price is missing.", hint="Fill in input and output, or say that it costs nothing.")
        return Override(self.model.text().strip(), MATCHES[self._match.current()][0], self.provider.text().strip() or None,
                        since, None, amounts)

    @staticmethod
    def _amount(title: str, text: str) -> int:
        amount = nusd(text.strip().removeprefix("$"))
        if amount is None or amount < 0:
            raise DataError(f"{title}: “{text}” is no amount of dollars.", hint="Write for example 2.50.")
        return amount

    def _freed(self, free: bool) -> None:
        for field in self.amounts.values():
            field.setEnabled(not free)
