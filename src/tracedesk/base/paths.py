"""Where things live: data, settings, locks, resources; from a source tree, a wheel or a frozen application."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

APP = "tracedesk"
STORE_ENV = "TRACEDESK_STORE"


def data_dir() -> Path:
    """The user's data folder for TraceDesk (not created here)."""
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


def config_dir() -> Path:
    """The user's settings folder for TraceDesk (not created here)."""
    return Path(platformdirs.user_config_dir(APP, appauthor=False))


def log_dir() -> Path:
    """The folder of our log files (not created here)."""
    return Path(platformdirs.user_log_dir(APP, appauthor=False))


def default_store() -> Path:
    """The store file to use: the environment's `TRACEDESK_STORE`, else `tracedesk.db` in the data folder."""
    named = os.environ.get(STORE_ENV)
    return Path(named) if named else data_dir() / "tracedesk.db"


def resources() -> Path:
    """The folder of shipped resources: beside `src/` in a source tree, inside the package in a wheel or frozen app."""
    package = Path(__file__).resolve().parent.parent
    frozen = getattr(sys, "_MEIPASS", None)
    for candidate in ([Path(frozen) / "tracedesk" / "resources"] if frozen else []) + [
        package / "resources", package.parent.parent / "resources",
    ]:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("the resources folder is missing from this installation")


def make_private_dir(path: Path) -> Path:
    """Create a folder that only this user may enter (mode 0700), with its parents; give it back."""
    path.mkdir(parents=True, exist_ok=True)
    if os.name == "posix" and path.stat().st_uid == os.getuid():
        path.chmod(0o700)
    return path
