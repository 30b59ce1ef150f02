"""The theme: `resources/themes/tokens.json` as colours, fonts and sizes, by their names and never by their values.

`current()` is the theme now; `changed` is emitted after every switch, when palette, style sheet and fonts are in place,
so a painted widget only has to call `update()`. The system's colour scheme and contrast are followed until the user
picks one. High contrast is derived from the theme (DESIGN section 3), not drawn by hand.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tracedesk.base.paths import resources
from tracedesk.model.kinds import Kind
from tracedesk.ui import fonts
from tracedesk.ui.stylesheet import stylesheet

SYSTEM, DARK, LIGHT = "system", "dark", "light"
FACE = "face"
"""Dynamic property of a widget: the type style of its font, so that a change of text size finds it."""


NAME_FACE = "dense_name"
"""Style of names in rows: dense, at weight 500 (DESIGN section 4)."""
DERIVED = {NAME_FACE: ("dense", 500), "body_name": ("body", 500), "lead": ("title", 400)}
"""Styles that are another one at another weight: names in rows, entries of the palette, the sentence under a display line."""


HELD = "held"
"""Dynamic property of a widget: [height, width] at 100 % that it was given by `hold`."""


class KindColors(NamedTuple):
    """Colours of a span kind: bar, text on the bar, waiting part, container tint and outline, glyph and name on a pane."""

    solid: QColor
    ink: QColor
    wait: QColor
    soft: QColor
    line: QColor
    text: QColor


class StatusColors(NamedTuple):
    """Colours of a status or a difference: glyph and word, tint, outline."""

    text: QColor
    soft: QColor
    line: QColor


@cache
def tokens() -> dict[str, Any]:
    """The token file, read once."""
    loaded: dict[str, Any] = json.loads((resources() / "themes" / "tokens.json").read_text(encoding="utf-8"))
    return loaded


class Theme:
    """One set of colours at one text size. `name` is `dark` or `light`; `scale` is 0.8 to 2.0 of the text size."""

    def __init__(self, name: str, *, contrast: bool = False, scale: float = 1.0) -> None:
        self.name = name
        self.contrast = contrast
        self.scale = scale
        self._data: dict[str, Any] = tokens()["themes"][name]
        self._flat = {f"{group}.{key}": value for group in ("bg", "border", "text", "accent", "trace")
                      for key, value in self._data[group].items()}
        if contrast:
            self._flat["text.tertiary"] = self._flat["text.secondary"]
            self._flat["text.secondary"] = self._flat["text.primary"]
            for key in [key for key in self._flat if key.startswith("border.")]:
                self._flat[key] = self._data["border"]["control"]
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}
        self._kinds: dict[str, KindColors] = {}

    @property
    def dark(self) -> bool:
        """Whether light text stands on dark panes."""
        return self.name == DARK

    def hex(self, name: str) -> str:
        """`#RRGGBB` of a role such as `bg.panel`."""
        return str(self._flat[name])

    def color(self, name: str) -> QColor:
        """The colour of a role (`bg.panel`, ...), or the text colour of `status.ok`, `diff.worse`, `kind.llm`; a copy, because
        painters change the opacity of what they were given.
        """
        found = self._colors.get(name)
        if found is None:
            group, _, key = name.partition(".")
            if group == "status":
                found = self.status(key).text
            elif group == "diff":
                found = self.diff(key).text
            elif group == "kind":
                found = self.kind(key).text
            else:
                found = QColor(self._flat[name])
            self._colors[name] = found
        return QColor(found)

    def kind(self, kind: Kind | int | str) -> KindColors:
        """Colours of a span kind, given as a `Kind`, its number or its label; kinds without their own borrow one."""
        label = kind if isinstance(kind, str) else Kind(kind).label
        found = self._kinds.get(label)
        if found is None:
            alias = tokens()["kind_alias"].get(label)
            entry = self._data["kind"][alias["colour"] if alias else label]
            found = self._kinds[label] = KindColors(*(QColor(entry[field]) for field in KindColors._fields))
        return found

    def status(self, name: str) -> StatusColors:
        """Colours of `ok`, `error`, `warn`, `running` or `unset`."""
        return StatusColors(*(QColor(self._data["status"][name][field]) for field in StatusColors._fields))

    def diff(self, name: str) -> StatusColors:
        """Colours of `worse`, `better` or `same`."""
        return StatusColors(*(QColor(self._data["diff"][name][field]) for field in StatusColors._fields))

    def series(self) -> list[QColor]:
        """Colours of chart series without kinds, in order."""
        return [QColor(value) for value in self._data["series"]]

    def alpha(self, name: str) -> float:
        """An opacity of the token file, 0 to 1: `offpath`, `scrim`, `disabled`, ..."""
        return float(tokens()["alpha"][name])

    def grown(self, px: int) -> int:
        """Pixels of something that holds text: they grow with it, and never shrink below what the design says."""
        return round(px * max(1.0, self.scale))

    def size(self, name: str) -> int:
        """A size of the token file in logical pixels: `row`, `bar`, `topbar`, ...; those that hold text grow with it."""
        px = int(tokens()["size"][name])
        return self.grown(px) if name in ("row", "list_row", "control", "control_small", "statusbar", "topbar") else px

    def font(self, style: str) -> QFont:
        """The font of a type style: `caption label dense dense_strong body body_strong title heading figure display code`."""
        found = self._fonts.get(style)
        if found is None:
            base, weight = DERIVED.get(style, (style, None))
            entry = tokens()["type"][base]
            weight = weight or entry["weight"]
            px = max(1, round(entry["px"] * self.scale))
            found = self._fonts[style] = fonts.make(px, weight, mono=entry.get("family") == "mono")
        return QFont(found)

    def kind_label(self, kind: Kind | int) -> str:
        """The kind in words for people: `LLM call`, `HTTP / DB`."""
        label = Kind(kind).label
        words = {"http": "HTTP", "db": "Database", "mcp": "MCP", "prompt": "Prompt", "decision": "Decision"}
        return words.get(label) or str(self._data["kind"][label]["label"])


class _Notifier(QObject):
    changed = Signal()


_notifier = _Notifier()
changed = _notifier.changed
_choice = SYSTEM
_current: Theme | None = None


def current() -> Theme:
    """The theme in use; the dark one before any was applied."""
    global _current
    if _current is None:
        _current = Theme(DARK)
    return _current


def grown(px: int) -> int:
    """`Theme.grown` of the theme in use."""
    return current().grown(px)


def hold(widget: QWidget, height_px: int, width_px: int = 0) -> None:
    """Give a widget a fixed height, width, or both (0: as it is), that grow with the text size, also later."""
    widget.setProperty(HELD, [height_px, width_px])
    if height_px:
        widget.setFixedHeight(grown(height_px))
    if width_px:
        widget.setFixedWidth(grown(width_px))


def choice() -> str:
    """What the user picked: `system`, `dark` or `light`."""
    return _choice


def choose(name: str, *, scale: float | None = None) -> None:
    """Pick `system`, `dark` or `light` and apply it to the whole application at once."""
    global _choice
    _choice = name
    _apply(_wanted(name, current().scale if scale is None else scale))


def follow_system() -> None:
    """React to the system's changes of colour scheme and contrast; call once, after the application was made."""
    hints = QGuiApplication.styleHints()
    hints.colorSchemeChanged.connect(_system_changed)
    accessibility = getattr(hints, "accessibility", None)
    if accessibility is not None:                      # Qt 6.10 and later
        accessibility().contrastPreferenceChanged.connect(_system_changed)


