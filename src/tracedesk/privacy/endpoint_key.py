"""The API keys of endpoints that the user configured for re-running a model call: in the system keyring, by endpoint.

Where no keyring answers a key is not kept at all: it lives until the desk is closed, and the desk says so.
"""

from __future__ import annotations

from tracedesk.privacy.vault import SERVICE, load_keyring

_for_now: dict[str, str] = {}


def endpoint_key(base_url: str) -> str:
    """The key of an endpoint, "" where none is known (a local server needs none)."""
    if base_url in _for_now:
        return _for_now[base_url]
    keyring, no_keyring = load_keyring()
    try:
        return keyring.get_password(SERVICE, _name(base_url)) or ""
    except no_keyring:
        return ""


def keep_endpoint_key(base_url: str, key: str) -> bool:
    """Keep a key, or forget it where it is ""; False where only until the desk is closed."""
    _for_now.pop(base_url, None)
    keyring, no_keyring = load_keyring()
    try:
        if key:
            keyring.set_password(SERVICE, _name(base_url), key)
            if keyring.get_password(SERVICE, _name(base_url)) == key:
                return True
        elif keyring.get_password(SERVICE, _name(base_url)) is not None:
            keyring.delete_password(SERVICE, _name(base_url))
            return True
    except no_keyring:
        pass
    if key:
        _for_now[base_url] = key
    return not key


def _name(base_url: str) -> str:
    return f"endpoint {base_url}"
