"""What a span stands for in an LLM program. The numbers are stored: never renumber, only append."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """The kinds of `dialects.json`. `label` is the name outside (JSON, filters)."""

    OTHER = 0
    LLM = 1
    EMBEDDING = 2
    RETRIEVER = 3
    RERANKER = 4
    TOOL = 5
    AGENT = 6
    CHAIN = 7
    GUARDRAIL = 8
    EVALUATOR = 9
    PROMPT = 10
    MCP = 11
    DECISION = 12
    HTTP = 13
    DB = 14

    @property
    def label(self) -> str:
        """Lower-case name, as in `show --json` and in the filter language."""
        return self.name.lower()


KIND_OF_LABEL: dict[str, Kind] = {kind.label: kind for kind in Kind}

COUNTED_KINDS = frozenset({Kind.LLM, Kind.EMBEDDING, Kind.RERANKER, Kind.DECISION})
"""These carry tokens and cost of their own; sums on other kinds repeat them."""

MAYBE_COUNTED_KINDS = frozenset({Kind.GUARDRAIL, Kind.EVALUATOR})
"""These may be a model call themselves: they are one where they carry tokens, and then have a cost status."""


class Status(IntEnum):
    """OTLP `Status.StatusCode`."""

    UNSET = 0
    OK = 1
    ERROR = 2

    @property
    def label(self) -> str:
        """`unset`, `ok`, `error`."""
        return self.name.lower()
