"""What messages say: the user's words, the tools a model asks for, the results it is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tracedesk.model.llm import Message


class ToolCall(NamedTuple):
    """A tool that a model asked for."""

    call_id: str | None
    name: str
    arguments: Any


def _parts(message: Message, kind: str) -> Iterator[dict[str, Any]]:
    for part in message["parts"]:
        if isinstance(part, dict) and part.get("type") == kind:
            yield part


def said(message: Message) -> str:
    """The text of a message, its parts on lines of their own."""
    return "\n".join(part["content"] for part in _parts(message, "text") if isinstance(part.get("content"), str)).strip()


def written(messages: Sequence[Message]) -> str:
    """The text of the messages that a model wrote."""
    return "\n".join(text for text in map(said, messages) if text)


def refused(messages: Sequence[Message]) -> bool:
    """Whether the model says in so many words that it refuses (a part of type refusal)."""
    return any(True for message in messages for _ in _parts(message, "refusal"))


def asked_for(messages: Sequence[Message]) -> list[ToolCall]:
    """The tools that these messages ask for."""
    return [ToolCall(_text(part.get("id")), _text(part.get("name")) or "a tool", part.get("arguments"))
            for message in messages for part in _parts(message, "tool_call")]


def results(messages: Sequence[Message]) -> Iterator[tuple[str | None, Any]]:
    """(call id, result) of the tool results among these messages."""
    for message in messages:
        for part in _parts(message, "tool_call_response"):
            yield _text(part.get("id")), part.get("response")


def latest(messages: Sequence[Message]) -> Sequence[Message]:
    """What came after the model's last words: the new part of a conversation."""
    for at in range(len(messages) - 1, -1, -1):
        if messages[at].get("role") == "assistant":
            return messages[at + 1:]
    return messages


def last_user(messages: Sequence[Message]) -> str:
    """The latest words of the user, or ""."""
    for message in reversed(messages):
        if message.get("role") == "user" and (text := said(message)):
            return text
    return ""


def continued(messages: Sequence[Message]) -> tuple[str, str] | None:
    """(what the model said last, what the user said to it), where the conversation ends with the user's words."""
    if len(messages) < 2 or messages[-1].get("role") != "user":
        return None
    user = said(messages[-1])
    before = messages[-2]
    model = said(before) if before.get("role") == "assistant" else ""
    return (model, user) if user and model else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
