"""Icons: our names to glyphs of the Phosphor font that qtawesome brings; no image files of others in our tree.

Phosphor's bold cut is taken: its strokes are 1.2 px at 14 px, as in the mock-ups. Remix or Material glyphs (`ri.`,
`mdi6.`) stand in where Phosphor lacks one. Pixmaps are kept per (name, colour, size, device pixel ratio). An unknown
name is a bug and raises KeyError.
"""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from tracedesk.base.paths import resources
from tracedesk.ui import glyphs, theme

GLYPHS = {
    # span kinds
    "llm": "sparkle", "tool": "wrench", "retriever": "book-open", "reranker": "sort-ascending",
    "embedding": "mdi6.grid",
    "agent": "robot", "chain": "link", "guardrail": "shield", "evaluator": "scales", "http_db": "database",
    "other": "circle-dashed",
    "http": "globe", "db": "database", "mcp": "ri.plug-line", "prompt": "file-text", "decision": "git-branch",
    # status
    "ok": "check-circle", "error": "x-circle", "warn": "warning", "running": "ri.loader-line", "unset": "circle",
    "info": "info", "blocked": "shield-warning", "retried": "repeat",
    # screens
    "traces": "tree-structure", "metrics": "activity", "compare": "git-pull-request", "datasets": "ri.list-check-2",
    "alerts": "bell",
    "settings": "gear", "waterfall": "chart-bar-horizontal", "flame": "flame", "steps": "chat-text",
    # doing
    "search": "magnifying-glass", "filter": "funnel-simple", "clock": "clock", "save_view": "bookmark-simple",
    "close": "x",
    "copy": "copy", "open": "folder-open", "play": "play", "pause": "pause", "send": "terminal",
    "import": "download-simple",
    "more": "dots-three", "expand": "corners-out", "what_if": "flask", "critical_path": "path",
    "arrow_up": "arrow-up",
    "arrow_down": "arrow-down", "arrow_right": "arrow-right", "chevron_down": "caret-down",
    "chevron_right": "caret-right",
    "chevron_left": "caret-left", "chevron_up": "caret-up", "plus": "plus", "minus": "minus", "check": "check",
    "link": "link",
    "broken_link": "link-break", "reply": "arrow-bend-down-right", "job": "upload-simple", "negate": "prohibit",
    "undo": "arrow-counter-clockwise", "swap": "arrows-left-right", "pin": "push-pin", "groups": "stack",
    # things
    "user": "user", "context": "book-open", "system": "terminal-window", "live": "broadcast", "sun": "sun",
    "moon": "moon", "keyboard": "keyboard",
    "encrypted": "lock-simple", "key_in_file": "warning", "store": "database", "privacy": "shield-check",
    "server": "hard-drives",
    "plug": "ri.plug-line", "inbox": "tray", "folder": "folder-open", "image": "image", "file": "file",
    "session": "chats", "token": "ri.coins-line",
    # replay
    "first": "skip-back", "last": "skip-forward", "good": "thumbs-up", "bad": "thumbs-down", "unsure": "question",
    "note": "pencil-simple", "reproduce": "bug", "wait": "hourglass", "dataset_add": "ri.list-check-2",
}
_SCALE = 1.12
"""A glyph is drawn at 0.875 of the box; this brings Phosphor to the optical size of the mock-ups."""


@lru_cache(maxsize=2048)
def _drawn(name: str, rgba: int, size: int, dpr: float) -> QPixmap:
    color = QColor.fromRgba(rgba)
    pixmap = QPixmap(QSize(round(size * dpr), round(size * dpr)))
    pixmap.setDevicePixelRatio(dpr)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    found = GLYPHS[name]
    glyphs.draw(painter, found if "." in found else f"ph.{found}-bold", color, size, _SCALE)
    painter.end()
    return pixmap


def pixmap(name: str, color: QColor, size: int = 14, dpr: float = 1.0) -> QPixmap:
    """The glyph of one of our names, tinted, `size` logical pixels square."""
    return _drawn(name, color.rgba(), size, dpr)


def draw(painter: QPainter, name: str, color: QColor, x: float, y: float, size: int = 14) -> None:
    """Paint the glyph with its top left corner at (x, y)."""
    device = painter.device()
    dpr = device.devicePixelRatioF() if device is not None else 1.0
    painter.drawPixmap(QRectF(x, y, size, size), pixmap(name, color, size, dpr),
                       QRectF(0, 0, round(size * dpr), round(size * dpr)))


def icon(name: str, color: QColor | None = None, size: int = 16) -> QIcon:
    """A QIcon of the glyph; without a colour it has the theme's secondary text colour, and its primary one when active."""
    colors = theme.current()
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(pixmap(name, color or colors.color("text.secondary"), size, ratio))
        made.addPixmap(pixmap(name, colors.color("text.disabled"), size, ratio), QIcon.Mode.Disabled)
        made.addPixmap(pixmap(name, color or colors.color("text.primary"), size, ratio), QIcon.Mode.Active)
    return made


@cache
def app_icon() -> QIcon:
    """The mark of the application."""
    return QIcon(str(resources() / "icons" / "tracedesk.svg"))
