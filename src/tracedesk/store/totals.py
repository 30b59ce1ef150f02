"""The sums and names of one trace, from its rows: a pure function of the set of spans, whatever order they came in.

`Totals.of(rows, uncounted)` reads some rows; `merge` joins two; so a large trace is read part by part. Wherever one of
several values is shown, the one of the span with the smallest (start, id) wins, after that of the root.

The status of a trace: the root's error or ok; where the root says neither, error if any span failed. A root that says
"ok" has dealt with the errors below it (a retry, a fallback).
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from tracedesk.base import nesting
from tracedesk.model.kinds import COUNTED_KINDS, Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.model.span import Note
from tracedesk.store.fingerprint import Leaf, fingerprint

Key = tuple[int, bytes]
"""(start_ns, span_id): what decides which span speaks for the trace."""

FEW = 64
"""Most services, models, tags, ... that a card names; the first by `Key`."""

ERRORS_KEPT = 1_000
"""Of more failed spans the first so many are looked at for the one that names the failure."""

COUNTED_CODES = frozenset(int(kind) for kind in COUNTED_KINDS)
"""The kinds that are model calls, as rows have them."""
KNOWN_COSTS = frozenset(int(status) for status in CostStatus if status.known)
_PENDING = int(Note.PENDING)
_LLM = int(Kind.LLM)
_ERROR = int(Status.ERROR)

PROFILE_TAGS = {"environment": "env", "release": "release", "prompt_version": "prompt", "experiment": "experiment"}
"""Tags that many traces share: their values belong to the profile, under the filter's name for them."""


def is_counted_call(row: SpanRow) -> bool:
    """Whether a span is a model call whose tokens and cost are its own."""
    return row.kind in COUNTED_CODES or row.cost_status != 0


def error_text(row: SpanRow) -> str:
    """What a failed span says: `name: message`."""
    said = row.error_message or row.error_type
    return f"{row.name}: {said}" if said else row.name


@lru_cache(maxsize=4096)
def tag_pairs(tags: str) -> tuple[tuple[str, str], ...]:
    """The (key, value) texts of a row's tags; nested ones (feature flags) as `flags.name`."""
    try:
        found = nesting.loads(tags)
    except ValueError:
        return ()
    pairs: list[tuple[str, str]] = []
    if isinstance(found, dict):
        for key, value in found.items():
            if isinstance(value, dict):
                pairs += [(_clean(f"{key}.{name}"), _text(inner)) for name, inner in value.items() if inner is not None]
            elif isinstance(value, list):
                pairs += [(_clean(key), _text(inner)) for inner in value if inner is not None]
            elif value is not None:
                pairs.append((_clean(key), _text(value)))
    return tuple(pairs)


def _text(value: Any) -> str:
    return _clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _clean(text: str) -> str:
    """Without lone surrogates, which JSON may spell."""
    return text.encode("utf-8", "replace").decode("utf-8")


