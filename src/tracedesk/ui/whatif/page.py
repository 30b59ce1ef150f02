"""The what-if page: the open trace under perturbations, beside the trace as measured.

The page asks (`reader`), the board answers, everything else listens to the board. Nothing is written unless the user
saves a scenario or settles an edge.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtWidgets import QApplication, QInputDialog, QWidget

from tracedesk.base.clock import format_duration
from tracedesk.base.errors import TraceDeskError
from tracedesk.scene.simulation import Simulation
from tracedesk.scene.text import span_name
from tracedesk.store import pins, scenarios
from tracedesk.store.connect import Store, notebook
from tracedesk.ui.whatif import reader
from tracedesk.ui.whatif.board import AT_ONCE_SPANS, Board
from tracedesk.ui.whatif.depth import Depth, depth_of
from tracedesk.ui.whatif.layout import LAST, WhatIfLayout
from tracedesk.ui.whatif.predict import Guess
from tracedesk.ui.whatif.ranking import SIMULATED, lines_of
from tracedesk.whatif.assumptions import causes_of
from tracedesk.whatif.changes import SwapModel
from tracedesk.whatif.many import Many
from tracedesk.whatif.outcome import Outcome

KEYS = [("1 to 9", "toggle"), ("- =", "factor"), ("G", "ghosts"), ("0", "reset"), ("Esc", "leave what-if")]


class WhatIfPage(WhatIfLayout):
    """The page of `desk`; it looks at the trace that is open there."""

    def __init__(self, desk: Any) -> None:
        self._speeds: dict[str, Any] = {}
        super().__init__(desk, Board(lambda work, done: desk.tasks.run("whatif.answer", work, done), profile=self._speeds.get))
        self._state, self._settings = desk.state, desk.settings
        self._asked: reader.Asked | None = None
        self._scenarios: list[reader.SavedScenario] = []
        self._guess: Guess | None = None
        self._guess_counted = False
        self._waiting: int | None = None
        self._last = 0
        self._ghosts = True
        self._mode = SIMULATED
        self._depth: Depth | None = None
        self._rules_to_load: list[str] = []
        self._flip_when_ready: int | None = None
        self._wire()

    def _wire(self) -> None:
        self._state.trace_id_changed.connect(self._ask)
        self._state.span_changed.connect(self._show_span)
        self.board.changed.connect(self._show)
        self.board.toggles_changed.connect(self._show_toggles)
        self.side.flip_asked.connect(self._flip_asked)
        self.side.predict.revealed.connect(self._revealed)
        self.side.predict.always_changed.connect(lambda on: self._settings.put("whatif/predict", on))
        self.side.scenario_picked.connect(self.load_scenario)
        self.side.scenario_dropped.connect(self._drop_scenario)
        self.figures.budget_set.connect(self._set_budget)
        self.waterfall.span_selected.connect(self._state.select)
        self.flame.span_selected.connect(self._state.select)
        self.ranking.picked.connect(lambda index: self._state.select(self.board.baseline.trace.span_ids[index]
                                                                     if self.board.baseline else None))
        self.notes.copy_text.connect(lambda: self._desk.commands.run("whatif.copy"))
        self.notes.copy_picture.connect(self.copy_picture)
        self.notes.card.pinned.connect(self._pin)
        self.notes.card.closed.connect(lambda: self._state.select(None))
        self._desk.tasks.ask("whatif.prices", reader.price_function, self._take_prices, lambda _error: None)
        self._desk.tasks.ask("whatif.scenarios", reader.saved, self._take_scenarios, lambda _error: None)
        self._ask()

    # asking

    def _ask(self) -> None:
        trace_id = self._state.trace_id
        if trace_id is None:
            self._whole.setCurrentIndex(0)
            return
        self._desk.tasks.ask("whatif", lambda store: reader.asked(store, trace_id), self._take)

    def _take(self, asked: reader.Asked) -> None:
        if asked.summary.trace_id != self._state.trace_id:
            return
        self._asked = asked
        self.board.counted = asked.counted
        title = asked.summary.title or asked.summary.name
        self._title.setText(title)
        self._id.setText(asked.summary.trace_id.hex()[:8])
        self._whole.setCurrentIndex(1)
        self.waterfall.set_trace(asked.trace)
        self.flame.set_trace(asked.trace)
        self.board.budget_ns = self._settings.data(self._budget_name(), None)
        self._guess = None
        self.side.predict.hide()
        if self._rules_to_load:
            self.board.set_baseline(asked.baseline)
            rules, self._rules_to_load = self._rules_to_load, []
            self.board.load(rules)
        else:
            self.board.set_baseline(asked.baseline)
        self._show_scenarios()
        self._show_span()
        if self._flip_when_ready is not None:
            index, self._flip_when_ready = self._flip_when_ready, None
            self.flip(index)

    def _take_prices(self, price: Any) -> None:
        self.board.price = price
        if self.board.baseline is not None:
            self.board.set_baseline(self.board.baseline)

    def _take_scenarios(self, found: list[reader.SavedScenario]) -> None:
        self._scenarios = found
        self._show_scenarios()

    def _learn_speeds(self) -> None:
        """Fit the speed of every model that a toggle swaps to and that is not known yet."""
        swaps = [change for toggle in self.board.toggles for change in toggle.changes() if isinstance(change, SwapModel)]
        for model in {change.to for change in swaps} - self._speeds.keys():
            self._speeds[model] = None
            self._desk.tasks.ask(f"whatif.speed.{model}", lambda store, model=model: reader.speed_of(store, model),
                                 lambda profile, model=model: self._take_speed(model, profile), lambda _error: None)

    def _take_speed(self, model: str, profile: Any) -> None:
        if profile is not None:
            self._speeds[model] = profile
            self.board.again()

    # showing

    def _show_toggles(self) -> None:
        self._learn_speeds()
        self.side.refresh(guess_first=self._always_ask())
        self._desk.commands.print_keys(self.side)

    def _show(self) -> None:
        outcome = self.board.outcome
        if outcome is None:
            return
        small = outcome.baseline.trace.n <= AT_ONCE_SPANS
        active = self.board.active
        self._mark.setVisible(active)
        self.figures.show_outcome(outcome, self.board.budget_ns, animated=self.isVisible())
        self.waterfall.set_simulation(self._simulation(outcome) if active or self.board.budget_ns is not None else None)
        self.waterfall.set_critical_path([(piece.span, piece.start_ns, piece.end_ns) for piece in outcome.path])
        self._show_guess(outcome if active else None)
        if small:
            self._show_depth(depth_of(outcome, self.board.budget_ns))
        else:
            budget = self.board.budget_ns
            self._desk.tasks.run("whatif.depth", lambda: depth_of(outcome, budget), self._show_depth)
        self._show_span()

    def _show_guess(self, outcome: Outcome | None) -> None:
        """The guess against the answer; each guess is counted once."""
        close, asked = self._settings.data("whatif/score", [0, 0])
        if self._guess is not None and outcome is not None and not self._guess_counted:
            self._guess_counted = True
            close, asked = close + self._guess.is_close(outcome), asked + 1
            self._settings.put("whatif/score", [close, asked])
        self.side.guessed.say(self._guess, outcome, close, asked)

    def _simulation(self, outcome: Outcome) -> Simulation:
        trace = outcome.baseline.trace
        added = [(f"{trace.name[item.like]} · {item.why}", int(trace.parent[item.like]), item.start_ns, item.end_ns,
                  int(trace.kind[item.like])) for item in outcome.added]
        return Simulation(start_ns=outcome.start_ns, end_ns=outcome.end_ns, removed=outcome.removed, added=added,
                          path=[(piece.span, piece.start_ns, piece.end_ns) for piece in outcome.path],
                          budget_ns=self.board.budget_ns, show_ghosts=self._ghosts)

    def _show_depth(self, depth: Depth) -> None:
        outcome = self.board.outcome
        if outcome is None or depth.outcome is not outcome:
            return
        self._depth = depth
        if self._below.currentIndex():
            self._ask_many()
        else:
            self.show_mode(self._mode)
        active = self.board.active
        self.notes.say(depth.words if active else self._unasked(outcome), depth.suggestions)
        self.side.show_doubts(depth.doubts, [warning] if (warning := outcome.baseline.warning) else [])
        self.legend.say(self._remark(outcome) if active else "")

    def _unasked(self, outcome: Outcome) -> str:
        return "Nothing is changed yet. Flip a switch at the right, or press its number." if outcome.baseline.trace.n else ""

    def _remark(self, outcome: Outcome) -> str:
        """Why the longest span off the path does not move."""
        if self._depth is None or not self._depth.off_path:
            return ""
        span, room = self._depth.off_path[0]
        if outcome.shift_ns[span] or not room:
            return ""
        name = span_name(outcome.baseline.trace, span)
        return f"{name} runs in parallel: {format_duration(room)} of slack, so it does not move"

    def show_mode(self, mode: int) -> None:
        self._mode = mode
        outcome = self.board.outcome
        if outcome is not None and self._depth is not None:
            self._below.setCurrentIndex(0)
            self._over.setChecked(False)
            self.ranking.show_lines(outcome, lines_of(outcome, self._depth.ranked, self._depth.off_path, mode), mode)
            self._balance()

    def _show_span(self) -> None:
        outcome, span_id = self.board.outcome, self._state.span_id
        self.waterfall.select(span_id)
        index = None if outcome is None or span_id is None else outcome.baseline.trace.index_of.get(span_id)
        self.notes.show_card(index is not None)
        if outcome is None or index is None:
            self.waterfall.set_causes([])
            return
        trace = outcome.baseline.trace
        settled = {(trace.index_of[a], trace.index_of[b]): waits for a, b, waits in self._pins()}
        causes = causes_of(outcome.baseline, index)
        self.waterfall.set_causes([(item.cause, item.effect) for item in causes
                                   if item.cause is not None and item.effect is not None])
        self.notes.card.show_span(outcome, index, causes, settled)

    def _pins(self) -> list[Any]:
        return list(self._asked.pins) if self._asked is not None else []

    def _show_scenarios(self) -> None:
        baseline = self.board.baseline
        if baseline is None:
            return
        totals: dict[str, int | None] = {}
        for scenario in self._scenarios:
            if baseline.trace.n <= AT_ONCE_SPANS:
                try:
                    totals[scenario.name] = self.board.total_of(list(scenario.rules))
                except TraceDeskError:
                    totals[scenario.name] = None             # saved by a version that had another perturbation
        self.side.show_scenarios(self._scenarios, totals, baseline.total_ns)

    # what commands call

    def flip(self, index: int) -> None:
        """Flip a toggle; with “predict first” the guess is asked before anything moves."""
        if not 0 <= index < len(self.board.toggles):
            return
        toggle = self.board.toggles[index]
        self._last = index
        outcome = self.board.outcome
        if outcome is None:
            self._flip_when_ready = index                    # asked for on the traces page, before the trace was read here
            return
        if toggle.on or not self._always_ask() or toggle.why_not is not None or not toggle.changes():
            self.board.flip(index)
            return
        self._waiting = index
        self._show_toggles()
        before = "" if not self.board.active else " on top of what is already changed"
        trace = outcome.baseline.trace
        question = f"You are about to add {toggle.part.title}{before}. How long will the request take?"
        self.side.predict.ask(toggle.part.title, question, outcome.total_ns, trace,
                              [span for span in outcome.on_path_ns if not trace.child_count[span]])
        self.side.verticalScrollBar().setValue(0)

    def reset(self) -> None:
        """Everything off: the trace as measured."""
        self.side.predict.hide()
        self._guess = None
        self.board.reset()

    def step_factor(self, steps: int) -> None:
        """Turn the knob of the toggle that was flipped last."""
        if self._last < len(self.board.toggles):
            self.side.step(self._last, steps)

    def toggle_ghosts(self) -> None:
        """Show or hide the measured run behind the simulated one."""
        self._ghosts = not self._ghosts
        self._show()

    def toggle_predict(self) -> None:
        """Ask before a toggle acts, or do not."""
        self._settings.put("whatif/predict", not self._always_ask())
        self._show_toggles()

    def copy_text(self) -> None:
        """The answer in words, with the rules, on the clipboard."""
        outcome = self.board.outcome
        if outcome is not None:
            rules = ", ".join(self.board.scenario())
            self._desk.copy(f"Simulated: {rules or 'nothing changed'}\n{self.notes.words()}", "the answer")

    def copy_picture(self) -> None:
        """Figures, picture and words as a picture on the clipboard."""
        QApplication.clipboard().setPixmap(self.grab())
        self._desk.toast.say("Copied the picture")

    def save_scenario(self) -> None:
        """Give the rules that are on a name and keep them."""
        rules = self.board.scenario()
        if not rules:
            self._desk.toast.say("Nothing to save: no perturbation is on")
            return
        name, given = QInputDialog.getText(self, "Save scenario", "Name of the scenario")
        if given and name.strip():
            self.keep_scenario(name.strip(), rules)

    def keep_scenario(self, name: str, rules: list[str]) -> None:
        """Keep rules under a name."""
        self._write(lambda store: scenarios.save(store, name, json.dumps({"rules": rules})), self._scenarios_changed)

    def load_scenario(self, name: str) -> None:
        """Show exactly the rules of a scenario."""
        scenario = next((found for found in self._scenarios if found.name == name), None)
        if scenario is not None:
            try:
                self.board.load(list(scenario.rules))
            except TraceDeskError as error:
                self._desk.explain(error)

    def load_rules(self, rules: list[str]) -> None:
        """Show these rules, now or as soon as the trace is there."""
        if self.board.baseline is None:
            self._rules_to_load = rules
        else:
            self.board.load(rules)

    def toggle_many(self) -> None:
        """The same scenario over the latest traces of the filter, or back to the ranking."""
        if self._below.currentIndex():
            self.show_mode(self._mode)
            return
        self._over.setChecked(True)
        self._below.setCurrentIndex(1)
        self._ask_many()

    def _ask_many(self) -> None:
        if not self.board.active:
            self.many.say("Flip a perturbation first: then the same is asked of the latest traces of the filter.")
            return
        self.many.say(f"Asking the last {LAST} traces …")
        changes, query, budget = self.board.changes(), self._state.query, self.board.budget_ns
        price, profile = self.board.price, self.board.profile

        def question(store: Store) -> Many:
            return reader.over_last(store, query, LAST, changes, budget_ns=budget, price=price, profile=profile)

        self._desk.tasks.ask("whatif.many", question, self.many.show_many,
                             lambda error: self.many.say(f"{error.message} {error.hint}"))

    def step_back(self) -> None:
        """Esc: skip the guess, stop measuring, let go of the span, leave."""
        if self.side.predict.isVisible():
            self.side.predict.skip()
        elif self.waterfall.leave_mode():
            return
        elif self._state.span_id is not None:
            self._state.select(None)
        else:
            self.leave()

    def panes(self) -> list[QWidget]:
        """Stops of F6."""
        return [self.side, self.waterfall, self.ranking]

    def status_keys(self) -> list[tuple[str, str]]:
        """Keys for the status bar."""
        return KEYS

    # writing

    def _write(self, work: Any, done: Any) -> None:
        """A short transaction on a worker thread."""
        path = self._desk.store_path

        def run() -> None:
            with notebook(path) as store:
                work(store)

        self._desk.tasks.run("whatif.write", run, lambda _none: done())

    def _scenarios_changed(self) -> None:
        self._desk.tasks.ask("whatif.scenarios", reader.saved, self._take_scenarios)

    def _drop_scenario(self, name: str) -> None:
        rules = next((list(found.rules) for found in self._scenarios if found.name == name), [])
        self._write(lambda store: scenarios.delete(store, name), self._scenarios_changed)
        self._desk.toast.say("Scenario deleted", "Undo", lambda: self.keep_scenario(name, rules))

    def _pin(self, cause: int, effect: int, waits: bool | None) -> None:
        baseline = self.board.baseline
        if baseline is None:
            return
        trace = baseline.trace
        from_span, to_span, trace_id = trace.span_ids[cause], trace.span_ids[effect], trace.trace_id
        self._write(lambda store: pins.put(store, trace_id, from_span, to_span, waits), self._ask_again)

    def _ask_again(self) -> None:
        self._rules_to_load = self.board.scenario()
        self._ask()

    def _budget_name(self) -> str:
        return f"whatif/budget/{self._asked.summary.name if self._asked else ''}"

    def _set_budget(self, budget_ns: int | None) -> None:
        self._settings.put(self._budget_name(), budget_ns)
        self.board.budget_ns = budget_ns
        self._show()

    # predict first

    def _always_ask(self) -> bool:
        return bool(self._settings.data("whatif/predict", True))

    def _flip_asked(self, index: int, _on: bool) -> None:
        self.flip(index)
        self._show_toggles()

    def _revealed(self, guess: Guess | None) -> None:
        if self._waiting is None:
            return
        index, self._waiting = self._waiting, None
        self._guess, self._guess_counted = guess, False
        self.board.flip(index, True)

    # pictures

    def prepare_shot(self, options: Any) -> None:
        """The page as `tracedesk shot whatif --whatif RULE` shows it."""
        self._settings.put("whatif/predict", False)
        self.load_rules(list(options.whatif))
