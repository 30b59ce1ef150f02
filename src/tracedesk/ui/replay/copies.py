"""The forms in which the request of a model step can be copied; commands need them before any replay is shown."""

from __future__ import annotations

from collections.abc import Callable

from tracedesk.model.llm import LlmFields
from tracedesk.replay import request

COPIES: tuple[tuple[str, str, Callable[[LlmFields, str], str]], ...] = (
    ("python", "Python", request.as_python), ("curl", "curl", request.as_curl), ("pytest", "pytest", request.as_pytest),
    ("json", "JSON", lambda fields, _base_url: request.as_json(fields)))
