"""The 72-column picture of a trace: which kind of work ran when, what ran beside it, and what failed.

Only leaves are drawn (spans without children: the work itself, not what contains it), in order of start. A leaf takes its
columns on the main lane if the lane is free there, else on the parallel lane, else it is not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracedesk.model.kinds import Status
from tracedesk.model.summary import FINGERPRINT_COLUMNS, FINGERPRINT_NOTHING

LEAVES = 5_000
"""Of a trace with more leaves the longest so many are drawn; the others are far below a column."""

Leaf = tuple[int, bytes, int, int, int]
"""(start_ns, span_id, end_ns, kind, status)"""


def fingerprint(leaves: Sequence[Leaf], start_ns: int, end_ns: int) -> bytes:
    """The 216 bytes described at `TraceSummary`."""
    if len(leaves) > LEAVES:
        leaves = sorted(leaves, key=lambda leaf: (leaf[0] - leaf[2], leaf[1]))[:LEAVES]
    n = FINGERPRINT_COLUMNS
    length = max(1, end_ns - start_ns)
    main, beside, failed = bytearray([FINGERPRINT_NOTHING]) * n, bytearray([FINGERPRINT_NOTHING]) * n, bytearray(n)
    main_until = beside_until = 0
    main_end = beside_end = start_ns
    column_ns = length // n                              # one after the other, though rounding makes them touch
    for start, _, end, kind, status in sorted(leaves):
        first = min(n - 1, (start - start_ns) * n // length)
        stop = max(first + 1, min(n, -(-(end - start_ns) * n // length)))
        if start >= main_end - column_ns and main_until < n:
            at = max(first, main_until)
            stop = max(stop, at + 1)
            main[at:stop] = bytes((kind,)) * (stop - at)
            main_until, main_end = stop, max(end, main_end)
        elif start >= beside_end - column_ns and beside_until < n:
            at = max(first, beside_until)
            stop = max(stop, at + 1)
            beside[at:stop] = bytes((kind,)) * (stop - at)
            beside_until, beside_end = stop, max(end, beside_end)
        elif stop > main_until:
            main[main_until:stop] = bytes((kind,)) * (stop - main_until)
            main_until = stop
        if status == Status.ERROR:
            failed[first:stop] = b"\1" * (stop - first)
    return bytes(main + beside + failed)
