"""The one door through which the desk calls a model: what it sends, how answers stream in, and how it says no."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tracedesk.base.errors import DataError, WorldError
from tracedesk.ui.replay.endpoint import Answer, Call, is_in_the_clear

BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


@contextmanager
def server(status: int, kind: str, pieces: list[bytes]) -> Iterator[tuple[str, list[tuple[str, dict[str, str], Any]]]]:
    """(base URL, requests seen) of a server that gives every request the same answer."""
    seen: list[tuple[str, dict[str, str], Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            seen.append((self.path, dict(self.headers), json.loads(self.rfile.read(length))))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status in (301, 302):
                self.send_header("Location", "http://127.0.0.1:1/v1/chat/completions")
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}/v1", seen
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def event(delta: dict[str, Any], **more: Any) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": delta, **more}]}).encode() + b"\n\n"


def test_an_answer_streams_in() -> None:
    pieces = [b": comment\n\n", event({"role": "assistant", "content": "Pa"}), event({"content": "ris"}),
              event({"tool_calls": [{"index": 0, "function": {"name": "find", "arguments": '{"q":'}}]}),
              event({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}, finish_reason="tool_calls"),
              b'data: {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 2}}\n\n', b"data: [DONE]\n\n"]
    heard: list[str] = []
    with server(200, "text/event-stream", pieces) as (url, seen):
        answer = Call(url, "sk-secret", BODY).run(lambda answer: heard.append(answer.text))
    assert answer == Answer("Paris", [{"name": "find", "arguments": '{"q":1}'}], "tool_calls", 7, 2)
    assert heard[:2] == ["Pa", "Paris"]
    path, headers, body = seen[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer sk-secret"
    assert body == {**BODY, "stream": True, "stream_options": {"include_usage": True}}


def test_an_endpoint_that_does_not_stream_and_needs_no_key() -> None:
    whole = {"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1}}
    with server(200, "application/json", [json.dumps(whole).encode()]) as (url, seen):
        assert Call(url, "", BODY).run(lambda _answer: None).text == "hello"
    assert "Authorization" not in seen[0][1]


@pytest.mark.parametrize(("status", "said", "why"), [
    (401, b'{"error": {"message": "bad key"}}', "401: bad key"), (500, b"<html>", "500: <html>"),
    (302, b"", "302: no reason given")])
def test_a_refusal_is_said_and_a_redirect_is_not_followed(status: int, said: bytes, why: str) -> None:
    with server(status, "text/plain", [said]) as (url, seen), pytest.raises(WorldError, match=why):
        Call(url, "k", BODY).run(lambda _answer: None)
    assert len(seen) == 1


def test_odd_events_are_left_out_and_no_json_is_an_error() -> None:
    odd = [b"data: 1\n\n", b'data: {"choices": [7]}\n\n', event({"content": 5, "tool_calls": [None]}), event({"content": "ok"})]
    with server(200, "text/event-stream", odd) as (url, _):
        assert Call(url, "", BODY).run(lambda _answer: None).text == "ok"
    with server(200, "text/event-stream", [b"data: {\n\n"]) as (url, _), pytest.raises(WorldError, match="no JSON"):
        Call(url, "", BODY).run(lambda _answer: None)


@pytest.mark.parametrize("address", ["", "example.org", "ftp://x/v1", "http://", "http://x:99999/v1", "http://[x/v1"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(DataError):
        Call(address, "", BODY)


def test_what_can_be_read_on_the_way() -> None:
    assert is_in_the_clear("http://models.example/v1")
    for address in ("http://127.0.0.1:11434/v1", "http://localhost/v1", "http://[::1]:8/v1", "https://models.example/v1", "http://[x"):
        assert not is_in_the_clear(address)


def test_nobody_listens() -> None:
    with pytest.raises(WorldError, match="does not answer"):
        Call("http://127.0.0.1:9/v1", "", BODY).run(lambda _answer: None)
