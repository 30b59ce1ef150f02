"""What the desk remembers on this machine: theme, text size, pane sizes, saved views. One INI file in the settings folder.

The user's keys are in the settings file beside it (`base/settings.py`), which people also write by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from tracedesk.base import settings
from tracedesk.base.paths import config_dir, make_private_dir

FILE = "desk.ini"


class Settings:
    """Values by name; a value that does not read back is as good as not there."""

    def __init__(self, path: Path | None = None) -> None:
        path = path or make_private_dir(config_dir()) / FILE
        self._file = QSettings(str(path), QSettings.Format.IniFormat)
        self._written = path.with_name(settings.FILE)

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        value = self._file.value(name, default)
        return value if isinstance(value, str) else default

    def number(self, name: str, default: float) -> float:
        """A number."""
        try:
            return float(self.text(name) or default)
        except ValueError:
            return default

    def data(self, name: str, default: Any) -> Any:
        """Anything that JSON can say."""
        try:
            return json.loads(self.text(name)) if self.text(name) else default
        except ValueError:
            return default

    def put(self, name: str, value: Any) -> None:
        """Keep a text, a number, or anything that JSON can say."""
        self._file.setValue(name, value if isinstance(value, str) else json.dumps(value))

    def blob(self, name: str) -> QByteArray:
        """Bytes that Qt made (geometry, splitter states); empty where there are none."""
        return QByteArray.fromHex(QByteArray(self.text(name).encode("ascii", "ignore")))

    def put_blob(self, name: str, value: QByteArray) -> None:
        """Keep bytes that Qt made."""
        self._file.setValue(name, bytes(value.toHex().data()).decode("ascii"))

    def sync(self) -> None:
        """Write what was put to the file now, not some time later."""
        self._file.sync()

    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """The user's own keys by command id.

        Raises:
            DataError: the settings file is no TOML.
            WorldError: it cannot be read.
        """
        return settings.load(self._written).keys

    def put_keys(self, keys: Mapping[str, tuple[str, ...] | None]) -> None:
        """Keep keys of commands; None forgets those of the user.

        Raises:
            DataError: the settings file is no TOML.
            WorldError: it cannot be written.
        """
        settings.save("keys", keys, self._written)
