"""What an LLM span says, once its dialect was understood, and what it cost.

Canonical names and their types are those of `semconv` (`tokens.input`, `input.messages`, ...). Messages have one shape,
that of the OpenTelemetry GenAI message schema, as plain dicts::

    {"role": str, "parts": [{"type": "text", "content": str}
                            | {"type": "tool_call", "id", "name", "arguments"}
                            | {"type": "tool_call_response", "id", "response"}
                            | {"type": "reasoning", "content"} | {"type": "blob" | "uri" | "file", "mime_type", ...}],
     "finish_reason"?: str}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tracedesk.model.kinds import Kind

Message = dict[str, Any]


@dataclass(slots=True)
class LlmFields:
    """Canonical fields of one span: only known ones are in `values`; `sources` names the attribute each came from."""

    kind: Kind = Kind.OTHER
    kind_from: str = "fallback"
    dialects: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


class CostStatus(IntEnum):
    """Why a cost is what it is. Stored: never renumber. NONE: this span is no model call."""

    NONE = 0
    PRICED = 1
    FREE = 2
    REPORTED = 3
    UNKNOWN_MODEL = 4
    NO_USAGE = 5
    NO_PRICE = 6
    INVALID_USAGE = 7

    @property
    def label(self) -> str:
        """Lower-case name, as in `show --json`."""
        return self.name.lower()

    @property
    def known(self) -> bool:
        """Whether an amount stands behind this status."""
        return self in (CostStatus.PRICED, CostStatus.FREE, CostStatus.REPORTED)


@dataclass(slots=True)
class Cost:
    """Cost of one call in nano-dollars, or None with a reason. `parts_nusd`: input, output, cache_read, ... """

    status: CostStatus = CostStatus.NONE
    nusd: int | None = None
    reason: str | None = None
    parts_nusd: dict[str, int] = field(default_factory=dict)
    reported_nusd: int | None = None
    computed_nusd: int | None = None
    price_source: str | None = None
    price_model: str | None = None
    approximate: tuple[str, ...] = ()
