"""By what the table at the foot groups: the usual ones as segments, every other fact and tag in a menu."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from tracedesk.ui.metrics.board import Board
from tracedesk.ui.metrics.card import Card
from tracedesk.ui.widgets.buttons import Button, Segments
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.text import shortened

USUAL = (("Feature", "tag.feature"), ("Prompt version", "prompt"), ("Experiment", "experiment"), ("Customer", "tag.customer"),
         ("Model", "model"))
OTHERS = (("Provider", "provider"), ("Service", "service"), ("Environment", "env"), ("Release", "release"), ("User", "user"),
          ("Session", "session"), ("Name", "name"))


class GroupSegments(Segments):
    """Segments of which none need be chosen."""

    def mark(self, index: int | None) -> None:
        """Show another choice, or none; tells nobody."""
        self._current = -1 if index is None else index
        self.setAccessibleDescription("" if index is None else self._titles[index])
        self.update()


class Grouping(QObject):
    """`by` in the words of the filter language; `changed()` when it is another."""

    changed = Signal()

    def __init__(self, board: Board) -> None:
        super().__init__(board)
        self._board = board
        self.by = "prompt"
        self._tags: list[str] = []
        self._card: Card | None = None
        self.segments = GroupSegments([title for title, _ in USUAL], lambda at: self.group_by(USUAL[at][1]), current=1,
                                      title="Group by")
        self.other = Button("Other", self.open_menu, role="ghost", size="small", caret=True)
        self.other.setAccessibleName("Group by something else")

    def attach(self) -> None:
        """Put the choice into the head of the first table at the foot, once it is there."""
        card = next((card for card in self._board.cards.values() if card.panel.place == "foot"), None)
        if card is not None and self._card is None:
            self._card = card
            card.put_into_head(self.segments, self.other)

    def offer(self, tags: list[str]) -> None:
        """The tags there are."""
        self._tags = tags

    def group_by(self, by: str) -> None:
        """Group by a fact or tag."""
        if by == self.by:
            return
        self.by = by
        usual = next((at for at, (_, key) in enumerate(USUAL) if key == by), None)
        self.segments.mark(usual)
        title = next((title for title, key in OTHERS if key == by), by.removeprefix("tag."))
        self.other.set_text("Other" if usual is not None else shortened(title, 24))
        self.changed.emit()

    def choices(self) -> list[tuple[str, str]]:
        """(title, key) of everything that is not a segment."""
        usual = {key for _, key in USUAL}
        known = {key for _, key in OTHERS}
        return [*OTHERS, *((tag.removeprefix("tag."), tag) for tag in self._tags if tag not in usual | known)]

    def open_menu(self) -> None:
        """The menu of everything else."""
        menu = Menu(self.other)
        for title, key in self.choices():
            menu.addAction(title.replace("&", "&&"), partial(self.group_by, key))
        menu.open_below(self.other)
