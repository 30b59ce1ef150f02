"""One row per question: key, glyph, name, what it touches, what it does alone, switch, slider with value."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tracedesk.base.clock import NARROW, format_duration, parse_duration
from tracedesk.base.money import format_cost
from tracedesk.model.kinds import KIND_OF_LABEL, Kind
from tracedesk.model.trace import Trace
from tracedesk.ui import icons, theme
from tracedesk.ui.whatif.board import KEYS, Toggle
from tracedesk.ui.whatif.slider import KnobSlider, value_text
from tracedesk.ui.widgets.buttons import IconButton, Switch, of_command
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.text import Elided, KeyCap, label, set_tone
from tracedesk.whatif.perturbation import Unit, Value

GUESS_FIRST = "guess first"


def signed_duration(ns: int) -> str:
    """`+2.70 s`, `−0.92 s`, `±0`."""
    if not ns:
        return "±0"
    return ("+" if ns > 0 else "−") + format_duration(abs(ns))


def signed_cost(amount_nusd: int) -> str:
    """`+$0.0048`, `−$0.0086`, `$0`."""
    if not amount_nusd:
        return "$0"
    return ("+" if amount_nusd > 0 else "−") + format_cost(abs(amount_nusd))


def difference_tone(ns: int) -> str:
    """Which difference colour a change of time has."""
    return "worse" if ns > 0 else "better" if ns < 0 else "same"


def touches_text(toggle: Toggle, trace: Trace | None) -> str:
    """What a toggle is about in this trace: the one span's name, or how many."""
    if toggle.select is not None:
        return str(toggle.select)
    if trace is None or not toggle.hits:
        return ""
    if len(toggle.hits) == 1:
        return trace.name[toggle.hits[0]] or ""
    return f"{len(toggle.hits):,} spans"


