"""Text of the program under watch, made safe to draw in one line, and the words beside bars."""

from __future__ import annotations

import unicodedata

from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.trace import UNKNOWN, Trace

NAME_CHARS = 240
LABEL_CHARS = 64
ERROR_CHARS = 28
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C], None)


def one_line(text: str | None, limit: int = NAME_CHARS) -> str:
    """At most `limit` characters, no line breaks or control characters, no marks that turn the text after it."""
    if not text:
        return ""
    short = text[:limit + 1].translate(_BIDI)
    if not short.isprintable():
        short = "".join("·" if unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") else " " if char.isspace() else char
                        for char in short)
    return short if len(short) <= limit else short[:limit - 1] + "…"


def span_name(trace: Trace, index: int) -> str:
    """The name in the tree; a span without one says so."""
    return one_line(trace.name[index]) or "(no name)"


def second_name(trace: Trace, index: int) -> str:
    """What tells two model calls of one name apart: the label, unless it only repeats the model or the name."""
    label = trace.label[index]
    if trace.kind[index] != Kind.LLM or not label or label == trace.model[index] or label in (trace.name[index] or ""):
        return ""
    return one_line(label, LABEL_CHARS)


def tokens_text(trace: Trace, index: int) -> str:
    """`2,316→78`, or the side that is known."""
    given, made = int(trace.input_tokens[index]), int(trace.output_tokens[index])
    if given == UNKNOWN and made == UNKNOWN:
        return ""
    return "→".join("?" if value == UNKNOWN else f"{value:,}" for value in (given, made))


def bar_label(trace: Trace, index: int) -> str:
    """What stands in or beside a bar: tokens of a model call; else the label, with tokens where both sides are known."""
    label = one_line(trace.label[index], LABEL_CHARS)
    tokens = tokens_text(trace, index)
    if trace.kind[index] == Kind.LLM:
        return tokens or label
    if tokens and "?" not in tokens and trace.output_tokens[index] > 0 and tokens not in label:
        return f"{label} · {tokens}" if label else tokens
    return label


def error_word(trace: Trace, index: int) -> str:
    """The word beside a failed bar: its error type without the module, else `error`."""
    if trace.status[index] != Status.ERROR:
        return ""
    word = one_line(trace.error_type[index], 200).rsplit(".", 1)[-1]
    return one_line(word, ERROR_CHARS) or "error"


def running_text(ns: int) -> str:
    """`1.2 s…`: how long it runs by now."""
    return format_duration(max(0, ns)) + "…"
