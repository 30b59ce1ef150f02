"""The one style sheet of the application, made from a theme; widgets choose a look by dynamic properties.

`role` picks a kind of button (`primary`, `ghost`, `danger`, `tool`, `link`; none: secondary), `tone` the colour of a
label (a text role or a status), `pane` the surface of a frame (`app panel raised overlay inset card`), `edge` the sides
that have a line. QSS knows no tabular figures or letter spacing: fonts are set with QFont, never here.
"""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtGui import QColor


class Colors(Protocol):
    """What a style sheet needs of a theme."""

    contrast: bool

    def hex(self, name: str) -> str:
        """`#RRGGBB` of a role."""

    def status(self, name: str) -> tuple[QColor, QColor, QColor]:
        """Text, soft and line of a status."""

    def kind(self, kind: Any) -> tuple[QColor, ...]:
        """Colours of a span kind, that of its text last."""

    def diff(self, name: str) -> tuple[QColor, QColor, QColor]:
        """Text, soft and line of a difference."""


def repolish(widget) -> None:
    """Read the style sheet again for one widget, after one of its properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _box(which: str, fill: QColor, line: QColor, radius_px: int) -> str:
    return f"QFrame[{which}] {{ background: {fill.name()}; border: 1px solid {line.name()}; border-radius: {radius_px}px; }}"


def stylesheet(theme: Colors) -> str:
    """QSS of a theme."""
    h = theme.hex
    ring = 3 if theme.contrast else 2
    error, warn = theme.status("error"), theme.status("warn")
    tones = {name: h(f"text.{name}") for name in ("primary", "secondary", "tertiary", "disabled", "link")}
    tones |= {name: theme.status(name)[0].name() for name in ("ok", "error", "warn", "running", "unset")}
    tones |= {name: theme.diff(name)[0].name() for name in ("worse", "better", "same")}
    tones |= {f"kind.{name}": theme.kind(name)[-1].name() for name in ("llm", "tool")}
    tones["accent"] = h("accent.base")
    tones["on_accent"] = h("accent.on")
    panes = {name: h(f"bg.{name}") for name in ("app", "panel", "raised", "overlay", "inset", "selected")}
    parts = [f'QLabel[tone="{name}"] {{ color: {value}; }}' for name, value in tones.items()]
    parts += [f'QFrame[pane="{name}"] {{ background: {value}; }}' for name, value in panes.items()]
    for side in ("top", "bottom", "left", "right"):
        parts.append(f'QFrame[edge="{side}"] {{ border: none; border-{side}: 1px solid {h("border.subtle")}; }}')
    running = theme.status("running")
    for name, (_, soft, line) in {"error": error, "warn": warn, "info": running}.items():
        parts.append(_box(f'banner="{name}"', soft, line, 8))
    parts.append('QFrame[banner][place="top"] { margin: 6px 12px 0 12px; }')
    for name in ("ok", "error", "warn", "running", "unset"):
        _, soft, line = theme.status(name)
        parts.append(_box(f'pill="{name}"', soft, line, 11))
    parts.append(f'QFrame[edge="strong"] {{ border: none; border-left: 1px solid {h("border.strong")}; }}')
    return "\n".join(parts) + f"""
* {{ outline: none; }}
QFrame[banner="plain"] {{ background: {h("bg.overlay")}; border: 1px solid {h("border.strong")}; border-radius: 8px; }}
QMainWindow, QDialog {{ background: {h("bg.app")}; }}
QLabel {{ background: transparent; color: {h("text.primary")}; }}
QFrame[pane="card"] {{ background: {h("bg.raised")}; border: 1px solid {h("border.default")}; border-radius: 8px; }}
QFrame[pane="pane_card"] {{ background: {h("bg.panel")}; border: 1px solid {h("border.default")}; border-radius: 8px; }}
QFrame[pane="well"] {{ background: {h("bg.inset")}; border: 1px solid {h("border.default")}; border-radius: 8px; }}
QFrame[pane="drop"] {{ background: {h("bg.panel")}; border: 1px dashed {h("border.control")}; border-radius: 8px; }}
QFrame[pane="float"] {{ background: {h("bg.overlay")}; border: 1px solid {h("border.strong")}; border-radius: 10px; }}
QFrame[pane="field"] {{ background: {h("bg.inset")}; border: 1px solid {h("border.strong")}; border-radius: 6px; }}
QFrame[pane="field"][focused="true"] {{ border: {ring}px solid {h("accent.focus")}; }}
QFrame[pane="field"][state="error"] {{ border: 1px solid {error[0].name()}; }}
QFrame[chip="true"] {{ background: {h("accent.soft")}; border: 1px solid {running[2].name()};
  border-radius: 5px; }}
