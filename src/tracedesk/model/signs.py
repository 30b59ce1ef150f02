"""What spans give away beside their facts: refused, blocked, attacked, timed out, tried again, judged, liked, done.

The words and values by which it is told stand here, because two floors that do not know one another go by them: `ingest`
counts, `replay` tells. Every sign carries what it was told by, so that a figure can be checked. The rules are our own; they
read what instrumentations write (`guardrail.verdict`, `finish_reason`, Azure's content filter results, ...) and, for
attacks and refusals, plain English phrases. A rule that nothing speaks for says nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tracedesk.model.span import Event

PASSED, BLOCKED = "passed", "blocked"
KEYS = ("refusal", "filter", "blocked", "jailbreak", "timeout", "retry", "score", "vote", "success")
"""The keys of signs: the model refused; the provider's filter cut in; a guard blocked; somebody attacked; a time limit was
hit; a call was sent again (`value` times); an evaluator's score; thumbs up (1) or down (-1); the task was done (1) or not."""

EVIDENCE_CHARS = 160


class Sign(NamedTuple):
    """One sign: `rule` says by what it was told (for a score its name), `text` is the evidence."""

    key: str
    rule: str
    value: float | None
    text: str


def to_json(signs: Iterable[Sign]) -> str | None:
    """The signs of a span as a row carries them; None for none."""
    found = [list(sign) for sign in signs]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else None


def from_json(text: str) -> list[Sign]:
    """The signs that a row carries; none where the text is not of this kind."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [Sign(*item) for item in found if isinstance(item, list) and len(item) == len(Sign._fields) and item[0] in KEYS
            ] if isinstance(found, list) else []


def evidence(text: str) -> str:
    """A text on one line, cut."""
    line = " ".join(text[: EVIDENCE_CHARS * 4].split())
    return line if len(line) <= EVIDENCE_CHARS else line[: EVIDENCE_CHARS - 1] + "…"


# -- guards ----------------------------------------------------------------------------------------------------------------

_BAD_WHEN_TRUE = ("blocked", "triggered", "tripwire", "flagged", "violation", "unsafe", "denied", "detected", "jailbreak",
                  "injection")
_GOOD_WHEN_TRUE = ("passed", "pass", "ok", "safe", "valid", "allowed", "success", "compliant")
_SAYS = ("verdict", "action", "decision", "outcome", "result", "status", "label", *_BAD_WHEN_TRUE, *_GOOD_WHEN_TRUE)
_GOOD = re.compile(r"^\W*(pass(ed)?|ok|safe|allow(ed)?|valid|none|accept(ed)?|success|clean|not[_ ]flagged)\b", re.IGNORECASE)
_BAD = re.compile(r"^\W*(block(ed)?|unsafe|fail(ed)?|den(y|ied)|reject(ed)?|flagged|(guardrail_)?intervened|violat\w*|harmful"
                  r"|tripwire|invalid|refused?)\b", re.IGNORECASE)


def claim(key: Any, value: Any) -> str | None:
    """What one attribute of a guard, or one field of its output, says: PASSED, BLOCKED, or nothing."""
    tail = str(key).lower().rpartition(".")[2]
    if not any(word in tail for word in _SAYS):
        return None
    if isinstance(value, bool):
        if any(word in tail for word in _BAD_WHEN_TRUE):
            return BLOCKED if value else PASSED
        if any(word == tail or tail.endswith("_" + word) or tail.startswith(word) for word in _GOOD_WHEN_TRUE):
            return PASSED if value else BLOCKED
        return None
    if isinstance(value, str):
        if _BAD.match(value):
            return BLOCKED
        if _GOOD.match(value):
            return PASSED
    return None


class Verdict(NamedTuple):
    """What a guard said, PASSED or BLOCKED, and what told it: `status`, or an attribute or field with its value."""

    said: str
    told_by: str


def verdict(failed: bool, attributes: Mapping[str, Any], events: Sequence[Event], output: Any, answer: str | None
            ) -> Verdict | None:
    """What a guard said: by its status, else by the first of its attributes, events, output (decoded) and answer that tells."""
    if failed:
        return Verdict(BLOCKED, "status")
    for name, value in _claims(attributes, events, output, answer):
        said = claim(name, value)
        if said is not None:
            return Verdict(said, f"{name} = {value}")
    return None


def _claims(attributes: Mapping[str, Any], events: Sequence[Event], output: Any, answer: str | None
            ) -> Iterator[tuple[str, Any]]:
    yield from attributes.items()
    for event in events:
        yield "result", event.name.rpartition(".")[2]
    if isinstance(output, dict):
        yield from output.items()
    elif isinstance(output, bool | str):
        yield "result", output
    if answer:
        yield "result", answer


def reason(attributes: Mapping[str, Any], events: Sequence[Event]) -> str:
    """Why a guard blocked, in its own words, or ""; why a model's answer ended is no such reason."""
    for told in (*(event.attributes for event in events), attributes):
        for name, value in told.items():
            lower = name.lower()
            if lower.endswith("reason") and not lower.endswith(("finish_reason", "stop_reason")) and (
                    isinstance(value, str) and value):
                return value
    return ""


# -- refusals and attacks --------------------------------------------------------------------------------------------------

