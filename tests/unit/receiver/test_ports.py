"""A port that is taken: said by whom, and the other one receives."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from tests.unit.receiver.rig import body, receiving
from tracedesk.base.errors import DataError, WorldError
from tracedesk.receiver import receiver
from tracedesk.receiver.ports import bind, parse_address, program_on, spoken


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


def port_of(listener: socket.socket) -> int:
    return listener.getsockname()[1]


async def test_the_other_port_receives_and_the_taken_one_is_tried_again(tmp_path: Path, taken: socket.socket) -> None:
    port = port_of(taken)
    async with receiving(tmp_path, grpc=f"127.0.0.1:{port}") as rig:
        assert rig.grpc == ""
        problem, = rig.receiver.problems
        assert problem.port == port
        assert str(port) in problem.message
        if sys.platform == "linux":
            assert f"(process {os.getpid()})" in problem.program
        assert (await rig.post("/v1/traces", body("a"))).status == 200
        before = rig.http
        await rig.receiver.start()
        assert (rig.grpc, len(rig.receiver.problems), rig.http) == ("", 1, before)
        taken.close()
        await rig.receiver.start()
        assert (rig.grpc, rig.receiver.problems, rig.http) == (f"127.0.0.1:{port}", [], before)
        assert await rig.export(body("b", trace=2)) == b""
        assert await rig.span_names() == ["a", "b"]


async def test_http_taken_is_said_on_the_grpc_port_too(tmp_path: Path, taken: socket.socket) -> None:
    async with receiving(tmp_path, http=f"127.0.0.1:{port_of(taken)}") as rig:
        assert rig.http == ""
        assert await rig.export(body("a")) == b""


async def test_both_taken_is_two_problems(tmp_path: Path, taken: socket.socket) -> None:
    address = f"127.0.0.1:{port_of(taken)}"
    async with receiving(tmp_path, grpc=address, http=address) as rig:
        assert [problem.port for problem in rig.receiver.problems] == [port_of(taken)] * 2


def test_nobody_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert program_on(port_of(bound)) == ""


def test_an_address_of_another_machine() -> None:
    with pytest.raises(WorldError, match="Cannot listen"):
        bind("192.0.2.1", 0)
    with pytest.raises(WorldError, match="Nobody knows"):
        bind("host.invalid", 0)


def test_an_ipv6_address_is_said_in_brackets() -> None:
    with bind("::1", 0) as listener:
        assert spoken(listener).startswith("[::1]:")


@pytest.mark.parametrize(("text", "expected"), [
    ("127.0.0.1:4317", ("127.0.0.1", 4317)), ("[::1]:0", ("::1", 0)), ("localhost:65535", ("localhost", 65_535))])
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize("text", ["", "4317", ":4317", "localhost", "localhost:", "localhost:x", "localhost:70000",
                                  "localhost:-1", "localhost:٣"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(DataError, match="HOST:PORT"):
        parse_address(text)


@pytest.mark.skipif(sys.platform == "win32", reason="gRPC listens on a port there")
async def test_sockets_that_killed_engines_left_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(tempfile.mkdtemp(prefix="t"))                # short: a socket's path has at most some 100 characters
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(receiver, "_YOUNG_S", 0.0)
    dead, living, other = (folder / f"tracedesk-{name}" for name in ("dead", "living", "other"))
    for made in (dead, living, other):
        made.mkdir()
    (other / "desk.ini").touch()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead / "grpc"))
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(living / "grpc"))
            listener.listen()
            async with receiving(tmp_path):
                assert not dead.exists()
                assert living.exists()
                assert other.exists()
    finally:
        shutil.rmtree(folder)
