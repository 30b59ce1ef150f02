"""Type-ahead in a list or canvas: after `'` letters jump to a name, shown in a corner until Esc."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from tracedesk.scene.jump import Landing
from tracedesk.ui.widgets.text import label, set_tone

PAD_PX = 10
LETTERS_AT_MOST = 64
MARK = "'"
LEAVES = (QEvent.Type.FocusOut, QEvent.Type.MouseButtonPress, QEvent.Type.Hide)
NEXT, PREVIOUS = (Qt.Key.Key_Down, Qt.Key.Key_Tab), (Qt.Key.Key_Up, Qt.Key.Key_Backtab)

Seek = Callable[[str, int], Landing | None]
"""`seek(letters, by)` goes to the match at or after where one is (`by` 0), the next (1) or the one before (-1)."""


class Jump(QObject):
    """Takes the keys of `target` while letters are typed. The letters stand over `over`, a child of the target or itself."""

    def __init__(self, target: QWidget, seek: Seek, over: QWidget | None = None) -> None:
        super().__init__(target)
        self._target, self._seek = target, seek
        self._over = over or target
        self._letters = ""
        self._box = QFrame(self._over)
        self._box.setProperty("pane", "float")
        self._box.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._typed = label("", "dense_strong")
        self._found = label("", "caption", "tertiary")
        row = QHBoxLayout(self._box)
        row.setContentsMargins(10, 5, 10, 5)
        row.setSpacing(8)
        row.addWidget(self._typed)
        row.addWidget(self._found)
        self._box.hide()

    @property
    def active(self) -> bool:
        """Whether letters are taken now."""
        return not self._box.isHidden()

    def begin(self) -> None:
        """Take letters from now on; where that is so already, go to the next match."""
        if self.active:
            self._go(1)
            return
        self._letters = ""
        self._target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        for watched in {self._target, self._over}:
            watched.installEventFilter(self)
        self._box.show()
        self._box.raise_()
        self._say(None)

    def leave(self) -> None:
        """Letters are commands again."""
        for watched in {self._target, self._over}:
            watched.removeEventFilter(self)
        self._box.hide()

    def text(self) -> str:
        """What is shown: the letters and how many names they begin; nothing outside."""
        return " ".join(part.text() for part in (self._typed, self._found) if part.text()) if self.active else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QKeyEvent) and watched is self._target and not _commands(event):
            if kind == QEvent.Type.ShortcutOverride:
                event.accept()                               # a letter is no command now
                return True
            return kind == QEvent.Type.KeyPress and self._key(event)
        if kind == QEvent.Type.Resize and watched is self._over:
            self._place()
        elif kind in LEAVES:
            self.leave()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Whether a key was one of ours; any other ends the typing and acts as usual."""
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.leave()
        elif key in NEXT or text == MARK:
            self._go(1)
        elif key in PREVIOUS:
            self._go(-1)
        elif key == Qt.Key.Key_Backspace:
            self._letters = self._letters[:-1]
            self._go(0)
        elif text.isprintable() and text:
            self._type(text)
        elif key not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta):
            self.leave()
            return False
        return True

    def _type(self, text: str) -> None:
        """One more letter. One letter again and again is the next match, where no name begins with it twice."""
        before, self._letters = self._letters, (self._letters + text)[:LETTERS_AT_MOST]
        again = before and set(before.casefold()) == {text.casefold()}
        found = self._seek(self._letters, 0)
        if found is None and again:
            self._letters = before
            found = self._seek(before, 1)
        self._say(found)

    def _go(self, by: int) -> None:
        self._say(self._seek(self._letters, by) if self._letters else None)

    def _say(self, found: Landing | None) -> None:
        self._typed.setText(f"{MARK}{self._letters}")
        self._found.setText("type the first letters of a name" if not self._letters else "no match" if found is None
                            else f"{found.number:,} of {found.total:,}")
        set_tone(self._typed, "primary" if found is not None or not self._letters else "error")
        self._box.setAccessibleName(self.text())
        self._place()

    def _place(self) -> None:
        self._box.adjustSize()
        self._box.move(PAD_PX, self._over.height() - self._box.height() - PAD_PX)


def _commands(event: QKeyEvent) -> bool:
    """Whether a key is held with Ctrl or Alt, which types no letter (AltGr, which does, is both)."""
    held = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
                                | Qt.KeyboardModifier.MetaModifier)
    return bool(held) and not (event.text().isprintable() and event.text())
