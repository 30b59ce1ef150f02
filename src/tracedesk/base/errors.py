"""The whole tree of errors that are ours to explain, sorted by whose fault they are.

::

    TraceDeskError(message, hint)
    ├─ DataError        what came in is wrong         exit code 1
    │  ├─ DecodeError     bytes that are not what they claim to be
    │  ├─ UnknownFormat   a file that no importer recognises
    │  ├─ BadQuery        a filter that does not parse; carries the offset of the word in question
    │  └─ NotFound        a trace, span or scenario that is not there
    ├─ WorldError       this machine said no          exit code 3
    │  ├─ PortInUse  StoreLocked  StoreTooNew  StoreDamaged  DiskFull  KeyMissing  NoEngine  TooSlow
    ├─ DeniedError      this role may not             exit code 3
    └─ Cancelled        you changed your mind         exit code 130, never shown

Anything else that is raised is a bug of ours: it is not caught on the way and ends in the crash report.
"""

from __future__ import annotations


class TraceDeskError(Exception):
    """An error we can explain: `message` says what happened, `hint` what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class DataError(TraceDeskError):
    """What came in is wrong."""


class DecodeError(DataError):
    """Bytes that are not what they claim to be."""


class UnknownFormat(DataError):
    """A file that no importer recognises."""


class BadQuery(DataError):
    """A filter that does not parse. `start` and `end` are character offsets of the word in question."""

    def __init__(self, message: str, *, hint: str = "", start: int = 0, end: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.start = start
        self.end = end


class NotFound(DataError):
    """Something asked for by name or id is not there."""


class WorldError(TraceDeskError):
    """This machine said no."""

    exit_code = 3


class PortInUse(WorldError):
    """Another program listens on a port we want. `port` is that port, `program` its name where the system tells."""

    def __init__(self, port: int, *, program: str = "", hint: str = "") -> None:
        by = f" by {program}" if program else ""
        super().__init__(f"Port {port} is taken{by}.", hint=hint)
        self.port = port
        self.program = program


class StoreLocked(WorldError):
    """Another engine writes to this store."""


class StoreTooNew(WorldError):
    """A newer TraceDesk wrote this store."""


class StoreDamaged(WorldError):
    """The store does not read back as it was written."""


class DiskFull(WorldError):
    """No room left where the store lives."""


class KeyMissing(WorldError):
    """The key of this store is neither in the keyring nor in a key file."""


class NoEngine(WorldError):
    """No engine answers."""


class TooSlow(WorldError):
    """A question to the store was stopped because its time was up."""


class DeniedError(TraceDeskError):
    """The present role may not do this."""

    exit_code = 3


class Cancelled(TraceDeskError):
    """The user changed their mind."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("Cancelled.")
