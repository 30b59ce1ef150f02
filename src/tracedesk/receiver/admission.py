"""Who may send, checked before a byte of the body is read.

A web page can make a browser post to this machine. What the browser then says cannot be forged by the page: Host (a name
that an attacker points at 127.0.0.1 is not ours), Origin and Sec-Fetch-Site (the request comes from a page), Content-Type
(anything but the simple types needs a preflight, which only listed origins get). So each is checked, in this order, and
no answer to an origin that is not listed carries a CORS header.

Any program of any account on this machine may send to a loopback address, unless a token is required. Beyond loopback we
listen only with token and TLS.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import grpc
from multidict import CIMultiDictProxy

from tracedesk.base.errors import DeniedError, WorldError
from tracedesk.base.settings import ReceiverSettings
from tracedesk.receiver.refusals import Refusal

PROTOBUF, JSON = "application/x-protobuf", "application/json"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token of RFC 9110, 5.6.2."""

_DENIED, _BAD = grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT


@dataclass(frozen=True, slots=True)
class Admission:
    """The rules of one listener. `hosts` are the Host headers that mean us; None: any, because a token is required."""

    hosts: frozenset[str] | None
    origins: frozenset[str]
    token: str | None

    def refuse(self, headers: CIMultiDictProxy[str]) -> Refusal | None:
        """Why a request with these headers may not even be looked at: its Host or where it comes from."""
        hosts = headers.getall("Host", [])
        if len(hosts) != 1:
            return Refusal(400, _BAD, "A request names one host.")
        if self.hosts is not None and hosts[0].lower() not in self.hosts:
            return Refusal(421, _DENIED, "This is not the host that was asked for.")
        origins = headers.getall("Origin", [])
        if len(origins) > 1 or (origins and origins[0] not in self.origins):
            return Refusal(403, _DENIED, "This web page may not send here. The setting cors_origins lists those that may.")
        if not origins and headers.get("Sec-Fetch-Site", "none") != "none":
            return Refusal(403, _DENIED, "Web pages may send here only with an Origin that is listed in the settings.")
        return None

    def cors(self, headers: CIMultiDictProxy[str]) -> dict[str, str]:
        """The headers that let a listed page read the answer; none for anyone else. Credentials are allowed because
        `sendBeacon` sends in no other mode; we set no cookies and read none."""
        origin = headers.get("Origin")
        if origin is None or origin not in self.origins:
            return {}
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin",
                "Access-Control-Allow-Credentials": "true", "Access-Control-Expose-Headers": "Retry-After"}

    def preflight(self, headers: CIMultiDictProxy[str]) -> dict[str, str]:
        """The answer to a listed page that asks whether it may send."""
        found = {**self.cors(headers), "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "600"}
        asked = headers.get("Access-Control-Request-Headers", "")
        if asked and all(_HEADER_NAME.fullmatch(part.strip()) for part in asked.split(",")):
            found["Access-Control-Allow-Headers"] = asked
        if headers.get("Access-Control-Request-Private-Network") == "true":
            found["Access-Control-Allow-Private-Network"] = "true"
        return found


def require_token(token: str | None, authorization: str | bytes | None) -> None:
    """Compare a bearer token with ours, where there is one, in constant time.

    Raises:
        DeniedError: it is another one, or none.
    """
    if token is None:
        return
    given = authorization if isinstance(authorization, bytes) else (authorization or "").encode("utf-8", "replace")
    scheme, _, value = given.partition(b" ")
    if scheme.lower() != b"bearer" or not hmac.compare_digest(value.strip(), token.encode()):
        raise DeniedError("This receiver needs its token.", hint="Send it as `authorization: Bearer …`.")


def admission(host: str, port: int, settings: ReceiverSettings, token: str | None) -> Admission:
    """The rules of a listener on `host`:`port`."""
    hosts = frozenset(f"{name}:{port}" for name in LOOPBACK_NAMES) if is_loopback(host) else None
    return Admission(hosts, frozenset(settings.cors_origins), token)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def encoding(headers: Mapping[str, str]) -> str | None:
    """PROTOBUF or JSON, as Content-Type says; None where it says anything else or nothing."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind if kind in (PROTOBUF, JSON) else None


def safe_to_listen(hosts: Sequence[str], settings: ReceiverSettings, token: str | None) -> None:
    """Check that what we are about to do is safe.

    Raises:
        WorldError: it is not: a token is required but there is none, or other machines could send without token or TLS.
    """
    if settings.require_token and not token:
        raise WorldError("A token is required (require_token), but the keyring holds none.",
                         hint="Make one in the settings of the desk, or set require_token = false.")
    beyond = next((host for host in hosts if not is_loopback(host)), None)
    if beyond is not None and not (token and settings.tls_certificate and settings.tls_key):
        raise WorldError(f"Listening on {beyond} would let other machines send.",
                         hint="That needs require_token, tls_certificate and tls_key in the settings; or listen on 127.0.0.1.")


def tls(settings: ReceiverSettings) -> ssl.SSLContext | None:
    """The TLS of both listeners, None where no certificate is set.

    Raises:
        WorldError: certificate or key cannot be read.
    """
    if not settings.tls_certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key or None)
    except (OSError, ssl.SSLError) as error:
        raise WorldError(f"The TLS certificate {settings.tls_certificate} cannot be used: {error}.",
                         hint="Both files must be PEM, and belong together.") from error
    return context
