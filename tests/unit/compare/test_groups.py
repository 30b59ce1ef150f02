"""Groups of runs by tag, and the tokens of lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.drawn import drawn
from tracedesk.compare.groups import VALUES_AT_MOST, by_tag, typical
from tracedesk.compare.text import diff
from tracedesk.compare.tokens import line_tokens, per_character
from tracedesk.model.summary import TraceSummary


def run(number: int, models: tuple[str, ...] = (), **tags: Any) -> TraceSummary:
    return TraceSummary(
        number.to_bytes(16, "big"), "agent", None, ("bot",), number, number + 1, 1, 0, 0, True, 0, 0, None, None, None, None,
        None, None, 0, 0, None, None, models, None, b"", tags)


def test_a_tag_with_two_groups_of_three_runs_is_one_to_compare_by() -> None:
    runs = [run(number, prompt_version="v2" if number > 3 else "v1", env="x") for number in range(7, 0, -1)]
    found = by_tag(runs)
    assert list(found) == ["prompt_version"]
    assert [(group.value, len(group.trace_ids)) for group in found["prompt_version"]] == [("v2", 4), ("v1", 3)]
    assert found["prompt_version"][0].trace_ids[0] == runs[0].trace_id


def test_models_are_a_tag_and_known_tags_come_first() -> None:
    runs = [run(number, (f"m{number % 2}",), aaa=number % 2, experiment=f"e{number % 2}") for number in range(8)]
    assert list(by_tag(runs)) == ["experiment", "model", "aaa"]
    assert [group.value for group in by_tag(runs)["aaa"]] == ["0", "1"]


@pytest.mark.parametrize("value", [None, "", [1], {"a": 1}])
def test_what_is_no_value_makes_no_group(value: Any) -> None:
    assert by_tag([run(number, odd=value if number % 2 else "x") for number in range(8)]) == {}


def test_a_tag_that_names_the_run_makes_no_groups() -> None:
    runs = [run(number, user=f"u{number // 3}") for number in range(3 * (VALUES_AT_MOST + 1))]
    assert by_tag(runs) == {}
    assert by_tag([]) == {}


def test_the_typical_run_has_the_usual_number_of_spans() -> None:
    one, two = drawn("a |--|"), drawn("""
        a   |---|
          b  |-|
    """)
    assert typical([one, two, two]) is two
    assert typical([one, two]) is one
    assert typical([]) is None


def test_lines_share_the_reported_tokens_by_length() -> None:
    before, after = "Be brief.\n" + 40 * "a", "Be brief.\n" + 80 * "a"
    lines = diff(before, after)
    assert [line.mark for line in lines] == ["=", "-", "+"]
    assert line_tokens(lines, 0.25, 0.25) == ["", "~10 tokens", "~20 tokens, +10"]
    assert line_tokens(lines, None, 0.25) == ["", "", "~20 tokens"]
    assert line_tokens(lines, None, None) == ["", "", ""]


@pytest.mark.parametrize(("tokens", "text", "fits"), [
    (25, 100 * "a", True), (None, 100 * "a", False), (0, 100 * "a", False), (25, "", False),
    (2_316, 200 * "a", False),                            # a template whose values were left out
    (1, 200 * "a", False), (120, 100 * "語", True)])
def test_tokens_that_do_not_fit_the_length_say_nothing(tokens: int | None, text: str, fits: bool) -> None:
    found = per_character(tokens, text)
    assert (found is not None) == fits
    if found is not None and tokens is not None:
        assert found == tokens / len(text)
