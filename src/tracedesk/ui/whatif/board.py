"""The board: which questions are put to the trace now, and what came out. No widget; every panel listens to it.

Small traces are answered at once, between two frames; large ones by the runner that is handed in (a worker thread), and
then only the newest question counts. Toggles keep their place and settings when another trace is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from tracedesk.base.errors import DataError
from tracedesk.ui.widgets.timer import single_shot
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Change
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.perturbation import Knob, Perturbation, Value, all_perturbations
from tracedesk.whatif.rule_text import WhatIfRule, parse_rule
from tracedesk.whatif.selection import Selection
from tracedesk.whatif.work import PriceFunction, ProfileFunction

AT_ONCE_SPANS = 5_000
EXACT_AFTER_MS = 200
"""While a slider moves over a trace whose exact answer takes longer than a frame, order alone answers; the exact one follows
when the slider has rested that long."""
KEYS = 9
Runner = Callable[[Callable[[], Any], Callable[[Any], None]], None]


@dataclass(slots=True)
class Toggle:
    """One question on the board. `select` None: the perturbation's own. Effects are those of this toggle alone, None
    until they are known; `why_not` says why it would touch nothing."""

    part: Perturbation
    settings: dict[str, Value]
    select: Selection | None = None
    custom: bool = False
    on: bool = False
    hits: list[int] = field(default_factory=list)
    why_not: str | None = None
    effect_ns: int | None = None
    effect_nusd: int | None = None

    @property
    def main_knob(self) -> Knob | None:
        """The knob that has the slider."""
        return self.part.knobs[0] if self.part.knobs else None

    def changes(self) -> list[Change]:
        """The changes it stands for; none while a setting is missing."""
        try:
            return self.part.changes(self.settings, self.select)
        except DataError:
            return []

    def rule(self) -> WhatIfRule:
        """It as a rule, with the settings that differ from the defaults."""
        defaults = self.part.settings()
        given = tuple((name, value) for name, value in self.settings.items() if value != defaults[name])
        return WhatIfRule(self.part, given, self.select)


class Board(QObject):
    """Toggles over one baseline.

    Signals: `changed` a new outcome is there (or none); `toggles_changed` rows came, went or learned their effect.
    """

    changed = Signal()
    toggles_changed = Signal()

    def __init__(self, run: Runner, *, price: PriceFunction | None = None, profile: ProfileFunction | None = None) -> None:
        super().__init__()
        self._run, self.price, self.profile = run, price, profile
        self.toggles = [Toggle(part, part.settings()) for part in all_perturbations() if part.looks_for != "span"]
        self.baseline: Baseline | None = None
        self.outcome: Outcome | None = None
        self.counted: tuple[bool, ...] | None = None
        self.budget_ns: int | None = None
        self._asked = 0
        self._soon = single_shot(self, 0, self._ask)
        self._settled = single_shot(self, EXACT_AFTER_MS, self._ask)
        self._coarse = False

    @property
    def active(self) -> bool:
        """Whether anything is simulated now."""
        return any(toggle.on for toggle in self.toggles)

    def set_baseline(self, baseline: Baseline | None) -> None:
        """Ask the same questions of another trace."""
        self.baseline, self.outcome = baseline, None
        for toggle in self.toggles:
            self._look(toggle)
        self.toggles_changed.emit()
        self._ask()

    def flip(self, index: int, on: bool | None = None) -> None:
        """Turn a toggle on or off (None: the other way); one that touches nothing stays off."""
        if 0 <= index < len(self.toggles):
            toggle = self.toggles[index]
            toggle.on = (not toggle.on if on is None else on) and toggle.why_not is None
            self.toggles_changed.emit()
            self._soon.start()

    def turn(self, index: int, name: str, value: Value) -> None:
        """Set a knob of a toggle; a value that the knob cannot take changes nothing."""
        toggle = self.toggles[index]
        try:
            toggle.settings[name] = toggle.part.knob(name).checked(value)
        except DataError:
            return
        self._effect(toggle)
        self.toggles_changed.emit()
        if toggle.on:
            self._coarse = self.baseline is not None and self.baseline.is_heavy
            self._soon.start()

    def again(self) -> None:
        """Ask once more, because something it depends on was learned."""
        self.set_baseline(self.baseline)

    def reset(self) -> None:
        """Everything off."""
        for toggle in self.toggles:
            toggle.on = False
        self.toggles_changed.emit()
        self._soon.start()

    def add(self, text: str) -> Toggle:
        """A rule of the user's own, on at once where it touches something.

        Raises:
            BadQuery: the text is no rule.
        """
        rule = parse_rule(text)
        toggle = Toggle(rule.part, rule.part.settings(dict(rule.settings)), rule.select, custom=True)
        self._look(toggle)
        toggle.on = toggle.why_not is None
        self.toggles.append(toggle)
        self.toggles_changed.emit()
        self._soon.start()
        return toggle

    def remove(self, index: int) -> None:
        """Take a rule of the user's own off the board."""
        if self.toggles[index].custom:
            del self.toggles[index]
            self.toggles_changed.emit()
            self._soon.start()

    def scenario(self) -> list[str]:
        """The rules that are on, as text: what a saved scenario is."""
        return [str(toggle.rule()) for toggle in self.toggles if toggle.on]

    def load(self, rules: list[str]) -> None:
        """Show exactly these rules: ready-made toggles where they fit, rules of one's own else.

        Raises:
            BadQuery: a text is no rule.
        """
        parsed = [parse_rule(text) for text in rules]
        for toggle in self.toggles:
            toggle.on = False
        for rule in parsed:
            plain = None if rule.select is not None else next(
                (toggle for toggle in self.toggles if not toggle.custom and toggle.part.key == rule.part.key), None)
            if plain is None:
                plain = Toggle(rule.part, {}, rule.select, custom=True)
                self.toggles.append(plain)
            plain.settings = rule.part.settings(dict(rule.settings))
            self._look(plain)
            plain.on = plain.why_not is None
        self.toggles_changed.emit()
        self._ask()

    def total_of(self, rules: list[str]) -> int | None:
        """What the total would be under other rules (for the list of saved scenarios); None where there is no trace."""
        if self.baseline is None:
            return None
        return self._apply([change for text in rules for change in parse_rule(text).changes()]).total_ns

    def changes(self) -> list[Change]:
        """All changes that are on."""
        return [change for toggle in self.toggles if toggle.on for change in toggle.changes()]

    def _apply(self, changes: list[Change]) -> Outcome:
        assert self.baseline is not None
        return apply(self.baseline, changes, price=self.price, profile=self.profile, counted=self.counted)

    def _look(self, toggle: Toggle) -> None:
        """What a toggle touches in this trace."""
        if self.baseline is None:
            toggle.hits, toggle.why_not = [], "No trace is open."
        else:
            toggle.hits = toggle.part.hits(self.baseline, toggle.select).tolist()
            toggle.why_not = toggle.part.why_not(self.baseline, toggle.select)
        toggle.on = toggle.on and toggle.why_not is None
        self._effect(toggle)

    def _effect(self, toggle: Toggle) -> None:
        """What a toggle alone does, where that is quickly known."""
        toggle.effect_ns = toggle.effect_nusd = None
        if self.baseline is None or toggle.why_not is not None or self.baseline.trace.n > AT_ONCE_SPANS:
            return
        changes = toggle.changes()
        if changes:
            alone = self._apply(changes)
            toggle.effect_ns = alone.delta_ns
            if alone.cost_nusd is not None and alone.cost_before_nusd is not None:
                toggle.effect_nusd = alone.cost_nusd - alone.cost_before_nusd

    def _ask(self) -> None:
        """Answer the present question; of several under way only the newest counts."""
        self._asked += 1
        number, baseline = self._asked, self.baseline
        if baseline is None:
            self._take(number, None)
            return
        changes, coarse, self._coarse = self.changes(), self._coarse, False
        if coarse:
            self._settled.start()
        if baseline.trace.n <= AT_ONCE_SPANS and not coarse:
            self._take(number, self._apply(changes))
        else:
            price, profile, counted = self.price, self.profile, self.counted
            self._run(lambda: apply(baseline, changes, price=price, profile=profile, counted=counted, coarse=coarse),
                      lambda outcome: self._take(number, outcome))

    def _take(self, number: int, outcome: Outcome | None) -> None:
        if number == self._asked:
            self.outcome = outcome
            self.changed.emit()
