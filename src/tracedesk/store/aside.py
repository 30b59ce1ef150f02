"""Moving a damaged store out of the way. Nothing of it is ever written over: a salvage may still want it."""

from __future__ import annotations

import time
from pathlib import Path

from tracedesk.base.errors import StoreDamaged

_WITH_IT = ("", "-wal", "-shm")


def move_aside(path: Path) -> Path:
    """Rename a store, with its write-ahead log, to `<name>.damaged-<time>`; gives the new path. Its key stays where it is:
    the store that is begun next has the same one.

    Raises:
        StoreDamaged: it cannot be renamed, so it stays and no new one may be begun.
    """
    aside = _free(path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}"))
    try:
        for suffix in _WITH_IT:
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise StoreDamaged(f"The store {path} is damaged and cannot be moved aside: {error.strerror}.",
                           hint="Close the desk and whatever else has it open, then try again.") from error
    return aside


def _free(wanted: Path) -> Path:
    """A name that nothing has, not even the log of another store."""
    found, number = wanted, 1
    while any(found.with_name(found.name + suffix).exists() for suffix in _WITH_IT):
        number += 1
        found = wanted.with_name(f"{wanted.name}-{number}")
    return found
