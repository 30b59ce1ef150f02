"""Every key and operator of the filter language against plain Python over the same spans; and hostile filters."""

from __future__ import annotations

import json
import random
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.store.making import MS, PENDING, T0_NS, reading, send, span, storing
from tracedesk.base.errors import BadQuery
from tracedesk.model.kinds import COUNTED_KINDS, Kind, Status
from tracedesk.model.query import parse, term
from tracedesk.model.query_keys import KEYS
from tracedesk.model.span import Span
from tracedesk.store import questions
from tracedesk.store.connect import Store

TRACES = 60
TEXTS = ["where is my parcel", "refund the kettle", "the parcel is late", "退款在哪里", "أين طردي", "返金はどこですか"]


def traces() -> list[list[Span]]:
    """Some traces, every combination of facts likely."""
    dice = random.Random(7)
    found = []
    for number in range(1, TRACES + 1):
        spans = []
        for place in range(1, dice.randrange(2, 6)):
            kind = dice.choice([Kind.LLM, Kind.LLM, Kind.TOOL, Kind.AGENT, Kind.EMBEDDING])
            call = kind in COUNTED_KINDS
            failed = dice.random() < 0.2
            spans.append(span(
                number, place, None if place == 1 else 1, dice.choice(["agent", "faq", "rerank step"]),
                start_ms=number * 1_000 + place, length_ms=None if dice.random() < 0.1 else dice.choice([5, 120, 900]),
                status=Status.ERROR if failed else dice.choice([Status.UNSET, Status.OK]),
                service=dice.choice(["bot", "search", "it's \"odd\""]), notes=PENDING if dice.random() < 0.05 else 0, kind=kind,
                operation=dice.choice([None, "chat"]), model=dice.choice(["gpt-4o", "gpt-4o-mini", None]) if call else None,
                provider=dice.choice(["openai", None]) if call else None,
                input_tokens=dice.choice([None, 10, 2_000]) if call else None,
                output_tokens=dice.choice([None, 0, 30]) if call else None,
                cache_read_tokens=dice.choice([None, 5]) if call else None,
                reasoning_tokens=dice.choice([None, 3]) if call else None,
                cost_nusd=dice.choice([None, 40_000_000, 70_000_000]) if call else None,
                cost_status=dice.choice([1, 4]) if call else 0,
                user_id=dice.choice([None, "eva", "max*"]), session_id=dice.choice([None, "s-1"]),
                error_type="TimeoutError" if failed else None, error_message="took too long" if failed else None,
                tags=dice.choice([None, '{"environment":"prod","tier":"gold"}',
                                  '{"release":"1.4","prompt_version":"v2","experiment":"k20","tier":"sil*ver"}']),
                text=dice.choice(TEXTS)))
        found.append(spans)
    return found


ALL = traces()


