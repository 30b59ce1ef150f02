"""The same questions to every rule for private text; and texts that only look private."""

from __future__ import annotations

import time

import pytest

from tracedesk.privacy.redact import Redactor, hidden, look, places, rules

each_rule = pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.key)


@each_rule
def test_it_finds_one_in_each_example_and_nothing_when_hidden(rule: Redactor) -> None:
    for example in rule.examples:
        assert len(places(example, [rule])) == 1, example
        assert not places(hidden(example, [rule]), rules())


@pytest.mark.parametrize("text", [
    "order 4111 1111 1111 1112 is ready", "2026-03-01 10:00:00.123456", "7a2f190a1d5c4b0f8e3c2b1a09f8e7d6",
    "version 1.2.3.4.5",
    "10.0.0.1 and 127.0.0.1 and ::1", "user@localhost", "a @mention", "sk-short", "DE00 0000 0000 0000 0000 00",
    "1234567890123", "span 00000000000000a1 took 4.31 s", "https://example.org/path?x=1", "gpt-4o-mini-2024-07-18",
    "$1,234.56 and 99.9 %"])
def test_what_only_looks_private_stays(text: str) -> None:
    assert hidden(text, rules()) == text


def test_the_first_rule_wins_a_place() -> None:
    found = places("Bearer sk-proj-abcdefghijklmnop1234", rules())
    assert [rule.key for _, _, rule in found] == ["api_key"]


def test_a_preview_says_how_often_and_not_what() -> None:
    found = {one.rule.key: one for one in look(["jane.doe@example.org", "x@example.org"], rules())}
    assert (found["email"].count, found["email"].first) == (2, "ja…rg")
    assert found["card"].count == 0


@each_rule
@pytest.mark.parametrize("piece", ["a", "1 ", "a@", "1.", "+1 ", "AB12 ", "ey.", "1:", "(0", "sk-",
                                   "-----BEGIN PRIVATE KEY-----"])
def test_no_text_holds_it_up(rule: Redactor, piece: str) -> None:
    """A hundred thousand characters that nearly match: no rule tries every way to cut them."""
    begin = time.process_time()
    hidden(piece * (100_000 // len(piece)), [rule])
    assert time.process_time() - begin < 20