def _system_changed() -> None:
    wanted = _wanted(_choice, current().scale)
    if (wanted.name, wanted.contrast) != (current().name, current().contrast):
        _apply(wanted)


def _wanted(name: str, scale: float) -> Theme:
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)
    contrast = accessibility is not None and accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    if name == SYSTEM:
        name = LIGHT if hints.colorScheme() == Qt.ColorScheme.Light else DARK
    return Theme(name, contrast=contrast, scale=scale)


def _apply(theme: Theme) -> None:
    global _current
    rescaled = _current is not None and _current.scale != theme.scale
    _current = theme
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setPalette(_palette(theme))
        app.setFont(theme.font("dense"))
        _style(app, stylesheet(theme))
        if rescaled:
            for widget in app.allWidgets():
                face = widget.property(FACE)
                if face:
                    widget.setFont(theme.font(face))
                held = widget.property(HELD)
                if held:
                    hold(widget, *held)
    changed.emit()


def dress(window: QWidget) -> None:
    """Give a new window without a parent the theme in use; call when its children are in it."""
    app = QApplication.instance()
    wanted = stylesheet(current())
    if isinstance(app, QApplication) and app.styleSheet() != wanted:
        window.setStyleSheet(wanted)


def _style(app: QApplication, sheet: str) -> None:
    """Another style sheet. Qt reads the one of the application again for each widget and once more for each of its parents, the
    one of a window once for each widget; so the application keeps its first while there are windows, and those take it over.
    """
    windows = [window for window in app.topLevelWidgets() if window.parent() is None]
    if not windows:
        app.setStyleSheet(sheet)
    for window in windows:
        window.setStyleSheet(sheet)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: "bg.app", QPalette.ColorRole.Base: "bg.panel", QPalette.ColorRole.AlternateBase: "bg.stripe",
        QPalette.ColorRole.Button: "bg.raised", QPalette.ColorRole.ToolTipBase: "bg.overlay",
        QPalette.ColorRole.WindowText: "text.primary", QPalette.ColorRole.Text: "text.primary",
        QPalette.ColorRole.ButtonText: "text.primary", QPalette.ColorRole.ToolTipText: "text.primary",
        QPalette.ColorRole.BrightText: "text.primary", QPalette.ColorRole.PlaceholderText: "text.tertiary",
        QPalette.ColorRole.Link: "text.link", QPalette.ColorRole.LinkVisited: "text.link",
        QPalette.ColorRole.Highlight: "accent.base", QPalette.ColorRole.HighlightedText: "accent.on",
        QPalette.ColorRole.Accent: "accent.base",
        QPalette.ColorRole.Light: "bg.raised", QPalette.ColorRole.Midlight: "border.subtle",
        QPalette.ColorRole.Mid: "border.default", QPalette.ColorRole.Dark: "border.strong",
        QPalette.ColorRole.Shadow: "bg.inset",
    }
    for role, name in roles.items():
        palette.setColor(role, theme.color(name))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.color("text.disabled"))
    return palette
