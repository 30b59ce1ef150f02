"""Two traces in one waterfall: A as a grey outline above, B in full below it, growth hatched, differences in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from tracedesk.model.trace import Trace
from tracedesk.scene import timescale
from tracedesk.scene.paired import NONE, SAME_START, Match, Paired
from tracedesk.scene.simulation import SAME
from tracedesk.scene.timescale import ZOOM_STEP, TimeScale
from tracedesk.ui import theme
from tracedesk.ui.waterfall import paired_paint
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.motion import Glide
from tracedesk.ui.waterfall.paired_paint import HEAD_PX, PAIRED_DEEPEST, ROW_PX, TREE_PX, Place, Sheet
from tracedesk.ui.waterfall.tree import indent_px

GLIDE_MS, PAN_SHARE, DRAG_PX = 150, 0.15, 4
RIGHT_PX, EDGE_PX = 12, 8


class PairedView(QWidget):
    """`pair_selected((index in A or None, index in B or None))` when the user picks a row."""

    pair_selected = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.paired: Paired | None = None
        self.look = Look(theme.current())
        self._closed: set[int] = set()
        self._only_changed = False
        self._rows: list[int] = []
        self._current = -1
        self._hover = -1
        self._scale = TimeScale(0, 1_000.0, 1.0)
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragged = False
        self._glide = Glide(self)
        self.bar = QScrollBar(Qt.Orientation.Vertical, self)
        self.bar.valueChanged.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Spans of A and B")
        theme.changed.connect(self._restyled)

    # what is shown

    def set_pair(self, first: Trace, second: Trace, matches: Sequence[Match], axis: str = SAME_START,
                 sums: Mapping[str, int | None] | None = None) -> None:
        """Show two traces; `matches` are (index in A or None, index in B or None), each span at most once; `sums` what the
        whole differs by."""
        self.paired = Paired(first, second, matches, axis, sums)
        self._closed.clear()
        self._current = self._hover = -1
        self._scale = self._fitted()
        self._refill()

    def set_axis(self, axis: str) -> None:
        """`same_start`, `clock` or `share`."""
        if self.paired is not None:
            self.paired.axis = axis
            self._scale = self._fitted()
            self.update()

    def set_only_changed(self, on: bool) -> None:
        """Hide rows that are about the same."""
        self._only_changed = on
        self._refill()

    def select(self, first: int | None, second: int | None) -> None:
        """Show which pair is selected. Emits nothing."""
        if self.paired is None:
            return
        wanted = (NONE if first is None else first, NONE if second is None else second)
        rows = zip(self.paired.a.tolist(), self.paired.b.tolist(), strict=True)
        self._current = next((row for row, pair in enumerate(rows) if pair == wanted), -1)
        self._keep_in_view()
        self.update()

    def step_change(self, by: int) -> None:
        """To the next or previous row that differs."""
        if self.paired is None:
            return
        differing = [row for row in self._rows if self.paired.verdict(row) != SAME]
        beyond = [row for row in differing if (row > self._current if by > 0 else row < self._current)]
        if beyond:
            self._pick(beyond[0] if by > 0 else beyond[-1])

    def _refill(self) -> None:
        paired = self.paired
        self._rows = paired.shown(self._closed, only_changed=self._only_changed).tolist() if paired is not None else []
        most = max(0, len(self._rows) * ROW_PX + HEAD_PX - self.height())
        self.bar.setRange(0, most)
        self.bar.setPageStep(max(1, self.height() - HEAD_PX))
        self.bar.setSingleStep(ROW_PX)
        self.bar.setVisible(most > 0)
        if paired is not None:
            differ = sum(paired.verdict(row) != SAME for row in self._rows)
            self.setAccessibleDescription(f"{paired.n:,} pairs, {differ:,} differ")
        self.update()

    # geometry

    def _place(self) -> Place:
        columns = paired_paint.columns_for(self.width())
        right = self.width() - sum(column.px for column in columns) - RIGHT_PX
        return Place(TREE_PX + EDGE_PX, max(TREE_PX + EDGE_PX + 40, right - RIGHT_PX), columns)

    def _fitted(self) -> TimeScale:
        place = self._place()
        whole = self.paired.whole_ns if self.paired is not None else 1
        return timescale.fit(0, whole, place.right - place.left)

    def sizeHint(self) -> QSize:
        return QSize(900, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(420, 120)

    def resizeEvent(self, event) -> None:
        fitted = self.paired is not None and self._scale == timescale.fit(0, self.paired.whole_ns, self._scale.width_px)
        place = self._place()
        self._scale = self._fitted() if fitted else self._scale.resized(place.right - place.left)
        self.bar.setGeometry(self.width() - 11, HEAD_PX, 10, self.height() - HEAD_PX)
        self._refill()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.look.color("bg.panel"))
        if self.paired is None:
            return
        place = self._place()
        sheet = Sheet(painter, self.look, self.paired, place, self._scale, self.width(), self.height())
        first = self.bar.value() // ROW_PX
        count = (self.height() - HEAD_PX) // ROW_PX + 2
        painter.save()
        painter.setClipRect(QRectF(0, HEAD_PX, self.width(), self.height() - HEAD_PX))
        for number, row in enumerate(self._rows[first:first + count], first):
            y = HEAD_PX + number * ROW_PX - self.bar.value()
            tint = {self._hover: "bg.hover", self._current: "bg.selected"}.get(row, "bg.stripe" if number % 2 else "")
            paired_paint.paint_row(sheet, row, y, tint, closed=row in self._closed)
        painter.restore()
        paired_paint.paint_head(sheet)

    def _restyled(self) -> None:
        self.look = Look(theme.current())
        self.update()

    # moving

    def _show(self, scale: TimeScale, *, glide: bool = True) -> None:
        if self.paired is None:
            return
        begin, end = self._scale, timescale.held(scale, 0, self.paired.whole_ns)

        def step(share: float) -> None:
            self._scale = end if share >= 1.0 else begin.between(end, share)
            self.update()

        self._glide.start(GLIDE_MS if glide else 0, step)

    def _zoom(self, factor: float, x: float, *, glide: bool) -> None:
        if self.paired is not None:
            self._show(self._scale.zoomed(factor, x, timescale.most_ns(0, self.paired.whole_ns)), glide=glide)

    def _pick(self, row: int) -> None:
        if self.paired is None:
            return
        self._current = row
        self._keep_in_view()
        self.update()
        pair = (int(self.paired.a[row]), int(self.paired.b[row]))
        self.pair_selected.emit(tuple(None if index == NONE else index for index in pair))

    def _keep_in_view(self) -> None:
        if self._current in self._rows:
            top = self._rows.index(self._current) * ROW_PX
            self.bar.setValue(min(max(self.bar.value(), top + ROW_PX + HEAD_PX - self.height()), top))

    def _row_at(self, y: float) -> int:
        number = int((y - HEAD_PX + self.bar.value()) // ROW_PX)
        return self._rows[number] if y >= HEAD_PX and 0 <= number < len(self._rows) else -1

    def _toggle(self, row: int) -> None:
        self._closed ^= {row}
        self._refill()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        paired = self.paired
        if event.button() != Qt.MouseButton.LeftButton or paired is None:
            return
        self._pressed = self._last = event.position()
        self._dragged = False
        middle = indent_px(int(paired.depth[row]), PAIRED_DEEPEST) if row >= 0 else 0
        if row >= 0 and paired.opens[row] and abs(event.position().x() - middle) <= 8:
            self._pressed = None
            self._toggle(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot = event.position()
        if self._pressed is None:
            row = self._row_at(spot.y())
            if row != self._hover:
                self._hover = row
                self.update()
            return
        self._dragged = self._dragged or (spot - self._pressed).manhattanLength() >= DRAG_PX
        if self._dragged:
            self._show(self._scale.panned(self._last.x() - spot.x()), glide=False)
            self.bar.setValue(self.bar.value() - round(spot.y() - self._last.y()))
        self._last = spot

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        row = self._row_at(event.position().y())
        if pressed is not None and not self._dragged and row >= 0:
            self._pick(row)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(ZOOM_STEP ** ((turn.y() or turn.x()) / 120), event.position().x() - self._place().left, glide=False)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            self._show(self._scale.panned(-(turn.x() or turn.y()) / 120 * 60), glide=False)
        else:
            self.bar.setValue(self.bar.value() - round(turn.y() / 120 * 2 * ROW_PX))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, width = Qt.Key(event.key()), self._scale.width_px
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.step_change(1 if key == Qt.Key.Key_J else -1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._rows:
            at = self._rows.index(self._current) if self._current in self._rows else -1
            self._pick(self._rows[min(max(at + (1 if key == Qt.Key.Key_Down else -1), 0), len(self._rows) - 1)])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._current >= 0:
            opens = self.paired is not None and self.paired.opens[self._current]
            if opens and (self._current in self._closed) == (key == Qt.Key.Key_Right):
                self._toggle(self._current)
        elif key in (Qt.Key.Key_W, Qt.Key.Key_S):
            self._zoom(ZOOM_STEP ** (2 if key == Qt.Key.Key_W else -2), width / 2, glide=True)
        elif key in (Qt.Key.Key_A, Qt.Key.Key_D):
            self._show(self._scale.panned(PAN_SHARE * width * (1 if key == Qt.Key.Key_D else -1)))
        elif key == Qt.Key.Key_F:
            self._show(self._fitted())
        else:
            super().keyPressEvent(event)
