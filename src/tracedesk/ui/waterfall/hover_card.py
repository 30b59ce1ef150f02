"""The card of the span under the pointer, 350 ms after the pointer came to rest on its row."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tracedesk.base.words import counted
from tracedesk.model.kinds import Kind, Status
from tracedesk.scene.facts import Fact, facts
from tracedesk.scene.hit import Fold
from tracedesk.scene.text import span_name
from tracedesk.scene.waterfall import Waterfall
from tracedesk.ui import icons
from tracedesk.ui.waterfall.look import Look
from tracedesk.ui.waterfall.tools import MIDDLE
from tracedesk.ui.widgets.timer import single_shot

DELAY_MS = 350
PAD_PX, HEAD_PX, LINE_PX = 12, 40, 18
LEAST_PX, MOST_PX = 220, 380
LABEL_PX = 76
AWAY = QPoint(14, 18)


class HoverCard(QWidget):
    """A frameless window with name, kind and facts. It never takes the focus or the mouse."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._look: Look | None = None
        self._name, self._kind, self._words = "", Kind.OTHER, ""
        self._failed = False
        self._facts: list[Fact] = []
        self._wanted: tuple[Waterfall, Look, int, Fold | None, QPoint] | None = None
        self._timer = single_shot(self, DELAY_MS, self._appear)

    def want(self, scene: Waterfall, look: Look, span: int, fold: Fold | None, at: QPoint) -> None:
        """Show the card of a span near a point of the screen, a moment later."""
        self.dismiss()
        self._wanted = (scene, look, span, fold, at)
        self._timer.start()

    def dismiss(self) -> None:
        """Take it away."""
        self._timer.stop()
        self._wanted = None
        self.hide()

    def _appear(self) -> None:
        if self._wanted is None:
            return
        scene, look, span, fold, at = self._wanted
        self.fill(scene, look, span, fold)
        screen = self.screen().availableGeometry()
        size = self.sizeHint()
        x = min(at.x() + AWAY.x(), screen.right() - size.width())
        y = at.y() + AWAY.y() if at.y() + AWAY.y() + size.height() <= screen.bottom() else at.y() - AWAY.y() - size.height()
        self.setGeometry(x, max(screen.top(), y), size.width(), size.height())
        self.show()

    def fill(self, scene: Waterfall, look: Look, span: int, fold: Fold | None) -> None:
        """What the card says."""
        self._look = look
        self._name = span_name(scene.trace, span)
        self._kind = Kind(int(scene.trace.kind[span]))
        self._failed = bool(scene.trace.status[span] == Status.ERROR)
        service = scene.trace.service[span] or ""
        self._words = " · ".join(word for word in (look.colors.kind_label(self._kind), service) if word)
        self._facts = facts(scene, span)
        if scene.is_closed(span):
            below = int(scene.trace.subtree_end[span]) - span - 1
            self._facts.append(Fact("Closed", f"{below:,} spans", "below it"))
        if fold is not None:
            failed = f"{fold.failed:,} failed" if fold.failed else f"longest: {span_name(scene.trace, fold.longest)}"
            self._facts.append(Fact("Here", counted(fold.spans, "span"), failed))
        self.update()

    def text(self) -> str:
        """Everything it says, as lines."""
        lines = [" ".join(part for part in fact if part) for fact in self._facts]
        return "\n".join([self._name, self._words, *lines])

    def sizeHint(self) -> QSize:
        if self._look is None:
            return QSize(LEAST_PX, HEAD_PX)
        look = self._look
        wide = max([look.name_strong_px.of(self._name) + 26, look.caption_px.of(self._words) + 26,
                    *(LABEL_PX + look.dense_px.of(fact.value) + 10 + look.caption_px.of(fact.source) for fact in self._facts)])
        height = HEAD_PX + LINE_PX * len(self._facts) + 2 * PAD_PX - 2
        return QSize(round(min(max(wide + 2 * PAD_PX, LEAST_PX), MOST_PX)), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = self._look
        if look is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("bg.overlay"))
        painter.setPen(QPen(look.color("border.strong"), 1))
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1))
        icons.draw(painter, self._kind.label, look.colors.kind(self._kind).text, PAD_PX, PAD_PX + 2, 16)
        room = self.width() - 2 * PAD_PX - 26
        painter.setFont(look.name_strong)
        painter.setPen(look.color("status.error" if self._failed else "text.primary"))
        painter.drawText(QRectF(PAD_PX + 26, PAD_PX - 4, room, 18), MIDDLE, look.name_strong_px.elided(self._name, room))
        painter.setFont(look.caption)
        painter.setPen(look.color("text.tertiary"))
        painter.drawText(QRectF(PAD_PX + 26, PAD_PX + 12, room, 16), MIDDLE, look.caption_px.elided(self._words, room))
        for number, fact in enumerate(self._facts):
            self._paint_fact(painter, look, fact, PAD_PX + HEAD_PX - 6 + number * LINE_PX)

    def _paint_fact(self, painter: QPainter, look: Look, fact: Fact, y: int) -> None:
        painter.setFont(look.caption)
        painter.setPen(look.color("text.tertiary"))
        painter.drawText(QRectF(PAD_PX, y, LABEL_PX, LINE_PX), MIDDLE, fact.label)
        painter.setFont(look.dense)
        painter.setPen(look.color("text.primary"))
        left = float(PAD_PX + LABEL_PX)
        painter.drawText(QRectF(left, y, self.width() - left - PAD_PX, LINE_PX), MIDDLE, fact.value)
        left += look.dense_px.of(fact.value) + 8
        painter.setFont(look.caption)
        painter.setPen(look.color("text.tertiary"))
        room = self.width() - left - PAD_PX
        if room > 20:
            painter.drawText(QRectF(left, y, room, LINE_PX), MIDDLE, look.caption_px.elided(fact.source, room))
