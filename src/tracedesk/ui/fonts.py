"""Fonts: Inter and JetBrains Mono, shipped as dependencies, so that every platform draws the same text.

Both files are variable fonts: a weight is set as an axis as well, because not every font engine of Qt picks the named
instance. Figures are tabular; ligatures are off in code, where `=>` must stay what was typed.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

PACKAGES = {"fontpkg_inter": "Inter[opsz,wght].ttf", "fontpkg_jetbrains_mono": "JetBrainsMono[wght].ttf"}
UI_FAMILIES = ["Inter", "DejaVu Sans", "sans-serif"]
MONO_FAMILIES = ["JetBrains Mono", "DejaVu Sans Mono", "monospace"]


@cache
def load() -> tuple[str, ...]:
    """Register the font files with Qt, once per process; give back the families that came from them."""
    families: list[str] = []
    for package, file in PACKAGES.items():
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            continue
        number = QFontDatabase.addApplicationFont(str(Path(spec.origin).parent / "files" / file))
        families.extend(QFontDatabase.applicationFontFamilies(number))
    return tuple(families)


def make(px: int, weight: int, *, mono: bool = False) -> QFont:
    """A font of `px` logical pixels and a CSS weight (400, 500, 600)."""
    load()
    font = QFont()
    font.setFamilies(MONO_FAMILIES if mono else UI_FAMILIES)
    font.setPixelSize(px)
    font.setWeight(QFont.Weight(weight))
    font.setVariableAxis(QFont.Tag("wght"), float(weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if mono:
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setFeature(QFont.Tag("liga"), 0)
        font.setFeature(QFont.Tag("calt"), 0)
    else:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
