"""What the filter language knows: keys, the operators and values that each takes, and how their numbers are read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from tracedesk.base import clock
from tracedesk.base.clock import NS_PER_S, parse_duration
from tracedesk.base.money import nusd
from tracedesk.model import signs
from tracedesk.model.kinds import Kind

FREE_TEXT = ""
TAG = "tag."
_FACT_OPS = ("=", "!=", "in", "has")
_SEARCH_OPS = ("has", "=", "!=")
_NUMBER_OPS = (">", ">=", "<", "<=", "=", "!=")
_UNKNOWN = ("unknown", "known")


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `choices` are its only values (empty: any text); `states` are what may follow `is`."""

    name: str
    says: str
    ops: tuple[str, ...]
    example: str
    choices: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """How the value of a numeric key is read; `needs` names what it must be; `units` may follow after a space."""

    needs: str
    read: Callable[[str], int | None]
    units: frozenset[str] = frozenset()


_COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([kKmM]?)\Z", re.ASCII)
_TIME_UNITS = frozenset({"ns", "us", "µs", "ms", "s", "sec", "m", "min", "h", "d"})


def _read_duration(text: str) -> int | None:
    found = parse_duration(text) if text.isascii() or "µ" in text else None
    return found if found is not None and found < 2**63 else None


def _read_cost(text: str) -> int | None:
    plain = text.removeprefix("$").replace(",", "")
    if not re.fullmatch(r"\d{1,12}(\.\d{1,12})?|\.\d{1,12}", plain, re.ASCII):
        return None
    return nusd(plain)


def _read_count(text: str) -> int | None:
    found = _COUNT.match(text)
    if not found:
        return None
    whole, part, unit = found.groups()
    factor = {"": 1, "k": 1_000, "m": 1_000_000}[unit.lower()]
    if part and factor == 1:
        return None
    value = int(whole.replace(",", "")[:20]) * factor
    if part:
        value += int(part[1:7].ljust(6, "0")) * factor // 1_000_000
    return value if value < 2**63 else None


_A_TIME = Number("a time, like 2 s or 300ms", _read_duration, _TIME_UNITS)
_A_COST = Number("an amount, like $0.05", _read_cost)
_A_COUNT = Number("a number, like 1000 or 2k", _read_count)

NUMBERS: dict[str, Number] = {
    "duration": _A_TIME, "cost": _A_COST, "tokens": _A_COUNT, "input_tokens": _A_COUNT, "output_tokens": _A_COUNT,
    "cached_tokens": _A_COUNT, "reasoning_tokens": _A_COUNT, "spans": _A_COUNT, "errors": _A_COUNT, "calls": _A_COUNT,
}

KEYS: tuple[Key, ...] = (
    Key("service", "service that took part", _FACT_OPS, "service = support-bot"),
    Key("name", "name of the trace: that of its root", _FACT_OPS, "name = refund_agent"),
    Key("status", "how it ended", ("=", "!=", "in"), "status = error", ("ok", "error", "unset", "unfinished")),
    Key("duration", "from first start to last end", _NUMBER_OPS, "duration > 300ms"),
    Key("cost", "sum of the known costs", (*_NUMBER_OPS, "is"), "cost > $0.05", (), ("unpriced", *_UNKNOWN)),
    Key("model", "model that was called", _FACT_OPS, "model = gpt-4o"),
    Key("provider", "provider of a model", _FACT_OPS, "provider = openai"),
    Key("kind", "kind of a span in it", ("=", "!=", "in"), "kind = tool", tuple(kind.label for kind in Kind)),
    Key("operation", "operation of a span in it", _FACT_OPS, "operation = chat"),
    Key("error", "words of an error", _SEARCH_OPS, "error has timeout"),
    Key("error_type", "type of an error", _FACT_OPS, "error_type = TimeoutError"),
    Key("text", "words of prompts and outputs", _SEARCH_OPS, "text has refund"),
    Key("span", "words of a span's name", _SEARCH_OPS, "span has rerank"),
    Key("user", "user", (*_FACT_OPS, "is"), "user = user-4821", (), _UNKNOWN),
    Key("session", "session or conversation", (*_FACT_OPS, "is"), "session = s-77", (), _UNKNOWN),
    Key("env", "environment", _FACT_OPS, "env = production"),
    Key("release", "release of the program", _FACT_OPS, "release = 1.4.2"),
    Key("prompt", "prompt version", _FACT_OPS, "prompt = refund-v14"),
    Key("experiment", "experiment", _FACT_OPS, "experiment = rerank-k20"),
    Key("sign", "what a span gives away", ("=", "!=", "in"), "sign = timeout", signs.KEYS),
    Key("tokens", "input and output tokens together", (*_NUMBER_OPS, "is"), "tokens > 1000", (), _UNKNOWN),
    Key("input_tokens", "input tokens, cached ones included", (*_NUMBER_OPS, "is"), "input_tokens > 2k", (), _UNKNOWN),
    Key("output_tokens", "output tokens, reasoning included", (*_NUMBER_OPS, "is"), "output_tokens > 500", (), _UNKNOWN),
    Key("cached_tokens", "input tokens read from a cache", (*_NUMBER_OPS, "is"), "cached_tokens > 0", (), _UNKNOWN),
    Key("reasoning_tokens", "output tokens spent on reasoning", (*_NUMBER_OPS, "is"), "reasoning_tokens > 0", (), _UNKNOWN),
    Key("spans", "how many spans", _NUMBER_OPS, "spans > 100"),
    Key("errors", "how many spans failed", _NUMBER_OPS, "errors > 0"),
    Key("calls", "how many model calls", _NUMBER_OPS, "calls > 3"),
    Key("id", "trace id, or how it begins", ("=", "!=", "in"), "id = a91c7e40"),
)

