"""OTLP/gRPC: three services whose one method takes raw bytes, so that a single bad byte does not cost the whole request.

The server listens on a private socket; senders reach it through `front`, which tells gRPC from HTTP/1.1. What gRPC itself
refuses: more than 64 MiB after decompression (RESOURCE_EXHAUSTED, not to be sent again) and calls to other services
(UNIMPLEMENTED). `maximum_concurrent_rpcs` is not used: it refuses without RetryInfo, and senders drop what they hold.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

from tracedesk.base.errors import TraceDeskError
from tracedesk.base.log import crash_text, logger
from tracedesk.ingest.intake import Intake
from tracedesk.receiver.admission import require_token
from tracedesk.receiver.keeping import keep
from tracedesk.receiver.refusals import BODY_LIMIT, refusal
from tracedesk.receiver.signals import SIGNALS, Signal

_OPTIONS = (
    ("grpc.max_receive_message_length", BODY_LIMIT),
    ("grpc.max_send_message_length", 4 * 1024 * 1024),
    ("grpc.http2.max_ping_strikes", 0),            # senders with an eager keepalive are not hung up on
)
log = logger("receiver")


def make_server(intake: Intake, token: str | None) -> grpc.aio.Server:
    """The server, without an address yet."""
    server = grpc.aio.server(options=_OPTIONS)
    server.add_generic_rpc_handlers(tuple(
        grpc.method_handlers_generic_handler(signal.service, {
            "Export": grpc.unary_unary_rpc_method_handler(_export(signal, intake, token))})
        for signal in SIGNALS))
    return server


def _export(signal: Signal, intake: Intake, token: str | None) -> Callable[[bytes, Any], Awaitable[bytes]]:
    async def export(body: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        try:
            require_token(token, next((value for key, value in context.invocation_metadata() or ()
                                       if key == "authorization"), None))
            intake.reserve(len(body))
            batch = await keep(intake, signal, body, is_json=False, origin="grpc")
            answer: bytes = signal.success(batch).SerializeToString()
            return answer
        except TraceDeskError as error:
            refused = refusal(error)
        except Exception as error:  # noqa: BLE001 - a bug: the sender is told so, and the others are served
            log.error("a gRPC request broke\n%s", crash_text(error))  # noqa: TRY400 - no text of what was sent
            refused = refusal(error)
        del body                                       # `abort` raises, and what it raises holds on to this frame for a while
        await context.abort(refused.code, refused.message, trailing_metadata=refused.metadata())
        raise AssertionError("abort raises")

    return export
