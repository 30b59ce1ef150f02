"""The application object, and the order in which the desk starts.

1. QApplication, Fusion style, fonts, theme (as remembered, else the system's): 0.25 s.
2. Single instance: if a desk of this store is open, hand it the files and end.
3. The window is laid out and shown, empty; the engine is looked for or started on a worker thread meanwhile.
4. The first answer from the store fills the list. pyqtgraph and the price book are not imported until somebody asks.

Exceptions that are not ours end in the crash report: a file with the traceback and versions, without any prompt.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from tracedesk import __version__
from tracedesk.base import log
from tracedesk.engine.client import StartedEngine
from tracedesk.ui import crash, fonts, icons, theme
from tracedesk.ui.files.opening import open_files
from tracedesk.ui.main_window import MainWindow
from tracedesk.ui.settings import Settings

HAND_OVER_MS = 500


def make_application() -> QApplication:
    """The QApplication with style, fonts and theme; the one there is, if there is one."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("TraceDesk")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("tracedesk")
    app.setStyle("Fusion")
    fonts.load()
    settings = Settings()
    theme.choose(settings.text("theme", theme.SYSTEM), scale=settings.number("text_size", 1.0))
    theme.follow_system()
    app.setWindowIcon(icons.app_icon())
    return app


def instance_name(store_path: Path) -> str:
    """The name of the local socket of the desk of a store."""
    import hashlib

    who = f"{os.path.abspath(store_path)}:{os.environ.get('USER', os.environ.get('USERNAME', ''))}"
    return "tracedesk-" + hashlib.sha256(who.encode()).hexdigest()[:24]


def hand_over(store_path: Path, files: Sequence[Path]) -> bool:
    """Give the files to the desk that has this store open; False where there is none."""
    socket = QLocalSocket()
    socket.connectToServer(instance_name(store_path))
    if not socket.waitForConnected(HAND_OVER_MS):
        return False
    socket.write(json.dumps([str(path.resolve()) for path in files]).encode() + b"\n")
    socket.waitForBytesWritten(HAND_OVER_MS)
    socket.disconnectFromServer()
    return True


class Doorbell:
    """Listens for later starts of the desk on the same store; only this user may ring."""

    def __init__(self, window: MainWindow, store_path: Path) -> None:
        self._window = window
        self._server = QLocalServer(window)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        name = instance_name(store_path)
        if not self._server.listen(name):
            QLocalServer.removeServer(name)              # left by a desk that was killed
            self._server.listen(name)
        self._server.newConnection.connect(self._rang)

    def _rang(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            return
        try:
            names = json.loads(bytes(socket.readLine().data()))
        except ValueError:
            return
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()
        open_files(self._window, [Path(str(name)) for name in (names if isinstance(names, list) else ())])

    def close(self) -> None:
        """Listen no longer."""
        self._server.close()


def let_the_window_go_first() -> None:
    """Keep the main thread from waiting for readers: at 5 ms a turn, Python's default, each call that Qt makes into a widget
    waits so long while a reader computes (0.5 s for the first picture of a page; 0.13 s at 0.5 ms). And look for cycles
    seldom: a trace of 10,000 spans that was read made each look take 60 to 110 ms, seven times while it was told.
    """
    sys.setswitchinterval(0.0005)
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def run(store_path: Path, files: Sequence[Path] = (), begun: StartedEngine | None = None) -> int:
    """Show the desk until it is closed; the exit code. `begun` is an engine that was started a moment ago."""
    app = make_application()
    if hand_over(store_path, files):
        if begun is not None:
            begun.close()
        return 0
    log.to_file("desk")
    crash.install()
    let_the_window_go_first()
    window = MainWindow(store_path)
    window.restore()
    window.show()
    QTimer.singleShot(0, lambda: log.logger("desk").info("window shown"))
    bell = Doorbell(window, store_path)
    window.supervisor.adopt(begun)
    window.start()
    open_files(window, files)
    code = app.exec()
    bell.close()
    log.close()
    return code
