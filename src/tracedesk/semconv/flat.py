"""Flattened lists put together again: `llm.input_messages.0.message.role` → [{"message": {"role": ...}}].

Key grammar: `<prefix>.<N>.<leaf>`, N decimal from 0. Keys come in any order and indexes may have gaps: items are ordered
by number (10 after 9) and a gap is no item.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_INDEX_DIGITS = 6
MAX_STEPS = 24


def unflatten(attributes: Mapping[str, Any], prefix: str) -> Any:
    """The list or map under `prefix`, or None where no attribute starts with it. The bare key itself is not looked at."""
    lead = prefix + "."
    tree: dict[str, Any] = {}
    for key, value in attributes.items():
        if not key.startswith(lead):
            continue
        steps = key[len(lead):].split(".", MAX_STEPS)
        node = tree
        for step in steps[:-1]:
            inner = node.get(step)
            if not isinstance(inner, _Node):
                inner = node[step] = _Node() if inner is None else _Node({"@self": inner})
            node = inner
        last = steps[-1]
        if isinstance(node.get(last), _Node):
            node[last]["@self"] = value
        else:
            node[last] = value
    return _settle(tree) if tree else None


def prefix_map(attributes: Mapping[str, Any], prefix: str) -> dict[str, Any] | None:
    """All attributes under `prefix.`, keyed by the rest of their name; None where there is none."""
    lead = prefix + "."
    cut = len(lead)
    return {key[cut:]: value for key, value in attributes.items() if key.startswith(lead)} or None


class _Node(dict[str, Any]):
    """A level of the key tree, told apart from a map that is a value."""


def _settle(node: dict[str, Any]) -> Any:
    made = {key: _settle(value) if isinstance(value, _Node) else value for key, value in node.items()}
    if all(_is_index(key) for key in made):
        return [made[key] for key in sorted(made, key=int)]
    return made


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= MAX_INDEX_DIGITS
