"""`tracedesk open`: the desk; where there is no display, the engine in the foreground."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import click

from tracedesk.base.errors import WorldError
from tracedesk.base.paths import default_store
from tracedesk.cli.main import store_option

CONNECT_S = 0.5


@click.command("open")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@store_option
def open_desk(files: tuple[Path, ...], store: Path | None) -> int:
    """Open the desk, and the FILES (or folders of files) given. Starts the engine if none is running."""
    if not has_display():
        from tracedesk.cli.verbs.engine import run_engine

        click.echo("There is no display here, so the engine runs without the desk; Ctrl+C ends it.", err=True)
        run_engine(store)
        return 0
    from tracedesk.engine.client import begin_engine

    path = store or default_store()
    begun = begin_engine(path)                   # before Qt is loaded: the two take their half second side by side
    try:
        from tracedesk.ui import app
    except ImportError as error:
        if begun is not None:
            begun.close()
        raise WorldError(f"The desk cannot be loaded: {error}.", hint="`make setup` names the system libraries that Qt needs; "
                         "`tracedesk engine` runs without them.") from error
    return app.run(path, files, begun)


PART = open_desk


def has_display() -> bool:
    """Whether Qt will find a display. It would end the process where it finds none, so we look first."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    wayland = os.environ.get("WAYLAND_DISPLAY")
    if wayland and _answers(socket.AF_UNIX, str(Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / wayland)):
        return True
    host, _, screen = os.environ.get("DISPLAY", "").rpartition(":")
    number = screen.partition(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _answers(socket.AF_UNIX, path) or _answers(socket.AF_UNIX, f"\0{path}")
    return _answers(socket.AF_INET, (host, 6000 + int(number)))


def _answers(family: int, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(CONNECT_S)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
