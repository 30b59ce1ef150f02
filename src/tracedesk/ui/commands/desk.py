"""Commands of the frame: palette, keys, panes, pages, theme, text size, window."""

from __future__ import annotations

from typing import Any

from tracedesk.ui import theme
from tracedesk.ui.command import Command

SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


def _toggle_theme(desk: Any) -> None:
    _pick_theme(desk, theme.LIGHT if theme.current().dark else theme.DARK)


def _pick_theme(desk: Any, name: str) -> None:
    theme.choose(name)
    desk.settings.put("theme", name)


def _scale(desk: Any, by: int) -> None:
    now = theme.current().scale
    nearest = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - now))
    scale = SCALES[min(max(nearest + by, 0), len(SCALES) - 1)] if by else 1.0
    theme.choose(theme.choice(), scale=scale)
    desk.settings.put("text_size", scale)


def _show_keys(desk: Any) -> None:
    if desk.key_sheet.isVisible():
        desk.key_sheet.close_overlay()
    else:
        desk.key_sheet.open()


PART = (
    Command("palette.open", "Search or run a command", lambda desk: desk.palette_.open_with(), ("Ctrl+K",), "View", "search",
            sheet="Read", words="everything else"),
    Command("keys.show", "All keys", _show_keys, ("?",), "Help", "keyboard"),
    Command("menu.open", "Menu", lambda desk: desk.top_bar.open_menu(), ("Alt+M",), "Help", "more"),
    Command("page.traces", "Go to Traces", lambda desk: desk.state.go("traces"), ("Ctrl+1",), "View", "traces",
            sheet="Move", words="to 6: go to screen"),
    Command("page.settings", "Settings", lambda desk: desk.state.go("settings"), ("Ctrl+6", "Ctrl+,"), "Settings", "settings"),
    Command("pane.next", "Next pane", lambda desk: desk.next_pane(1), ("F6",), "View"),
    Command("pane.previous", "Previous pane", lambda desk: desk.next_pane(-1), ("Shift+F6",), "View"),
    Command("desk.back", "Back one level", lambda desk: desk.step_back(), ("Escape",), "View",
            sheet="Move", words="back one level"),
    Command("theme.toggle", "Switch between dark and light", _toggle_theme, ("Ctrl+Shift+L",), "Settings", "sun"),
    Command("theme.dark", "Dark theme", lambda desk: _pick_theme(desk, theme.DARK), (), "Settings", "moon"),
    Command("theme.light", "Light theme", lambda desk: _pick_theme(desk, theme.LIGHT), (), "Settings", "sun"),
    Command("theme.system", "Theme of the system", lambda desk: _pick_theme(desk, theme.SYSTEM), (), "Settings", "settings"),
    Command("text.larger", "Larger text", lambda desk: _scale(desk, 1), ("Ctrl++", "Ctrl+="), "Settings", "plus"),
    Command("text.smaller", "Smaller text", lambda desk: _scale(desk, -1), ("Ctrl+-",), "Settings", "minus"),
    Command("text.normal", "Text at 100 %", lambda desk: _scale(desk, 0), ("Ctrl+0",), "Settings", "search"),
    Command("desk.quit", "Quit", lambda desk: desk.close(), ("Ctrl+Q",), "File", "close"),
)
