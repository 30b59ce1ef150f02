"""`tracedesk shot`: pictures without a display and without an engine, the same every time, of every page there is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tracedesk.base.paths import resources
from tracedesk.ui import theme

SAMPLE = resources() / "samples" / "refund_bot.otlp.json"


def shot(*args: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-P", "-m", "tracedesk", "shot", *map(str, args)], capture_output=True, text=True,
                          timeout=120, check=False, env={**os.environ, **env})


def test_a_file_is_drawn_twice_the_same_and_nothing_else_is_said(tmp_path: Path) -> None:
    one, two = tmp_path / "one.png", tmp_path / "two.png"
    for out in (one, two):
        done = shot("traces", "--open", SAMPLE, "--open", "a91c7e40", "--out", out, "--select", "rerank")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert one.read_bytes() == two.read_bytes()
    image = QImage(str(one))
    assert (image.width(), image.height()) == (1600, 1000)
    assert image.pixelColor(30, 700).name() == theme.Theme(theme.DARK).hex("bg.app").lower()


def test_size_and_theme_are_those_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "light.png"
    folder = tmp_path / "temporary"
    folder.mkdir()
    assert shot("first-run", "--out", out, "--size", "1280x800", "--theme", "light", TMPDIR=str(folder)).returncode == 0
    assert not list(folder.iterdir()), "nothing is left lying about"
    image = QImage(str(out))
    assert (image.width(), image.height()) == (1280, 800)
    assert image.pixelColor(20, 600).name() == theme.Theme(theme.LIGHT).hex("bg.app").lower()


@pytest.mark.parametrize(("args", "said", "code"), [
    (("metrics2",), "The page “metrics2” is not known.", 1),
    (("traces", "--open", "ffffffff"), "No trace begins with ffffffff.", 1),
    (("traces", "--open", "/no/such/file.json"), "is no trace id", 1),
    (("traces", "--size", "12x12"), "is no size like 1600x1000", 2)])
def test_what_cannot_be_drawn_is_said_in_a_sentence(tmp_path: Path, args: tuple[str, ...], said: str, code: int) -> None:
    store = tmp_path / "shot.db"
    if "--open" in args:
        subprocess.run([sys.executable, "-P", "-m", "tracedesk", "import", str(SAMPLE), "--store", str(store)], check=True,
                       capture_output=True)
    done = shot(*args, "--store", store, "--out", tmp_path / "x.png")
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "x.png").exists()
