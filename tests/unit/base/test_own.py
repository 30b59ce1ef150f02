"""Our own processes: what they write arrives whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
from tracedesk.base.own import bytes_out
out = bytes_out()
for number in range(20):
    out.write(bytes([number]) * 300_000)
out.flush()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_bytes_arrive_whole_though_the_writer_is_stopped_and_goes_on(unbuffered: str) -> None:
    writer = subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE,
                              env={**os.environ, "PYTHONUNBUFFERED": unbuffered})
    assert writer.stdout is not None
    found = b""
    while piece := writer.stdout.read1(50_000):
        found += piece
        writer.send_signal(signal.SIGSTOP)
        time.sleep(0.0005)
        writer.send_signal(signal.SIGCONT)
    writer.stdout.close()
    assert writer.wait() == 0
    assert found == b"".join(bytes([number]) * 300_000 for number in range(20))