QFrame[chip="true"]:focus {{ border: {ring}px solid {h("accent.focus")}; }}
QFrame[pane="chip"] {{ background: {h("bg.raised")}; border: 1px solid {h("border.default")}; border-radius: 4px; }}

QPushButton {{ background: {h("bg.raised")}; color: {h("text.primary")}; border: 1px solid {h("border.strong")};
  border-radius: 6px; padding: 0 10px; min-height: 26px; }}
QPushButton:hover {{ background: {h("bg.overlay")}; }}
QPushButton:pressed {{ background: {h("bg.inset")}; }}
QPushButton:focus {{ border: {ring}px solid {h("accent.focus")}; padding: 0 9px; min-height: {28 - 2 * ring}px; }}
QPushButton:disabled {{ color: {h("text.disabled")}; border-color: {h("border.default")}; }}
QPushButton[role="primary"] {{ background: {h("accent.base")}; color: {h("accent.on")}; border-color: {h("accent.base")}; }}
QPushButton[role="primary"]:hover {{ background: {h("accent.hover")}; border-color: {h("accent.hover")}; }}
QPushButton[role="primary"]:pressed {{ background: {h("accent.press")}; border-color: {h("accent.press")}; }}
QPushButton[role="primary"]:focus {{ border-color: {h("accent.focus")}; }}
QPushButton[role="ghost"] {{ background: transparent; border-color: transparent; color: {h("text.secondary")}; }}
QPushButton[role="ghost"]:hover {{ background: {h("bg.hover")}; color: {h("text.primary")}; }}
QPushButton[role="ghost"]:focus {{ border-color: {h("accent.focus")}; }}
QPushButton[role="link"] {{ background: transparent; border: none; color: {h("text.link")}; padding: 0 2px; min-height: 22px; }}
QPushButton[role="link"]:hover {{ color: {h("accent.hover")}; }}
QPushButton[role="link"]:focus {{ border: {ring}px solid {h("accent.focus")}; border-radius: 4px; padding: 0; }}
QPushButton[role="danger"] {{ background: {error[1].name()}; color: {error[0].name()}; border-color: {error[2].name()}; }}
QPushButton[role="danger"]:hover {{ border-color: {error[0].name()}; }}
QPushButton[role="danger"]:pressed {{ background: {error[2].name()}; }}
QPushButton[role="danger"]:focus {{ border-color: {h("accent.focus")}; }}
QPushButton[role="pill"] {{ background: {h("accent.base")}; color: {h("accent.on")}; border: none; border-radius: 10px;
  padding: 0 9px; min-height: 20px; }}
QPushButton[role="pill"]:hover {{ background: {h("accent.hover")}; }}
QPushButton[role="pill"]:focus {{ border: {ring}px solid {h("text.primary")}; padding: 0 7px; min-height: {20 - 2 * ring}px; }}
QPushButton[role="field"] {{ background: {h("bg.inset")}; border-color: {h("border.default")}; text-align: left; }}
QPushButton[role="field"]:hover {{ border-color: {h("border.strong")}; }}
QPushButton[role="field"]:focus {{ border-color: {h("accent.focus")}; }}
QPushButton[size="small"] {{ min-height: 22px; padding: 0 8px; }}
QPushButton[size="small"]:focus {{ min-height: {24 - 2 * ring}px; padding: 0 7px; }}
QPushButton[size="large"] {{ min-height: 30px; padding: 0 14px; }}
QPushButton[size="large"]:focus {{ min-height: {32 - 2 * ring}px; padding: 0 13px; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}

QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 3px;
  color: {h("text.secondary")}; }}
