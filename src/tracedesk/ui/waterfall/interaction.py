"""Mouse and keys of the canvas (DESIGN sections 9 and 10): what each gesture asks of the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent

from tracedesk.scene.columns import COLUMNS
from tracedesk.scene.hit import fold_at
from tracedesk.scene.rows import below
from tracedesk.scene.timescale import ZOOM_STEP
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui.waterfall.menu import show_menu
from tracedesk.ui.waterfall.tools import pinched
from tracedesk.ui.waterfall.tree import CHEVRON_PX, indent_px

if TYPE_CHECKING:
    from tracedesk.ui.waterfall.view import WaterfallView

DRAG_PX = 4
EDGE_GRIP_PX = 4
PAN_SHARE, PAGE_SHARE = 0.15, 0.9
NOTCH = 120
ROWS_PER_NOTCH = 3
CARD_ENDERS = (QEvent.Type.KeyPress, QEvent.Type.Wheel, QEvent.Type.MouseButtonPress, QEvent.Type.Leave, QEvent.Type.FocusOut)

Key, Modifier = Qt.Key, Qt.KeyboardModifier


class Interaction(QObject):
    """Listens to the canvas of a view as an event filter; holds only what a gesture under way needs."""

    def __init__(self, view: WaterfallView) -> None:
        super().__init__(view)
        self._view = view
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._mode = ""
        self._measuring = False
        self._pointer: QPointF | None = None
        view.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        scene = self._view.scene
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            self._view.by_keyboard = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason,
                                                       Qt.FocusReason.ShortcutFocusReason)
            self._view.canvas.update()
        if scene is None:
            return False
        kind = event.type()
        if kind in CARD_ENDERS:
            self._view.card.dismiss()
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._key(scene, event)
        if isinstance(event, QWheelEvent):
            return self._wheel(scene, event)
        if isinstance(event, QNativeGestureEvent):
            return self._pinch(scene, event)
        if isinstance(event, QMouseEvent):
            return self._mouse(scene, event)
        if isinstance(event, QContextMenuEvent):
            span = scene.span_at(self._row(event.pos().y()))
            if span is not None:
                self._view.pick(span)
            show_menu(self._view, span, event.globalPos())
            return True
        if kind == QEvent.Type.Leave:
            self._pointer = None
            self._hover(scene, None)
        return False

    # where

    def _x(self, spot: QPointF) -> float:
        return spot.x() - self._view.geometry_now().left

    def _row(self, y: float) -> int:
        return int((y + self._view.canvas.scroll_px) // self._view.geometry_now().row_px)

    def span_at(self, scene: Waterfall, spot: QPointF) -> int | None:
        """The span of the row under a point."""
        return scene.span_at(self._row(spot.y()))

    def _on_chevron(self, scene: Waterfall, spot: QPointF) -> int | None:
        row = self._row(spot.y())
        span = scene.span_at(row)
        if span is None or not scene.trace.child_count[span]:
            return None
        middle = indent_px(scene.rows.depth(scene.trace, row), self._view.geometry_now().deepest)
        return span if abs(spot.x() - middle) <= CHEVRON_PX / 2 + 3 else None

    def _wants_price(self, scene: Waterfall, spot: QPointF) -> bool:
        """Whether a point lies on an unpriced cost that a price would fill."""
        span, geometry = self.span_at(scene, spot), self._view.geometry_now()
        right = dict(geometry.columns).get("cost")
        if span is None or right is None:
            return False
        cell = COLUMNS["cost"].cell(scene, span)
        return cell.wanting and right - self._view.look.dense_px.of(cell.text) <= spot.x() <= right

    # mouse

    def _mouse(self, scene: Waterfall, event: QMouseEvent) -> bool:
        kind, spot = event.type(), event.position()
        if kind == QEvent.Type.MouseButtonPress:
            return self._press(scene, event)
        if kind == QEvent.Type.MouseMove:
            self._move(scene, spot)
            return True
        if kind == QEvent.Type.MouseButtonRelease:
            return self._release(scene, event)
        if kind == QEvent.Type.MouseButtonDblClick:
            span = self.span_at(scene, spot)
            if span is not None and self._on_chevron(scene, spot) is None and event.button() == Qt.MouseButton.LeftButton:
                self._view.glide_to(scene.scale_of(span))
            return True
        return False

    def _press(self, scene: Waterfall, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        view, spot = self._view, event.position()
        view.by_keyboard = False
        view.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = self._last = spot
        self._mode = "press"
        if abs(spot.x() - view.geometry_now().edge) <= EDGE_GRIP_PX:
            self._mode = "column"
            return True
        chevron = self._on_chevron(scene, spot)
        if chevron is not None:
            self._mode = ""
            self._toggle(scene, chevron, deep=bool(event.modifiers() & Modifier.AltModifier))
        elif event.modifiers() & Modifier.ShiftModifier and self._x(spot) >= 0:
            self._mode = "measure"
            moment = scene.scale.ns(self._x(spot))
            view.set_measured((moment, moment))
        elif self._measuring:
            self._mode = ""
        elif view.measured is not None:
            view.set_measured(None)
        self._measuring = False
        return True

    def _move(self, scene: Waterfall, spot: QPointF) -> None:
        view = self._view
        self._pointer = spot
        if self._pressed is None:
            if self._measuring and view.measured is not None:
                view.set_measured((view.measured[0], scene.scale.ns(max(self._x(spot), 0.0))))
            self._hover(scene, self.span_at(scene, spot))
            near_edge = abs(spot.x() - view.geometry_now().edge) <= EDGE_GRIP_PX
            view.canvas.setCursor(Qt.CursorShape.SplitHCursor if near_edge else Qt.CursorShape.PointingHandCursor
                                  if self._wants_price(scene, spot) else Qt.CursorShape.ArrowCursor)
            return
        if self._mode == "column":
            view.set_tree_px(round(spot.x()) - (view.geometry_now().edge - view.geometry_now().tree_right))
        elif self._mode == "measure" and view.measured is not None:
            view.set_measured((view.measured[0], scene.scale.ns(max(self._x(spot), 0.0))))
        elif self._mode == "press" and (spot - self._pressed).manhattanLength() >= DRAG_PX:
            self._mode = "pan" if self._x(self._pressed) >= 0 else "scroll"
        if self._mode in ("pan", "scroll"):
            moved = spot - self._last
            if self._mode == "pan" and moved.x():
                view.growth.follow(False)
                view.jump_to(scene.held(scene.scale.panned(-moved.x())))
            if moved.y():
                view.scroll_by(-moved.y())
        self._last = spot

    def _release(self, scene: Waterfall, event: QMouseEvent) -> bool:
        mode, self._mode, self._pressed = self._mode, "", None
        if event.button() == Qt.MouseButton.LeftButton and mode == "press":
            self._view.pick(self.span_at(scene, event.position()))
            if self._wants_price(scene, event.position()):
                self._view.price_wanted.emit()
        return event.button() == Qt.MouseButton.LeftButton

    def _hover(self, scene: Waterfall, span: int | None) -> None:
        if span != scene.hovered:
            scene.hovered = span
            self._view.canvas.update()
            self._view.card.dismiss()
            if span is not None and self._pointer is not None and not self._measuring:
                at = self._view.canvas.mapToGlobal(self._pointer.toPoint())
                self._view.card.want(scene, self._view.look, span, fold_at(scene, span, self._x(self._pointer)), at)

    def _pinch(self, scene: Waterfall, event: QNativeGestureEvent) -> bool:
        """Two fingers on a touch pad zoom at the pointer."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._view.growth.follow(False)
        self._view.jump_to(scene.zoomed(pinched(event), min(max(self._x(event.position()), 0.0), scene.scale.width_px)))
        return True

    def _wheel(self, scene: Waterfall, event: QWheelEvent) -> bool:
        view, turn, pixels = self._view, event.angleDelta(), event.pixelDelta()
        if event.modifiers() & Modifier.ControlModifier:
            x = min(max(self._x(event.position()), 0.0), scene.scale.width_px)
            view.growth.follow(False)
            view.jump_to(scene.zoomed(ZOOM_STEP ** ((turn.y() or turn.x()) / NOTCH), x))
        elif event.modifiers() & Modifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            by = pixels.x() or pixels.y() if not pixels.isNull() else (turn.x() or turn.y()) / NOTCH * 60
            view.growth.follow(False)
            view.jump_to(scene.held(scene.scale.panned(-by)))
        else:
            by = pixels.y() if not pixels.isNull() else turn.y() / NOTCH * ROWS_PER_NOTCH * view.geometry_now().row_px
            view.scroll_by(-by)
        event.accept()
        return True

    # keys

    def _key(self, scene: Waterfall, event: QKeyEvent) -> bool:
        shift = bool(event.modifiers() & Modifier.ShiftModifier)
        if event.modifiers() & (Modifier.ControlModifier | Modifier.AltModifier | Modifier.MetaModifier):
            return False
        steps = {Key.Key_J: 1, Key.Key_Down: 1, Key.Key_K: -1, Key.Key_Up: -1, Key.Key_Home: -scene.rows.n,
                 Key.Key_End: scene.rows.n, Key.Key_PageDown: self._page(), Key.Key_PageUp: -self._page()}
        key = Key(event.key())
        if key in steps:
            self.step(scene, steps[key])
        elif key == Key.Key_Right:
            self._open(scene)
        elif key == Key.Key_Left:
            self._close(scene)
        elif key in (Key.Key_Return, Key.Key_Enter):
            if scene.selected is not None:
                self._view.span_activated.emit(scene.trace.span_ids[scene.selected])
        elif key in (Key.Key_W, Key.Key_S):
            self._view.growth.follow(False)
            self._view.glide_to(scene.zoomed(ZOOM_STEP ** (2 if key == Key.Key_W else -2), self._centre(scene)))
        elif key in (Key.Key_A, Key.Key_D):
            share = PAGE_SHARE if shift else PAN_SHARE
            self._view.growth.follow(False)
            self._view.glide_to(scene.held(scene.scale.panned((1 if key == Key.Key_D else -1) * share * scene.scale.width_px)))
        elif key == Key.Key_F:
            self._fit(scene)
        elif key == Key.Key_C and shift:
            self._view.set_clocks_corrected(not scene.corrected)
        elif key == Key.Key_C:
            self._view.show_critical_path(not self._view.path_shown)
        elif key == Key.Key_E:
            error = scene.next_error(scene.selected)
            if error is not None:
                self._view.pick(error)
        elif key == Key.Key_N:
            self._next_match(scene, -1 if shift else 1)
        elif key == Key.Key_M:
            self._measure_from_here(scene)
        elif key != Key.Key_Escape or not self.stop_measuring():
            return False
        self._view.by_keyboard = True
        return True

    def _page(self) -> int:
        return max(1, self._view.canvas.height() // self._view.geometry_now().row_px - 1)

    def step(self, scene: Waterfall, by: int) -> None:
        """The selection moves by rows, past those that are no spans of the trace."""
        last = scene.rows.n - 1
        begin = int(scene.rows.row_of[scene.selected]) if scene.selected is not None else -1 if by > 0 else last + 1
        row = min(max(begin + by, 0), last)
        onwards = range(row, last + 1) if by > 0 else range(row, -1, -1)
        backwards = range(row, begin, -1) if by > 0 else range(row, begin)
        for place in (*onwards, *backwards):
            span = scene.span_at(place)
            if span is not None:
                self._view.pick(span)
                return

    def _open(self, scene: Waterfall) -> None:
        span = scene.selected
        if span is None:
            return
        if span in scene.closed:
            self._toggle(scene, span)
        elif scene.trace.child_count[span]:
            self._view.pick(span + 1)

    def _close(self, scene: Waterfall) -> None:
        span = scene.selected
        if span is None:
            return
        if scene.trace.child_count[span] and span not in scene.closed:
            self._toggle(scene, span)
        elif scene.trace.parent[span] >= 0:
            self._view.pick(int(scene.trace.parent[span]))

    def _toggle(self, scene: Waterfall, span: int, *, deep: bool = False) -> None:
        members = set(below(scene.trace, span)) if deep else {span}
        self._view.set_closed(scene.closed - members if span in scene.closed else scene.closed | members)

    def _centre(self, scene: Waterfall) -> float:
        """Zooming keeps the moment under the pointer, else the middle of the selection, else the middle of the window."""
        if self._pointer is not None and self._x(self._pointer) >= 0:
            return self._x(self._pointer)
        if scene.selected is not None:
            middle = scene.scale.x((int(scene.start_ns[scene.selected]) + int(scene.end_ns[scene.selected])) // 2)
            if 0 <= middle <= scene.scale.width_px:
                return middle
        return scene.scale.width_px / 2

    def _fit(self, scene: Waterfall) -> None:
        """First the selected span, then the trace."""
        if scene.selected is not None:
            target = scene.held(scene.scale_of(scene.selected))
            if target != scene.scale:
                self._view.glide_to(target)
                return
        self._view.glide_to(scene.fitted())

    def stop_measuring(self) -> bool:
        """Whether something was measured."""
        measured, self._measuring = self._view.measured is not None, False
        if measured:
            self._view.set_measured(None)
        return measured

    def _measure_from_here(self, scene: Waterfall) -> None:
        """From the pointer, else from the selected span's start; the other end follows the pointer. Again: stop."""
        if self.stop_measuring():
            return
        if self._pointer is not None and self._x(self._pointer) >= 0:
            moment = scene.scale.ns(self._x(self._pointer))
            self._view.set_measured((moment, moment))
        elif scene.selected is not None:
            self._view.set_measured((int(scene.start_ns[scene.selected]), int(scene.end_ns[scene.selected])))
        else:
            self._view.set_measured((scene.t0_ns, scene.t1_ns))
        self._measuring = True

    def _next_match(self, scene: Waterfall, by: int) -> None:
        if scene.matches is None or not scene.matches.any():
            return
        found = scene.matches.nonzero()[0]
        at = -1 if scene.selected is None else scene.selected
        later, earlier = found[found > at], found[found < at]
        if by > 0:
            self._view.pick(int(later[0] if len(later) else found[0]))
        else:
            self._view.pick(int(earlier[-1] if len(earlier) else found[-1]))
