"""Saving what the page shows: one card or all of it, as CSV, PNG or SVG; the place is asked of the user."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QMenu

from tracedesk.analytics.panel import Stat
from tracedesk.base.errors import TraceDeskError, WorldError
from tracedesk.ui.metrics.board import Board
from tracedesk.ui.metrics.card import Card
from tracedesk.ui.metrics.export import FORMATS, file_name, save_picture, save_text
from tracedesk.ui.metrics.tabled import as_csv


class Saving:
    """Of one page."""

    def __init__(self, desk: Any, board: Board) -> None:
        self._desk, self._board = desk, board

    def fill_menu(self, menu: QMenu) -> None:
        """All of it, then each panel."""
        menu.addAction("All tables as CSV…", self.ask_folder)
        menu.addAction("The page as PNG…", lambda: self._ask("Metrics", "png", self._page))
        menu.addAction("The page as SVG…", lambda: self._ask("Metrics", "svg", self._page))
        menu.addSeparator()
        for card in self._board.cards.values():
            part = menu.addMenu(card.panel.title.replace("&", "&&"))
            for words, form in (("Copy as CSV", "copy"), ("CSV…", "csv"), ("PNG…", "png"), ("SVG…", "svg")):
                part.addAction(words, partial(self.card, card, form))

    def card(self, card: Card, form: str) -> None:
        """One card; `copy` puts its table on the clipboard."""
        if card.result is None or isinstance(card.result, TraceDeskError):
            self._desk.toast.say(f"{card.panel.title} has no answer to save")
        elif form == "copy":
            self._desk.copy(as_csv(card.result), f"{card.panel.title} as CSV")
        else:
            self._ask(card.panel.title, form, lambda path, form: self.write(card, path, form))

    def write(self, card: Card, path: Path, form: str) -> None:
        """Write one card to a file.

        Raises:
            WorldError: it cannot be written.
        """
        if form != "csv":
            save_picture(card, path, form)
        elif card.result is not None and not isinstance(card.result, TraceDeskError):
            save_text(as_csv(card.result), path)

    def write_all(self, folder: Path) -> int:
        """Every table, and the tiles as one, into a folder; how many files.

        Raises:
            WorldError: one cannot be written.
        """
        count = 0
        for card in self._board.cards.values():
            if card.result is not None and not isinstance(card.result, TraceDeskError):
                save_text(as_csv(card.result), folder / file_name(card.panel.key, "csv"))
                count += 1
        for key, tile in self._board.tiles.items():
            if isinstance(tile.result, Stat):
                save_text(as_csv(tile.result), folder / file_name(key, "csv"))
                count += 1
        return count

    def ask_folder(self) -> None:
        """Ask for a folder and write all tables into it."""
        folder = QFileDialog.getExistingDirectory(self._desk, "All tables as CSV")
        if folder:
            self._try(lambda: self._desk.toast.say(f"{self.write_all(Path(folder)):,} tables saved"))

    def _page(self, path: Path, form: str) -> None:
        save_picture(self._board.body, path, form)

    def _ask(self, title: str, form: str, write: Any) -> None:
        name, _ = QFileDialog.getSaveFileName(self._desk, title, file_name(title, form), FORMATS[form])
        if name:
            self._try(lambda: (write(Path(name), form), self._desk.toast.say(f"Saved {Path(name).name}")))

    def _try(self, work: Any) -> None:
        try:
            work()
        except WorldError as error:
            self._desk.explain(error)
