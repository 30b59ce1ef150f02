"""The steps as a list: done ones filled, the current one ringed and tinted, those to come dashed. Long turns are folded."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem

from tracedesk.base.clock import format_duration
from tracedesk.replay.folding import Fold, folded
from tracedesk.replay.script import Script
from tracedesk.replay.steps import Step
from tracedesk.replay.turn import Turn
from tracedesk.ui import icons, theme
from tracedesk.ui.replay.looks import colors_of, icon_of, short_time
from tracedesk.ui.widgets.text import plain_tip, visible

Index = QModelIndex | QPersistentModelIndex
Item = Turn | Step | Fold
ITEM = Qt.ItemDataRole.UserRole
TURN_PX, STEP_PX, FOLD_PX = 36, 52, 32
CIRCLE_PX, CENTRE_PX, TEXT_PX, LANE_PX, PAD_PX = 24, 28, 54, 14, 16
LANES_SHOWN = 4


class StepModel(QAbstractListModel):
    """Heads of turns, steps and folds, in the order in which they are told."""

    def __init__(self) -> None:
        super().__init__()
        self.script: Script | None = None
        self.items: list[Item] = []
        self.now = 0
        self._opened: set[int] = set()
        self._firsts: list[int] = []                     # the step at which each row begins

    def show(self, script: Script | None) -> None:
        """Another script; a small one that replaces itself keeps its open folds."""
        self.beginResetModel()
        if script is None or self.script is None or script.turns[:1] != self.script.turns[:1]:
            self._opened.clear()
        self.script = script
        self._fill()
        self.endResetModel()

    def open_turn(self, number: int) -> None:
        """Show every step of a turn."""
        self.beginResetModel()
        self._opened.add(number)
        self._fill()
        self.endResetModel()

    def _fill(self) -> None:
        self.items = []
        turn = 0
        for item in folded(self.script, tuple(self._opened)) if self.script is not None else ():
            first = item.steps[0] if isinstance(item, Fold) else item
            if self.script is not None and first.turn != turn:
                turn = first.turn
                self.items.append(self.script.turns[turn - 1])
            self.items.append(item)
        self._firsts = [item.first if isinstance(item, Turn) else item.steps[0].n if isinstance(item, Fold) else item.n
                        for item in self.items]

    def row_of(self, n: int) -> int:
        """The row of step `n`, or of the fold it is in."""
        row = bisect_right(self._firsts, n) - 1
        return row if n > 0 and self.script is not None and n <= len(self.script.steps) else -1

    def failed(self, step: Step) -> bool:
        """Whether a span of the step failed, and it does not only look odd."""
        told = self.script.material_of(step) if self.script is not None else None
        return told is not None and any(told.failed(span) for span in step.members)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item = self.items[index.row()]
        if role == ITEM:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _spoken(item)
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(item, Step):
            return plain_tip("\n".join([f"{item.title}: {item.detail}" if item.detail else item.title, *item.problems]))
        if role == Qt.ItemDataRole.SizeHintRole:
            high = TURN_PX if isinstance(item, Turn) else FOLD_PX if isinstance(item, Fold) else STEP_PX
            return QSize(100, round(high * max(1.0, theme.current().scale)))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if isinstance(self.items[index.row()], Turn):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _spoken(item: Item) -> str:
    if isinstance(item, Turn):
        return f"Turn {item.number}, {format_duration(item.duration_ns)}"
    if isinstance(item, Fold):
        return item.text
    return f"Step {item.n}, {item.title}, {item.detail}" + (f", looks wrong: {item.problem}" if item.problem else "")


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model: Any = index.model()
        item = index.data(ITEM)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        if isinstance(item, Turn):
            self._turn(painter, rect, item)
        elif isinstance(item, Fold):
            self._fold(painter, rect, item)
        else:
            self._step(painter, rect, item, model, index.row())
        painter.restore()

    def _turn(self, painter: QPainter, rect: QRect, turn: Turn) -> None:
        colors = theme.current()
        if turn.number > 1:
            painter.setPen(colors.color("border.subtle"))
            painter.drawLine(rect.topLeft(), rect.topRight())
        painter.setPen(colors.color("text.secondary"))
        painter.setFont(colors.font("label"))
        title = f"Turn {turn.number}"
        painter.drawText(rect.adjusted(PAD_PX, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, title)
        wide = QFontMetrics(painter.font()).horizontalAdvance(title)
        painter.setPen(colors.color("text.tertiary"))
        painter.setFont(colors.font("code"))
        painter.drawText(rect.adjusted(PAD_PX + wide + 8, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, turn.trace_id.hex()[:8])
        painter.setFont(colors.font("dense"))
        painter.drawText(rect.adjusted(0, 0, -PAD_PX, 0), _RIGHT, format_duration(turn.duration_ns))

    def _fold(self, painter: QPainter, rect: QRect, fold: Fold) -> None:
        colors = theme.current()
        painter.setPen(colors.color("text.link"))
        painter.setFont(colors.font("dense"))
        text = f"⋮  {visible(fold.text)}" + (f", {fold.problems} look wrong" if fold.problems else "")
        box = rect.adjusted(CENTRE_PX - 3, 0, -PAD_PX, 0)
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _step(self, painter: QPainter, rect: QRect, step: Step, model: StepModel, row: int) -> None:
        colors = theme.current()
        now, done = step.n == model.now, step.n <= model.now
        shift = LANE_PX * min(step.lane, LANES_SHOWN)
        centre = QPoint(rect.left() + CENTRE_PX + shift, rect.center().y() + 1)
        if now:
            painter.fillRect(rect, colors.color("bg.selected"))
            painter.fillRect(QRect(rect.left(), rect.top(), 2, rect.height()), colors.color("accent.base"))
        self._spine(painter, rect, centre, model, row)
        look = colors_of(step)
        box = QRectF(centre.x() - CIRCLE_PX / 2, centre.y() - CIRCLE_PX / 2, CIRCLE_PX, CIRCLE_PX)
        ring = QPen(look.text if now else look.line if done else colors.color("border.strong"), 2 if now else 1)
        if not done:
            ring.setDashPattern([3, 3])
        painter.setPen(ring)
        painter.setBrush(look.soft if done else colors.color("bg.panel"))
        painter.drawEllipse(box)
        ink = look.text if done else colors.color("text.tertiary")
        icons.draw(painter, icon_of(step), ink, centre.x() - 6.5, centre.y() - 6.5, 13)
        self._texts(painter, rect.adjusted(TEXT_PX + shift, 0, -PAD_PX, 0), step, model, now=now, done=done)

    def _spine(self, painter: QPainter, rect: QRect, centre: QPoint, model: StepModel, row: int) -> None:
        """The line that joins the circles of a turn."""
        painter.setPen(QPen(theme.current().color("border.default"), 1))
        x = rect.left() + CENTRE_PX + 0.5
        beside = [0 <= at < len(model.items) and not isinstance(model.items[at], Turn) for at in (row - 1, row + 1)]
        gap = CIRCLE_PX // 2 if centre.x() == rect.left() + CENTRE_PX else 0
        if beside[0]:
            painter.drawLine(int(x), rect.top(), int(x), centre.y() - gap)
        if beside[1]:
            painter.drawLine(int(x), centre.y() + gap, int(x), rect.bottom() + 1)

    def _texts(self, painter: QPainter, box: QRect, step: Step, model: StepModel, *, now: bool, done: bool) -> None:
        colors = theme.current()
        painter.setFont(colors.font("dense"))
        time = short_time(model.script, step) if model.script is not None else ""
        metrics = QFontMetrics(painter.font())
        upper, lower = QRect(box), QRect(box)
        upper.setBottom(box.center().y() + 1)
        lower.setTop(box.center().y() + 2)
        upper.adjust(0, 8, 0, 0)
        lower.adjust(0, 0, 0, -8)
        painter.setPen(colors.color("text.secondary" if now else "text.tertiary"))
        painter.drawText(upper, _RIGHT, time)
        room = upper.adjusted(0, 0, -metrics.horizontalAdvance(time) - 8, 0)
        if step.problems:
            tone = "status.error" if model.failed(step) else "status.warn"
            icons.draw(painter, "warn", colors.color(tone), room.right() - 13, room.center().y() - 6, 13)
            room.adjust(0, 0, -18, 0)
        self._line(painter, room, step.title, "body_name" if not now else "body_strong", _ink(done or now, "text.primary"))
        self._line(painter, lower, step.detail, "dense", _ink(done or now, "text.secondary"))

    def _line(self, painter: QPainter, box: QRect, text: str, face: str, ink: QColor) -> None:
        painter.setFont(theme.current().font(face))
        painter.setPen(ink)
        shown = QFontMetrics(painter.font()).elidedText(visible(text), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _ink(done: bool, role: str) -> QColor:
    return theme.current().color(role if done else "text.tertiary")


class StepList(QListView):
    """`picked(n)` when the user picks a step, `activated_step(n)` on Enter or a double click."""

    picked = Signal(int)
    activated_step = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Steps")
        self.steps = StepModel()
        self.setModel(self.steps)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(lambda index: self._tell(index, self.activated_step))
        theme.changed.connect(self.viewport().update)

    def show_script(self, script: Script | None) -> None:
        """Fill it."""
        self.steps.show(script)

    def show_now(self, n: int) -> None:
        """Mark the current step and bring it into view."""
        self.steps.now = n
        row = self.steps.row_of(n)
        if row >= 0:
            item = self.steps.items[row]
            if isinstance(item, Fold):
                self.steps.open_turn(item.steps[0].turn)
                row = self.steps.row_of(n)
            self.scrollTo(self.steps.index(row), QAbstractItemView.ScrollHint.EnsureVisible)
        self.viewport().update()

    def _clicked(self, index: QModelIndex) -> None:
        item = index.data(ITEM)
        if isinstance(item, Fold):
            self.steps.open_turn(item.steps[0].turn)
        else:
            self._tell(index, self.picked)

    def _tell(self, index: QModelIndex, signal: Any) -> None:
        item = index.data(ITEM)
        if isinstance(item, Step):
            signal.emit(item.n)
