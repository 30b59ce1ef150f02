"""JSON of strangers, no deeper than what walks it can go.

Python's own reader stops at about 1,000 levels up to 3.11 and at some 10,000 since; a function that calls itself for each level
stops at 1,000 at most. Real documents have a dozen.
"""

from __future__ import annotations

import json
from typing import Any

MAX_LEVELS = 200


def loads(text: str | bytes) -> Any:
    """What JSON text holds; whole numbers keep every digit.

    Raises:
        ValueError: it is no JSON, or lists and maps lie more than MAX_LEVELS deep in one another.
    """
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    opening = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    if opening > MAX_LEVELS and is_deeper(found, MAX_LEVELS):
        raise ValueError("nested too deep")
    return found


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and maps lie in one another more than so many levels deep."""
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(levels):
        if not level:
            return False
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)
                 if isinstance(inner, list | dict)]
    return bool(level)
