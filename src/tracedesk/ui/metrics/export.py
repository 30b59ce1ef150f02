"""Pictures of what is shown, as PNG or SVG, and files of tables. SVG is drawn by the same painting, as vectors."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from tracedesk.base.errors import WorldError

FORMATS = {"csv": "Table (*.csv)", "png": "Picture (*.png)", "svg": "Drawing (*.svg)"}


def file_name(title: str, form: str) -> str:
    """`cost-by-model.csv`."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + f".{form}"


def save_text(text: str, path: Path) -> None:
    """Write a text.

    Raises:
        WorldError: the file cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise WorldError(f"{path} cannot be written: {error.strerror}.") from error


def save_picture(widget: QWidget, path: Path, form: str) -> None:
    """A picture of a widget.

    Raises:
        WorldError: the file cannot be written.
    """
    _lay_out(widget)
    if form == "svg":
        save_text(drawing(widget), path)
    elif not widget.grab().save(str(path), "PNG"):
        raise WorldError(f"The picture cannot be written to {path}.")


def _lay_out(widget: QWidget) -> None:
    """Give everything its place now, not at the next turn of the event loop."""
    for part in (widget, *widget.findChildren(QWidget)):
        layout = part.layout()
        if layout is not None:
            layout.activate()


def drawing(widget: QWidget) -> str:
    """A widget as SVG."""
    _lay_out(widget)
    into = QBuffer()
    into.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(into)
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(0, 0), QSize(widget.size())))
    generator.setTitle(widget.accessibleName())
    painter = QPainter(generator)
    widget.render(painter, QPoint(0, 0))
    painter.end()
    return bytes(into.data().data()).decode("utf-8")
