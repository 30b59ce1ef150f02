"""What `tracedesk doctor` finds: versions, store, key, engine, ports, and what to do about anything wrong. It only looks."""

from __future__ import annotations

import platform
import shutil
import socket
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from tracedesk import __version__
from tracedesk.base import settings
from tracedesk.base.errors import NotFound, TraceDeskError
from tracedesk.base.paths import log_dir
from tracedesk.base.settings import ReceiverSettings
from tracedesk.engine.client import EngineState, engine_of
from tracedesk.engine.pulse import LOW_BYTES
from tracedesk.privacy.vault import key_file
from tracedesk.receiver.ports import parse_address, program_on
from tracedesk.store import questions
from tracedesk.store.connect import driver_version, open_store
from tracedesk.store.questions import StoreStats

CONNECT_S = 0.5
PACKAGES = ("PySide6_Essentials", "sqlcipher3", "grpcio", "aiohttp", "protobuf", "opentelemetry-proto", "genai-prices", "numpy")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, and what to do about it."""

    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Port:
    """A port that the engine wants. `state`: "ours", "free" or "taken"; `program` has it, "" where the system does not tell."""

    kind: str
    address: str
    state: str
    program: str


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that was found. `stats` is None where the store cannot be read; sizes are bytes."""

    versions: dict[str, str]
    store: Path
    stats: StoreStats | None
    file_bytes: int
    log_bytes: int
    free_bytes: int
    key_place: str
    engine: EngineState | None
    ports: list[Port]
    settings_file: Path
    logs: Path
    crash_reports: int
    set_aside: list[Path]
    problems: list[Problem]


def examine(store: Path) -> Health:
    """Look at everything."""
    problems: list[Problem] = []
    receiver = _settings(problems)
    engine = engine_of(store)
    if engine is not None:
        _say_of_engine(engine, store, problems)
    stats, place = _store(store, problems)
    ports = [_port(kind, address, engine, problems) for kind, address in (("grpc", receiver.grpc), ("http", receiver.http))]
    free = shutil.disk_usage(_nearest(store)).free
    if free < LOW_BYTES and not any("disk" in problem.what for problem in problems):     # the engine may have said so
        problems.append(Problem(f"Only {free / 1e6:,.0f} MB are free on the disk of the store.", "Free some space."))
    aside = sorted(store.parent.glob(f"{store.name}.damaged-*[0-9]")) if store.parent.is_dir() else []
    problems += [Problem(f"A damaged store lies beside the present one: {path.name}.",
                         "Delete it, or keep it for a salvage; its key is that of the present store.") for path in aside]
    if place == "file":
        problems.append(Problem(f"No keyring answers, so the key of the store lies in {key_file(store).name}.",
                                "Who can read your files can read your traces. Unlock or install a keyring to change that."))
    return Health(
        _versions(), store, stats, _size(store), _size(store.with_name(store.name + "-wal")), free, place, engine, ports,
        settings.settings_file(), log_dir(), len(list(log_dir().glob("crash-*.txt"))), aside, problems)


def _versions() -> dict[str, str]:
    found = {"tracedesk": __version__, "python": platform.python_version(), "system": platform.platform(),
             "sqlcipher": driver_version(), "frozen": str(bool(getattr(sys, "frozen", False))).lower()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found


def _settings(problems: list[Problem]) -> ReceiverSettings:
    try:
        found = settings.load()
    except TraceDeskError as error:
        problems.append(Problem(error.message, error.hint))
        return ReceiverSettings()
    problems += [Problem(text, f"Mend it in {settings.settings_file()}.") for text in found.problems]
    return found.receiver


def _say_of_engine(engine: EngineState, store: Path, problems: list[Problem]) -> None:
    if not engine.alive:
        problems.append(Problem(f"The engine (process {engine.pid}) does not answer, or was killed.",
                                "What it acknowledged is kept. The desk starts another; at a prompt it is `tracedesk engine`."))
    elif engine.trouble:
        problems.append(Problem(engine.trouble, f"Look at the disk and the rights of {store.parent}."))


def _store(path: Path, problems: list[Problem]) -> tuple[StoreStats | None, str]:
    """(what it holds, where its key is)."""
    try:
        with open_store(path, role="read") as store:
            return questions.stats(store), store.key_place
    except NotFound:
        return None, "none"
    except TraceDeskError as error:
        if error.message not in [problem.what for problem in problems]:        # the engine may have said so
            problems.append(Problem(error.message, error.hint))
        return None, "unknown"


def _port(kind: str, address: str, engine: EngineState | None, problems: list[Problem]) -> Port:
    ours = getattr(engine, kind) if engine is not None and engine.alive else ""
    if ours:
        return Port(kind, ours, "ours", "tracedesk")
    try:
        host, port = parse_address(address)
    except TraceDeskError as error:
        problems.append(Problem(error.message, f"Mend `receiver.{kind}` in {settings.settings_file()}. {error.hint}"))
        return Port(kind, address, "free", "")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as other:
        other.settimeout(CONNECT_S)
        if other.connect_ex((host, port)):
            return Port(kind, address, "free", "")
    found = program_on(port)
    by = f" by {found}" if found else ""
    problems.append(Problem(f"{address}, where {kind} wants to listen, is taken{by}.",
                            f"Stop that program, or start the engine with another --{kind} HOST:PORT."))
    return Port(kind, address, "taken", found)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _nearest(path: Path) -> Path:
    """The folder of the store, or the nearest one above it that is there."""
    return next(folder for folder in path.resolve().parents if folder.is_dir())
