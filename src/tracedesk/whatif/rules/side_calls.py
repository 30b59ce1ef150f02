"""Names of calls that are made on the side: logging, metrics, notifications.

Where such a call overlaps others and ended before the last of them, nothing in the times says whether the next step
waited for it. Its name does: nobody waits for a log line.
"""

from __future__ import annotations

import re

SIDE_CALL = re.compile(
    r"(^|[._\- /])(logs?|logging|log_\w+|\w+_log|metrics?|emit\w*|telemetry|audit\w*|analytics|notify\w*|notification"
    r"|background|fire_and_forget|publish\w*|enqueue\w*)($|[._\- /])", re.IGNORECASE)


def is_side_call(name: str) -> bool:
    """Whether a span's name says that it is a side call."""
    return SIDE_CALL.search(name) is not None
