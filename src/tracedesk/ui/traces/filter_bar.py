"""The filter bar, 44 px: the filter as chips in one field, its error under the caret, completions from the facets.

A chip is one term of the filter language; the text field behind the chips takes the next one. Enter or a blank after a
whole term makes a chip; Backspace in an empty field edits the last one; a click on a chip opens what can be done with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tracedesk.base.errors import BadQuery
from tracedesk.model.query import Term, TraceQuery, parse, term
from tracedesk.model.query_keys import KEYS
from tracedesk.ui import theme
from tracedesk.ui.stylesheet import repolish
from tracedesk.ui.widgets.buttons import IconButton, of_command
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.text import Elided, Glyph, KeyCap, label, plain_tip

OFFERS_PX = 520
BESIDE_ROLE = Qt.ItemDataRole.UserRole + 1
HINT, HINT_SHORT = "Add a filter: cost > $0.05, model = gpt-4o, error has timeout", "Add a filter"


class Chip(QFrame):
    """One term: key, operator, strong value, a cross. The rest is in its menu."""

    removed = Signal()
    menu_wanted = Signal(QPoint)

    def __init__(self, term: Term) -> None:
        super().__init__()
        self.setProperty("chip", True)
        self.text = str(term)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 2, 0)
        row.setSpacing(5)
        before, value = parts_of(term)
        for word, tone in before:
            row.addWidget(label(word, "dense", tone))
        shown = Elided(value, "dense_strong", "text.primary")
        shown.setMaximumWidth(220)
        row.addWidget(shown)
        row.addWidget(IconButton("close", f"Remove {self.text}", self.removed.emit, size=11, hit=22))
        theme.hold(self, 24)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"Filter {self.text}")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def mousePressEvent(self, event) -> None:
        self.menu_wanted.emit(event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.menu_wanted.emit(self.mapToGlobal(self.rect().bottomLeft()))
        else:
            super().keyPressEvent(event)


def parts_of(term: Term) -> tuple[list[tuple[str, str]], str]:
    """([(word, tone)], strong value) of a term for its chip."""
    values = ", ".join(word.text for word in term.values)
    if not term.key:
        return ([("not", "link")] if term.negated else []), f"“{values}”" if " " in values else values
    if term.key == term.op:
        return ([("not", "link")] if term.negated else []) + [(term.key, "secondary")], values
    if term.op == "=":
        return [(term.key, "secondary"), ("≠" if term.negated else "=", "link")], values
    word = {">=": "≥", "<=": "≤"}.get(term.op, term.op)
    return [(term.key, "secondary"), (f"not {word}" if term.negated else word, "link")], values


def fill_chip_menu(menu: Menu, query: TraceQuery, index: int, then: Callable[[TraceQuery], object]) -> None:
    """What can be made of one term of a filter; `then` gets the other filter."""
    menu.addAction("Not this", lambda: then(query.negate(index)))
    menu.addAction("Only this", lambda: then(TraceQuery((query.terms[index],))))
    menu.addAction("Remove", lambda: then(query.without(index)))


class OfferDelegate(QStyledItemDelegate):
    """A completion: the term at the left, its count or what it says at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(420, theme.current().size("row"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        colors = theme.current()
        box = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, colors.color("bg.selected"))
        painter.setFont(colors.font("dense"))
        metrics = QFontMetrics(painter.font())
        beside = str(index.data(BESIDE_ROLE))
        wide = min(metrics.horizontalAdvance(beside) + 4, box.width() * 0.6)
        painter.setPen(colors.color("text.tertiary"))
        painter.drawText(box.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, beside)
        painter.setPen(colors.color("text.primary"))
        text = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, int(box.width() - wide - 36))
        painter.drawText(box.adjusted(10, 0, -10, 0), Qt.AlignmentFlag.AlignVCenter, text)


