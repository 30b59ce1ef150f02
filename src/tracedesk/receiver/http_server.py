"""OTLP/HTTP: POST /v1/traces, /v1/logs, /v1/metrics, in protobuf and JSON; every answer has the encoding of its request.

Checked in this order: host and origin, path, method, content type, size, token, body. A refusal that does not know the
encoding of the request (another content type, no legal HTTP at all) is written in JSON.
"""

from __future__ import annotations

from collections.abc import Callable

import grpc
import orjson
from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from tracedesk.base.errors import TraceDeskError
from tracedesk.base.log import crash_text, logger
from tracedesk.ingest.intake import Intake
from tracedesk.model.batch import SpanBatch
from tracedesk.receiver import bodies
from tracedesk.receiver.admission import JSON, PROTOBUF, Admission, encoding, require_token
from tracedesk.receiver.keeping import keep
from tracedesk.receiver.refusals import BODY_LIMIT, BROKEN, TOO_LARGE, Refusal, Refused, refusal
from tracedesk.receiver.signals import SIGNALS, Signal

KEEP_ALIVE_S = 75.0
_SIGNAL_OF_PATH = {signal.path: signal for signal in SIGNALS}
_PATHS = ", ".join(_SIGNAL_OF_PATH)
log = logger("receiver")


class HttpServer(web.Server):
    """Protocols for connections that speak HTTP/1.1. With `instead`, every request that is admitted gets
    that refusal."""

    def __init__(self, intake: Intake, admission: Admission, instead: Callable[[], Refusal] | None = None) -> None:
        super().__init__(self._handle, access_log=None, logger=log, keepalive_timeout=KEEP_ALIVE_S, auto_decompress=False,
                         lingering_time=2.0)
        self._intake, self._admission, self._instead = intake, admission, instead

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        known = encoding(request.headers) or JSON
        cors = self._admission.cors(request.headers)
        try:
            return await self._answer(request, known, cors)
        except (TraceDeskError, Refused) as error:
            return _refused(refusal(error), known, cors)
        except Exception as error:  # noqa: BLE001 - a bug: the sender is told so, and the others are served
            log.error("an HTTP request broke\n%s", crash_text(error))  # noqa: TRY400 - no text of what was sent
            return _refused(refusal(error), known, cors)

    async def _answer(self, request: web.BaseRequest, known: str, cors: dict[str, str]) -> web.Response:
        refused = self._admission.refuse(request.headers)
        if refused is not None:
            raise Refused(refused)
        if request.method == "OPTIONS" and "Origin" in request.headers:
            return web.Response(status=204, headers=self._admission.preflight(request.headers))
        if self._instead is not None:
            raise Refused(self._instead())
        signal = _SIGNAL_OF_PATH.get(request.raw_path.partition("?")[0])
        if signal is None:
            raise Refused(Refusal(404, grpc.StatusCode.UNIMPLEMENTED, f"Nothing is received here; OTLP/HTTP goes to {_PATHS}."))
        if request.method != "POST":
            raise Refused(Refusal(405, grpc.StatusCode.UNIMPLEMENTED, "OTLP/HTTP is sent by POST.",
                                  headers=(("Allow", "POST"),)))
        if encoding(request.headers) is None:
            raise Refused(Refusal(415, grpc.StatusCode.INVALID_ARGUMENT, f"The Content-Type must be {PROTOBUF} or {JSON}."))
        if (request.content_length or 0) > BODY_LIMIT:
            raise Refused(Refusal(413, grpc.StatusCode.RESOURCE_EXHAUSTED, TOO_LARGE))
        require_token(self._admission.token, request.headers.get("Authorization"))
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        return _response(200, signal.success(await self._keep(request, signal, known)), known, cors)

    async def _keep(self, request: web.BaseRequest, signal: Signal, known: str) -> SpanBatch:
        """Read the body and have it written; what is kept, after COMMIT."""
        body = await bodies.read(request, self._intake)
        return await keep(self._intake, signal, body, is_json=known == JSON, origin="http")


class _Connection(RequestHandler):
    """One connection. What is no legal HTTP is answered like everything else."""

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The answer to bytes that aiohttp cannot read as a request; closes the connection."""
        if status >= 500 and exc is not None:
            log.error("an HTTP connection broke\n%s", crash_text(exc))
        code = grpc.StatusCode.INVALID_ARGUMENT if status < 500 else grpc.StatusCode.INTERNAL
        said = "This is not an HTTP request that can be understood." if status < 500 else BROKEN
        response = _refused(Refusal(status, code, said), JSON, {})
        response.force_close()
        return response


def _refused(refused: Refusal, known: str, cors: dict[str, str]) -> web.Response:
    return _response(refused.http, refused.status(), known, {**cors, **refused.http_headers()})


def _response(status: int, message: Message, known: str, headers: dict[str, str]) -> web.Response:
    body = message.SerializeToString() if known == PROTOBUF else orjson.dumps(MessageToDict(message))
    return web.Response(status=status, body=body, content_type=known, headers=headers)
