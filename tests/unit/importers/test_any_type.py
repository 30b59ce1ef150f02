"""Every value of a file may be of any type: recognition and reading answer with spans, or with an error in words."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tracedesk.base.errors import DataError
from tracedesk.importers.detect import importers, load
from tracedesk.importers.importer import Importer, Report
from tracedesk.importers.source import Source

ODD = (None, True, 0, -1, 1.5, 2**70, "", "x", [], {}, [1], {"a": 1}, [[]], "[1", "{'a': 1}", float("inf"), [{"a": [None]}],
       "2026-03-01T10:00:00Z")
FILES = 60
"""So many changed files of each format."""


def parsed(sample: bytes) -> list[Any]:
    """The documents of a JSON sample; none where it is no text."""
    try:
        return [json.loads(sample)]
    except ValueError:
        pass
    try:
        return [json.loads(line) for line in sample.splitlines() if line.strip()]
    except ValueError:
        return []


def changed(value: Any, dice: random.Random, share: float) -> Any:
    """The value with some of what is in it replaced or left out, also inside JSON in text."""
    if dice.random() < share:
        return dice.choice(ODD)
    if isinstance(value, dict):
        return {key: changed(item, dice, share) for key, item in value.items() if dice.random() > share / 2}
    if isinstance(value, list):
        return [changed(item, dice, share) for item in value]
    if isinstance(value, str) and (inside := parsed(value.encode()) if value[:1] in ("{", "[") else []):
        return json.dumps(changed(inside[0], dice, share))
    return value


def answered(read: Any) -> bool:
    """Whether there are spans and not an error in words."""
    try:
        read()
    except DataError:
        return False
    return True


@pytest.mark.parametrize("part", [part for part in importers() if parsed(part.sample)], ids=lambda part: part.key)
def test_values_of_any_type(part: Importer, tmp_path: Path) -> None:
    dice, documents, path = random.Random(part.key), parsed(part.sample), tmp_path / "x"
    kept = 0
    for number in range(FILES):
        share = (0.02, 0.05, 0.2)[number % 3]
        path.write_text("\n".join(json.dumps(changed(one, dice, share)) for one in documents))
        kept += answered(lambda: load(path))
        answered(lambda: list(part.read(Source(path), Report("x"))))
    assert kept > FILES // 5


def test_a_member_of_another_format_stops_nothing(tmp_path: Path) -> None:
    """Recognition asks all formats: none may stumble over a document of another one."""
    for part in importers():
        for document in parsed(part.sample)[:1]:
            for name in document if isinstance(document, dict) else ():
                for odd in ODD:
                    (tmp_path / "x").write_text(json.dumps({"object": [], name: odd, "type": {}}))
                    assert not answered(lambda: load(tmp_path / "x"))
