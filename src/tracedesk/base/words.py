"""Words around numbers."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """`1 document`, `1,200 documents`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