class KindGlyph(QWidget):
    """The glyph of a perturbation in the colour of the kind it is about."""

    def __init__(self, glyph: str) -> None:
        super().__init__()
        self._glyph = glyph if glyph in icons.GLYPHS else "what_if"
        self.setFixedSize(14, 14)

    def sizeHint(self) -> QSize:
        return QSize(14, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        kind = KIND_OF_LABEL.get(self._glyph, Kind.OTHER)
        color = theme.current().kind(kind).text if self._glyph in KIND_OF_LABEL else theme.current().color("text.secondary")
        icons.draw(painter, self._glyph, color, 0, 0, 14)
        painter.end()


class ToggleRow(QWidget):
    """The row of one toggle. Signals: `flipped(on)`, `turned(knob name, value)`, `removed()`."""

    flipped = Signal(bool)
    turned = Signal(str, object)
    removed = Signal()

    def __init__(self, number: int, toggle: Toggle) -> None:
        super().__init__()
        self.toggle = toggle
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, False)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(8)
        cap = KeyCap(str(number) if number <= KEYS else "·")
        head.addWidget(cap)
        head.addWidget(KindGlyph(toggle.part.glyph))
        head.addWidget(label(toggle.part.title, "dense_strong"))
        self._touches = Elided("", "caption", "text.tertiary")
        head.addWidget(self._touches, 1)
        self._effect = label("", "dense")
        self._effect.setProperty("kind", "effect")
        head.addWidget(self._effect)
        self._money = label("", "dense", "tertiary")
        head.addWidget(self._money)
        if toggle.custom:
            head.addWidget(IconButton("close", f"Remove the rule {toggle.part.title}", self.removed.emit, size=12, hit=24))
        key = str(number) if number <= KEYS else ""
        self._switch = Switch(toggle.part.title, toggle.on, key=key)
        self._switch.clicked.connect(lambda on: self.flipped.emit(bool(on)))
        if not toggle.custom:
            for shown in (cap, self._switch):
                of_command(shown, f"whatif.toggle.{toggle.part.key}")
        head.addWidget(self._switch)
        column.addLayout(head)
        self._slider: KnobSlider | None = None
        self._field: QLineEdit | None = None
        self._add_knob(column)

    def _add_knob(self, column: QVBoxLayout) -> None:
        knob = self.toggle.main_knob
        if knob is None:
            return
        row = QHBoxLayout()
        row.setContentsMargins(26, 0, 0, 0)
        row.setSpacing(12)
        title = f"{self.toggle.part.title}: {knob.label}"
        if knob.unit in (Unit.FACTOR, Unit.DURATION, Unit.COUNT):
            self._slider = KnobSlider(knob, self.toggle.settings[knob.name], title)
            self._slider.moved.connect(lambda value: self._turn(knob.name, value))
            row.addWidget(self._slider, 1)
        self._field = QLineEdit(value_text(knob, self.toggle.settings[knob.name]))
        self._field.setAccessibleName(title)
        self._field.setPlaceholderText(knob.label)
        if self._slider is not None:
            theme.hold(self._field, 0, 64)
            self._field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._field.editingFinished.connect(self._typed)
        row.addWidget(self._field, 0 if self._slider is not None else 1)
        choices = [knob for knob in self.toggle.part.knobs if knob.unit is Unit.CHOICE]
        if choices:
            more = IconButton("more", f"More settings of {self.toggle.part.title}", self._menu, hit=24)
            row.addWidget(more)
        column.addLayout(row)

    def refresh(self, trace: Trace | None, *, guess_first: bool) -> None:
        """Show the toggle as it is now."""
        toggle = self.toggle
        self._switch.setChecked(toggle.on)
        self._switch.setEnabled(toggle.why_not is None)
        self._touches.setText(toggle.why_not or touches_text(toggle, trace))
        known = toggle.effect_ns is not None and toggle.why_not is None
        if guess_first and known and not toggle.on:
            self._effect.setText(GUESS_FIRST)
            set_tone(self._effect, "tertiary")
            self._money.setText("")
        else:
            self._effect.setText(signed_duration(toggle.effect_ns) if known and toggle.effect_ns is not None else "")
            set_tone(self._effect, difference_tone(toggle.effect_ns or 0))
            self._money.setText(signed_cost(toggle.effect_nusd) if known and toggle.effect_nusd is not None else "")
        knob = toggle.main_knob
        if knob is not None:
            value = toggle.settings[knob.name]
            if self._slider is not None:
                self._slider.setEnabled(toggle.why_not is None)
                if self._slider.value != value:
                    self._slider.set_value(value)
            if self._field is not None and not self._field.hasFocus():
                self._field.setText(value_text(knob, value))
        self.update()

    def step(self, steps: int) -> None:
        """Factor down or up, from the keyboard."""
        if self._slider is not None:
            self._slider.step(steps)

    def _turn(self, name: str, value: Value) -> None:
        knob = self.toggle.main_knob
        if self._field is not None and knob is not None:
            self._field.setText(value_text(knob, value))
        self.turned.emit(name, value)

    def _typed(self) -> None:
        """Take what was typed into the value field; what cannot be read is put back."""
        knob, text = self.toggle.main_knob, self._field.text().replace(NARROW, " ") if self._field else ""
        if knob is None or self._field is None:
            return
        value: Value | None
        if knob.unit is Unit.TEXT:
            value = text.strip()
        elif knob.unit is Unit.DURATION:
            value = parse_duration(text)
        else:
            try:
                number = float(text.strip().lstrip("×x ").split(" ")[0])
                value = number if knob.unit is Unit.FACTOR else round(number)
            except ValueError:
                value = None
        if value is not None and value != self.toggle.settings[knob.name]:
            self.turned.emit(knob.name, value)
        self._field.setText(value_text(knob, self.toggle.settings[knob.name]))

    def _menu(self) -> None:
        """What else can be set: the choices."""
        menu = Menu(self)
        for knob in self.toggle.part.knobs:
            if knob.unit is not Unit.CHOICE:
                continue
            menu.addSection(knob.label)
            for choice in knob.choices:
                action = QAction(choice, menu)
                action.setCheckable(True)
                action.setChecked(self.toggle.settings[knob.name] == choice)
                action.triggered.connect(lambda _=False, name=knob.name, value=choice: self.turned.emit(name, value))
                menu.addAction(action)
        menu.popup(self.mapToGlobal(self.rect().bottomRight()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.toggle.on:
            painter = QPainter(self)
            painter.fillRect(self.rect(), theme.current().color("bg.selected"))
            painter.end()
