"""The bearer token that senders need where the settings say so: 256 random bits in the system keyring, or in a 0600 file.

As for the key of a store, a keyring is believed only when it gives back what it was given.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from tracedesk.base.paths import data_dir, make_private_dir
from tracedesk.privacy.vault import SERVICE, load_keyring

TOKEN_BYTES = 32
NAME = "receiver token"


def receiver_token() -> str | None:
    """The token that was made last, None where none was."""
    try:
        return token_file().read_text("ascii").strip() or None
    except FileNotFoundError:
        keyring, no_keyring = load_keyring()
        try:
            found: str | None = keyring.get_password(SERVICE, NAME)
        except no_keyring:
            return None
        return found or None


def make_receiver_token() -> tuple[str, str]:
    """(a new token, "keyring" or "file"). The one before is forgotten; an engine that runs goes on with it until its end."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    token_file().unlink(missing_ok=True)
    keyring, no_keyring = load_keyring()
    try:
        keyring.set_password(SERVICE, NAME, token)
        if keyring.get_password(SERVICE, NAME) == token:
            return token, "keyring"
    except no_keyring:
        pass
    make_private_dir(data_dir())
    with os.fdopen(os.open(token_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token, "file"


def token_file() -> Path:
    """Where the token lies when no keyring answers."""
    return data_dir() / "receiver.token"