ALIASES = {
    "latency": "duration", "time": "duration", "price": "cost", "environment": "env", "version": "release",
    "prompt_version": "prompt", "prompt.version": "prompt", "user_id": "user", "user.id": "user", "session_id": "session",
    "session.id": "session", "conversation": "session", "trace": "id", "trace_id": "id", "trace.id": "id",
    "service.name": "service", "input": "input_tokens", "output": "output_tokens", "tokens.input": "input_tokens",
    "tokens.output": "output_tokens", "error.type": "error_type", "llm_calls": "calls", "message": "text", "prompts": "text",
}
_BY_NAME = {key.name: key for key in KEYS}
_TAG_OPS = (*_FACT_OPS, "is")


def find_key(name: str) -> Key | None:
    """The key of a name in either case, by its other names too; `tag.anything` is a key."""
    if name[:len(TAG)].lower() == TAG and len(name) > len(TAG):
        tag = TAG + name[len(TAG):]
        return Key(tag, "a tag of the sender", _TAG_OPS, f"{tag} = gold", (), _UNKNOWN)
    name = name.lower()
    return _BY_NAME.get(ALIASES.get(name, name))


def did_you_mean(name: str) -> str:
    """A hint for an unknown key."""
    near = difflib.get_close_matches(name.lower(), [*_BY_NAME, *ALIASES], n=1)
    if near:
        return f"Did you mean “{ALIASES.get(near[0], near[0])}”?"
    return f"Known are {', '.join(_BY_NAME)} and tag.NAME."


_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?\Z", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z)?)?\Z", re.ASCII)


def moment_ns(text: str) -> int | None:
    """The moment that the value of `since` or `before` names: `1h` (ago), `14:00` (today), `2026-11-24`,
    `2026-11-24T14:00:00.5Z`; without Z in local time. None where it is none of these."""
    ago = _read_duration(text)
    if ago is not None:
        return clock.now_ns() - ago
    if text.lower() in ("today", "yesterday"):
        return _local(datetime.now(), 0, 0, 0) - (86_400 * NS_PER_S if text.lower() == "yesterday" else 0)
    found = _CLOCK.match(text)
    try:
        if found:
            hour, minute, second = (int(part or 0) for part in found.groups())
            return _local(datetime.now(), hour, minute, second)
        found = _DATE.match(text)
        if not found:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        date = datetime(year, month, day, tzinfo=UTC if found[8] else None)
        return _local(date, hour, minute, second) + int((found[7] or "0").ljust(9, "0"))
    except (ValueError, OverflowError, OSError):
        return None


def _local(date: datetime, hour: int, minute: int, second: int) -> int:
    return int(date.replace(hour=hour, minute=minute, second=second, microsecond=0).timestamp()) * NS_PER_S


_A_MOMENT = Number("a time, like 1h, 14:00 or 2026-11-24", moment_ns, _TIME_UNITS)
TIMES: dict[str, Number] = {"since": _A_MOMENT, "before": _A_MOMENT}
