"""A picture of a page of the desk, drawn without a display and without an engine, the same every time.

The clock stands at the latest moment of the store, nothing blinks, pane sizes are those of a fresh installation. A page may
have `prepare_shot(options)`; it is called when its trace is open and everything asked for has come.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from tracedesk.base import clock
from tracedesk.base.clock import NS_PER_S
from tracedesk.base.errors import DataError, NotFound, TooSlow, TraceDeskError, WorldError
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.ui import theme
from tracedesk.ui.app import make_application
from tracedesk.ui.main_window import MainWindow
from tracedesk.ui.settings import Settings
from tracedesk.ui.state import Receiver
from tracedesk.ui.waterfall.motion import Glide

PLANNED = ("whatif", "replay", "compare", "metrics", "datasets", "alerts")
ON_TRACES_PAGE = ("first-run", "first-trace", "traces", "flame")
QUIET_MS = 220
"""Longer than every motion of DESIGN section 16."""
PATIENCE_MS = 30_000


@dataclass(frozen=True, slots=True)
class ShotOptions:
    """What `tracedesk shot` was asked for. `traces` are ids or prefixes of traces, the first is opened; `select` is a span
    id, a prefix of one, or a span's name; `whatif` are rules; `step` is a step of the replay, from 1."""

    page: str
    out: Path
    width_px: int = 1600
    height_px: int = 1000
    theme: str = theme.DARK
    traces: tuple[str, ...] = ()
    select: str = ""
    whatif: tuple[str, ...] = ()
    step: int | None = None


def take(store: Path, options: ShotOptions) -> None:
    """Draw the page and save the picture.

    Raises:
        NotFound: there is no such page, trace or span.
        WorldError: the picture cannot be written.
    """
    qInstallMessageHandler(_say)
    make_application()
    theme.choose(options.theme, scale=1.0)
    with tempfile.TemporaryDirectory(prefix="tracedesk-") as folder:
        _stop_the_clock(store)
        settings = Settings(Path(folder) / "desk.ini")
        window = MainWindow(store, settings=settings)
        failed: list[TraceDeskError] = []
        window.tasks.failed.connect(failed.append)
        try:
            _prepare(window, options)
            if failed:
                raise failed[0]
            _save(window, options.out)
        finally:
            window.close()
            window.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            settings.sync()                                # else it writes when it goes, and makes the folder again


def _say(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's messages, but for what the display of no display always says."""
    if "propagateSizeHints" not in text:
        sys.stderr.write(text + "\n")


def _stop_the_clock(store: Path) -> None:
    """Two seconds after the latest start, so that "now" and ages are the same whenever the picture is made."""
    try:
        with open_store(store, role="read") as opened:
            newest = questions.stats(opened).newest_ns
    except NotFound:
        return
    if newest is not None:
        clock.now_ns = lambda: newest + 2 * NS_PER_S


def _prepare(window: MainWindow, options: ShotOptions) -> None:
    key = "traces" if options.page in ON_TRACES_PAGE else options.page
    if key not in window.page_keys():
        words = "is not built yet" if options.page in PLANNED else "is not known"
        raise NotFound(f"The page “{options.page}” {words}.",
                       hint="There are: " + ", ".join(dict.fromkeys((*ON_TRACES_PAGE, *window.page_keys()))) + ".")
    window.resize(options.width_px, options.height_px)
    window.show()
    window.state.set_receiver(Receiver.LISTENING, ":4317 gRPC :4318 HTTP")
    traces: Any = window.page("traces")
    if options.page == "first-run":
        traces.show_first_run()
    else:
        traces.set_range(0)
    window.live.poll()
    window.live.stop()
    settle(window)
    _open(window, options)
    if options.page == "first-trace":
        traces.pointers.begin()
    window.state.go(key)
    if options.page == "flame":
        traces.show_view("flame")
    settle(window)
    _select(window, options.select)
    prepare: Callable[[ShotOptions], object] | None = getattr(window.page(key), "prepare_shot", None)
    if prepare is not None:
        prepare(options)
    settle(window)


def _open(window: MainWindow, options: ShotOptions) -> None:
    if options.traces:
        prefix = options.traces[0]
        window.tasks.ask("resolve", lambda store: questions.resolve(store, prefix), window.state.open_trace)
        settle(window)


def _select(window: MainWindow, wanted: str) -> None:
    trace = window.state.trace
    if not wanted:
        return
    if trace is None:
        raise DataError("There is no open trace to select a span in.", hint="Name one with --open.")
    ids = [span_id for span_id in trace.span_ids if span_id.hex().startswith(wanted.lower())]
    named = [trace.span_ids[index] for index in range(trace.n) if trace.name[index] == wanted]
    if not (ids or named):
        raise NotFound(f"This trace has no span “{wanted}”.", hint="Give a span id, the beginning of one, or a name.")
    window.state.select((ids or named)[-1])
    settle(window)


def settle(window: MainWindow) -> None:
    """Wait until nothing is asked any more and every motion has ended.

    Raises:
        TooSlow: it did not end within 30 s.
    """
    clock_ = QElapsedTimer()
    clock_.start()
    while True:
        loop = QEventLoop()
        QTimer.singleShot(QUIET_MS, loop.quit)
        loop.exec()
        if not window.tasks.busy and not any(glide.running() for glide in window.findChildren(Glide)):
            return
        if clock_.elapsed() > PATIENCE_MS:
            raise TooSlow("The page did not come to rest.", hint="Open a smaller trace.")


def _save(window: MainWindow, out: Path) -> None:
    if out.parent and not out.parent.is_dir():
        raise WorldError(f"There is no folder {out.parent}.")
    if not window.grab().save(str(out)):
        raise WorldError(f"The picture cannot be written to {out}.", hint="Use a name that ends in .png.")