def total(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def facts(spans: list[Span]) -> dict[str, Any]:
    """What a trace is, by plain counting: numbers as numbers, texts as sets."""
    rows = [one.attributes for one in spans]
    calls = [row for row in rows if row["kind"] in COUNTED_KINDS]
    root = spans[0]
    tags: dict[str, set[str]] = {}
    for row in rows:
        for key, value in json.loads(row["tags"] or "{}").items():
            tags.setdefault(key, set()).add(value)
    status = root.status or (Status.ERROR if any(one.status == Status.ERROR for one in spans) else Status.UNSET)
    running = any(one.end_ns is None or one.notes & PENDING for one in spans)
    said = {"error"} if status == Status.ERROR else {"ok"} if not running else set()
    tokens_in, tokens_out = total([row["input_tokens"] for row in calls]), total([row["output_tokens"] for row in calls])
    return {
        "id": {root.trace_id.hex()}, "service": {one.resource.service for one in spans}, "name": {root.name},
        "status": said | ({"unset"} if status == Status.UNSET else set()) | ({"unfinished"} if running else set()),
        "duration": max(max(one.end_ns or one.start_ns, one.start_ns) for one in spans) - min(one.start_ns for one in spans),
        "cost": total([row["cost_nusd"] for row in calls if row["cost_status"] == 1]), "unpriced": any(
            row["cost_status"] == 4 or row["cost_nusd"] is None for row in calls),
        "model": {row["model"] for row in calls} - {None}, "provider": {row["provider"] for row in calls} - {None},
        "kind": {Kind(row["kind"]).label for row in rows}, "operation": {row["operation"] for row in rows} - {None},
        "error_type": {row["error_type"] for row in rows} - {None}, "user": {row["user_id"] for row in rows} - {None},
        "session": {row["session_id"] for row in rows} - {None}, "env": tags.get("environment", set()),
        "release": tags.get("release", set()), "prompt": tags.get("prompt_version", set()),
        "experiment": tags.get("experiment", set()), "tag.tier": tags.get("tier", set()),
        "input_tokens": tokens_in, "output_tokens": tokens_out, "tokens": total([tokens_in, tokens_out]),
        "cached_tokens": total([row["cache_read_tokens"] for row in calls]),
        "reasoning_tokens": total([row["reasoning_tokens"] for row in calls]), "spans": len(spans),
        "errors": sum(one.status == Status.ERROR for one in spans), "calls": sum(row["kind"] == Kind.LLM for row in rows),
        "text": [row["text"] for row in rows], "span": [one.name for one in spans],
        "error": [row["error_message"] or "" for row in rows],
    }


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("filters") / "t.db"
    with storing(path) as writer:
        writer.counting = lambda rows: {}
        for spans in ALL:
            send(writer, spans)
        writer.settle()
    with reading(path) as opened:
        yield opened


def found(store: Store, query: str) -> set[int]:
    return {int.from_bytes(one.trace_id, "big") for one in questions.traces(store, parse(query), limit=TRACES)}


def expected(test: Any) -> set[int]:
    return {number for number, spans in enumerate(ALL, 1) if test(facts(spans))}


@pytest.mark.parametrize("key", ["service", "name", "model", "provider", "operation", "error_type", "user", "session", "env",
                                 "release", "prompt", "experiment", "tag.tier", "kind", "status"])
def test_texts(store: Store, key: str) -> None:
    values = sorted({value for spans in ALL for value in facts(spans)[key]})
    assert values
    for value in values:
        exact = str(term(key, "=", value))
        assert found(store, exact) == expected(lambda one, value=value: value in one[key]), exact
        assert found(store, f"not {exact}") == expected(lambda one, value=value: value not in one[key])
    listed = str(term(key, "in", *values[:2]))
    assert found(store, listed) == expected(lambda one: any(value in one[key] for value in values[:2]))
    assert found(store, f"not {listed}") == expected(lambda one: all(value not in one[key] for value in values[:2]))
    if key in ("kind", "status"):
        return
    for word in (values[0][:2], values[-1][-2:].upper()):
        has = str(term(key, "has", word))
        assert found(store, has) == expected(
            lambda one, word=word: any(word.lower() in value.lower() for value in one[key])), has
    assert found(store, f"{key} = {values[0][0]}*") == expected(
        lambda one: any(fnmatchcase(value, f"{values[0][0]}*") for value in one[key]))


NUMBERS = {"duration": ["5ms", "120ms", "1s"], "cost": ["$0.04", "$0.07", "$0.2"], "input_tokens": ["10", "2000"],
           "output_tokens": ["0", "30"], "tokens": ["10", "2k"], "cached_tokens": ["5"], "reasoning_tokens": ["3", "6"],
           "spans": ["1", "3"], "errors": ["0", "1"], "calls": ["0", "1", "2"]}
UNITS = {"ms": MS, "s": 1_000 * MS, "k": 1_000, "$": 1_000_000_000}


def number(text: str) -> int:
    for unit, factor in UNITS.items():
        if text.startswith(unit) or text.endswith(unit):
            return round(float(text.strip(unit)) * factor)
    return int(text)


@pytest.mark.parametrize("key", NUMBERS)
def test_numbers(store: Store, key: str) -> None:
    tests = {">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
             "=": lambda a, b: a == b}
    for text in NUMBERS[key]:
        for op, holds in tests.items():
            query = f"{key} {op} {text}"
            wanted = expected(lambda one, text=text, holds=holds: one[key] is not None and holds(one[key], number(text)))
            assert found(store, query) == wanted, query
            assert found(store, f"not {query}") == set(range(1, TRACES + 1)) - wanted
    if key not in ("duration", "spans", "errors", "calls"):
        assert found(store, f"{key} is unknown") == expected(lambda one: one[key] is None)
        assert found(store, f"{key} is known") == expected(lambda one: one[key] is not None)


@pytest.mark.parametrize(("query", "test"), [
    ("cost is unpriced", lambda one: one["unpriced"]),
    ("user is unknown", lambda one: not one["user"]),
    ("tag.tier is known", lambda one: one["tag.tier"]),
    ("tag.nothing is known", lambda one: False),
    ("text has parcel", lambda one: any("parcel" in text for text in one["text"])),
    ("parc", lambda one: any("parcel" in text for text in one["text"])),
    ('"my parcel"', lambda one: any("my parcel" in text for text in one["text"])),
    ('"my parce"', lambda one: False),
    ("not refund", lambda one: not any("refund" in text for text in one["text"])),
    ("span has rerank", lambda one: "rerank step" in one["span"]),
    ("error has long", lambda one: any("long" in text for text in one["error"])),
    ("error has TimeoutErr", lambda one: "TimeoutError" in one["error_type"]),
    ("退款", lambda one: any("退款" in text for text in one["text"])),
    ("哪", lambda one: any("哪" in text for text in one["text"])),
    ("返金", lambda one: any("返金" in text for text in one["text"])),
    ("طردي", lambda one: any("طردي" in text for text in one["text"])),
    ("طرد", lambda one: any("طردي" in text for text in one["text"])),
    ("name = agent status = error cost > $0.05",
     lambda one: "agent" in one["name"] and "error" in one["status"] and (one["cost"] or 0) > 50_000_000),
    ("id = 0000000000000000000000000000000a", lambda one: one["id"] == {"0" * 31 + "a"}),
    ("id = ffff", lambda one: False),
])
def test_sentences(store: Store, query: str, test: Any) -> None:
    assert found(store, query) == expected(test)


def test_times(store: Store) -> None:
    middle = T0_NS + 30_500 * MS
    text = "2026-03-01T10:00:30.5Z"
    assert found(store, f"since {text}") == expected(
        lambda one: int(next(iter(one["id"])), 16) * 1_000 * MS + T0_NS + MS >= middle)
    assert found(store, f"before {text}") == set(range(1, TRACES + 1)) - found(store, f"since {text}")
    assert found(store, "since 9999-12-31") == set()
    assert found(store, "before 0001-01-01T00:00:00Z") == set()


def test_pages_go_on_where_the_last_one_ended(store: Store) -> None:
    whole = questions.traces(store, limit=TRACES)
    page: list[Any] = []
    while len(page) < TRACES:
        last = (page[-1].start_ns, page[-1].trace_id) if page else None
        page += questions.traces(store, limit=7, before=last)
    assert [one.trace_id for one in page] == [one.trace_id for one in whole]


def test_hostile_filters_change_nothing(store: Store) -> None:
    """10,000 filters of odd pieces: an answer or a BadQuery, and the tables stay as they are."""
    dice = random.Random(3)
    pieces = ["'", '"', ";", "--", "/*", "DROP TABLE traces", "1=1", "OR", "and", "not", "(", ")", ",", "*", "NEAR", "AND",
              ":", "{text}", "\x00", "\ud800", "é", "退", "\ue000", "%", "_", "^", "\\", "0x", "1e9", "-1", "=", "!=", "<",
              ">=", "has", "in", "is", "unknown", "since", "before", "1h", "9999-01-01", "99999999999999999999", "tag.x",
              "tag.", "NULL", "+", "|", "?", "refund", "a" * 300, *(key.name for key in KEYS)]
    with store.reading() as db:
        before = db.execute("SELECT * FROM sqlite_master ORDER BY name").fetchall()
    answered = 0
    for _ in range(10_000):
        text = dice.choice(["", " "]).join(dice.choices(pieces, k=dice.randrange(1, 7)))
        try:
            query = parse(text)
        except BadQuery:
            continue
        answered += 1
        assert 0 <= questions.count(store, query) <= TRACES
    with store.reading() as db:
        assert db.execute("SELECT * FROM sqlite_master ORDER BY name").fetchall() == before
        assert db.execute("SELECT count(*) FROM traces").fetchone()[0] == TRACES
    assert answered > 2_000
