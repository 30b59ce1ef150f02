"""Whether there is a display: looked for before Qt, which would end the process where it finds none."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from tracedesk.cli.verbs.open import has_display

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there is always one")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_no_variable_is_no_display() -> None:
    assert not has_display()


@pytest.mark.parametrize("named", [":987", "unix:987.0", "127.0.0.1:65", "nonsense", ":", ":x.0"])
def test_a_name_behind_which_nobody_listens_is_none(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", named)
    assert not has_display()


def test_a_compositor_that_answers_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert not has_display()
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        assert has_display()


def test_a_platform_that_was_chosen_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert has_display()
