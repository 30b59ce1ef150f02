"""A recorded model step as a request again: what the trace holds, nothing more, in four forms."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from tests.helpers.stories import asks, gives, says, user
from tracedesk.model.llm import LlmFields
from tracedesk.replay.request import as_curl, as_json, as_pytest, as_python, missing, request_body

CALL = LlmFields(values={
    "model.requested": "gpt-4o", "model.response": "gpt-4o-2024-08-06", "param.temperature": 0.2, "param.max_tokens": 512,
    "input.messages": [{"role": "system", "parts": [{"type": "text", "content": "Be brief."}]}, user("it's “broken”"),
                       asks(("call_1", "find"), q="x"), gives("call_1", [{"id": 1}])],
    "output.messages": [asks(("call_2", "refund"), order=1)],
    "tools": [{"name": "find", "description": "Finds.", "parameters": {"type": "object"}, "type": "function"}]})


def test_the_body_says_what_was_recorded() -> None:
    assert request_body(CALL) == {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "it's “broken”"},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"q": "x"}'}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": '[{"id": 1}]'}],
        "tools": [{"type": "function",
                   "function": {"name": "find", "description": "Finds.", "parameters": {"type": "object"}}}],
        "temperature": 0.2, "max_tokens": 512}
    assert json.loads(as_json(CALL)) == request_body(CALL)


def test_a_request_that_was_recorded_whole_is_given_back_whole() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "logit_bias": {"1": 2}}
    fields = LlmFields(values={"input.value": json.dumps({**body, "stream": True}), "input.messages": [user("hi")]})
    assert request_body(fields) == body


def test_code_runs_and_holds_no_key() -> None:
    for text in (as_python(CALL), as_pytest(CALL, "http://127.0.0.1:1/v1")):
        compile(text, "pasted", "exec")
        assert 'os.environ["OPENAI_API_KEY"]' in text
    scope: dict[str, Any] = {}
    exec(as_python(CALL).split("\nresponse =")[0].replace("from openai import OpenAI", "OpenAI = lambda **given: None").replace(
        'os.environ["OPENAI_API_KEY"]', '""'), scope)
    assert scope["request"] == request_body(CALL)
    assert "assert called == ['refund']" in as_pytest(CALL)


def test_curl_survives_a_shell() -> None:
    words = shlex.split(as_curl(CALL))
    assert words[:3] == ["curl", "-sS", "https://api.openai.com/v1/chat/completions"]
    assert json.loads(words[words.index("-d") + 1]) == request_body(CALL)
    assert "Authorization: Bearer $OPENAI_API_KEY" in words


@pytest.mark.parametrize(("values", "why"), [
    ({}, "The messages of this call were not sent."),
    ({"input.messages": [user("hi")]}, "The model of this call was not sent."),
    ({"input.messages": "hi", "model.requested": "m"}, "The messages of this call were not sent."),
    ({"input.messages": [user("hi")], "model.response": "m"}, "")])
def test_what_is_missing_is_said(values: dict[str, Any], why: str) -> None:
    assert missing(LlmFields(values=values)) == why


def test_a_test_of_a_plain_answer_expects_its_first_words() -> None:
    fields = LlmFields(values={**CALL.values, "output.messages": [says("Paris is the capital.")]})
    assert "split()[:3] == ['Paris', 'is', 'the']" in as_pytest(fields)
