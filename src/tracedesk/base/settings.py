"""The user's settings: one frozen `Settings` from one TOML file; what we do not know is reported, never dropped.

::

    [receiver]
    grpc = "127.0.0.1:4317"          # HOST:PORT of OTLP/gRPC; port 0 picks a free one
    http = "127.0.0.1:4318"          # HOST:PORT of OTLP/HTTP
    cors_origins = []                # web pages that may send: "https://app.example", scheme and port included
    require_token = false            # senders need the bearer token that the keyring holds
    tls_certificate = ""             # PEM files; needed, with the token, to listen beyond this machine
    tls_key = ""
    memory_limit_mb = 96             # bodies held at once before senders are asked to come again

    [keys]                           # of the desk, by command id; commands that are not named keep their own
    "trace.next" = ["Ctrl+Down"]     # an empty list: no key

Reading needs the standard library only; `save` keeps comments, order and unknown keys of the file (tomlkit).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tracedesk.base.errors import DataError, WorldError
from tracedesk.base.paths import config_dir, make_private_dir

FILE = "settings.toml"


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """How the engine listens."""

    grpc: str = "127.0.0.1:4317"
    http: str = "127.0.0.1:4318"
    cors_origins: tuple[str, ...] = ()
    require_token: bool = False
    tls_certificate: str = ""
    tls_key: str = ""
    memory_limit_mb: int = 96


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. `keys` are the user's own keys of commands; `problems` are sentences about entries that are unknown or
    hold the wrong kind of value."""

    receiver: ReceiverSettings = field(default_factory=ReceiverSettings)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def settings_file() -> Path:
    """Where the settings lie (not created here)."""
    return config_dir() / FILE


def load(path: Path | None = None) -> Settings:
    """The settings of a file; defaults where there is none.

    Raises:
        DataError: the file is no TOML.
        WorldError: it cannot be read.
    """
    path = path or settings_file()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"The settings file {path} cannot be understood: {error}.", hint="Mend or remove that line.") from error
    except OSError as error:
        raise WorldError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    return _settings(document)


def save(section: str, values: Mapping[str, Any], path: Path | None = None) -> Settings:
    """Set some entries of one section in the file, or take those out whose value is None, and leave everything else in it as
    it is; gives the settings now.

    Raises:
        DataError: there is no such key, it cannot have this value, or the file is no TOML.
        WorldError: the file cannot be written.
    """
    import tomlkit  # here: only a change of the settings needs it

    path = path or settings_file()
    wrong = _settings({section: {name: value for name, value in values.items() if value is not None}}).problems
    if wrong:
        raise DataError(wrong[0])
    load(path)
    try:
        make_private_dir(path.parent)
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        table = document.setdefault(section, tomlkit.table())
        for name, value in values.items():
            if value is None:
                table.pop(name, None)
            else:
                table[name] = list(value) if isinstance(value, tuple) else value
        beside = path.with_name(path.name + ".new")
        beside.write_text(tomlkit.dumps(document), "utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise WorldError(f"The settings file {path} cannot be written: {error.strerror}.") from error
    return load(path)


def _settings(document: Mapping[str, Any]) -> Settings:
    problems: list[str] = []
    known = {"receiver": ReceiverSettings}
    sections: dict[str, Any] = {}
    for name, value in document.items():
        if name == "keys" and isinstance(value, dict):
            sections[name] = _keys(value, problems)
        elif name not in known or not isinstance(value, dict):
            problems.append(f"The settings have an unknown entry `{name}`; it is left alone.")
        else:
            sections[name] = _section(known[name], name, value, problems)
    return Settings(**sections, problems=tuple(problems))


def _keys(values: Mapping[str, Any], problems: list[str]) -> dict[str, tuple[str, ...]]:
    """Keys by command; whether a command or key of that name exists the desk knows."""
    taken: dict[str, tuple[str, ...]] = {}
    for name, value in values.items():
        if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            taken[name] = tuple(value)
        else:
            problems.append(f"The setting `keys.{name}` cannot be {value!r}; a list of keys is needed.")
    return taken


def _section(kind: type[Any], section: str, values: Mapping[str, Any], problems: list[str]) -> Any:
    """One section; a key with a wrong value keeps its default."""
    defaults = {item.name: getattr(kind(), item.name) for item in fields(kind)}
    taken: dict[str, Any] = {}
    for name, value in values.items():
        if name not in defaults:
            problems.append(f"The settings have an unknown key `{section}.{name}`; it is left alone.")
            continue
        wanted = type(defaults[name])
        if wanted is tuple and isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
            taken[name] = tuple(value)
        elif type(value) is wanted and not (wanted is int and value <= 0):
            taken[name] = value
        else:
            problems.append(f"The setting `{section}.{name}` cannot be {value!r}; {defaults[name]!r} is used.")
    return kind(**taken)
