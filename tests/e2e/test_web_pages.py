"""What a browser sends for a page: it arrives where the origin of the page is listed, and leaves nothing where it is not."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.helpers.engine import Engine, running, span_ids
from tests.helpers.load import batch
from tracedesk.base import settings
from tracedesk.wire import encode

LISTED, OTHER = "https://app.example", "https://evil.example"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    settings.save("receiver", {"cors_origins": [LISTED]})
    with running(tmp_path / "t.db") as started:
        yield started


def ask(address: str, method: str, body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
    """One request; `_` in the name of a header stands for `-`."""
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.request(method, "/v1/traces", body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def body() -> bytes:
    return json.dumps(encode.traces_json(batch("page", 3))).encode()


def test_a_listed_page_sends_after_asking(engine: Engine) -> None:
    asked = ask(engine.http, "OPTIONS", Origin=LISTED, Sec_Fetch_Site="cross-site", Access_Control_Request_Method="POST",
                Access_Control_Request_Headers="content-type,x-tenant_id", Access_Control_Request_Private_Network="true")
    assert asked.status == 204
    assert asked.getheader("Access-Control-Allow-Origin") == LISTED
    assert asked.getheader("Access-Control-Allow-Credentials") == "true", "sendBeacon asks for it"
    assert asked.getheader("Access-Control-Allow-Headers") == "content-type,x-tenant_id"
    assert asked.getheader("Access-Control-Allow-Private-Network") == "true"
    sent = ask(engine.http, "POST", body(), Origin=LISTED, Sec_Fetch_Site="cross-site", Content_Type="application/json")
    assert sent.status == 200
    assert sent.getheader("Access-Control-Allow-Origin") == LISTED
    assert sent.getheader("Access-Control-Expose-Headers") == "Retry-After"
    assert len(span_ids(engine.store)) == 3


HOSTILE: list[dict[str, str]] = [
    {"Origin": OTHER, "Sec_Fetch_Site": "cross-site", "Content_Type": "application/json"},
    {"Origin": OTHER, "Sec_Fetch_Site": "cross-site", "Content_Type": "text/plain"},
    {"Origin": "null", "Sec_Fetch_Site": "cross-site", "Content_Type": "application/json"},
    {"Origin": "http://localhost:3000", "Sec_Fetch_Site": "same-site", "Content_Type": "application/json"},
    {"Origin": LISTED + ".evil.example", "Content_Type": "application/json"},
    {"Sec_Fetch_Site": "cross-site", "Content_Type": "application/json"},
    {"Content_Type": "text/plain"},
    {},
    {"Host": "rebound.example", "Content_Type": "application/json"},
]


def test_any_other_page_leaves_nothing(engine: Engine) -> None:
    for address, headers, method in product((engine.http, engine.grpc), HOSTILE, ("POST", "OPTIONS")):
        answer = ask(address, method, body() if method == "POST" else b"", **headers)
        assert answer.status in (400, 403, 404, 405, 415, 421), (address, headers, method)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert span_ids(engine.store) == set()
