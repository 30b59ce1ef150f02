"""Rows S1 to S4: no web page, rebound name or odd request reaches the store. Raw requests, because a client would tidy them."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.receiver.rig import JSON, PROTOBUF, Rig, body, json_body, raw, receiving, status_of
from tracedesk.base.errors import WorldError
from tracedesk.base.settings import ReceiverSettings
from tracedesk.ingest.intake import Intake
from tracedesk.pricing.book import PriceBook
from tracedesk.receiver.admission import admission, is_loopback
from tracedesk.receiver.receiver import Receiver

LISTED = "https://app.example:8443"
HOSTS_OF_US = ("127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LocalHost:{port}")
OTHER_HOSTS = ("evil.example:{port}", "127.0.0.1", "localhost", "localhost.:{port}", "127.0.0.1:{other}", "0.0.0.0:{port}",
               "127.0.0.2:{port}", "127.1:{port}", "[::]:{port}", "127.0.0.1.nip.io:{port}", "2130706433:{port}",
               "evil@127.0.0.1:{port}", "127.0.0.1:{port}.", "")
ORIGINS = (None, LISTED, "https://evil.example", "null", "http://localhost:3000", "https://app.example", LISTED + "/", "file://")
KINDS = (PROTOBUF, JSON, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None)


@pytest.fixture
async def rig(tmp_path: Path):
    async with receiving(tmp_path, cors_origins=(LISTED,)) as running:
        yield running


def fill(host: str, address: str) -> str:
    port = int(address.rsplit(":", 1)[1])
    return host.format(port=port, other=port + 1)


def request(host: str | None, origin: str | None, kind: str | None, *, method: str = "POST", site: str | None = None,
            more: str = "", path: str = "/v1/traces") -> bytes:
    content = json_body("x") if kind == JSON else body("x")
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (("Host", host), ("Origin", origin), ("Content-Type", kind),
                                                     ("Sec-Fetch-Site", site)) if value is not None]
    return ("\r\n".join(lines) + f"\r\n{more}Content-Length: {len(content)}\r\n\r\n").encode() + content


def matrix() -> Iterator[tuple[str, str | None, str | None, str, int]]:
    """(host, origin, content type, method, expected status)"""
    for host, origin, kind in itertools.product(HOSTS_OF_US[:1] + OTHER_HOSTS, ORIGINS, KINDS):
        if host not in HOSTS_OF_US:
            expected = 421
        elif origin not in (None, LISTED):
            expected = 403
        else:
            expected = 200 if kind in (PROTOBUF, JSON) else 415
        yield host, origin, kind, "POST", expected


async def test_the_matrix_of_host_origin_and_content_type(rig: Rig) -> None:
    cases = list(matrix())
    assert len(cases) >= 96
    stored = 0
    for host, origin, kind, method, expected in cases:
        found = await raw(rig.http, request(fill(host, rig.http), origin, kind, method=method))
        assert found.status == expected, (host, origin, kind)
        allowed = found.headers.get("access-control-allow-origin")
        assert allowed == (LISTED if origin == LISTED else None), (host, origin, kind)
        assert found.headers.get("access-control-allow-credentials") == (None if allowed is None else "true"), (host, origin)
        if expected == 200:
            stored += 1
        else:
            assert status_of(found).message
            assert rig.intake.counters.received == stored, "nothing of it was stored"
    assert await rig.span_names() == ["x"], "all that were taken were the same span"


async def test_nothing_is_stored_when_all_are_refused(rig: Rig) -> None:
    for host, origin, kind, method, expected in matrix():
        if expected != 200:
            await raw(rig.http, request(fill(host, rig.http), origin, kind, method=method))
    for method in ("GET", "PUT", "DELETE", "HEAD", "TRACE"):
        await raw(rig.http, request(rig.http, None, PROTOBUF, method=method, more="Connection: close\r\n"))
    assert await rig.span_names() == []
    assert rig.intake.counters.received == 0


@pytest.mark.parametrize("host", HOSTS_OF_US)
async def test_the_names_of_this_machine_are_taken(rig: Rig, host: str) -> None:
    assert (await raw(rig.http, request(fill(host, rig.http), None, PROTOBUF))).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin"])
async def test_a_request_that_a_page_caused_needs_a_listed_origin(rig: Rig, site: str) -> None:
    assert (await raw(rig.http, request(rig.http, None, JSON, site=site))).status == 403
    assert (await raw(rig.http, request(rig.http, "https://evil.example", JSON, site=site))).status == 403
    assert await rig.span_names() == []
    assert (await raw(rig.http, request(rig.http, None, JSON, site="none"))).status == 200
    assert (await raw(rig.http, request(rig.http, LISTED, JSON, site=site))).status == 200


@pytest.mark.parametrize("more", ["Host: evil.example\r\n", "Host: {host}\r\n", "Origin: https://evil.example\r\n"])
async def test_a_header_that_may_come_once_comes_twice(rig: Rig, more: str) -> None:
    origin = LISTED if more.startswith("Origin") else None
    found = await raw(rig.http, request(rig.http, origin, PROTOBUF, more=more.format(host=rig.http)))
    assert found.status in (400, 403)
    assert status_of(found).message
    assert await rig.span_names() == []


async def test_no_host_at_all(rig: Rig) -> None:
    assert (await raw(rig.http, request(None, None, PROTOBUF))).status == 400
    old = request(None, None, PROTOBUF).replace(b"HTTP/1.1", b"HTTP/1.0")
    assert (await raw(rig.http, old)).status == 400
    assert await rig.span_names() == []


@pytest.mark.parametrize("path", ["http://evil.example/v1/traces", "http://{host}/v1/traces", "evil.example:80", "*"])
async def test_a_target_that_is_no_path(rig: Rig, path: str) -> None:
    found = await raw(rig.http, request(rig.http, None, PROTOBUF, path=path.format(host=rig.http)))
    assert 400 <= found.status < 500
    assert await rig.span_names() == []


async def test_two_lengths_or_length_and_chunks_smuggle_nothing(rig: Rig) -> None:
    hidden = request(rig.http, None, PROTOBUF)
    for more in ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: x\r\n"):
        found = await raw(rig.http, request(rig.http, "https://evil.example", PROTOBUF, more=more) + hidden)
        assert found.status in (400, 403)
    await asyncio.sleep(0.1)
    assert await rig.span_names() == []


async def test_preflight_is_answered_for_listed_origins_only(rig: Rig) -> None:
    def preflight(origin: str, host: str = rig.http) -> bytes:
        return (f"OPTIONS /v1/traces HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n"
                "Access-Control-Request-Headers: content-type,x-team\r\nAccess-Control-Request-Private-Network: true\r\n"
                "Sec-Fetch-Site: cross-site\r\n\r\n").encode()

    found = await raw(rig.http, preflight(LISTED))
    assert found.status == 204
    assert found.headers["access-control-allow-origin"] == LISTED
    assert found.headers["access-control-allow-methods"] == "POST"
    assert found.headers["access-control-allow-headers"] == "content-type,x-team"
    assert found.headers["access-control-allow-private-network"] == "true"
    assert found.headers["vary"] == "Origin"
    for refused in (preflight("https://evil.example"), preflight(LISTED, "evil.example"), preflight("null")):
        found = await raw(rig.http, refused)
        assert found.status in (403, 421)
        assert "access-control-allow-methods" not in found.headers


async def test_the_grpc_port_takes_nothing_from_a_page(rig: Rig) -> None:
    for host, origin, kind, method, expected in matrix():
        found = await raw(rig.grpc, request(fill(host, rig.grpc), origin, kind, method=method))
        assert found.status == (expected if expected in (403, 421) else 421), (host, origin, kind)
    assert await rig.span_names() == []


async def test_only_this_machine_can_connect(rig: Rig) -> None:
    for address in (rig.grpc, rig.http):
        port = int(address.rsplit(":", 1)[1])
        assert listens(port) == {"0100007F"}, "127.0.0.1, in the notation of proc(5)"


def listens(port: int) -> set[str]:
    """The local addresses on which anything listens at a port."""
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("no table of sockets here")
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rsplit(":", 1)[1], 16) == port:
                found.add(fields[1].rsplit(":", 1)[0])
    return found


@pytest.mark.parametrize("more", [{}, {"require_token": True}, {"tls_certificate": "a", "tls_key": "b"}])
@pytest.mark.parametrize("host", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.org:0"])
async def test_listening_beyond_this_machine_needs_token_and_tls(tmp_path: Path, host: str, more: dict[str, object]) -> None:
    intake = Intake(tmp_path / "s.db", PriceBook(), memory_limit_bytes=1000)
    token = "t" if more.get("require_token") else None
    for name in ("grpc", "http"):
        settings = ReceiverSettings(**{"grpc": "127.0.0.1:0", "http": "127.0.0.1:0", **more, name: host})
        receiver = Receiver(settings, intake, token)
        with pytest.raises(WorldError, match="other machines"):
            await receiver.start()
        assert receiver.grpc_address == receiver.http_address == ""


async def test_a_token_that_is_required_must_be_there(tmp_path: Path) -> None:
    intake = Intake(tmp_path / "s.db", PriceBook(), memory_limit_bytes=1000)
    receiver = Receiver(ReceiverSettings(require_token=True), intake, None)
    with pytest.raises(WorldError, match="token is required"):
        await receiver.start()


def test_beyond_loopback_the_token_stands_in_for_the_host() -> None:
    rules = admission("0.0.0.0", 4318, ReceiverSettings(), "t")
    assert rules.hosts is None
    assert admission("127.0.0.1", 4318, ReceiverSettings(), None).hosts == {"127.0.0.1:4318", "localhost:4318", "[::1]:4318"}


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True),
                                                ("localhost", True), ("0.0.0.0", False), ("::", False), ("10.0.0.1", False),
                                                ("localhost.evil.example", False), ("", False)])
def test_what_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


async def test_our_sockets_are_not_shared(rig: Rig) -> None:
    port = int(rig.http.rsplit(":", 1)[1])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "SO_REUSEPORT"):
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))