class Totals:
    """What is known of one trace; see the module. Text values are kept with the key of the first span that has them."""

    __slots__ = ("bad", "cost", "end", "error_types", "errors", "first", "kinds", "llm_calls", "models", "operations",
                 "priced", "providers", "root", "services", "sessions", "spans", "start", "tags", "title", "tokens",
                 "unfinished", "unpriced", "users")

    def __init__(self) -> None:
        self.spans = self.bad = self.unfinished = self.llm_calls = self.priced = self.unpriced = 0
        self.start = 2**63
        self.end = -(2**63)
        self.tokens: list[int | None] = [None] * 5
        self.cost: int | None = None
        self.root: tuple[Key, SpanRow] | None = None
        self.first: tuple[Key, SpanRow] | None = None
        self.title: tuple[Key, str] | None = None
        self.services: dict[str, Key] = {}
        self.models: dict[str, Key] = {}
        self.kinds: dict[int, Key] = {}
        self.operations: dict[str, Key] = {}
        self.providers: dict[str, Key] = {}
        self.error_types: dict[str, Key] = {}
        self.tags: dict[str, Key] = {}
        self.users: dict[str, Key] = {}
        self.sessions: dict[str, Key] = {}
        self.errors: dict[bytes, tuple[Key, bytes | None, str]] = {}

    @classmethod
    def of(cls, rows: Iterable[SpanRow], uncounted: Container[bytes]) -> Totals:
        """The totals of these rows; tokens and cost of the spans in `uncounted` are left out."""
        made = cls()
        services, kinds, tags = made.services, made.kinds, made.tags
        start, end = made.start, made.end
        for row in sorted(rows, key=_key):
            made.spans += 1
            span_id, begun, ended = row.span_id, row.start_ns, row.end_ns
            key = (begun, span_id)
            if made.first is None:
                made.first = (key, row)
                start = begun
            if row.parent_id is None and made.root is None:
                made.root = (key, row)
            if begun > end:
                end = begun
            if ended is None or row.notes & _PENDING:
                made.unfinished += 1
            if ended is not None and ended > end:
                end = ended
            if row.service not in services:
                services[row.service] = key
            if row.kind not in kinds:
                kinds[row.kind] = key
            if row.tags is not None and row.tags not in tags:
                tags[row.tags] = key
            if row.title is not None and made.title is None:
                made.title = (key, row.title)
            if row.status == _ERROR:
                made.bad += 1
                if len(made.errors) < ERRORS_KEPT:
                    made.errors[span_id] = (key, row.parent_id, error_text(row))
            if row.error_type is not None:
                made.error_types.setdefault(row.error_type, key)
            if row.operation is not None:
                made.operations.setdefault(row.operation, key)
            if row.user_id is not None:
                made.users.setdefault(row.user_id, key)
            if row.session_id is not None:
                made.sessions.setdefault(row.session_id, key)
            if row.kind in COUNTED_CODES or row.cost_status:
                if row.model is not None:
                    made.models.setdefault(row.model, key)
                if row.provider is not None:
                    made.providers.setdefault(row.provider, key)
                if span_id not in uncounted:
                    made._count(row)
        made.start, made.end = start, end
        return made

    def _count(self, row: SpanRow) -> None:
        if row.kind == _LLM:
            self.llm_calls += 1
        tokens = self.tokens
        for at, value in enumerate((row.input_tokens, row.output_tokens, row.cache_read_tokens, row.cache_write_tokens,
                                    row.reasoning_tokens)):
            if value is not None:
                tokens[at] = (tokens[at] or 0) + value
        if row.cost_status in KNOWN_COSTS and row.cost_nusd is not None:
            self.priced += 1
            self.cost = (self.cost or 0) + row.cost_nusd
        elif row.cost_status:
            self.unpriced += 1

    def merge(self, other: Totals) -> Totals:
        """Take in the totals of other spans of the same trace."""
        for name in ("spans", "bad", "unfinished", "llm_calls", "priced", "unpriced"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.start, self.end = min(self.start, other.start), max(self.end, other.end)
        self.tokens = [_plus(a, b) for a, b in zip(self.tokens, other.tokens, strict=True)]
        self.cost = _plus(self.cost, other.cost)
        for name in ("root", "first", "title"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if theirs is not None and (ours is None or theirs[0] < ours[0]):
                setattr(self, name, theirs)
        for name in ("services", "models", "kinds", "operations", "providers", "error_types", "tags", "users", "sessions"):
            ours = getattr(self, name)
            for value, key in getattr(other, name).items():
                if value not in ours or key < ours[value]:
                    ours[value] = key
        self.errors = dict(sorted({**self.errors, **other.errors}.items(), key=lambda item: item[1][0])[:ERRORS_KEPT])
        return self

    @property
    def status(self) -> int:
        """The status of the trace; the rule stands at the top of the module."""
        said = self.root[1].status if self.root else 0
        return said or (_ERROR if self.bad else 0)

    def error_message(self) -> str | None:
        """`name: message` of the first failed span none of whose children failed."""
        if not self.errors:
            return None
        above = {parent for _, parent, _ in self.errors.values()}
        inner = [(key, text) for span_id, (key, _, text) in self.errors.items() if span_id not in above]
        return min(inner or [(key, text) for key, _, text in self.errors.values()])[1]

    def speaker(self) -> SpanRow:
        """The root, else the earliest span."""
        found = self.root or self.first
        assert found is not None, "a trace has at least one span"
        return found[1]

    def pairs(self) -> list[tuple[str, str]]:
        """All tags: those of the speaker first, then by key."""
        own = self.speaker().tags
        texts = ([own] if own is not None else []) + _in_order(self.tags)
        return list(dict.fromkeys(pair for text in texts for pair in tag_pairs(text)))[:FEW]

    def profile(self) -> list[tuple[str, str]]:
        """The facts that many traces share, sorted: equal lists are one profile."""
        facts = [("name", self.speaker().name)]
        for name, values in (("service", self.services), ("model", self.models), ("operation", self.operations),
                             ("provider", self.providers), ("error_type", self.error_types)):
            facts += [(name, value) for value in _in_order(values)]
        facts += [("kind", Kind(kind).label if kind < len(Kind) else "other") for kind in self.kinds]
        facts += [(PROFILE_TAGS[key], value) for key, value in self.pairs() if key in PROFILE_TAGS]
        return sorted(set(facts))

    def profile_key(self) -> tuple[Any, ...]:
        """What `profile` is made of: equal keys have equal profiles."""
        speaker = self.speaker()
        return (speaker.name, speaker.tags, *self.services, None, *self.models, None, *self.operations, None, *self.providers,
                None, *self.error_types, None, *self.kinds, None, *self.tags)

    def card(self) -> list[Any]:
        """What a list shows beside the numbers: name, title, services, models, users, sessions, error, tags."""
        row = self.speaker()
        title = row.title if row.title is not None else self.title and self.title[1]
        services = [row.service, *(name for name in _in_order(self.services) if name != row.service)][:FEW]
        return [row.name, title, services, _in_order(self.models), self._led(self.users, "user_id"),
                self._led(self.sessions, "session_id"), self.error_message(), self.pairs()]

    def _led(self, values: dict[str, Key], name: str) -> list[str]:
        """The values in order, that of the speaker first."""
        own = getattr(self.speaker(), name)
        return _in_order(values) if own is None else [own, *(v for v in _in_order(values) if v != own)][:FEW]


def picture(rows: list[SpanRow], totals: Totals) -> bytes:
    """The fingerprint of a trace of these rows."""
    parents = {row.parent_id for row in rows}
    leaves: list[Leaf] = [(row.start_ns, row.span_id, row.start_ns if row.end_ns is None else row.end_ns, row.kind, row.status)
                          for row in rows if row.span_id not in parents]
    return fingerprint(leaves, totals.start, totals.end)


def labels(card: list[Any]) -> frozenset[tuple[str, str]]:
    """The tags of a card by which a trace is found but which few traces share: users, sessions, the sender's own tags."""
    _, _, _, _, users, sessions, _, pairs = card
    return frozenset([*(("user", user) for user in users), *(("session", session) for session in sessions),
                      *((f"tag.{key}", value) for key, value in pairs if key not in PROFILE_TAGS)])


_key = attrgetter("start_ns", "span_id")
"""The `Key` of a row."""


def _in_order(values: dict[Any, Key]) -> list[Any]:
    return sorted(values, key=values.__getitem__)[:FEW] if len(values) > 1 else list(values)


def _plus(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else a + b
