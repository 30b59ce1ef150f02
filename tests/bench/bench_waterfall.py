"""The waterfall and the flame graph: opening a trace, and frames while zooming and panning, by the number of spans.

A frame is everything the widget repaints: overview, ruler, canvas. Offscreen raster; times are those of the one thread
that paints, so that what else the machine does is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median, quantiles
from typing import TypeVar

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from tests.helpers.random_traces import MS, agent_steps, flat, span_row
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.trace import Trace, build_trace
from tracedesk.scene.simulation import Simulation
from tracedesk.ui import theme
from tracedesk.ui.flame.source import TIME
from tracedesk.ui.flame.view import FlameView
from tracedesk.ui.waterfall.view import WaterfallView

SIZES = ((10_000, "150 ms"), (100_000, "300 ms"), (1_000_000, "2 s"))
FRAMES = 40
WIDTH, HEIGHT = 1100, 1000
W = TypeVar("W", bound=QWidget)


def measure(quick: bool) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, budget)."""
    app = QApplication.instance() or QApplication([])
    theme.choose("dark")
    rows = _crowded(app)
    for size, budget in SIZES:
        if quick and size > 100_000:
            continue
        trace = agent_steps(size)
        rows += _waterfall(app, trace, budget) + _flame(app, trace)
    rows += _long_list(app, 100_000 if quick else 1_000_000)
    return rows


def crowded_rows(rows: int, bars: int) -> Trace:
    """`rows` agents of `bars` calls each, some failed: closed, every row is a lane of bars."""
    made = [span_row(0, None, "night run", 0, rows * bars * MS, kind=Kind.CHAIN)]
    for row in range(rows):
        parent = len(made)
        made.append(span_row(parent, 0, f"worker {row}", 0, rows * bars * MS, kind=Kind.AGENT))
        dice = np.random.default_rng(row)
        starts = np.sort(dice.integers(0, rows * bars, bars)) * MS
        made += [span_row(parent + 1 + nth, parent, "call", int(start), int(start) + 20 * MS,
                          kind=int(dice.choice([1, 2, 3, 5, 14])), status=Status.ERROR if nth % 50 == 0 else Status.UNSET)
                 for nth, start in enumerate(starts)]
    return build_trace(made)


def _crowded(app: QApplication) -> list[tuple[str, str, str]]:
    trace = crowded_rows(40, 150)
    view = _shown(app, WaterfallView())
    view.set_trace(trace)
    view.set_closed(set(np.flatnonzero(trace.kind == Kind.AGENT).tolist()))
    drawn = []

    def pan(step: int) -> None:
        assert view.scene is not None
        drawn.append(view.canvas.bars_drawn)
        view.jump_to(view.scene.held(view.scene.scale.panned(2.0 if step < FRAMES // 2 else -2.0)))

    taken = _frames(view, pan)
    return [(f"waterfall, {max(drawn):,} bars in view: frame", _spread(taken), "8 ms")]


def _waterfall(app: QApplication, trace: Trace, budget: str) -> list[tuple[str, str, str]]:
    view = _shown(app, WaterfallView())
    begin = time.thread_time()
    view.set_trace(trace)
    view.repaint()
    opened = time.thread_time() - begin
    name = f"waterfall, {trace.n:,} spans"
    rows = [(f"{name}: open and first frame", _text(opened), budget),
            (f"{name}: frame", _spread(_frames(view, _wander(view))), "16 ms")]
    view.set_closed({0})
    view.repaint()
    rows.append((f"{name} in one closed row: frame", _spread(_frames(view, _wander(view))), "16 ms"))
    begin = time.thread_time()
    view.set_closed(set())
    view.repaint()
    rows.append((f"{name}: open all and frame", _text(time.thread_time() - begin), ""))
    later = Simulation(trace.start_ns + 5 * MS, trace.end_ns + 9 * MS)
    begin = time.thread_time()
    view.set_simulation(later)
    view.repaint()
    rows.append((f"{name}: show a simulation, first frame", _text(time.thread_time() - begin), "16 ms"))
    view.deleteLater()
    return rows


def _flame(app: QApplication, trace: Trace) -> list[tuple[str, str, str]]:
    view = _shown(app, FlameView())
    rows = []
    for mode in ("merged", TIME):
        begin = time.thread_time()
        view.set_trace(trace)
        view.set_mode(mode)
        view.repaint()
        rows.append((f"flame {mode}, {trace.n:,} spans: open and first frame", _text(time.thread_time() - begin), ""))
        rows.append((f"flame {mode}, {trace.n:,} spans: frame", _spread(_frames(view, partial(_zoom_in, view))), "16 ms"))
    view.deleteLater()
    return rows


def _zoom_in(view: FlameView, step: int) -> None:
    width = 1.0 / (1 + step)
    view.canvas.show_window(0.3 * (1 - width), 0.3 * (1 - width) + width, glide=False)


def _long_list(app: QApplication, size: int) -> list[tuple[str, str, str]]:
    view = _shown(app, WaterfallView())
    view.set_trace(flat(size))
    steps = np.linspace(0, view.bar.maximum(), FRAMES).astype(int).tolist()
    taken = _frames(view, lambda step: view.bar.setValue(steps[step]))
    return [(f"waterfall, {size:,} rows in a list: frame while scrolling", _spread(taken), "16 ms")]


def _wander(view: WaterfallView) -> Callable[[int], None]:
    """Zoom in to 1/60 and pan on the way, as a hand would."""
    def move(step: int) -> None:
        scene = view.scene
        assert scene is not None
        scale = scene.zoomed(1.2, 400.0) if step < FRAMES // 2 else scene.held(scene.scale.panned(40.0))
        view.jump_to(scale)
    return move


def _shown(app: QApplication, widget: W) -> W:
    widget.resize(WIDTH, HEIGHT)
    widget.show()
    app.processEvents()
    return widget


def _frames(view: WaterfallView | FlameView, move: Callable[[int], None]) -> list[float]:
    taken = []
    for step in range(FRAMES):
        begin = time.thread_time()
        move(step)
        view.repaint()
        taken.append(time.thread_time() - begin)
    return taken


def _spread(taken: list[float]) -> str:
    return f"{median(taken) * 1e3:.1f} ms, p95 {quantiles(taken, n=20)[-1] * 1e3:.1f} ms"


def _text(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"

