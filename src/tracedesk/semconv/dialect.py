"""A dialect of LLM spans as data: how to recognise it, what kind of span it is, which attribute holds which field.

Adding one is adding a file to `dialects/`::

    PART = Dialect(
        key="foo", title="Foo SDK", priority=34,
        detect=(Detect(prefix=("foo.",)),),
        kinds=(by("foo.type", {"model": "llm", "tool": "tool"}), *OTEL_KINDS),
        fields={
            "model.requested": "foo.model",
            "tokens.input": ("foo.tokens.in", "foo.tokens.prompt"),
            "tool.args": A("foo.input", only="tool"),
        },
        extends=OTEL_FIELDS,
        examples=(Example({"foo.type": "model", "foo.model": "m"}, kind="llm", fields={"model.requested": "m"}),),
    )

A bare text is the name of an attribute of the span. What a value may be is decided by the field (`fields.FORMS`), so a
dialect seldom says it. Sources are tried in the order given, dialects by ascending priority.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tracedesk.model.kinds import KIND_OF_LABEL, Kind
from tracedesk.model.llm import LlmFields
from tracedesk.semconv.view import View

LOGS = "@logs"
"""A `needs` entry of a computed source: any log record at all."""


class At(Enum):
    """Where a source is found."""

    SPAN = "span"           # an attribute of the span
    RESOURCE = "resource"   # an attribute of its resource
    EVENT = "event"         # an attribute of its first span event of that name
    LOG = "log"             # an attribute of a log record of that event name that belongs to it
    FLAT = "flat"           # a flattened list: attr.N.leaf
    MAP = "map"             # every attribute below attr.
    CALL = "call"           # computed from the whole span


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a field may be found.

    `path` leads into a JSON value (see `values.dig`); for events and log records it names the attribute. `only` limits
    it to kinds of span. `form` overrides how the field reads its values, `decode` comes before `path`.
    """

    attr: str
    at: At = At.SPAN
    path: str = ""
    only: tuple[Kind, ...] = ()
    form: Callable[[Any], Any] | None = None
    decode: Callable[[Any], Any] | None = None
    call: Callable[[View], Any] | None = None
    needs: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How `LlmFields.sources` names it."""
        if self.at is At.EVENT or self.at is At.LOG:
            return f"{self.at.value}:{self.attr}/{self.path}" if self.path else f"{self.at.value}:{self.attr}"
        return f"resource:{self.attr}" if self.at is At.RESOURCE else self.attr


def _only(kinds: str) -> tuple[Kind, ...]:
    return tuple(KIND_OF_LABEL[label] for label in kinds.split())


def A(attr: str, path: str = "", *, only: str = "", form: Callable[[Any], Any] | None = None,  # noqa: N802 - a data word
      decode: Callable[[Any], Any] | None = None) -> Source:
    """An attribute of the span; with `path`, a place in the JSON it holds."""
    return Source(attr, At.SPAN, path, _only(only), form, decode)


def resource(attr: str) -> Source:
    """An attribute of the resource."""
    return Source(attr, At.RESOURCE)


def event(name: str, path: str, *, only: str = "", form: Callable[[Any], Any] | None = None) -> Source:
    """An attribute of the first span event of that name."""
    return Source(name, At.EVENT, path, _only(only), form)


def log(name: str, path: str, *, only: str = "", form: Callable[[Any], Any] | None = None) -> Source:
    """An attribute of a log record with that event name."""
    return Source(name, At.LOG, path, _only(only), form)


def flat(prefix: str, *, only: str = "", form: Callable[[Any], Any] | None = None) -> Source:
    """A flattened list (see `flat.unflatten`)."""
    return Source(prefix, At.FLAT, "", _only(only), form)


def below(prefix: str, *, form: Callable[[Any], Any] | None = None) -> Source:
    """All attributes below a prefix, as a map."""
    return Source(prefix, At.MAP, "", (), form)


def call(compute: Callable[[View], Any], label: str, *, needs: str | tuple[str, ...] = (), only: str = "",
         form: Callable[[Any], Any] | None = None) -> Source:
    """A value computed from the whole span, where any attribute, prefix (`foo.`) or event (`@name`) of `needs` is there."""
    wanted = (needs,) if isinstance(needs, str) else needs
    return Source(label, At.CALL, "", _only(only), form, None, compute, wanted)


@dataclass(frozen=True, slots=True)
class Detect:
    """One sign of a dialect: every condition named must hold, of each list of names one suffices (`all_attrs`: all)."""

    attrs: tuple[str, ...] = ()
    all_attrs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    span_name: tuple[str, ...] = ()
    equal: tuple[tuple[str, str], ...] = ()
    resource: tuple[tuple[str, str], ...] = ()
    events: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    always: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule for the kind of a span: tried where any of `needs` is present (always where it needs nothing).

    A guess infers the kind from names that spans of several kinds may have: it is tried after all that other dialects say.
    """

    said_by: str
    needs: tuple[str, ...]
    test: Callable[[View], Kind | None]
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A small set of attributes and what it must be read as. `fields` lists some of the canonical fields."""

    attributes: Mapping[str, Any]
    kind: str
    fields: Mapping[str, Any]
    name: str = "example"
    scope: str = ""
    resource: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    logs: tuple[tuple[str, Any, Mapping[str, Any]], ...] = ()
    status: tuple[int, str] = (0, "")


Candidates = Sequence[Source]
Fields = Mapping[str, "str | Source | Sequence[str | Source]"]


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """One way of writing LLM spans. `priority`: lower wins. `weak` signs put it behind all others but the generic one.

    `input_has_cache` False: its input count leaves cached tokens out. `settle` may correct what was read at the end.
    """

    key: str
    title: str
    priority: int
    detect: tuple[Detect, ...]
    kinds: tuple[Rule, ...] = ()
    fields: Fields = field(default_factory=dict)
    extends: Fields = field(default_factory=dict)
    weak: tuple[Detect, ...] = ()
    input_has_cache: bool = True
    settle: Callable[[View, LlmFields], None] | None = None
    examples: tuple[Example, ...] = ()

    def sources(self) -> dict[str, tuple[Source, ...]]:
        """Sources per field; a field listed here replaces the one of `extends`."""
        return {name: _sources(given) for name, given in {**self.extends, **self.fields}.items()}


def _sources(given: str | Source | Sequence[str | Source]) -> tuple[Source, ...]:
    if isinstance(given, str | Source):
        given = (given,)
    return tuple(Source(one) if isinstance(one, str) else one for one in given)
