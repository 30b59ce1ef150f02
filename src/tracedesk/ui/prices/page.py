"""The prices page. Setting a price writes it down and has the stored calls priced again; nothing is asked of the network."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tracedesk.base.clock import iso_time
from tracedesk.base.errors import TraceDeskError
from tracedesk.base.money import format_cost_exact, format_total
from tracedesk.pricing.on_model import OnModel
from tracedesk.pricing.override import Override
from tracedesk.store import prices
from tracedesk.store.connect import notebook
from tracedesk.ui.child import Child
from tracedesk.ui.prices import reader
from tracedesk.ui.prices.form import PriceForm
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.buttons import Button
from tracedesk.ui.widgets.table import Cell, Column, Table
from tracedesk.ui.widgets.text import label, line, visible

FORM_PX = 380
KEYS = [("↑ ↓", "model"), ("Esc", "back")]
MISSING = (Column("Model"), Column("Provider", 130), Column("Calls", 80, True), Column("Why", 180))
KEPT = (Column("Model"), Column("Provider", 110), Column("Since", 100), Column("Per million tokens", 300), Column("", 70))


class PricesPage(QWidget):
    """The page of `desk`."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("pane", "panel")
        self._work: Child | None = None
        self.missing, self.kept = Table(MISSING, "Calls without a price"), Table(KEPT, "Prices that you set")
        self.form = PriceForm()
        self.form.saved.connect(self.keep)
        self.missing.picked.connect(lambda one: self.form.fill(one.model or "", one.provider or ""))
        self.kept.picked.connect(lambda one: self.form.fill(one.model, one.provider or ""))
        self._says = label("", "dense", "tertiary", wrap=True)
        self._other = QLineEdit()
        self._other.setPlaceholderText("gpt-4o-mini")
        self._other.setAccessibleName("Another model for the open trace")
        self._other.returnPressed.connect(self.ask_other)
        self._answer = label("", "dense", "secondary", wrap=True)
        self._forget = Button("Forget this price", self.forget, size="small")
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        head, row = bar(52, left_px=10)
        row.addWidget(Button("Traces", lambda: self._desk.state.go("traces"), role="ghost", icon="chevron_left", key="Esc"))
        row.addWidget(label("Prices", "title"))
        row.addStretch(1)
        row.addWidget(Button("Price stored calls again", self.reprice, icon="undo"))
        left = QVBoxLayout()
        left.setContentsMargins(16, 14, 16, 14)
        left.setSpacing(8)
        left.addWidget(label("Calls without a price", "body_strong"))
        left.addWidget(label("They cost something; nobody knows what. Sums say ≥ until a price is set.", "dense", "tertiary"))
        left.addWidget(self.missing, 3)
        left.addWidget(line())
        titles = QHBoxLayout()
        titles.addWidget(label("Prices that you set", "body_strong"))
        titles.addStretch(1)
        titles.addWidget(self._forget)
        left.addLayout(titles)
        left.addWidget(self.kept, 2)
        left.addWidget(line())
        other = QHBoxLayout()
        other.setSpacing(10)
        other.addWidget(label("The open trace on", "dense_strong"))
        self._other.setFixedWidth(220)
        other.addWidget(self._other)
        other.addWidget(self._answer, 1)
        left.addLayout(other)
        left.addWidget(self._says)
        right = QVBoxLayout()
        right.setContentsMargins(0, 14, 16, 14)
        right.addWidget(self.form)
        right.addStretch(1)
        side = QWidget()
        side.setLayout(right)
        side.setFixedWidth(FORM_PX)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addLayout(left, 1)
        body.addWidget(side, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addLayout(body, 1)

    # asking and showing

    def refresh(self) -> None:
        """Read both lists."""
        self._desk.tasks.ask("prices", reader.look, self._show, self._failed)

    def _failed(self, error: TraceDeskError) -> None:
        self._says.setText(f"{error.message} {error.hint}".strip())

    def _show(self, found: reader.Prices) -> None:
        rows = []
        for one in found.missing:
            why = one.status.label.replace("_", " ") if one.status is not None else "—"
            rows.append(((Cell(visible(one.model or "not named")), Cell(visible(one.provider or "—"), "text.secondary"),
                          Cell(f"{one.calls:,}"), Cell(why, "text.tertiary")), one))
        self.missing.show_rows(rows)
        self.kept.show_rows([(_cells(one), one) for one in found.kept])
        self._forget.setEnabled(bool(found.kept))
        self._says.setText("" if found.missing else "Every call has a price.")

    def set_for(self, model: str, provider: str = "") -> None:
        """Begin a price for a model."""
        self.form.fill(model, provider)

    def ask_other(self) -> None:
        """What the open trace would cost on another model."""
        model, trace_id = self._other.text().strip(), self._desk.state.trace_id
        if trace_id is None:
            self._answer.setText("No trace is open.")
        elif model:
            self._desk.tasks.ask("prices.other", lambda store: reader.on_another(store, trace_id, model), self._show_other)

    def _show_other(self, found: OnModel) -> None:
        now, then = format_total(found.now_nusd, found.now_unpriced), format_total(found.then_nusd, found.then_unpriced)
        if found.price_model is None:
            self._answer.setText(f"No price is known for {found.model}." if found.moved else "This trace has no model call.")
        else:
            self._answer.setText(f"{then} instead of {now}, the same tokens at the prices of {found.price_model}.")

    # writing

    def keep(self, override: Override) -> None:
        """Write a price down, and price again what is stored."""
        self._write(lambda store: prices.put(store, override), f"Price of {override.model} set")

    def forget(self) -> None:
        """Forget the price of the current row."""
        chosen = self.kept.current()
        if chosen is not None and chosen.number is not None:
            number = chosen.number
            self._write(lambda store: prices.remove(store, number), f"Price of {chosen.model} forgotten")

    def _write(self, work: Any, said: str) -> None:
        path = self._desk.store_path

        def run() -> None:
            with notebook(path) as store:
                work(store)

        def done(_none: None) -> None:
            self._desk.toast.say(said)
            self.reprice()

        self._desk.tasks.run("prices.write", run, done, self._failed)

    def reprice(self) -> None:
        """Have all stored calls read and priced again: by the engine where one runs, else by a child of ours."""
        if self._work is None:
            self._says.setText("Pricing stored calls again …")
            self._work = Child(self, ["reprice", "--json", "--store", str(self._desk.store_path)], self._repriced,
                               self._not_repriced)

    def _repriced(self, answer: Any) -> None:
        self._work = None
        spans = answer.get("spans", 0) if isinstance(answer, dict) else 0
        self._desk.toast.say(f"{spans:,} spans priced again")
        self.refresh()

    def _not_repriced(self, said: str) -> None:
        self._work = None
        self._says.setText(said)

    # what the window asks of a page

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [self.missing, self.kept, self.form.model]

    def step_back(self) -> None:
        """Esc: back to the traces."""
        self._desk.state.go("traces")

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        if self._work is not None and not self._desk.isVisible():
            self._work.cancel()
            self._work = None


def _cells(one: Override) -> tuple[Cell, ...]:
    amounts = [f"{kind.replace('_', ' ')} {format_cost_exact(amount)}" for kind, amount in one.nusd_per_mtok.items()]
    if one.nusd_per_request is not None:
        amounts.append(f"per call {format_cost_exact(one.nusd_per_request)}")
    name = one.model if one.match == "exact" else f"{one.model} ({one.match})"
    since = "always" if one.valid_from_ns is None else iso_time(one.valid_from_ns)[:10]
    until = "" if one.valid_to_ns is None else f"until {iso_time(one.valid_to_ns)[:10]}"
    return (Cell(visible(name)), Cell(visible(one.provider or "any"), "text.secondary"), Cell(since, "text.secondary"),
            Cell(", ".join(amounts)), Cell(until, "text.tertiary"))
