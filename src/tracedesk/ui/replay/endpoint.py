"""An OpenAI-compatible endpoint, asked for one answer that streams in. No Qt here.

No redirect is followed and no proxy is asked: the request and the key go to the host that the user named, or nowhere.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tracedesk.base import nesting
from tracedesk.base.errors import DataError, WorldError

TIMEOUT_S = 60.0
ANSWER_AT_MOST = 4_000_000
SETTING, MODEL_SETTING = "replay/endpoint", "replay/model"


def base_url_of(settings: Any) -> str:
    """The endpoint in the desk's settings, "" where none is configured."""
    return str(settings.text(SETTING))


def is_in_the_clear(base_url: str) -> bool:
    """Whether what is sent there can be read on the way: plain HTTP to another machine."""
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        return False
    host = parts.hostname or ""
    return parts.scheme == "http" and host not in ("localhost", "::1") and not host.startswith("127.")


@dataclass
class Answer:
    """What came back: the text so far, the tools asked for, token counts where they were told."""

    text: str = ""
    tools: list[dict[str, str]] = field(default_factory=list)
    finish_reason: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None


class Call:
    """One call of an endpoint; `stop` may be called from any thread and ends it."""

    def __init__(self, base_url: str, key: str, body: dict[str, Any]) -> None:
        """Raises DataError where the address is none."""
        try:
            parts = urlsplit(base_url.strip().rstrip("/"))
        except ValueError as error:
            raise DataError(f"“{base_url}” is no address of an endpoint.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DataError(f"“{base_url}” is no address of an endpoint.", hint="Write for example http://127.0.0.1:11434/v1")
        try:
            port = parts.port
        except ValueError as error:
            raise DataError(f"“{base_url}” has no valid port.") from error
        if parts.scheme == "https":
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        else:
            self._connection = http.client.HTTPConnection(parts.hostname, port, timeout=TIMEOUT_S)
        self._path = f"{parts.path}/chat/completions"
        self._host = parts.netloc
        self._headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._body = json.dumps({**body, "stream": True, "stream_options": {"include_usage": True}}, ensure_ascii=False,
                                default=str).encode("utf-8", "replace")
        self._stopped = False

    def run(self, on_change: Callable[[Answer], None]) -> Answer:
        """Send, and tell every piece as it comes.

        Raises:
            WorldError: the endpoint does not answer, or says no.
        """
        answer = Answer()
        try:
            self._connection.request("POST", self._path, self._body, self._headers)
            response = self._connection.getresponse()
            if response.status != 200:
                raise WorldError(f"{self._host} answered {response.status}: {_complaint(response.read(4_000))}",
                                 hint="Check the address, the model and the key.")
            if "event-stream" in (response.getheader("Content-Type") or ""):
                for event in _events(response):
                    _take(answer, event, delta=True)
                    on_change(answer)
                    if self._stopped or len(answer.text) > ANSWER_AT_MOST:
                        break
            else:
                _take(answer, _parsed(response.read(ANSWER_AT_MOST)), delta=False)
                on_change(answer)
        except (OSError, http.client.HTTPException) as error:
            if not self._stopped:
                raise WorldError(f"{self._host} does not answer: {error or type(error).__name__}.",
                                 hint="Is the endpoint running?") from error
        finally:
            self._connection.close()
        return answer

    def stop(self) -> None:
        """End the call; what has come stays."""
        self._stopped = True
        sock = self._connection.sock
        if sock is not None:
            try:
                sock.shutdown(2)
            except OSError:
                return                                   # it had ended already


def _events(response: http.client.HTTPResponse) -> Iterator[Any]:
    """The data of server-sent events until `[DONE]`."""
    for line in response:
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            return
        yield _parsed(data)


def _parsed(data: bytes) -> Any:
    try:
        return nesting.loads(data)
    except ValueError as error:
        raise WorldError("The endpoint sent something that is no JSON.", hint=data[:200].decode("utf-8", "replace")) from error


def _complaint(data: bytes) -> str:
    """The message inside an error, else its beginning."""
    try:
        found = nesting.loads(data)
    except ValueError:
        return data[:200].decode("utf-8", "replace").strip() or "no reason given"
    error = found.get("error", found) if isinstance(found, dict) else found
    message = error.get("message") if isinstance(error, dict) else error
    return str(message)[:300]


def _take(answer: Answer, event: Any, *, delta: bool) -> None:
    """Add one event (or the whole answer) to what has come; members of the wrong type are left out."""
    if not isinstance(event, dict):
        return
    usage = event.get("usage")
    if isinstance(usage, dict):
        answer.input_tokens, answer.output_tokens = (value if isinstance(value, int) else None for value in (
            usage.get("prompt_tokens"), usage.get("completion_tokens")))
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    message = choice.get("delta" if delta else "message")
    message = message if isinstance(message, dict) else {}
    if isinstance(message.get("content"), str):
        answer.text += message["content"]
    for at, call in enumerate(message.get("tool_calls") or ()):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            continue
        place = call.get("index") if isinstance(call.get("index"), int) else at
        while 0 <= place < 64 and len(answer.tools) <= place:
            answer.tools.append({"name": "", "arguments": ""})
        if 0 <= place < len(answer.tools):
            for name in ("name", "arguments"):
                if isinstance(function.get(name), str):
                    answer.tools[place][name] += function[name]
    if isinstance(choice.get("finish_reason"), str):
        answer.finish_reason = choice["finish_reason"]
