"""Pages beside the pictures that were once found right: `tests/golden/screens`, a quarter of their size.

Compared are the means of blocks, so that another rasteriser's edges do not matter and a missing pane, a wrong colour or a moved
column does. `--update` makes the pictures anew; a failure leaves before, after and the difference beside the test's files.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

FOLDER = Path(__file__).parents[1] / "golden" / "screens"
WIDTH, HEIGHT, BLOCK = 400, 250, 10
MOST = 14
"""A block may differ by so much of 255 on average."""
HERO = "a91c7e40"
SHOTS = {
    "traces-dark": ["traces", "--open", HERO], "traces-light": ["traces", "--open", HERO, "--theme", "light"],
    "flame-dark": ["flame", "--open", HERO], "whatif-dark": ["whatif", "--open", HERO, "--whatif", "slow_rerank:factor=4"],
    "replay-dark": ["replay", "--open", HERO, "--step", "5"], "compare-light": ["compare", "--open", HERO, "--theme", "light"]}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.helpers.sample_store import write_sample

    return write_sample(tmp_path_factory.mktemp("golden") / "sample.db")


def small(path: Path) -> QImage:
    """A picture at the size in which they are kept."""
    return QImage(str(path)).scaled(WIDTH, HEIGHT, Qt.AspectRatioMode.IgnoreAspectRatio,
                                    Qt.TransformationMode.SmoothTransformation).convertToFormat(QImage.Format.Format_RGB888)


def pixels(image: QImage) -> NDArray[np.float64]:
    """(height, width, 3), 0 to 255."""
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, :image.width() * 3].reshape(image.height(), image.width(), 3).astype(np.float64)


def blocks(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean colour of each block."""
    return found.reshape(HEIGHT // BLOCK, BLOCK, WIDTH // BLOCK, BLOCK, 3).mean(axis=(1, 3))


@pytest.mark.parametrize("name", SHOTS)
def test_a_page_looks_as_it_did(name: str, store: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out = tmp_path / "after.png"
    subprocess.run([sys.executable, "-m", "tracedesk", "shot", *SHOTS[name], "--store", str(store), "--out", str(out)],
                   check=True, timeout=120, env={**os.environ, "TZ": "UTC"})
    after, kept = small(out), FOLDER / f"{name}.png"
    if request.config.getoption("--update"):
        FOLDER.mkdir(exist_ok=True)
        after.convertToFormat(QImage.Format.Format_Indexed8).save(str(kept))
        return
    before = QImage(str(kept)).convertToFormat(QImage.Format.Format_RGB888)
    assert (before.width(), before.height()) == (WIDTH, HEIGHT), "make it with --update"
    difference = np.abs(blocks(pixels(before)) - blocks(pixels(after))).max(axis=2)
    if difference.max() > MOST:
        before.save(str(tmp_path / "before.png"))
        shown = np.clip(np.abs(pixels(before) - pixels(after)) * 4, 0, 255).astype(np.uint8)
        QImage(shown.tobytes(), WIDTH, HEIGHT, WIDTH * 3, QImage.Format.Format_RGB888).save(str(tmp_path / "difference.png"))
        row, column = np.unravel_index(int(difference.argmax()), difference.shape)
        pytest.fail(f"{name} differs by {difference.max():.0f} at {column * BLOCK * 4}, {row * BLOCK * 4} px; see {tmp_path}")


def test_a_column_that_moved_is_noticed() -> None:
    """The comparison itself: a picture shifted by three of its pixels is another one."""
    kept = pixels(QImage(str(FOLDER / "traces-dark.png")).convertToFormat(QImage.Format.Format_RGB888))
    moved = np.roll(kept, 3, axis=1)
    assert np.abs(blocks(kept) - blocks(moved)).max() > MOST
