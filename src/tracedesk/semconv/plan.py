"""Reading plans: which dialects a shape of span speaks, which rules and sources apply to it. Compiled once per shape.

A shape is the scope, the set of attribute names (indexes of flattened lists replaced by #), the names of events and log
records, and the few values that dialects are recognised by. Spans of one program have a handful of shapes, so the table
walk of 37 dialects happens a handful of times and a span costs a dictionary look-up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from tracedesk.base.registry import parts
from tracedesk.model.kinds import Kind
from tracedesk.semconv import dialects as package
from tracedesk.semconv.dialect import LOGS, At, Detect, Dialect, Rule, Source
from tracedesk.semconv.fields import CONTENT, FORMS, HOT, MERGED
from tracedesk.semconv.flat import prefix_map, unflatten
from tracedesk.semconv.values import dig, present, structure
from tracedesk.semconv.view import View, event_name

MAX_PLANS = 4096
MAX_NAMES = 65_536
MAX_NAME_CHARS = 256
MAX_LAYOUT_CHARS = 8_192
"""Spans whose attribute names are longer than this altogether are looked at anew each time."""
Getter = Callable[[View], Any]
BEDROCK_SCOPES = (*("opentelemetry.instrumentation." + library for library in ("botocore", "bedrock", "genai.bedrock")),
                  "@opentelemetry/instrumentation-aws-sdk", "@arizeai/openinference-instrumentation-bedrock",
                  "openinference.instrumentation.bedrock",
                  "@traceloop/instrumentation-bedrock")
"""Instrumentations of Bedrock's own client hand its figures on, and Bedrock counts cached tokens apart from the input."""


class Step(NamedTuple):
    """One candidate of one field: read the attribute (or ask `get`), give it to `form`; the first that says anything wins."""

    field: str
    attr: str
    form: Callable[[Any], Any]
    get: Getter | None
    label: str
    flat: bool


class Program(NamedTuple):
    """The steps of one kind of span: single-valued fields, fields that collect, and content."""

    single: tuple[Step, ...]
    merged: tuple[Step, ...]
    content: tuple[Step, ...]


class Plan:
    """What to do with spans of one shape."""

    __slots__ = ("_programs", "_sources", "dialects", "either_model", "exclusive", "keys", "rules", "settlers")

    def __init__(self, speaks: Sequence[Dialect], shape: Shape) -> None:
        self.dialects = tuple(speaks)
        self.keys = tuple(dialect.key for dialect in speaks)
        rules = dict.fromkeys(
            rule for dialect in speaks for rule in dialect.kinds if not rule.needs or any(map(shape.has, rule.needs)))
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.guess))
        self.settlers = tuple(dialect.settle for dialect in speaks if dialect.settle is not None)
        self._sources: dict[str, list[tuple[Source, Dialect]]] = {}
        for dialect in speaks:
            for field, sources in sources_of(dialect).items():
                into = self._sources.setdefault(field, [])
                known = {source for source, _ in into}
                into.extend((source, dialect) for source in sources if source not in known and shape.offers(source))
        raw = shape.scope.startswith(BEDROCK_SCOPES)
        self.exclusive = frozenset(source.label for source, owner in self._sources.get("tokens.input", ())
                                   if raw or not owner.input_has_cache)
        asked, answered = ({source.label for source, _ in self._sources.get(field, ())}
                           for field in ("model.requested", "model.response"))
        self.either_model = frozenset(asked & answered)
        self._programs: list[Program | None] = [None] * (2 * (max(Kind) + 1))

    def program(self, kind: Kind, *, hot: bool) -> Program:
        """The steps for a kind of span; with `hot` only those that a SpanRow, its title and its text need."""
        at = kind * 2 + hot                    # a list: the hash of an enum's member is computed in Python
        found = self._programs[at]
        if found is None:
            found = self._programs[at] = self._compile(kind, hot)
        return found

    def _compile(self, kind: Kind, hot: bool) -> Program:
        single: list[Step] = []
        merged: list[Step] = []
        content: list[Step] = []
        for field, sources in self._sources.items():
            steps = [_step(field, source) for source, _ in sources if not source.only or kind in source.only]
            if field in MERGED:
                if not hot or field in HOT:
                    merged.extend(steps)
            elif hot and field in CONTENT:
                content.extend(steps)
            elif not hot or field in HOT:
                single.extend(steps)
        content.sort(key=lambda step: CONTENT.index(step.field))
        return Program(tuple(single), tuple(merged), tuple(content))


