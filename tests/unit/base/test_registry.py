"""Parts are found by listing a folder; a clash refuses to start."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tracedesk.base.registry import parts


@dataclass
class Thing:
    key: str


def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **modules: str):
    package = tmp_path / "things"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, text in modules.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == "things"]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("things")


HEAD = "from tests.unit.base.test_registry import Thing\n"


def test_every_part_is_found_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder(tmp_path, monkeypatch, b=HEAD + "PART = Thing('b')", a=HEAD + "PART = (Thing('a'), Thing('a2'))",
                     _shared="X = 1")
    assert [part.key for part in parts(package, Thing)] == ["a", "a2", "b"]


def test_a_clash_refuses_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder(tmp_path, monkeypatch, b=HEAD + "PART = Thing('x')", a=HEAD + "PART = Thing('x')")
    with pytest.raises(ValueError, match=r"things\.a and things\.b"):
        parts(package, Thing)


def test_a_module_without_a_part_is_our_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = folder(tmp_path, monkeypatch, a="NOTHING = 1")
    with pytest.raises(TypeError, match=r"things\.a\.PART"):
        parts(package, Thing)
