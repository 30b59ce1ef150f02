"""The token of the receiver: kept in a file where no keyring answers, and only for its owner."""

from __future__ import annotations

import keyring
import pytest
from keyring.backend import KeyringBackend

from tracedesk.privacy.token import make_receiver_token, receiver_token, token_file


class Memory(KeyringBackend):
    """A keyring that works."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Forgetful(Memory):
    """A keyring that takes everything and keeps nothing, as the null backend does."""

    def get_password(self, service: str, username: str) -> None:
        return None


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch):
    """Make a keyring the system's."""
    def put(backend: KeyringBackend) -> None:
        monkeypatch.setattr(keyring, "get_password", backend.get_password)
        monkeypatch.setattr(keyring, "set_password", backend.set_password)
    return put


def test_there_is_none_until_one_is_made() -> None:
    assert receiver_token() is None


def test_in_a_private_file_where_no_keyring_answers() -> None:
    token, place = make_receiver_token()
    assert place == "file"
    assert receiver_token() == token
    assert len(token) >= 43, "256 bits"
    assert token_file().stat().st_mode & 0o777 == 0o600
    again, _ = make_receiver_token()
    assert receiver_token() == again != token


def test_in_the_keyring_where_it_keeps_what_it_gets(use) -> None:
    token, _ = make_receiver_token()
    use(Memory())
    newer, place = make_receiver_token()
    assert place == "keyring"
    assert receiver_token() == newer != token
    assert not token_file().exists(), "the old one is gone"


def test_a_keyring_that_forgets_is_not_believed(use) -> None:
    use(Forgetful())
    token, place = make_receiver_token()
    assert place == "file"
    assert receiver_token() == token