class FilterBar(QWidget):
    """`changed(query)` when the filter is another one and parses; an error stays here, under the caret."""

    changed = Signal(object)

    def __init__(self, completions: Callable[[], Mapping[str, Sequence[tuple[str, int]]]]) -> None:
        super().__init__()
        self._completions = completions
        self.query = TraceQuery()
        self._chips: list[Chip] = []
        theme.hold(self, 44)
        self._box = QFrame()
        self._box.setProperty("pane", "field")
        self._row = QHBoxLayout(self._box)
        self._row.setContentsMargins(9, 0, 6, 0)
        self._row.setSpacing(6)
        self._row.addWidget(Glyph("filter", "text.secondary", 14))
        self._chip_row = QHBoxLayout()
        self._chip_row.setSpacing(6)
        self._row.addLayout(self._chip_row)
        self.field = QLineEdit()
        self.field.setProperty("role", "bare")
        self.field.setFont(theme.current().font("dense"))
        self.field.setProperty(theme.FACE, "dense")
        self.field.setPlaceholderText(HINT)
        self.field.setAccessibleName("Filter")
        self.field.setAccessibleDescription("/")
        self.field.textEdited.connect(self._typed)
        self.field.installEventFilter(self)
        self._row.addWidget(self.field, 1)
        self._row.addWidget(of_command(KeyCap("/"), "filter.edit"))
        self._completer = QCompleter(self)
        self._offers = QStandardItemModel(self)
        self._completer.setModel(self._offers)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.activated.connect(self._completed)
        self.field.setCompleter(self._completer)
        popup = QListView()
        popup.setProperty("role", "popup")
        popup.setMaximumWidth(OFFERS_PX)
        self._completer.setPopup(popup)
        popup.setItemDelegate(OfferDelegate(popup))
        self.error = QFrame(self, Qt.WindowType.ToolTip)
        self.error.setProperty("banner", "error")
        self.error_label = label("", "dense", "error")
        error_row = QHBoxLayout(self.error)
        error_row.setContentsMargins(8, 4, 8, 4)
        error_row.setSpacing(6)
        error_row.addWidget(Glyph("info", "status.error", 13))
        error_row.addWidget(self.error_label)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(self._box, 1)
        row.addLayout(self.tools)
        theme.hold(self._box, 30)

    def text(self) -> str:
        """The whole filter, without what is being typed."""
        return str(self.query)

    def set_text(self, text: str) -> None:
        """Another filter, as chips; what does not parse stays in the field with its error."""
        try:
            query = parse(text)
        except BadQuery as error:
            self._show_chips(TraceQuery())
            self.field.setText(text)
            self._complain(error)
            return
        self.field.clear()
        self.set_query(query)

    def set_query(self, query: TraceQuery) -> None:
        """Another filter."""
        self._show_chips(query)
        self._settle()

    def add(self, term: Term | str) -> None:
        """One more term, unless it is there."""
        self.set_query(self.query.plus(term))

    def set_short(self, short: bool) -> None:
        """A shorter hint in a narrow window."""
        self.field.setPlaceholderText(HINT_SHORT if short else HINT)

    def problem(self) -> str:
        """The error shown, or nothing."""
        return self.error_label.text() if not self.error.isHidden() else ""

    def _show_chips(self, query: TraceQuery) -> None:
        self.query = query
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []
        for index, found in enumerate(query.terms):
            chip = Chip(found)
            chip.removed.connect(lambda index=index: self.set_query(self.query.without(index)))
            chip.menu_wanted.connect(lambda spot, index=index: self._menu(index, spot))
            self._chip_row.addWidget(chip)
            self._chips.append(chip)

    def _menu(self, index: int, spot: QPoint) -> None:
        menu = Menu(self)
        menu.addAction("Edit", lambda: self._edit(index))
        fill_chip_menu(menu, self.query, index, self.set_query)
        menu.popup(spot)

    def _edit(self, index: int) -> None:
        text = str(self.query.terms[index])
        self.set_query(self.query.without(index))
        self.field.setText(text)
        self.field.setFocus()

    def _settle(self) -> None:
        self.error.hide()
        if self._box.property("state"):
            self._box.setProperty("state", "")
            repolish(self._box)
        self.changed.emit(self.query)

    def _complain(self, error: BadQuery) -> None:
        """The error under the word it is about."""
        self._box.setProperty("state", "error")
        repolish(self._box)
        self.error_label.setText(f"{error.message} {error.hint}".strip())
        self.error_label.setToolTip(plain_tip(error.hint))
        self.error.adjustSize()
        x = QFontMetrics(self.field.font()).horizontalAdvance(self.field.text()[:error.start])
        self.error.move(self.field.mapToGlobal(QPoint(min(x, self.field.width() - 40), self._box.height() - 2)))
        self.error.show()

    def _typed(self, _text: str) -> None:
        self.error.hide()
        words = [(str(term(key, "=", value)), f"{count:,}")
                 for key, values in self._completions().items() for value, count in values]
        words += [(key.example, key.says) for key in KEYS]
        self._offers.clear()
        for text, beside in words:
            item = QStandardItem(text)
            item.setData(beside, BESIDE_ROLE)
            self._offers.appendRow(item)

    def offered(self) -> list[tuple[str, str]]:
        """(term, what stands beside it: how many traces, or what the key says) of the completions for what was typed."""
        model = self._completer.completionModel()
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        return [(str(index.data()), str(index.data(BESIDE_ROLE))) for index in rows]

    def _completed(self, text: str) -> None:
        self.field.clear()
        self.add(text)                               # every completion is a whole term

    def commit(self) -> bool:
        """Make chips of what was typed; False (and an error) where it does not parse."""
        typed = self.field.text().strip()
        if not typed:
            return True
        try:
            more = parse(typed)
        except BadQuery as error:
            self._complain(error)
            return False
        self.field.clear()
        query = self.query
        for found in more.terms:
            query = query.plus(found)
        self.set_query(query)
        return True

    def eventFilter(self, watched, event) -> bool:
        if watched is self.field:
            if event.type() == QEvent.Type.KeyPress:
                if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                    popup = self._completer.popup()
                    if popup is None or not popup.isVisible() or not popup.currentIndex().isValid():
                        self.commit()
                        return True
                elif event.key() == Qt.Key.Key_Backspace and not self.field.text() and self.query:
                    self._edit(len(self.query.terms) - 1)
                    return True
                elif event.key() == Qt.Key.Key_Escape and self.field.text():
                    self.field.clear()
                    self.error.hide()
                    return True
            elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                self._box.setProperty("focused", event.type() == QEvent.Type.FocusIn)
                repolish(self._box)
                if event.type() == QEvent.Type.FocusOut:
                    self.error.hide()
        return super().eventFilter(watched, event)

    def hideEvent(self, event) -> None:
        self.error.hide()
