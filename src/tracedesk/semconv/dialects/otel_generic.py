"""plain OTel (http, db, rpc, messaging, exceptions, resource)."""

from __future__ import annotations

from tracedesk.model.kinds import Kind
from tracedesk.semconv.dialect import Detect, Dialect, Example, Rule, below, event, resource
from tracedesk.semconv.kinds import VECTOR_STORES, has
from tracedesk.semconv.sources import feature_flags, status_message
from tracedesk.semconv.view import View

_SEARCHES = ("query", "search", "similarity", "retriev")


def _vector_search(view: View) -> Kind | None:
    """A search in a known vector store is a retrieval; writing into one is a database call."""
    said = view.attributes
    if "db.vector.query.top_k" in said:
        return Kind.RETRIEVER
    store = said.get("db.system.name", said.get("db.system"))
    if not isinstance(store, str) or store.lower() not in VECTOR_STORES:
        return None
    what = f"{said.get('db.operation.name', said.get('db.operation', ''))} {view.name}".lower()
    return Kind.RETRIEVER if any(word in what for word in _SEARCHES) else None


PART = Dialect(
    key="otel_generic",
    title="plain OTel (http, db, rpc, messaging, exceptions, resource)",
    priority=99,
    detect=(
        Detect(always=True),
    ),
    kinds=(
        has("http", "http.request.method", "http.method", "http.url", "url.full", "http.route", guess=True),
        Rule("db.system", ("db.vector.query.top_k", "db.system", "db.system.name"), _vector_search, guess=True),
        has("db", "db.system", "db.system.name", "db.statement", "db.query.text", "db.operation", guess=True),
        has("other", "rpc.system", "messaging.system", guess=True),
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
        Example({"http.request.method": "GET", "url.full": "https://shop.example/", "server.address": "shop.example"},
                kind="http", name="GET", resource={"service.version": "1.4", "deployment.environment.name": "prod"},
                fields={"release": "1.4", "environment": "prod", "provider.endpoint": "shop.example"}),
        Example({"db.system.name": "qdrant", "db.operation.name": "query", "db.vector.query.top_k": 5}, kind="retriever",
                fields={"retrieval.k": 5}),
        Example({"db.system": "postgresql", "db.statement": "SELECT 1"}, kind="db", status=(2, ""),
                events=(("exception", {"exception.type": "TimeoutError", "exception.message": "too slow"}),),
                fields={"error.type": "TimeoutError", "error.message": "too slow"}),
    ),
)
