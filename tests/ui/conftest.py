"""The desk under test: a window on the refund bot's traces, driven by its commands as a person would."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from tests.helpers.sample_store import write_sample
from tracedesk.ui import theme
from tracedesk.ui.app import make_application
from tracedesk.ui.main_window import MainWindow
from tracedesk.ui.settings import Settings

WIDE, NARROW = (1600, 1000), (1280, 800)


class Desk:
    """A window and the words tests use about it."""

    def __init__(self, window: MainWindow, qtbot: Any) -> None:
        self.window, self.qtbot = window, qtbot

    @property
    def page(self) -> Any:
        """The traces page."""
        return self.window.page("traces")

    def run(self, *ids: str) -> None:
        """Run commands, one after the other, and wait until all is quiet."""
        for id in ids:
            assert self.window.commands.run(id), f"{id} cannot be run now"
            self.settle()

    def settle(self, quiet_ms: int = 30) -> None:
        """Wait until nothing is asked and nothing is on its way."""
        quiet = 0
        for _ in range(400):
            self.qtbot.wait(quiet_ms // 2)
            quiet = 0 if self.window.tasks.busy else quiet + 1
            if quiet == 2:                                   # an answer that came last has been laid out as well
                return
        raise AssertionError("the desk did not come to rest")

    def titles(self) -> list[str]:
        """What the list shows."""
        return [row.title or row.name for row in self.page.list.model_.tail.rows]

    def open_title(self, title: str) -> None:
        """Open the trace of that title."""
        row = next(row for row in self.page.list.model_.tail.rows if row.title == title)
        self.window.state.open_trace(row.trace_id)
        self.settle()

    def selected(self) -> str:
        """Name of the selected span."""
        trace, span_id = self.window.state.trace, self.window.state.span_id
        assert trace is not None
        assert span_id is not None
        return trace.name[trace.index_of[span_id]] or ""


@pytest.fixture(scope="session")
def qapp_cls() -> Any:
    """pytest-qt's application is ours."""
    return lambda _args: make_application()


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """A widget on the screen or a running timer that outlives its test fails it; the theme starts and ends as dark, 100 %."""
    theme.choose(theme.DARK, scale=1.0)
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    left = [widget for widget in QApplication.topLevelWidgets() if id(widget) not in before and widget.isVisible()]
    names = [f"{type(widget).__name__} {widget.accessibleName() or widget.windowTitle()}" for widget in left]
    for widget in left:
        widget.close()
    timers = [timer for timer in gc.get_objects() if isinstance(timer, QTimer) and isValid(timer) and timer.isActive()]
    owners = [f"{type(timer.parent()).__name__}, {timer.interval()} ms" for timer in timers]
    for timer in timers:
        timer.stop()
    theme.choose(theme.DARK, scale=1.0)
    assert not names, f"widgets left on the screen: {names}"
    assert not owners, f"timers left running: {owners}"


@pytest.fixture
def new_desk(qapp: QApplication, qtbot: Any, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes desks: `new_desk(store, size, read_only=…)`; they are closed at the end."""
    made: list[MainWindow] = []

    def make(store: Path, size: tuple[int, int] = WIDE, **more: Any) -> Desk:
        window = MainWindow(store, settings=Settings(tmp_path / "desk.ini"), **more)
        made.append(window)
        window.resize(*size)
        window.show()
        with qtbot.waitActive(window):
            window.activateWindow()
        window.live.start()
        desk = Desk(window, qtbot)
        desk.page.set_range(0)
        desk.settle()
        return desk

    yield make
    for window in made:
        window.close()
        window.deleteLater()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The refund bot's traces in a store, written once; its key lies beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        return write_sample(tmp_path_factory.mktemp("written") / "sample.db")


@pytest.fixture
def sample(written: Path, tmp_path: Path) -> Path:
    """A store of the test's own with the 24 traces of the refund bot."""
    for name in (written.name, written.name + ".key"):
        shutil.copy(written.with_name(name), tmp_path / name)
    return tmp_path / written.name


@pytest.fixture
def desk(new_desk: Callable[..., Desk], sample: Path) -> Desk:
    """A desk on the refund bot's traces, 1600 × 1000."""
    return new_desk(sample)
