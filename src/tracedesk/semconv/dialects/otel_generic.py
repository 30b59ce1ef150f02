"""plain OTel (http, db, rpc, messaging, exceptions, resource)."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, below, event, resource
from tracedesk.semconv.kinds import has
from tracedesk.semconv.sources import feature_flags, status_message

PART = Dialect(
    key="otel_generic",
    title="plain OTel (http, db, rpc, messaging, exceptions, resource)",
    priority=99,
    detect=(
        Detect(always=True),
    ),
    kinds=(
        has("http", "http.request.method", "http.method", "http.url", "url.full", "http.route"),
        has("db", "db.system", "db.system.name", "db.statement", "db.query.text", "db.operation"),
        has("other", "rpc.system", "messaging.system"),
    ),
    fields={
        "error.type": (event("exception", "exception.type"), "error.type"),
        "error.message": (
            event("exception", "exception.message"),
            status_message(),
            "error.message",
        ),
        "error.stack": (event("exception", "exception.stacktrace"), "error.stack"),
        "environment": (
            resource("deployment.environment.name"),
            resource("deployment.environment"),
            "deployment.environment.name",
            "deployment.environment",
        ),
        "release": resource("service.version"),
        "project": resource("service.name"),
        "user.id": ("user.id", "enduser.id", "user.email"),
        "session.id": ("session.id", "session_id", "thread_id"),
        "prompt.version": ("prompt.version", "prompt_version"),
        "experiment": ("experiment.id", "ab.bucket", "ab_bucket", "experiment"),
        "metadata": ("request_id", "request.id"),
        "feature_flags": (
            feature_flags(),
            below("feature_flag"),
        ),
        "retrieval.k": "db.vector.query.top_k",
        "provider.endpoint": ("server.address", "net.peer.name"),
    },

    examples=(
    ),
)
