"""Glyphs of the icon fonts that qtawesome brings, drawn without importing it.

Importing qtawesome loads qtpy with QtOpenGL, checks and registers eleven fonts and parses as many maps: 0.4 s before the
first icon. The three fonts that we use are registered when a glyph of theirs is first drawn, straight from its folder.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPainter

FILES = {"ph": "phosphor", "ri": "remixicon", "mdi6": "materialdesignicons6-webfont"}
_OF_THE_BOX = 0.875


class _Font(NamedTuple):
    family: str
    codes: dict[str, str]        # glyph name → code point, hexadecimal


def draw(painter: QPainter, name: str, color: QColor, size: int, scale: float) -> None:
    """Paint a glyph such as `ph.sparkle-bold` into the box (0, 0, size, size); `scale` 1 makes it 0.875 of the box.

    Raises:
        KeyError: no font of that prefix, or no glyph of that name: a bug of ours.
    """
    prefix, _, glyph = name.partition(".")
    found = _font(prefix)
    font = QFont(found.family)
    font.setPixelSize(round(_OF_THE_BOX * size * scale))
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(QRect(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, chr(int(found.codes[glyph], 16)))


@cache
def _font(prefix: str) -> _Font:
    """The font of a prefix, registered with Qt once per process."""
    stem = FILES[prefix]
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome, which brings the icon fonts, is missing from this installation")
    folder = Path(spec.origin).parent / "fonts"
    file = next(folder.glob(f"{stem}-[0-9]*.ttf"))
    number = QFontDatabase.addApplicationFont(str(file))
    codes = json.loads(next(folder.glob(f"{stem}-charmap-*.json")).read_text("utf-8"))
    return _Font(QFontDatabase.applicationFontFamilies(number)[0], codes)
