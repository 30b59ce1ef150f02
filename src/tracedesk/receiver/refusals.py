"""Refusals: `google.rpc.Status` with the details that the OTLP specification asks for, for both protocols.

What the sender should send again carries RetryInfo, and in HTTP Retry-After; everything else must not be sent again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import grpc
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, RetryInfo
from google.rpc.status_pb2 import Status

from tracedesk.base.errors import DataError, DeniedError
from tracedesk.ingest.intake import TryLater

BODY_LIMIT = 64 * 1024 * 1024
"""Most bytes of a request after decompression: what the OTLP specification recommends."""

TOO_LARGE = f"The request has more than {BODY_LIMIT:,} bytes; send smaller batches."
BROKEN = "TraceDesk broke at this request; its log says where. Sending it again will not help."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not taken: codes of both protocols, a sentence, after how many seconds to come again (None: never)."""

    http: int
    code: grpc.StatusCode
    message: str
    retry_after_s: float | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def status(self) -> Status:
        """The Status message."""
        details: list[Message] = []
        if self.retry_after_s is not None:
            info = RetryInfo()
            info.retry_delay.FromNanoseconds(round(self.retry_after_s * 1e9))
            details.append(info)
        elif self.code == grpc.StatusCode.INVALID_ARGUMENT:
            details.append(BadRequest(field_violations=[BadRequest.FieldViolation(description=self.message)]))
        status = Status(code=self.code.value[0], message=self.message)
        for detail in details:
            status.details.add().Pack(detail)
        return status

    def metadata(self) -> tuple[tuple[str, bytes], ...]:
        """Trailing metadata of gRPC: the Status, and RetryInfo again under the name by which the Python SDK looks for it."""
        status = self.status()
        found = [("grpc-status-details-bin", status.SerializeToString())]
        if self.retry_after_s is not None:
            found.append(("google.rpc.retryinfo-bin", status.details[0].value))
        return tuple(found)

    def http_headers(self) -> dict[str, str]:
        """Headers of the HTTP response beside its type."""
        retry = {} if self.retry_after_s is None else {"Retry-After": str(math.ceil(self.retry_after_s))}
        return {**retry, **dict(self.headers)}


class Refused(Exception):  # noqa: N818 - says what happened
    """A request is not taken, and why. Never leaves `receiver`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refusal(error: Exception) -> Refusal:
    """The refusal for what the intake, the decoder or an admission check raised; a bug of ours is INTERNAL."""
    if isinstance(error, Refused):
        return error.refusal
    if isinstance(error, TryLater):
        return Refusal(503, grpc.StatusCode.UNAVAILABLE, _said(error), error.retry_after_s)
    if isinstance(error, DataError):
        return Refusal(400, grpc.StatusCode.INVALID_ARGUMENT, _said(error))
    if isinstance(error, DeniedError):
        return Refusal(401, grpc.StatusCode.UNAUTHENTICATED, _said(error), headers=(("WWW-Authenticate", "Bearer"),))
    return Refusal(500, grpc.StatusCode.INTERNAL, BROKEN)


def _said(error: TryLater | DataError | DeniedError) -> str:
    return f"{error.message} {error.hint}".strip()
