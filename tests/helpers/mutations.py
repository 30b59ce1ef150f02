"""Attributes as no sender should write them: wrong types, cut JSON, absurd numbers, deep nesting, broken text."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tracedesk.model.span import LogRecord, Span

DEEP_JSON = "[" * 3_000 + "]" * 3_000
ODD: tuple[Any, ...] = (
    None, True, False, "", " ", "null", "NaN", "None", "{}", "[]", '""', "{", "[", '{"', '[{"role": "user"', "[1, 2",
    0, -1, -7, 2**31, 2**63 - 1, -(2**63), 10**30, 0.0, -0.0, -3.5, 1e308, 1e-9, 17.0, 17.5, float("nan"), float("inf"),
    float("-inf"), "17", "-17", "17.0", "1e3", "0x11", "\u0967\u096d", "17 tokens", "9" * 400, "Infinity", "\ud83d", "\\ud83d",
    "\x00\x1b[31m", "☀" * 50, b"", b"\xff\xfe\x00", b"\x81\xa4meta", b"\xdf\xff\xff\xff\xff", [], {}, [None], [[]], [[[[]]]],
    {"": None}, ["stop", 3, None], {"total": "many"}, {"role": "user"}, [{"role": None, "content": {"text": 5}}],
    {"messages": {"messages": [1]}}, [{"type": "text"}], [{"type": "tool_call", "function": 5}],
    {"input": -5, "output": "x"}, DEEP_JSON, '{"a":' * 500 + "1" + "}" * 500,
    '{"input_tokens": -5, "prompt_tokens": 1e400}', "{'a': __import__('os')}", "(" * 200,
    '[{"role": "user", "content": "\\ud800"}]', '{"usage": {"input": true, "output": [1]}}',
)
WIDE: list[Any] = [[]]
for _ in range(80):
    WIDE = [WIDE]


def mutated(dice: random.Random, span: Span, logs: list[LogRecord], names: Sequence[str]) -> None:
    """Change one to four things about a span (and its log records), in place; `names` are attributes worth adding."""
    for _ in range(dice.randint(1, 4)):
        target = _target(dice, span, logs)
        keys = list(target)
        what = dice.random()
        if what < 0.12 and names:
            target[dice.choice(names)] = odd(dice)
        elif what < 0.18 and keys:
            del target[dice.choice(keys)]
        elif what < 0.22:
            target[f"{dice.choice(keys) if keys else 'x'}.{dice.choice(('0', '1', '99999999', 'x', '', '..'))}"] = odd(dice)
        elif keys:
            key = dice.choice(keys)
            target[key] = _worse(dice, target[key])


def odd(dice: random.Random) -> Any:
    """One odd value."""
    return WIDE if dice.random() < 0.02 else dice.choice(ODD)


def _target(dice: random.Random, span: Span, logs: list[LogRecord]) -> dict[str, Any]:
    """The attributes to change: mostly the span's."""
    others = [*(event.attributes for event in span.events), *(log.attributes for log in logs)]
    if logs and dice.random() < 0.1:
        log = dice.choice(logs)
        log.body = _worse(dice, log.body)
    return dice.choice(others) if others and dice.random() < 0.3 else span.attributes


def _worse(dice: random.Random, value: Any) -> Any:
    """A value made worse, or replaced."""
    if isinstance(value, str) and len(value) > 2 and dice.random() < 0.4:
        at = dice.randrange(1, len(value))
        return dice.choice((value[:at], value[at:], value[:at] + dice.choice("{}[]\",:\\\x00-9") + value[at:], value * 3,
                            [value], {"value": value}))
    if type(value) in (int, float) and dice.random() < 0.4:
        return dice.choice((-value, value + 0.5, str(value), f"{value}.0", [value], {"value": value}, float(value),
                            value * 10**12))
    return odd(dice)