class Shape:
    """The names that a span offers, for compiling."""

    def __init__(self, scope: str, name: str, classes: frozenset[str], events: frozenset[str], logs: frozenset[str],
                 equal: frozenset[tuple[str, str]], resource: frozenset[tuple[str, str]]) -> None:
        self.scope, self.name = scope, name
        self.classes, self.events, self.logs = classes, events, logs
        self.equal, self.resource = equal, resource

    def has(self, need: str) -> bool:
        """Whether an attribute, a prefix (ending in a dot), an event (`@name`) or any log record (`@logs`) is there."""
        if need == LOGS:
            return bool(self.logs)
        if need.startswith("@"):
            return need[1:] in self.events
        return self.under(need) if need.endswith(".") else need in self.classes

    def under(self, prefix: str) -> bool:
        """Whether any attribute starts with this prefix."""
        return any(name.startswith(prefix) for name in self.classes)

    def offers(self, source: Source) -> bool:
        """Whether a source can say anything about spans of this shape."""
        if source.at is At.SPAN:
            return _class_of(source.attr) in self.classes
        if source.at is At.EVENT:
            return source.attr in self.events
        if source.at is At.LOG:
            return source.attr in self.logs
        if source.at in (At.FLAT, At.MAP):
            return self.under(source.attr + ".")
        return source.at is At.RESOURCE or not source.needs or any(map(self.has, source.needs))

    def shows(self, sign: Detect) -> bool:
        """Whether all conditions of a sign hold."""
        return sign.always or not (
            (sign.attrs and not any(name in self.classes for name in sign.attrs))
            or (sign.all_attrs and not all(name in self.classes for name in sign.all_attrs))
            or (sign.without and any(name in self.classes for name in sign.without))
            or (sign.prefix and not any(map(self.under, sign.prefix)))
            or (sign.scope and not self.scope.startswith(sign.scope))
            or (sign.span_name and not self.name.startswith(sign.span_name))
            or (sign.equal and not self.equal.intersection(sign.equal))
            or (sign.resource and not self.resource.intersection(sign.resource))
            or (sign.events and not self.events.intersection(sign.events))
            or (sign.logs and not self.logs.intersection(sign.logs))
        )


def _step(field: str, source: Source) -> Step:
    return Step(field, source.attr, source.form or FORMS[field], _getter(source), source.label, source.at is At.FLAT)


def _getter(source: Source) -> Getter | None:
    """How to fetch the raw value; None for a plain attribute."""
    attr, path, decode = source.attr, source.path, source.decode
    if source.at is At.CALL:
        return source.call
    if source.at is At.RESOURCE:
        return lambda view: view.resource.attributes.get(attr)
    if source.at is At.FLAT:
        return lambda view: unflatten(view.attributes, attr)
    if source.at is At.MAP:
        return lambda view: prefix_map(view.attributes, attr)
    if source.at is At.EVENT:
        return lambda view: _named((event.attributes for event in view.events if event.name == attr), path)
    if source.at is At.LOG:
        return lambda view: _named((record.attributes for record in view.logs if event_name(record) == attr), path)
    if path:
        read = decode or structure
        keys = tuple(path.split("|"))
        if all(map(str.isidentifier, keys)):   # members of the outermost map: most paths
            return lambda view: _member(view.decoded(attr, read), keys, path)
        return lambda view: dig(view.decoded(attr, read), path)
    if decode is not None:
        return lambda view: view.decoded(attr, decode)
    return None


def _member(value: Any, keys: tuple[str, ...], path: str) -> Any:
    """What `dig` finds under the first of some keys that holds anything; `path` is all of them."""
    if type(value) is not dict:
        return dig(value, path)
    for key in keys:
        found = value.get(key)
        if found is not None and (found := present(found)) is not None:
            return found
    return None


def _named(found: Iterable[dict[str, Any]], path: str) -> Any:
    """The first value that any of these attribute sets has under one of the names `a|b`."""
    for attributes in found:
        for name in path.split("|"):
            value = attributes.get(name)
            if value is not None and value not in ("", [], {}):
                return value
    return None


@cache
def all_dialects() -> tuple[Dialect, ...]:
    """Every dialect, by ascending priority."""
    return tuple(sorted(parts(package, Dialect), key=lambda dialect: dialect.priority))


