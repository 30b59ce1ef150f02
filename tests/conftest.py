"""What every test gets: a quiet run means something, and no test touches the user's data folder or keyring."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update` writes the files that tests compare with anew."""
    parser.addoption("--update", action="store_true", help="write golden files anew")


@pytest.fixture
def shared() -> Path:
    """The folder of facts and test data that lies beside a checkout; a test that needs it skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder of test data is not beside this checkout")
    return SHARED


@pytest.fixture(autouse=True)
def private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, settings and keys of a test live in its own folder; the null keyring makes the key a 0600 file there."""
    home = tmp_path / "home"
    home.mkdir()
    for name, sub in (("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"),
                      ("XDG_CACHE_HOME", "cache")):
        monkeypatch.setenv(name, str(home / sub))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("TRACEDESK_STORE", raising=False)


@pytest.fixture(autouse=True)
def no_thread_left():
    """A thread of ours that outlives its test fails it."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
    for thread in left:
        thread.join(2)
    left = [thread.name for thread in left if thread.is_alive()]
    assert not left, f"threads left running: {left}"
