"""Pictures, sound and files inside messages. A data URI is decoded here; nothing else is ever fetched or opened."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tracedesk.ui.inspector.pieces import sent_line
from tracedesk.ui.widgets.text import label, visible

THUMBNAIL_PX = 240
MEDIA_LIMIT_BYTES = 32 * 1024 * 1024
PICTURE_LIMIT_PIXELS = 64_000_000
SAFE_FORMATS = frozenset({b"png", b"jpeg", b"jpg", b"gif", b"bmp", b"webp"})


def media_bytes(part: dict[str, Any]) -> tuple[bytes | None, str]:
    """(bytes, mime type) of a blob or of a data URI; (None, mime type) where the bytes are not here."""
    mime = part.get("mime_type")
    mime = mime if isinstance(mime, str) else ""
    content = part.get("content", part.get("data", part.get("blob")))
    uri = part.get("uri", part.get("url"))
    for given in (content, uri):
        if isinstance(given, bytes):
            return given[:MEDIA_LIMIT_BYTES], mime
        encoded = given
        if isinstance(given, str) and given.startswith("data:") and "," in given[:200]:
            head, _, encoded = given.partition(",")
            mime = head[5:].split(";")[0] or mime
        elif given is uri:
            continue
        if isinstance(encoded, str) and len(encoded) <= MEDIA_LIMIT_BYTES * 4 // 3 + 4:
            try:
                return base64.b64decode(encoded, validate=True), mime
            except (binascii.Error, ValueError):
                continue
    return None, mime


def picture(data: bytes) -> QImage | None:
    """A small copy of a raster picture, or None; the size is checked before any pixel is allocated."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    known = bytes(reader.format().data()) in SAFE_FORMATS and size.isValid()
    if not known or size.width() * size.height() > PICTURE_LIMIT_PIXELS:
        return None
    if max(size.width(), size.height()) > THUMBNAIL_PX:
        reader.setScaledSize(size.scaled(QSize(THUMBNAIL_PX, THUMBNAIL_PX), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def media_widget(part: dict[str, Any]) -> QWidget:
    """A thumbnail, or a line that says what is there and lets it be saved; an address is text, never a link."""
    data, mime = media_bytes(part)
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    image = picture(data) if data else None
    if image is not None:
        shown = QLabel()
        shown.setPixmap(QPixmap.fromImage(image))
        shown.setAccessibleName("Picture in the message")
        column.addWidget(shown)
    row = QHBoxLayout()
    modality = part.get("modality") or mime or part.get("type")
    words = visible(str(modality))[:60]
    if data is not None:
        words += f" · {len(data):,} bytes"
    row.addWidget(label(words, "caption", "secondary"))
    address = part.get("uri", part.get("url", part.get("file_id")))
    if data is None and isinstance(address, str):
        row.addWidget(sent_line(address, "caption", "text.tertiary"), 1)
        row.addWidget(label("not fetched", "caption", "tertiary"))
    else:
        row.addStretch(1)
    if data is not None:
        save = QPushButton("Save…")
        save.setAccessibleName("Save this file")
        save.clicked.connect(lambda: _save(data, box))
        row.addWidget(save)
    column.addLayout(row)
    return box


def _save(data: bytes, parent: QWidget) -> None:
    name, _ = QFileDialog.getSaveFileName(parent, "Save")
    if name:
        Path(name).write_bytes(data)
