"""The main window: frame, pages, overlays. It lays out and hands over; the work is in commands, pages and state.

Commands get this object as `desk`. Its parts: `state`, `tasks`, `settings`, `commands`, `palette`, `toast`, `banner`,
`supervisor`, and `page(key)` for the widget of a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.errors import TraceDeskError
from tracedesk.base.registry import parts
from tracedesk.model.query import TraceQuery, term
from tracedesk.store.questions import StoreStats
from tracedesk.ui import icons, pages, theme
from tracedesk.ui.child import Child
from tracedesk.ui.clipboard import copy_text
from tracedesk.ui.dispatch import Commands
from tracedesk.ui.files.opening import open_files
from tracedesk.ui.files.shown import ShownFiles
from tracedesk.ui.folding import MINIMUM, Folds, folds
from tracedesk.ui.frame.rail import Rail
from tracedesk.ui.frame.status_bar import StatusBar
from tracedesk.ui.frame.top_bar import TopBar
from tracedesk.ui.live import Live
from tracedesk.ui.page import Page
from tracedesk.ui.palette.key_sheet import KeySheet
from tracedesk.ui.palette.palette import Palette
from tracedesk.ui.palette.source import PaletteSource
from tracedesk.ui.settings import Settings
from tracedesk.ui.state import AppState
from tracedesk.ui.supervisor import Supervisor
from tracedesk.ui.tasks import Tasks
from tracedesk.ui.widgets.messages import Banner, Toast

DEFAULT_SIZE = (1600, 1000)


class MainWindow(QMainWindow):
    """One window on one store. `read_only` windows show `files` that were opened and have no engine behind them."""

    def __init__(self, store_path: Path, *, read_only: bool = False, title: str = "",
                 settings: Settings | None = None) -> None:
        super().__init__()
        self.store_path = store_path
        self.read_only = read_only
        self.files: ShownFiles | None = None
        self.setWindowTitle(f"{title} · TraceDesk" if title else "TraceDesk")
        self.setWindowIcon(icons.app_icon())
        self.setMinimumSize(*MINIMUM)
        self.setAcceptDrops(True)
        self.settings = settings or Settings()
        self.state = AppState()
        self.tasks = Tasks(store_path, self)
        self.live = Live(store_path, self)
        self.supervisor = Supervisor(store_path, self.state, self)
        self.commands = Commands(self)
        self._pages = {page.key: page for page in parts(pages, Page)}
        self._widgets: dict[str, QWidget] = {}
        self._frame()
        theme.dress(self)
        self.tasks.failed.connect(self.explain)
        self.supervisor.trouble.connect(self._trouble)
        self.supervisor.mended.connect(lambda: self.banner.clear("engine"))
        self.live.stats.connect(self._show_stats)
        self.state.page_changed.connect(self._show_page)
        theme.changed.connect(self._fold)
        self.state.go("traces")

    def _frame(self) -> None:
        self.top_bar = TopBar(self)
        self.rail = Rail(list(self._pages.values()))
        self.rail.picked.connect(self.state.go)
        self.stack = QStackedWidget()
        self.status = StatusBar(lambda: self.commands.run("store.dropped"))
        self.banner = Banner()
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.stack, 1)
        body.addLayout(column, 1)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.top_bar)
        rows.addLayout(body, 1)
        rows.addWidget(self.status)
        self.setCentralWidget(whole)
        self.toast = Toast(whole)
        self.palette_source = PaletteSource(self)
        self.palette_ = Palette(whole, self.palette_source.entries, self.put_into_filter)
        self.key_sheet = KeySheet(whole, self.commands.here)
        self.commands.print_keys(self)
        self.commands.keys_changed.connect(self._show_keys)
        if self.commands.problems:
            self.banner.say("warn", "Some of your keys were not taken.", " ".join(self.commands.problems), topic="keys")

    # pages

    def page(self, key: str) -> QWidget:
        """The widget of a page, built when first asked for."""
        if key not in self._widgets:
            widget = self._pages[key].build(self)
            self._widgets[key] = widget
            self.stack.addWidget(widget)
            self._fold_one(widget)
            self.commands.print_keys(widget)
        return self._widgets[key]

    def built_pages(self) -> dict[str, QWidget]:
        """Pages that were shown so far."""
        return dict(self._widgets)

    def page_keys(self) -> list[str]:
        """Every page there is."""
        return list(self._pages)

    def _show_page(self, key: str) -> None:
        self.rail.show_page(key)
        self.stack.setCurrentWidget(self.page(key))
        panes: list[QWidget] = getattr(self.page(key), "panes", list)()
        if panes:
            panes[0].setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_status_keys()

    def _show_status_keys(self) -> None:
        page = self.page(self.state.page)
        keys = getattr(page, "status_keys", None)
        legend = keys is not None and getattr(page, "kinds_shown", True)
        self.show_keys(keys() if keys is not None else (), legend=legend)

    def show_keys(self, keys: Sequence[tuple[str, str]], *, legend: bool = True) -> None:
        """The keys of the present page in the status bar, named as they were made and shown as they are now."""
        now = ((self.commands.in_words(named), words) for named, words in keys)
        self.status.show_keys([(named, words) for named, words in now if named], legend=legend)

    def page_title(self, key: str) -> str:
        """What a page is called."""
        return self._pages[key].title

    def _show_keys(self) -> None:
        """Commands have other keys."""
        self.commands.print_keys(self)
        self._show_status_keys()

    def put_into_filter(self, query: str) -> None:
        """Add a term to the filter of the traces page and go there."""
        self.state.go("traces")
        page = self.page("traces")
        page.add_filter(query)  # type: ignore[attr-defined]

    def pick_service(self, service: str) -> None:
        """Show only the traces of one service, or of all: on the Metrics page, which shares the filter, or else in the list."""
        others = TraceQuery(tuple(found for found in self.state.query.terms if found.key != "service"))
        if self.state.page != "metrics":
            self.state.go("traces")
        self.page("traces").filter.set_query(others.plus(term("service", "=", service)) if service else others)  # type: ignore[attr-defined]

    # messages

    def explain(self, error: TraceDeskError) -> None:
        """A failure in the background: what happened and what to do, in the banner."""
        self.banner.say("error", error.message, error.hint, topic="error")

    def copy(self, text: str, what: str) -> None:
        """Put a text on the clipboard and confirm."""
        copy_text(text)
        self.toast.say(f"Copied {what}")

    def _trouble(self, what: str, still: str, action: str, command: str) -> None:
        self.banner.say("error", what, still, action, lambda: self.commands.run(command), topic="engine")

    def _show_stats(self, stats: StoreStats) -> None:
        words = self.live.words(stats)
        self.status.show_store(words.store, words.detail)
        self.status.show_dropped(words.dropped, waiting=words.empty)
        self.status.show_key_place(words.key_place)

    # window

    def folds(self) -> Folds:
        """What is folded at the present size."""
        return folds(self.width(), self.height(), theme.current().scale)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        now = self.folds()
        self.rail.set_wide(not now.rail_narrow)
        self.top_bar.set_wide(not now.rail_narrow)
        for widget in self._widgets.values():
            self._fold_one(widget)

    def _fold_one(self, widget: QWidget) -> None:
        fold = getattr(widget, "fold", None)
        if fold is not None:
            fold(self.folds())

    def start(self) -> None:
        """Begin to poll, and to watch over the engine."""
        self.live.start()
        if not self.read_only:
            self.supervisor.start()

    def restore(self) -> None:
        """Size and place as they were left; the first time 1600 × 1000 or what the screen has."""
        geometry = self.settings.blob("window/geometry")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            room = self.screen().availableSize()
            self.resize(min(DEFAULT_SIZE[0], room.width()), min(DEFAULT_SIZE[1], room.height()))

    def step_back(self) -> None:
        """Esc: close an overlay, or leave one level of the page."""
        for overlay in (self.palette_, self.key_sheet):
            if overlay.isVisible():
                overlay.close_overlay()
                return
        focus = QApplication.focusWidget()
        if isinstance(focus, QLineEdit):
            focus.clearFocus()
            return
        back = getattr(self.page(self.state.page), "step_back", None)
        if back is not None:
            back()

    def next_pane(self, by: int) -> None:
        """F6: give the focus to the next or previous pane of the page."""
        panes = [pane for pane in getattr(self.page(self.state.page), "panes", list)() if pane.isVisible()]
        if not panes:
            return
        focus = QApplication.focusWidget()
        at = next((i for i, pane in enumerate(panes) if pane is focus or (focus and pane.isAncestorOf(focus))),
                  -1 if by > 0 else 0)
        panes[(at + by) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        open_files(self, [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.put_blob("window/geometry", self.saveGeometry())
        for widget in self._widgets.values():
            remember = getattr(widget, "remember", None)
            if remember is not None:
                remember()
        if self.files is not None:
            self.files.stop()
        for child in self.findChildren(Child):               # an export, or a file that is still being opened
            child.cancel()
        self.live.stop()
        self.tasks.close()
        self.supervisor.stop()
        super().closeEvent(event)
