"""The desk as a process of its own, without a display, and when it showed its window and its receiver answered."""

from __future__ import annotations

import compileall
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.engine import until
from tracedesk import ui
from tracedesk.base.paths import log_dir
from tracedesk.engine import client

START_S = 30.0
SHOWN = "window shown"


def compiled() -> None:
    """What any second start finds: compiled modules, also where this machine's settings keep Python from writing them."""
    compileall.compile_dir(str(Path(ui.__file__).parents[1]), quiet=2)


@dataclass
class Started:
    """A desk that runs; times are seconds since its process was started."""

    process: subprocess.Popen[bytes]
    store: Path
    window_s: float
    answers_s: float

    def close(self) -> None:
        """End it; its engine drains and ends by itself."""
        self.process.terminate()
        self.process.wait(10)

    def close_both(self) -> None:
        """End it, and wait until its engine has ended too."""
        self.close()
        until(lambda: client.engine_of(self.store) is None, 10, "its engine ends")


def start(store: Path) -> Started:
    """`tracedesk open` on a store, until the window is shown and the receiver answers."""
    record = log_dir() / "desk.log"
    before = record.read_text() if record.exists() else ""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "tracedesk", "open", "--store", str(store)], env=env)
    window_s = answers_s = 0.0
    while not (window_s and answers_s):
        now = time.monotonic() - begun
        if now > START_S or process.poll() is not None:
            process.kill()
            raise RuntimeError(f"after {now:.1f} s: window {window_s or 'not shown'}, receiver {answers_s or 'silent'}")
        if not window_s and record.exists() and SHOWN in record.read_text()[len(before):]:
            window_s = now
        if not answers_s and _answers(store):
            answers_s = now
        time.sleep(0.002)
    return Started(process, store, window_s, answers_s)


def _answers(store: Path) -> bool:
    state = client.engine_of(store)
    if state is None or not state.alive or not (state.grpc and state.http):
        return False
    for address in (state.grpc, state.http):
        host, _, port = address.rpartition(":")
        with socket.socket() as connection:
            if connection.connect_ex((host, int(port))):
                return False
    return True
