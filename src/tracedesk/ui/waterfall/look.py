"""Fonts, widths and colours of one theme as the painters use them, made once per theme."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPen

from tracedesk.ui import theme
from tracedesk.ui.theme import Theme
from tracedesk.ui.waterfall.tools import Widths


class Look:
    """What a theme means for the waterfall. Make a new one when the theme changes."""

    def __init__(self, colors: Theme) -> None:
        self.colors = colors
        self.name, self.name_strong = colors.font(theme.NAME_FACE), colors.font("dense_strong")
        self.dense, self.caption, self.label = colors.font("dense"), colors.font("caption"), colors.font("label")
        self.name_px, self.name_strong_px = Widths(self.name), Widths(self.name_strong)
        self.dense_px, self.caption_px, self.label_px = Widths(self.dense), Widths(self.caption), Widths(self.label)
        self.off_path = colors.alpha("offpath")
        self.off_path_label = colors.alpha("offpath_label")
        self.replay_bar = colors.alpha("replay_dim_bar")
        self.replay_text = colors.alpha("replay_dim_text")
        self.outline = QPen(colors.color("text.primary"), 1) if colors.contrast else None

    def color(self, name: str) -> QColor:
        """A colour role."""
        return self.colors.color(name)
