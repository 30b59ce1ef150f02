"""Rows that open and close: half way there what is below stands between where it was and where it will be."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from tests.helpers.drawn import at
from tracedesk.scene.rows import Block, changed_block, rows_of
from tracedesk.ui.waterfall import view as view_module
from tracedesk.ui.waterfall.view import WaterfallView

pytestmark = [pytest.mark.qt_log_level_fail("WARNING"), pytest.mark.qt_log_ignore("This plugin does not support")]


def look(view: WaterfallView) -> QImage:
    return view.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def pixels(image: QImage, top: int, bottom: int) -> bytes:
    """Rows of pixels, without the edges, where the focus is shown."""
    return image.copy(4, top, image.width() - 16, bottom - top).constBits().tobytes()


def toggled(view: WaterfallView, name: str) -> None:
    """Open or close a span with the keys, so that no pointer is anywhere."""
    view.select(view.scene.trace.span_ids[at(view.scene.trace, name)])
    span = view.scene.selected
    QTest.keyClick(view.canvas, Qt.Key.Key_Right if span in view.scene.closed else Qt.Key.Key_Left)


@pytest.mark.parametrize("opens", [False, True])
def test_half_way(view: WaterfallView, opens: bool) -> None:
    row_px, first = view.geometry_now().row_px, 4              # context is row 3, with two rows below
    if opens:
        toggled(view, "context")
        view.canvas.slide.finish()
    view.select(view.scene.trace.span_ids[at(view.scene.trace, "context")])
    before = look(view)
    toggled(view, "context")
    assert view.canvas.slide.running()
    view.by_keyboard = False                                   # the ring of the focus is no part of the rows
    view.canvas.slide._step(0.5)
    half = look(view)
    view.canvas.slide.finish()
    assert not view.canvas.slide.running()
    after = look(view)
    top, shift = first * row_px, row_px
    assert pixels(half, 0, top) == pixels(after, 0, top)
    full, rest = (after, before) if opens else (before, after)
    assert pixels(half, top, top + shift) == pixels(full, top, top + shift)
    assert pixels(half, top + shift, 300) == pixels(rest, top, 300 - shift)
    assert pixels(half, 0, 300) not in (pixels(before, 0, 300), pixels(after, 0, 300))


def test_what_the_user_does_meanwhile_is_seen_at_once(view: WaterfallView) -> None:
    toggled(view, "context")
    assert view.canvas.slide.running()
    QTest.keyClick(view.canvas, Qt.Key.Key_Down)
    assert not view.canvas.slide.running()
    toggled(view, "context")
    view.jump_to(view.scene.zoomed(2.0, 100.0))
    assert not view.canvas.slide.running()
    toggled(view, "context")
    view.resize(800, 380)
    assert not view.canvas.slide.running()


def test_nothing_moves_where_less_motion_is_wanted(view: WaterfallView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "moves", lambda: False)
    toggled(view, "context")
    assert not view.canvas.slide.running()
    assert view.scene.closed == {at(view.scene.trace, "context")}


def test_several_stretches_are_a_cut(view: WaterfallView) -> None:
    trace = view.scene.trace
    view.set_closed({at(trace, "context"), at(trace, "orders")})
    assert not view.canvas.slide.running()
    both, one = rows_of(trace, set(view.scene.closed)).spans, rows_of(trace, {at(trace, "context")}).spans
    every = rows_of(trace, set()).spans
    assert changed_block(every, one) == Block(4, 2, False)
    assert changed_block(one, every) == Block(4, 2, True)
    assert changed_block(every, both) is None
    assert changed_block(every, every) is None
    assert changed_block(np.array([0], np.int32), every) == Block(1, len(every) - 1, True)


def test_a_branch_above_the_view_is_a_cut(view: WaterfallView) -> None:
    view.resize(900, 200)
    view.bar.setValue(view.bar.maximum())
    view.scene.hovered = at(view.scene.trace, "reply")
    view.set_closed({at(view.scene.trace, "context")})
    assert not view.canvas.slide.running()


def test_a_click_on_a_chevron_starts_it(view: WaterfallView) -> None:
    row_px = view.geometry_now().row_px
    QTest.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=QPoint(16 + 14, 3 * row_px + row_px // 2))
    assert at(view.scene.trace, "context") in view.scene.closed
    assert view.canvas.slide.running()
    view.canvas.slide.finish()