@cache
def sources_of(dialect_key: Dialect) -> dict[str, tuple[Source, ...]]:
    """The sources of a dialect, settled once."""
    return dialect_key.sources()


@cache
def _watched() -> tuple[tuple[tuple[str, frozenset[str]], ...], tuple[tuple[str, frozenset[str]], ...], tuple[str, ...]]:
    """The attributes, resource attributes and span name prefixes whose values dialects are recognised by."""
    equal: dict[str, set[str]] = {}
    resource: dict[str, set[str]] = {}
    prefixes: list[str] = []
    for dialect in all_dialects():
        for sign in (*dialect.detect, *dialect.weak):
            for name, value in sign.equal:
                equal.setdefault(name, set()).add(value)
            for name, value in sign.resource:
                resource.setdefault(name, set()).add(value)
            prefixes.extend(sign.span_name)
    return (tuple((name, frozenset(wanted)) for name, wanted in equal.items()),
            tuple((name, frozenset(wanted)) for name, wanted in resource.items()), tuple(prefixes))


_INDEX = re.compile(r"\.\d+(?=\.|$)")


def _class_of(name: str) -> str:
    return _INDEX.sub(".#", name)


class _Classes(dict[str, str]):
    """Attribute name → its class, remembered; forgotten altogether when a hostile sender floods it with names."""

    def __missing__(self, name: str) -> str:
        made = _class_of(name)
        if len(name) <= MAX_NAME_CHARS:
            if len(self) >= MAX_NAMES:
                self.clear()
            self[name] = made
        return made


class Layout(NamedTuple):
    """The plan for spans with exactly these attributes, and what was found out about their names (see `searchable`)."""

    plan: Plan
    lists: dict[str, Any]


_OF_OTHERS = frozenset({""})
"""Log records there are, but none of the span's own: computed sources may want them, no dialect is known by them."""

_classes = _Classes()
_plans: dict[Any, Plan] = {}
_layouts: dict[Any, Layout] = {}


def plan_for(view: View) -> Plan:
    """The plan for a span's shape, compiled if it is new."""
    equal, resource, prefixes = _watched()
    attributes, told = view.attributes, view.resource.attributes
    signs: tuple[tuple[str, str], ...] = ()
    for name, wanted in equal:
        value = attributes.get(name)
        if value is not None and type(value) is str and value in wanted:
            signs += ((name, value),)
    traits: tuple[tuple[str, str], ...] = ()
    for name, wanted in resource:
        value = told.get(name)
        if value is not None and type(value) is str and value in wanted:
            traits += ((name, value),)
    start = view.name if view.name.startswith(prefixes) else ""
    if start:
        start = next(prefix for prefix in prefixes if start.startswith(prefix))
    events = frozenset([event.name for event in view.events]) if view.events else None
    logs = frozenset(map(event_name, view.logs)) if view.logs else _OF_OTHERS if view.others else None
    exact = (view.span.scope.name, tuple(attributes), events, logs, signs, traits, start)
    layout = _layouts.get(exact)
    if layout is None:
        key = (exact[0], frozenset(map(_classes.__getitem__, attributes)), *exact[2:])
        plan = _plans.get(key)
        if plan is None:
            shape = Shape(exact[0], start, key[1], events or frozenset(), logs or frozenset(), frozenset(signs),
                          frozenset(traits))
            plan = Plan(_speaks(shape), shape)
            _make_room(_plans)
            _plans[key] = plan
        layout = Layout(plan, {})
        if sum(map(len, attributes)) <= MAX_LAYOUT_CHARS:
            _make_room(_layouts)
            _layouts[exact] = layout
    view.lists = layout.lists
    return layout.plan


def _make_room(cache: dict[Any, Any]) -> None:
    """Forget the oldest entries of a full cache."""
    while len(cache) >= MAX_PLANS:
        cache.pop(next(iter(cache), None), None)


def _speaks(shape: Shape) -> list[Dialect]:
    """The dialects of a shape: by priority, weak ones behind, the generic one last."""
    strong: list[Dialect] = []
    weak: list[Dialect] = []
    for dialect in all_dialects():
        if any(map(shape.shows, dialect.detect)):
            strong.append(dialect)
        elif any(map(shape.shows, dialect.weak)):
            weak.append(dialect)
    generic = [dialect for dialect in strong if any(sign.always for sign in dialect.detect)]
    return [dialect for dialect in strong if dialect not in generic] + weak + generic
