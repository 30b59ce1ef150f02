"""The compare page: B (the open trace) against A (a pinned baseline, an earlier run, the usual run, or any other); or the usual
run of one group of its program against that of another.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from tracedesk.base.clock import iso_time
from tracedesk.base.errors import TraceDeskError
from tracedesk.base.words import counted
from tracedesk.compare.align import Pair
from tracedesk.compare.differences import ADDED, REMOVED
from tracedesk.compare.groups import Group
from tracedesk.compare.words import in_words
from tracedesk.model.summary import TraceSummary
from tracedesk.replay.words import line
from tracedesk.scene.paired import CLOCK, SAME_START, SHARE
from tracedesk.store import baselines
from tracedesk.store.connect import notebook
from tracedesk.ui.compare import reader, texts
from tracedesk.ui.compare.diff_view import DiffPane
from tracedesk.ui.compare.figures import Figures, sums_of
from tracedesk.ui.compare.legend import Legend
from tracedesk.ui.compare.parts_bar import PartsBar
from tracedesk.ui.traces.facets import TITLES
from tracedesk.ui.waterfall.paired import PairedView
from tracedesk.ui.waterfall.paired_paint import HEAD_PX, ROW_PX
from tracedesk.ui.widgets.bar import bar
from tracedesk.ui.widgets.buttons import Button, IconButton, Segments, Switch, of_command
from tracedesk.ui.widgets.menu import Menu
from tracedesk.ui.widgets.messages import Empty
from tracedesk.ui.widgets.text import label, visible

AXES = ((SAME_START, "Same start"), (CLOCK, "Clock time"), (SHARE, "Normalized"))
PAIRS_SHARE = 0.66
TAG_AT_MOST = 20
KEYS = [("J K", "next change"), ("X", "swap A and B"), ("O", "only what changed"), ("G", "groups"), ("F", "fit"),
        ("Esc", "back")]
KEYS_SHORT = [("J K", "next"), ("X", "swap"), ("O", "changed"), ("Esc", "back")]


class ComparePage(QWidget):
    """The page of `desk`. `with_` sets A; B follows the open trace until the two are swapped, or groups take their places."""

    def __init__(self, desk: Any) -> None:
        super().__init__()
        self._desk, self._state = desk, desk.state
        self.setProperty("pane", "panel")
        self._a: bytes | None = None
        self._b: bytes | None = None
        self._groups: tuple[Group, Group] | None = None
        self._narrow = False
        self.compared: reader.Compared | None = None
        self._build()
        self._state.trace_id_changed.connect(self._follow)
        self._follow()

    def _build(self) -> None:
        self._pick_a = Button("", lambda: self._menu("a"), caret=True)
        self._pick_b = Button("", lambda: self._menu("b"), caret=True)
        self._axis = Segments([title for _, title in AXES], self._show_axis, title="Axis of time")
        self.figures, self.parts, self.legend = Figures(), PartsBar(), Legend()
        self.pairs = PairedView()
        self._only = of_command(Switch("Only what changed", key="O"), "compare.only")
        self._only.clicked.connect(lambda on: self.pairs.set_only_changed(bool(on)))
        self._counts = label("", "caption", "tertiary")
        self.left, self.right = DiffPane("System prompt"), DiffPane("Output")
        under, row = bar(32, left_px=0)
        row.addWidget(self.legend, 1)
        row.addWidget(label("Only what changed", "caption", "secondary"))
        row.addWidget(self._only)
        row.addWidget(self._counts)
        said = QSplitter(Qt.Orientation.Horizontal)
        said.setHandleWidth(1)
        said.addWidget(self.left)
        said.addWidget(self.right)
        said.setSizes([600, 500])
        below = QFrame()
        below.setProperty("edge", "top")
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.parts)
        column.addWidget(said, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.pairs)
        self._split.addWidget(below)
        inside = QWidget()
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for widget in (self._head(), self.figures, under):
            rows.addWidget(widget)
        rows.addWidget(self._split, 1)
        self._empty = Empty("compare")
        self._whole = QStackedWidget()
        self._whole.addWidget(self._empty)
        self._whole.addWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._whole)
        self.pairs.pair_selected.connect(lambda pair: self._select(Pair(*pair)))
        self.parts.picked.connect(self._picked)

    def _head(self) -> QFrame:
        head, row = bar(52)
        row.addWidget(label("Compare", "heading"))
        row.addWidget(self._pick_a)
        row.addWidget(of_command(IconButton("swap", "Swap A and B", self.swap, key="X"), "compare.swap"))
        row.addWidget(self._pick_b)
        row.addStretch(1)
        row.addWidget(self._axis, 0, Qt.AlignmentFlag.AlignVCenter)
        self._pin = Button("Pin A as baseline", lambda: self._desk.commands.run("compare.pin"), icon="pin")
        row.addWidget(self._pin)
        self._grouping = Button("Compare groups", lambda: self._desk.commands.run("compare.groups"), icon="groups", key="G")
        row.addWidget(of_command(self._grouping, "compare.groups"))
        return head

    # what is compared

    def with_(self, other: bytes | None) -> None:
        """Compare the open trace with another (or `reader.MEDIAN`); None: with what suits it."""
        self._a = other
        self._b = self._state.trace_id
        self._groups = None
        self._ask()

    def with_groups(self, a: Group, b: Group) -> None:
        """Compare the usual runs of two groups."""
        self._groups = (a, b)
        self._desk.tasks.ask("compare", lambda store: reader.compared_groups(store, a, b), self._show, self._failed)

    def groups(self) -> None:
        """Choose groups to compare; from groups back to traces."""
        if self._groups is not None:
            self.with_(None)
        elif self._state.trace_id is not None:
            trace_id = self._state.trace_id
            self._desk.tasks.ask("compare.groups", lambda store: reader.groups(store, trace_id), self._offer_groups)

    def swap(self) -> None:
        """A and B change places; the usual run of a program can only be A."""
        if self._groups is not None:
            self.with_groups(self._groups[1], self._groups[0])
        elif self._a is not None and self._b is not None and self._a != reader.MEDIAN:
            self._a, self._b = self._b, self._a
            self._ask()

    def toggle_only(self) -> None:
        """Show only what changed, or everything."""
        self._only.click()

    def pin_baseline(self) -> None:
        """Pin A as the baseline of its program, or take the pin out."""
        compared = self.compared
        if compared is None or compared.a.summary is None:
            return
        summary = compared.a.summary
        pinned = compared.pinned == summary.trace_id
        path, chosen = self._desk.store_path, None if pinned else summary.trace_id

        def write() -> None:
            with notebook(path) as store:
                baselines.pin(store, summary.name, summary.service, chosen)

        self._desk.tasks.run("compare.pin", write, lambda _none: self._pinned(pinned))

    def _pinned(self, was: bool) -> None:
        self._desk.toast.say("Baseline taken out" if was else "Pinned: B compares any trace of this program with it")
        self._ask()

    def _follow(self) -> None:
        """Another trace was opened: it is B now."""
        if self._state.trace_id != self._b:
            self._b, self._a, self._groups = self._state.trace_id, None, None
            self._ask()

    def _ask(self) -> None:
        a, b = self._a, self._b
        if b is None:
            self._say_empty("No trace is open", "Open one on the traces page; it is then compared with an earlier run.")
            return

        def question(store: Any) -> reader.Compared:
            return reader.compared(store, a if a is not None else reader.partner_of(store, b), b)

        self._desk.tasks.ask("compare", question, self._show, self._failed)

    def _failed(self, error: TraceDeskError) -> None:
        self._groups = None
        self._say_empty(error.message, error.hint)

    def _say_empty(self, title: str, why: str) -> None:
        self.compared = None
        self._empty.say(title, why, "To the traces", lambda: self._state.go("traces"), icon="compare")
        self._whole.setCurrentIndex(0)

    # showing

    def _show(self, compared: reader.Compared) -> None:
        self.compared = compared
        if self._groups is None:
            self._a = reader.MEDIAN if compared.a.summary is None else compared.a.summary.trace_id
        self._grouping.set_text("Compare groups" if self._groups is None else "Compare traces")
        found = compared.found
        self._whole.setCurrentIndex(1)
        self._say_sides()
        summary = compared.a.summary
        self._pin.setEnabled(summary is not None)
        self._pin.set_text("Unpin A" if summary is not None and compared.pinned == summary.trace_id else "Pin A as baseline")
        self.figures.show_comparison(compared)
        self.parts.show_comparison(found)
        self.pairs.set_pair(found.a, found.b, [(row.a, row.b) for row in found.rows], AXES[self._axis.current()][0],
                            sums_of(compared))
        self.pairs.set_only_changed(self._only.isChecked())
        self._counts.setText(f"{found.matched:,} spans matched by name and order, {found.count(ADDED):,} added, "
                             f"{found.count(REMOVED):,} removed")
        self.setAccessibleDescription(in_words(found))
        first = reader.first_pair(found)
        if first is not None:
            self.pairs.select(first.a, first.b)
        self._select(None)
        self._balance()

    def _say_sides(self) -> None:
        if self.compared is not None:
            self._pick_a.set_text(f"A  {self._side_words(self.compared.a)}")
            self._pick_b.set_text(f"B  {self._side_words(self.compared.b)}")

    def _side_words(self, side: reader.Side) -> str:
        if side.group is not None:
            return f"{short(side.group.value)}  median of {side.runs} runs"
        if side.summary is None:
            return f"median of {side.runs} runs"
        words = run_words(side.summary)
        return f"{side.summary.trace_id.hex()[:8]}  {words[:-3] if self._narrow else words}"

    def _show_axis(self, index: int) -> None:
        self.pairs.set_axis(AXES[index][0])

    def _picked(self, pair: Pair) -> None:
        self.pairs.select(pair.a, pair.b)
        self._select(pair)

    def _balance(self) -> None:
        """The pairs take what their rows need, at most two thirds of the height."""
        whole = self._split.height()
        needed = HEAD_PX + ROW_PX * len(self.compared.found.rows) + 8 if self.compared is not None else whole
        self._split.setSizes([min(needed, int(whole * PAIRS_SHARE)), whole - min(needed, int(whole * PAIRS_SHARE))])

    def _select(self, pair: Pair | None) -> None:
        compared = self.compared
        if compared is not None:
            self._desk.tasks.ask("compare.texts", lambda store: texts.texts(store, compared, pair), self._show_texts)

    def _show_texts(self, found: list[texts.SaidOtherwise]) -> None:
        panes = (self.left, self.right)
        for number, pane in enumerate(panes):
            if number < len(found):
                item = found[number]
                pane.say(item.title, item.about, item.lines, item.tokens)
            else:
                pane.say("Output" if number else "Prompt", "nothing was recorded", [])

    def _offer_groups(self, found: dict[str, list[Group]]) -> None:
        """By which tag; then its two latest groups are compared, the earlier one as A."""
        if not found:
            self._desk.toast.say("No two groups of three runs of this program differ in a tag or a model")
            return
        menu = Menu(self)
        for key, groups in found.items():
            words = f"{short(TITLES.get(key, key))}: {short(groups[1].value)} against {short(groups[0].value)}"
            menu.addAction(words, partial(self.with_groups, groups[1], groups[0]))
        menu.open_below(self._grouping)

    def _menu_of_groups(self, side: str, chosen: tuple[Group, Group], found: dict[str, list[Group]]) -> None:
        """The other groups of the same tag."""
        menu = Menu(self)
        for group in found.get(chosen[0].key, []):
            pair = (group, chosen[1]) if side == "a" else (chosen[0], group)
            menu.addAction(f"{short(group.value)}  {counted(len(group.trace_ids), 'run')}", partial(self.with_groups, *pair))
        anchor = self._pick_a if side == "a" else self._pick_b
        menu.open_below(anchor)

    def _menu(self, side: str) -> None:
        chosen, trace_id = self._groups, self._state.trace_id
        if chosen is not None and trace_id is not None:
            self._desk.tasks.ask("compare.groups", lambda store: reader.groups(store, trace_id),
                                 lambda found: self._menu_of_groups(side, chosen, found))
            return
        b = self._state.trace_id if self._b is None else self._b
        if b is not None:
            self._desk.tasks.ask("compare.candidates", lambda store: reader.candidates(store, b),
                                 lambda found: self._open_menu(side, found))

    def _open_menu(self, side: str, found: list[TraceSummary]) -> None:
        menu = Menu(self)
        if side == "a":
            menu.addAction("The usual run (median of its kind)", lambda: self.with_(reader.MEDIAN))
            pinned = self.compared.pinned if self.compared is not None else None
            if pinned is not None:
                menu.addAction(f"The pinned baseline {pinned.hex()[:8]}", lambda: self.with_(pinned))
            menu.addSeparator()
        for summary in found:
            words = f"{summary.trace_id.hex()[:8]}  {run_words(summary)}"
            menu.addAction(words, partial(self._choose, side, summary.trace_id))
        anchor = self._pick_a if side == "a" else self._pick_b
        menu.open_below(anchor)

    def _choose(self, side: str, trace_id: bytes) -> None:
        if side == "a":
            self._a = trace_id
        else:
            self._b = trace_id
        self._ask()

    # what the window asks of a page

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS_SHORT if self._narrow else KEYS

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [self._pick_a, self.pairs, self.left.view, self.right.view]

    def step_back(self) -> None:
        """Esc: back to the traces."""
        self._state.go("traces")

    def fold(self, folds: Any) -> None:
        """Another window size."""
        self._narrow = folds.rail_narrow
        self._say_sides()
        self._counts.setVisible(not folds.words_off)
        self._grouping.set_words(not folds.words_off)
        self._pin.set_words(not folds.list_compact)

    def prepare_shot(self, options: Any) -> None:
        """A second `--open` is what the first is compared with."""
        if len(options.traces) > 1:
            from tracedesk.store import questions

            self._desk.tasks.ask("compare.with", lambda store: questions.resolve(store, options.traces[1]), self.with_)


def short(text: str) -> str:
    """A tag or its value for a button or a menu: one line, not long."""
    return visible(line(text, TAG_AT_MOST))


def run_words(summary: TraceSummary) -> str:
    """`refund-v13  2025-06-16 16:12:44`: the prompt version, else the name, and when, to the second."""
    tags = summary.tags
    which = short(str(tags.get("prompt_version") or summary.name))
    return f"{which}  {iso_time(summary.start_ns)[:19].replace('T', ' ')}"