_CANNOT = r"(can['’]?t|cannot|won['’]?t|am (not able|unable) to)"
_REFUSAL = re.compile(
    rf"^\W*(i['’]?m (very |so |really )?sorry,? (but )?(i|we) {_CANNOT}"
    rf"|((sorry|unfortunately),? (but )?)?i {_CANNOT} (help|assist|do that|comply|provide|discuss|fulfil)"
    rf"|i['’]m (not able|unable) to (help|assist|comply|provide)|as an ai\b.{{0,60}}\b{_CANNOT})", re.IGNORECASE)
_REFUSAL_CHARS = 300
_REFUSING = frozenset("IiSsUuAa \t\n'\"“*_")
"""First characters of a refusal."""


def refuses(text: str) -> bool:
    """Whether an answer begins by refusing, in English."""
    if text[:1] not in _REFUSING:                    # most answers do not
        return False
    return _REFUSAL.match(text[:_REFUSAL_CHARS]) is not None


_HINTS = ("instruction", "prompt", "rule", "restrict", "filter", " mode", "uncensored", "anything now")
"""An attack has one of these: looking for them costs 1 µs, the patterns 50."""
_ATTACKS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in (
    ("override", r"\b(ignore|disregard|forget|bypass|override)\b.{0,40}?\b(previous|prior|above|earlier|all|any|your|system"
                 r"|safety)\b.{0,30}?\b(instructions?|rules?|prompts?|restrictions?|filters?)\b"),
    ("persona", r"\b(you are|act as|pretend (to be|you are)|role-?play as)\b.{0,40}?\b(unfiltered|uncensored"
                r"|unrestricted|without (any )?(restrictions?|rules|filters?))\b"),
    ("mode", r"\bdo anything now\b|\bDAN mode\b|\b(developer|god|debug|sudo) mode (is )?(enabled|on|activated)\b"),
    ("reveal", r"\b(reveal|show|print|repeat|output|leak|tell me)\b.{0,40}?\b(your|the) (system|initial|hidden|secret"
               r"|original) (prompt|instructions?|message)\b"),
))
_ATTACK_CHARS = 4_000


def attack(text: str) -> tuple[str, str] | None:
    """(rule, evidence) where the words of a user try to talk a model out of its instructions; None where they do not."""
    lower = text[:_ATTACK_CHARS].lower()
    for hint in _HINTS:
        if hint in lower:
            break
    else:
        return None
    for name, pattern in _ATTACKS:
        found = pattern.search(text, 0, _ATTACK_CHARS)
        if found:
            return name, evidence(found[0])
    return None


# -- failures --------------------------------------------------------------------------------------------------------------

_TIMED_OUT = re.compile(r"time[ds]?[-_ ]?out|deadline[-_ ]?exceeded|etimedout", re.IGNORECASE)


def timed_out(text: str) -> bool:
    """Whether an error's type or message speaks of a time limit."""
    return _TIMED_OUT.search(text) is not None


# -- feedback --------------------------------------------------------------------------------------------------------------

_FEEDBACK = re.compile(r"feedback|thumb|user[-_. ]?(rating|score|vote|satisfaction)|\bcsat\b|\bvote\b", re.IGNORECASE)
_UP = frozenset({"up", "thumbs_up", "thumbs up", "thumbsup", "👍", "positive", "good", "like", "liked", "helpful", "yes",
                 "true", "satisfied"})
_DOWN = frozenset({"down", "thumbs_down", "thumbs down", "thumbsdown", "👎", "negative", "bad", "dislike", "disliked",
                   "unhelpful", "not_helpful", "no", "false", "dissatisfied"})
_DONE_NAMES = frozenset({"task.success", "task_success", "task.succeeded", "task.resolved", "task_resolved", "task.completed",
                         "task_completed", "task.outcome", "task_outcome", "task.status", "resolved", "conversation.resolved",
                         "session.resolved", "goal.achieved", "goal_achieved", "goal_completion", "task_completion"})
_DONE = frozenset({"success", "successful", "succeeded", "resolved", "completed", "complete", "done", "solved", "true", "yes",
                   "pass", "passed", "achieved", "ok"})
_NOT_DONE = frozenset({"failure", "failed", "fail", "unresolved", "abandoned", "escalated", "incomplete", "unsolved", "false",
                       "no", "error", "not_resolved"})


def is_feedback(name: str) -> bool:
    """Whether a score or attribute of that name is what a user thought of it."""
    return _FEEDBACK.search(name) is not None


def vote(value: Any, label: Any = None) -> int | None:
    """1 for thumbs up, -1 for down: by the label, a yes or no, or a number (at most 1: the middle is 0 or 0.5; five stars:
    above 3 is up, below it down). None where it is neither."""
    for word in (label, value):
        if isinstance(word, bool):
            return 1 if word else -1
        if isinstance(word, str):
            plain = word.strip().lower()
            if plain in _UP:
                return 1
            if plain in _DOWN:
                return -1
    if isinstance(value, int | float):
        middle = 3.0 if value > 1 else 0.5 if 0 < value < 1 else 0.0
        if value == 0:
            return -1
        return 1 if value > middle else -1 if value < middle else None
    return None


def is_outcome(name: str) -> bool:
    """Whether an attribute or score of that name says whether the task was done."""
    return name.lower() in _DONE_NAMES


def outcome(value: Any, label: Any = None) -> int | None:
    """1 where the task was done, 0 where not; a number from 0.5 on is done. None where nothing is said."""
    for word in (label, value):
        if isinstance(word, bool):
            return int(word)
        if isinstance(word, str):
            plain = word.strip().lower()
            if plain in _DONE:
                return 1
            if plain in _NOT_DONE:
                return 0
    return int(value >= 0.5) if isinstance(value, int | float) else None