QToolButton:hover {{ background: {h("bg.hover")}; color: {h("text.primary")}; }}
QToolButton:pressed {{ background: {h("bg.inset")}; }}
QToolButton:focus {{ border: {ring}px solid {h("accent.focus")}; padding: {max(0, 4 - ring)}px; }}
QToolButton:checked {{ background: {h("accent.soft")}; color: {h("text.link")}; border-color: {h("border.strong")}; }}
QToolButton::menu-indicator {{ image: none; }}

QLineEdit {{ background: {h("bg.inset")}; color: {h("text.primary")}; border: 1px solid {h("border.strong")};
  border-radius: 6px;
  padding: 0 9px; min-height: 26px; selection-background-color: {h("accent.base")}; selection-color: {h("accent.on")}; }}
QLineEdit:focus {{ border: {ring}px solid {h("accent.focus")}; padding: 0 {10 - ring}px; min-height: {28 - 2 * ring}px; }}
QLineEdit[state="error"] {{ border-color: {error[0].name()}; }}
QLineEdit[role="bare"], QLineEdit[role="bare"]:focus {{ background: transparent; border: none; padding: 0; }}
QPlainTextEdit, QTextEdit {{ background: {h("bg.inset")}; color: {h("text.primary")}; border: 1px solid {h("border.default")};
  border-radius: 6px; selection-background-color: {h("accent.base")}; selection-color: {h("accent.on")}; }}
QPlainTextEdit:focus, QTextEdit:focus {{ border: {ring}px solid {h("accent.focus")}; }}
QPlainTextEdit[role="bare"], QPlainTextEdit[role="bare"]:focus {{ background: transparent; border: none; }}

QListView, QTreeView, QTableView {{ background: {h("bg.panel")}; border: none; selection-background-color: {h("bg.selected")};
  selection-color: {h("text.primary")}; alternate-background-color: {h("bg.stripe")}; }}
QListView[role="popup"] {{ background: {h("bg.overlay")}; border: 1px solid {h("border.strong")}; padding: 3px 0; }}
QHeaderView::section {{ background: {h("bg.panel")}; color: {h("text.tertiary")}; border: none;
  border-bottom: 1px solid {h("border.subtle")};
  padding: 4px 3px; }}
QTableCornerButton::section {{ background: {h("bg.panel")}; border: none; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget[scroll="body"] {{ background: transparent; }}
QScrollBar {{ background: transparent; border: none; margin: 0; }}
QScrollBar:vertical {{ width: 10px; }}
QScrollBar:horizontal {{ height: 10px; }}
QScrollBar::handle {{ background: {h("border.strong")}; border: 2px solid transparent; border-radius: 5px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {h("border.control")}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QSplitter::handle {{ background: {h("border.subtle")}; }}
QSplitter::handle:hover {{ background: {h("accent.base")}; }}
QToolTip {{ background: {h("bg.overlay")}; color: {h("text.primary")}; border: 1px solid {h("border.strong")};
  padding: 4px 6px; }}
QMenu {{ background: {h("bg.overlay")}; color: {h("text.primary")}; border: 1px solid {h("border.strong")}; padding: 4px; }}
QMenu::item {{ padding: 5px 20px 5px 10px; border-radius: 4px; }}
QMenu::item:selected {{ background: {h("bg.selected")}; }}
QMenu::item:disabled {{ color: {h("text.disabled")}; }}
QMenu::separator {{ height: 1px; background: {h("border.default")}; margin: 4px 6px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenuBar {{ background: {h("bg.app")}; }}
QProgressBar {{ background: {h("bg.inset")}; border: none; border-radius: 2px; max-height: 4px; }}
QProgressBar::chunk {{ background: {h("accent.base")}; border-radius: 2px; }}
QComboBox {{ background: {h("bg.inset")}; color: {h("text.primary")}; border: 1px solid {h("border.strong")};
  border-radius: 6px;
  padding: 0 9px; min-height: 26px; }}
QComboBox:focus {{ border: {ring}px solid {h("accent.focus")}; }}
QComboBox QAbstractItemView {{ background: {h("bg.overlay")}; border: 1px solid {h("border.strong")}; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QCheckBox {{ color: {h("text.primary")}; spacing: 8px; }}
QTabBar {{ background: transparent; }}
"""
