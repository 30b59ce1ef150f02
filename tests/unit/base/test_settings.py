"""The settings file: what people wrote in it stays, what is wrong in it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracedesk.base import settings
from tracedesk.base.errors import DataError


def test_keys_are_set_and_taken_out_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# mine\n[receiver]\ngrpc = "127.0.0.1:5317"  # taken\n\n[keys]\n"trace.next" = ["F7"]\n', "utf-8")
    found = settings.save("keys", {"row.next": ("X", "Ctrl+X"), "trace.previous": ()}, path)
    assert found.keys == {"trace.next": ("F7",), "row.next": ("X", "Ctrl+X"), "trace.previous": ()}
    assert settings.save("keys", {"trace.next": None, "never.there": None}, path).keys == {
        "row.next": ("X", "Ctrl+X"), "trace.previous": ()}
    text = path.read_text("utf-8")
    assert "# mine" in text
    assert "# taken" in text
    assert settings.load(path).receiver.grpc == "127.0.0.1:5317"


def test_a_key_that_is_no_list_of_texts_is_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[keys]\n"row.next" = "X"\n"row.previous" = ["Y"]\n', "utf-8")
    found = settings.load(path)
    assert found.keys == {"row.previous": ("Y",)}
    assert found.problems == ("The setting `keys.row.next` cannot be 'X'; a list of keys is needed.",)
    with pytest.raises(DataError, match=r"keys\.row\.next"):
        settings.save("keys", {"row.next": 7}, path)
