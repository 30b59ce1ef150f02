"""The key of a store: 256 random bits in the system keyring, or in a file of mode 0600 that only this user may read.

A keyring is believed only when it gives back what it was given: the null backend accepts a secret and returns None, and
the fail backend (no desktop session) raises. Then the key goes to `<store>.key` and its place is "file", which the desk
shows. There is no third case in which data would be written plain.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from types import ModuleType

from tracedesk.base.errors import KeyMissing

KEY_BYTES = 32
SERVICE = "tracedesk"


def store_key(path: Path, *, create: bool) -> tuple[bytes, str]:
    """(key, place) of the store at `path`; place is "keyring" or "file".

    With `create`, a store that does not exist yet is given a new key. A store that exists never gets another one.

    Raises:
        KeyMissing: neither the keyring nor a key file has it.
    """
    path = path.resolve()
    key = _from_file(key_file(path))
    if key:
        return key, "file"
    key = _from_keyring(path)
    if key:
        return key, "keyring"
    if not create or (path.exists() and path.stat().st_size):
        raise KeyMissing(
            f"The key of the store {path} is neither in the system keyring nor in {key_file(path).name} beside it.",
            hint="Unlock the keyring, put the key file back, or name another store with --store.")
    key = secrets.token_bytes(KEY_BYTES)
    if _into_keyring(path, key):
        return key, "keyring"
    return _into_file(key_file(path), key), "file"


def key_file(path: Path) -> Path:
    """Where the key of a store lies when no keyring answers."""
    return path.with_name(path.name + ".key")


def load_keyring() -> tuple[ModuleType, tuple[type[Exception], ...]]:
    """The keyring package, and what it raises where no keyring answers: its own errors, and those of a missing session bus.

    Loaded only now: that takes 0.1 s, and a store whose key lies in a file never asks.
    """
    import keyring
    from keyring.errors import KeyringError

    return keyring, (KeyringError, RuntimeError, OSError)


def _from_keyring(path: Path) -> bytes | None:
    keyring, no_keyring = load_keyring()
    try:
        text = keyring.get_password(SERVICE, f"store {path}")
    except no_keyring:
        return None
    return _parsed(text or "")


def _into_keyring(path: Path, key: bytes) -> bool:
    keyring, no_keyring = load_keyring()
    try:
        keyring.set_password(SERVICE, f"store {path}", key.hex())
    except no_keyring:
        return False
    return _from_keyring(path) == key


def _from_file(file: Path) -> bytes | None:
    try:
        text = file.read_text("ascii")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    if os.name == "posix" and file.stat().st_mode & 0o077:
        file.chmod(0o600)
    key = _parsed(text.strip())
    if key is None:
        raise KeyMissing(f"The key file {file} does not hold a key.",
                         hint="It should hold 64 hexadecimal digits; put back the file that belongs to this store.")
    return key


def _into_file(file: Path, key: bytes) -> bytes:
    """Write the key; of two processes that create a store at once the second takes the key of the first."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _from_file(file) or key
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(key.hex() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return key


def _parsed(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
