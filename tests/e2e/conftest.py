"""Engines of these tests listen on free ports, also those that are started without saying where."""

from __future__ import annotations

import pytest

from tracedesk.base import settings


@pytest.fixture(autouse=True)
def free_ports(private_home: None) -> None:
    """Settings in the test's own home: port 0 picks a free one."""
    settings.save("receiver", {"grpc": "127.0.0.1:0", "http": "127.0.0.1:0"})
