"""What no single dialect decides: which model answered, whose log records count, what is borrowed, titles and text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.attributed import log, span
from tracedesk.model.span import Event
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.read import DETAILS, hot, log_owners, read, search_text, title

TOKENS = {"llm.token_count.prompt": 42, "llm.token_count.completion": 17}


def models(attributes: dict[str, Any]) -> tuple[str | None, str | None]:
    """(requested, answered)."""
    found = read(span({"openinference.span.kind": "LLM", **attributes})).values
    return found.get("model.requested"), found.get("model.response")


@pytest.mark.parametrize(("attributes", "expected"), [
    ({"llm.model_name": "gpt-4o-mini-2024-07-18", **TOKENS}, (None, "gpt-4o-mini-2024-07-18")),
    ({"llm.model_name": "gpt-4o-mini", **TOKENS}, ("gpt-4o-mini", None)),
    ({"llm.model_name": "openai/gpt-4o-mini", **TOKENS}, ("openai/gpt-4o-mini", None)),
    ({"llm.model_name": "claude-sonnet-4-20250514", **TOKENS}, ("claude-sonnet-4-20250514", "claude-sonnet-4-20250514")),
    ({"llm.model_name": "claude-sonnet-4-20250514"}, ("claude-sonnet-4-20250514", None)),
    ({"llm.model_name": "gpt-4o-mini-2024-07-18", "llm.invocation_parameters": '{"model": "gpt-4o-mini"}', **TOKENS},
     ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")),
    ({"llm.request.model_name": "gpt-4o-mini", "llm.response.model_name": "gpt-4o-mini", **TOKENS},
     ("gpt-4o-mini", "gpt-4o-mini"))])
def test_one_attribute_for_both_models_tells_one_of_them(
        attributes: dict[str, Any], expected: tuple[str | None, str | None]) -> None:
    assert models(attributes) == expected


@pytest.mark.parametrize("mark", ["braintrust.parent", "logfire.span_type", "wandb.thread_id", "weave.tag", "mastra.metadata.x",
                                  "traceloop.association.properties.user_id"])
def test_what_is_said_goes_before_what_is_guessed(mark: str) -> None:
    """A processor or exporter leaves its mark on spans of others, whose kind it does not know better than they do."""
    call = {"lmnr.span.type": "LLM", "gen_ai.request.model": "voyage-3", "gen_ai.prompt.0.content": "hello"}
    found = read(span({**call, mark: "span"}, name="voyageai.embeddings"))
    assert (found.kind.label, found.values["embedding.inputs"]) == ("embedding", ["hello"])


@pytest.mark.parametrize("mark", ["logfire.span_type", "wandb.thread_id"])
def test_a_mark_does_not_change_how_others_count(mark: str) -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.system": "strands-agents", "gen_ai.server.time_to_first_token": 98}
    assert read(span({**call, mark: "span"}, scope="strands.telemetry.tracer")).values["ttft_s"] == 0.098


@pytest.mark.parametrize(("said", "kind"), [
    ({"gen_ai.request.model": "amazon.titan-embed-text-v2:0"}, "embedding"), ({"gen_ai.request.model": "titan-text"}, "llm"),
    ({"gen_ai.request.model": "embedder", "gen_ai.operation.name": "chat"}, "llm")])
def test_a_model_that_only_embeds_tells_the_kind_where_nothing_else_does(said: dict[str, Any], kind: str) -> None:
    assert read(span({"gen_ai.system": "aws.bedrock", **said})).kind.label == kind


def test_zero_tokens_and_a_price_of_zero_say_nothing() -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 0}
    assert "tokens.input" not in read(span(call)).values
    priced = {**call, "gen_ai.usage.input_tokens": 5, "gen_ai.usage.cost": 0}
    assert "cost.total" not in read(span(priced)).values


@pytest.mark.parametrize(("more", "total"), [
    ({"gen_ai.usage.cache_read.input_tokens": 20}, 33), ({"gen_ai.usage.cache_read.input_tokens": 50}, 83),
    ({"gen_ai.usage.cache_read.input_tokens": 20, "gen_ai.usage.total_tokens": 74}, 53)])
def test_an_exclusive_count_shows_itself(more: dict[str, Any], total: int) -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 33, "gen_ai.usage.output_tokens": 21, **more}
    assert read(span(call)).values["tokens.input"] == total


@pytest.mark.parametrize(("total", "output"), [(68, 26), (63, 21), (None, 21)])
def test_reasoning_that_the_total_counts_apart_is_output(total: int | None, output: int) -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 21,
            "gen_ai.usage.reasoning_tokens": 5, **({} if total is None else {"gen_ai.usage.total_tokens": total})}
    assert read(span(call)).values["tokens.output"] == output


def test_bedrock_counts_cached_tokens_apart() -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 33, "gen_ai.usage.cache_read.input_tokens": 20}
    made = span(call, scope="opentelemetry.instrumentation.botocore.bedrock-runtime")
    assert read(made).values["tokens.input"] == hot(made).values["tokens.input"] == 53


def test_openinference_hands_on_what_bedrock_counts() -> None:
    call = {"openinference.span.kind": "LLM", "llm.token_count.prompt": 33, "llm.token_count.prompt_details.cache_read": 20}
    for scope, total in (("openinference.instrumentation.bedrock", 53), ("openinference.instrumentation.anthropic", 33)):
        assert read(span(call, scope=scope)).values["tokens.input"] == total


def test_attributes_of_a_details_event_fill_gaps_and_say_so() -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "m"}
    record = log(DETAILS, None, **{"gen_ai.request.model": "other", "gen_ai.output.messages": '[{"role": "assistant", "parts":'
                                   ' [{"type": "text", "content": "ho"}]}]'})
    found = read(span(call), [record])
    assert found.values["model.requested"] == "m"
    assert found.values["output.messages"] == [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]
    assert found.sources["output.messages"] == f"log:{DETAILS}/gen_ai.output.messages"
    assert read(span(call, events=(Event(DETAILS, 10**18, record.attributes),))).values == found.values


def test_an_answer_told_in_several_details_events_is_whole() -> None:
    reasoning, words = ({"role": "assistant", "parts": [{"type": kind, "content": said}]}
                        for kind, said in (("reasoning", "Greet."), ("text", "ho")))
    records = [log(DETAILS, None, **{"gen_ai.output.messages": said}) for said in ([reasoning], [words], [reasoning])]
    found = read(span({"gen_ai.operation.name": "chat"}), records)
    assert found.values["output.messages"] == [reasoning, words]


@pytest.mark.parametrize(("calls", "call_id"), [(["c1"], "c1"), (["c1", "c2"], None)])
def test_a_tool_that_langfuse_names_as_the_speaker_answers_its_only_call(calls: list[str], call_id: str | None) -> None:
    asked = [{"id": one, "type": "function", "function": {"name": "get_weather", "arguments": "{}"}} for one in calls]
    said = json.dumps([{"role": "assistant", "content": "", "tool_calls": asked}, {"role": "get_weather", "content": "18"}])
    found = read(span({"langfuse.observation.type": "generation", "langfuse.observation.input": said}))
    assert found.values["input.messages"][-1] == {
        "role": "tool", "parts": [{"type": "tool_call_response", "id": call_id, "response": "18"}]}


def test_a_call_without_an_id_and_the_same_with_one_are_one() -> None:
    asked = {"name": "get_weather", "args": {"city": "Paris"}}
    said = {"role": "ai", "content": [{"type": "functionCall", "functionCall": asked}],
            "tool_calls": [{**asked, "type": "tool_call", "id": "c1"}]}
    found = read(span({"langfuse.observation.type": "generation", "langfuse.observation.output": json.dumps(said)}))
    assert found.values["output.messages"] == [{"role": "assistant", "parts": [
        {"type": "tool_call", "id": "c1", "name": "get_weather", "arguments": {"city": "Paris"}}]}]


def test_a_node_without_its_text_is_no_text() -> None:
    said = '["<NodeWithScore(node=TextNode(id_=0c4b-1, score=0.9)>"]'
    assert read(span({"openinference.span.kind": "RETRIEVER", "output.value": said})).values["retrieval.documents"] == [
        {"id": "0c4b-1", "score": 0.9, "content": None, "metadata": None}]


def test_the_effort_of_reasoning_may_be_one_level_down() -> None:
    found = read(span({"openinference.span.kind": "LLM", "llm.invocation_parameters": '{"reasoning": {"effort": "low"}}'}))
    assert found.values["param.reasoning_effort"] == "low"
    assert found.sources["param.reasoning_effort"] == "llm.invocation_parameters"


def test_what_was_embedded_is_no_chat() -> None:
    told = (Event("gen_ai.content.prompt", 10**18, {"gen_ai.prompt": "['hello', 'world']"}),)
    made = span({"gen_ai.operation.name": "embedding", "gen_ai.request.model": "e"}, scope="openlit.otel.tracing", events=told)
    assert "input.messages" not in read(made).values


def test_one_embedded_text_comes_without_the_quotes_of_its_json() -> None:
    found = read(span({"ai.operationId": "ai.embed", "ai.value": '"hello"'}, scope="ai")).values
    assert found["embedding.inputs"] == ["hello"]


@pytest.mark.parametrize(("said", "kind"), [
    ("iVBORw0KGgoAAAANSUhEUg==", "image/png"), ("/9j/4AAQSkZJRg==", "image/jpeg"), ("R0lGODlhAQABAAAAACw=", "image/gif")])
def test_the_bare_base64_of_a_picture_is_no_address(said: str, kind: str) -> None:
    asked = json.dumps({"messages": [{"role": "user", "content": [{"type": "image", "image": said}]}]})
    found = read(span({"ai.operationId": "ai.generateText", "ai.prompt": asked}, scope="ai")).values
    assert found["input.messages"][0]["parts"] == [
        {"type": "blob", "mime_type": kind, "modality": "image", "content": said}]


def test_a_picture_without_data_or_address_is_kept() -> None:
    asked = json.dumps([{"role": "user", "content": [{"type": "image", "image": {"0": 137, "1": 80}}]}])
    found = read(span({"ai.operationId": "ai.generateText.doGenerate", "ai.prompt.messages": asked}, scope="ai")).values
    assert found["input.messages"][0]["parts"] == [{"type": "image", "image": {"0": 137, "1": 80}}]


@pytest.mark.parametrize("said", ["{}", "[]", {}, []])
def test_a_tool_without_arguments_or_hits_says_so(said: Any) -> None:
    found = read(span({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": said,
                       "gen_ai.tool.call.result": said})).values
    assert found["tool.args"] == found["tool.result"] == (json.loads(said) if isinstance(said, str) else said)


def test_pairs_of_role_and_content_are_messages() -> None:
    said = '{"messages": [["system", "Be terse."], ["user", "hi"]]}'
    found = read(span({"langsmith.span.kind": "chain", "gen_ai.prompt": said})).values["input.messages"]
    assert [(message["role"], message["parts"][0]["content"]) for message in found] == [("system", "Be terse."), ("user", "hi")]


def test_objects_of_google_genai_dumped_whole_are_what_they_hold() -> None:
    kinds: dict[str, Any] = dict.fromkeys(("tool_call", "function_call", "function_response", "inline_data", "text", "thought"))
    said = [{"role": "user", "parts": [{**kinds, "text": "hi"}, kinds]},
            {"role": "model", "parts": [{**kinds, "function_call": {"id": "c1", "name": "f", "args": {"x": 1}}}]},
            {"role": "user", "parts": [{**kinds, "function_response": {"id": "c1", "name": "f", "response": {"y": 2}}}]}]
    assert exchange(said, "user") == [
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": {"y": 2}}]}]


def test_a_history_of_pydantic_ai_is_a_chat() -> None:
    said = [{"kind": "request", "instructions": "Be terse.", "parts": [{"part_kind": "user-prompt", "content": "hi"}]},
            {"kind": "response", "finish_reason": "tool_call", "parts": [
                {"part_kind": "thinking", "content": "Hm."},
                {"part_kind": "tool-call", "tool_name": "f", "args": '{"x": 1}', "tool_call_id": "c1"}]},
            {"kind": "request", "instructions": "Be terse.", "parts": [
                {"part_kind": "tool-return", "tool_name": "f", "content": "2", "tool_call_id": "c1"},
                {"part_kind": "user-prompt", "content": "and?"}]}]
    assert exchange(said, "user") == [
        {"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "Hm."},
                                        {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"x": 1}}],
         "finish_reason": "tool_calls"},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "2"}]},
        {"role": "user", "parts": [{"type": "text", "content": "and?"}]}]


@pytest.mark.parametrize("value", ['<groq.Stream object at 0x7f2420cb8b10>', '"<anthropic.Stream object at 0x7F>"'])
def test_the_repr_of_an_object_is_no_answer(value: str) -> None:
    assert exchange(value, "assistant") is None
    assert exchange(value + "!", "assistant") is not None


def test_the_repr_of_an_object_is_no_parameter() -> None:
    told = read(span({"openinference.span.kind": "LLM", "llm.invocation_parameters":
                      '{"temperature": 0.2, "reasoning_effort": "<openai.Omit object at 0x7f682d4f29d0>"}'}))
    assert {name for name in told.values if name.startswith("param.")} == {"param.temperature"}


def test_reasoning_that_is_a_message_is_a_part_of_the_answer() -> None:
    assert exchange([{"role": "reasoning", "content": "Greet."}], "assistant") == [
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "Greet."}]}]


def test_a_user_who_answers_a_call_is_the_tool() -> None:
    prefix = "llm.input_messages.0.message."
    found = read(span({"openinference.span.kind": "LLM", prefix + "role": "user", prefix + "content": "18",
                       prefix + "tool_call_id": "c1"}))
    assert found.values["input.messages"] == [
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "18"}]}]


def test_records_of_another_span_are_not_this_ones() -> None:
    call = span({"gen_ai.operation.name": "chat", "gen_ai.system": "openai"})
    assert "input.messages" in read(call, [log("gen_ai.user.message", {"content": "hi"})]).values
    assert "input.messages" not in read(call, [log("gen_ai.user.message", {"content": "hi"}, owner=b"\3" * 8)]).values


def test_claude_code_writes_its_parent_into_its_records() -> None:
    assert log_owners(span({})) == (b"\2" * 8,)
    assert log_owners(span({}, scope="com.anthropic.claude_code.tracing")) == (b"\2" * 8, b"\3" * 8)


def test_what_only_the_records_of_claude_codes_parent_say() -> None:
    call = {"span.type": "llm_request", "model": "m", "input_tokens": 33, "output_tokens": 21, "cache_read_tokens": 20,
            "cache_creation_tokens": 0}
    said = {"event.name": "api_request", **{name: str(value) for name, value in call.items()}, "cost_usd": "0.00042",
            "cache_creation_1h_tokens": "0"}
    scope = "com.anthropic.claude_code.tracing"
    found = read(span(call, scope=scope), [log("", None, b"\3" * 8, **said)]).values
    assert (found["cost.total"], found["tokens.cache_write_1h"]) == (0.00042, 0)
    tool = {"span.type": "tool", "tool_name": "Read", "tool_use_id": "c1"}
    result = {"event.name": "tool_result", "tool_use_id": "c1", "success": "false"}
    assert read(span(tool, scope=scope), [log("", None, b"\3" * 8, **result)]).values["tool.is_error"] is True
    result["tool_use_id"] = "c2"
    assert "tool.is_error" not in read(span(tool, scope=scope), [log("", None, b"\3" * 8, **result)]).values


def test_a_system_prompt_beside_the_messages_comes_first_and_once() -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.system_instructions": '[{"type": "text", "content": "Be terse."}]',
            "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]'}
    assert [message["role"] for message in read(span(call)).values["input.messages"]] == ["system", "user"]
    call["gen_ai.input.messages"] = ('[{"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},'
                                     ' {"role": "user", "parts": [{"type": "text", "content": "hi"}]}]')
    assert [message["role"] for message in read(span(call)).values["input.messages"]] == ["system", "user"]


def test_instructions_that_laminar_keeps_in_the_older_list_are_the_system_prompt() -> None:
    call = {"lmnr.span.path": ["flow"], "gen_ai.request.model": "m",
            "gen_ai.input.messages": '[{"role": "user", "content": "hi"}]', "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be terse.", "gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": "hi"}
    found = read(span(call)).values
    assert found["system"] == "Be terse."
    assert [message["role"] for message in found["input.messages"]] == ["system", "user"]


@pytest.mark.parametrize("attributes", [
    {"gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "first"}]},'
                              ' {"role": "user", "parts": [{"type": "text", "content": "where  is\\n it?"}]},'
                              ' {"role": "assistant", "parts": [{"type": "text", "content": "here"}]}]'},
    {"openinference.span.kind": "LLM", "llm.input_messages.10.message.role": "user",
     "llm.input_messages.10.message.content": "where  is\n it?", "llm.input_messages.2.message.role": "user",
     "llm.input_messages.2.message.content": "first", "llm.input_messages.11.message.role": "assistant",
     "llm.input_messages.11.message.content": "here"}])
def test_the_title_is_what_the_user_said_last(attributes: dict[str, Any]) -> None:
    fields = hot(span(attributes))
    assert title(fields) == "where is it?"
    text = search_text(fields, span(attributes))
    assert all(piece in text for piece in ("call", "first", "where  is\n it?", "here"))


def test_titles_are_short_and_text_has_an_end() -> None:
    long = {"gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "' + "word " * 20_000 + '"}]}]'}
    fields = hot(span(long))
    assert len(title(fields) or "") == 200
    assert (title(fields) or "").endswith("…")
    assert len(search_text(fields, span(long))) == 32_000


def test_text_can_be_stored() -> None:
    odd = span({"gen_ai.input.messages": "a\x00b\ud83d"}, name="n\x00")
    text = search_text(hot(odd), odd)
    assert text.encode()
    assert "\x00" not in text


def test_a_flood_of_shapes_is_forgotten_again() -> None:
    for number in range(6_000):
        assert read(span({f"a{number}": 1})).kind.label == "other"


def test_what_a_call_passed_through_is_no_reason_to_finish() -> None:
    call = {"gen_ai.operation.name": "chat", "gen_ai.response.finish_reasons": '["in_progress", "in_progress", "completed"]'}
    assert read(span(call)).values["finish_reasons"] == ["stop"]
    assert "finish_reasons" not in read(span({**call, "gen_ai.response.finish_reasons": ["queued"]})).values


def test_an_undefined_type_of_error_gives_way_to_that_of_the_exception() -> None:
    call = {"gen_ai.operation.name": "chat", "error.type": "undefined"}
    thrown = Event("exception", 10**18, {"exception.type": "rate_limit_exceeded", "exception.message": "Too many"})
    assert read(span(call, events=(thrown,))).values["error.type"] == "rate_limit_exceeded"
    assert "error.type" not in read(span(call)).values


def test_agentops_hides_a_definition_in_a_schema() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    said = [{"name": "get_weather", "schema": {"description": "weather", "input_schema": schema}}]
    found = read(span({"gen_ai.request.type": "chat", "agentops.tags": ["a"], "anthropic.tools.schemas": json.dumps(said)}))
    assert found.values["tools"] == [{"name": "get_weather", "description": "weather", "parameters": schema, "type": None}]


def test_the_reasoning_of_an_agent_in_javascript_is_not_the_users() -> None:
    sent = [{"type": "message", "role": "user", "content": "Paris?"},
            {"type": "reasoning", "content": [{"type": "input_text", "text": "Look it up."}]},
            {"type": "function_call", "id": "fc_1", "callId": "call_1", "name": "get_weather", "arguments": '{"city": "Rome"}'},
            {"type": "function_call_result", "name": "get_weather", "callId": "call_1",
             "output": {"type": "text", "text": "18"}}]
    flattened = "llm.input_messages."
    call = {"openinference.span.kind": "LLM", "input.value": json.dumps(sent),
            flattened + "0.message.role": "system", flattened + "0.message.content": "Be terse.",
            flattened + "1.message.role": "user", flattened + "1.message.content": "Paris?",
            flattened + "2.message.contents.0.message_content.text": "Look it up."}
    found = read(span(call, scope="@arizeai/openinference-instrumentation-openai-agents"))
    assert found.values["input.messages"] == [
        {"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Paris?"}]},
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "Look it up."}]},
        {"role": "assistant", "parts": [
            {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Rome"}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "18"}]}]


def test_what_bedrock_cached_is_in_the_answer_that_openinference_keeps() -> None:
    usage = {"inputTokens": 35, "outputTokens": 23, "totalTokens": 78, "cacheReadInputTokens": 20, "cacheWriteInputTokens": 0}
    call = {"openinference.span.kind": "LLM", "output.value": json.dumps({"output": {}, "usage": usage}),
            "llm.token_count.prompt": 35, "llm.token_count.completion": 23, "llm.token_count.total": 78}
    made = span(call, scope="@arizeai/openinference-instrumentation-bedrock")
    for found in (read(made).values, hot(made).values):
        assert (found["tokens.input"], found["tokens.cache_read"], found["tokens.cache_write"]) == (55, 20, 0)


@pytest.mark.parametrize(("blob", "field", "value"), [
    ({"reasoning": {"effort": "low", "summary": "auto"}}, "param.reasoning_effort", "low"),
    ({"generationConfig": {"maxOutputTokens": 99}}, "param.max_tokens", 99),
    ({"inferenceConfig": {"stopSequences": ["END"]}}, "param.stop", ["END"])])
def test_parameters_may_lie_deeper(blob: dict[str, Any], field: str, value: Any) -> None:
    call = {"openinference.span.kind": "LLM", "llm.invocation_parameters": json.dumps(blob)}
    assert read(span(call)).values[field] == value
    call["llm.invocation_parameters"] = '{"reasoning": {"effort": null}}'
    assert "param.reasoning_effort" not in read(span(call)).values


@pytest.mark.parametrize("answer", [{"service_tier": "flex"}, {"usage": {"service_tier": "flex"}}])
def test_the_tier_that_served_a_call_is_in_its_answer(answer: dict[str, Any]) -> None:
    made = span({"openinference.span.kind": "LLM", "output.value": json.dumps(answer)})
    assert read(made).values["service_tier"] == hot(made).values["service_tier"] == "flex"


def test_a_prompt_of_genkit_has_a_name_and_variables() -> None:
    runs = {"genkit:type": "dotprompt", "genkit:name": "hello", "genkit:input": '{"who": "you"}'}
    filled = {"genkit:type": "promptTemplate", "genkit:name": "render", "genkit:metadata:promptName": "hello",
              "genkit:input": '{"who": "you"}'}
    for attributes in (runs, filled):
        found = read(span(attributes)).values
        assert (found["prompt.name"], found["prompt.variables"]) == ("hello", {"who": "you"})
    assert "prompt.variables" not in read(span({"genkit:type": "util", "genkit:name": "generate", "genkit:input": "{}"})).values


def test_a_chat_of_genkit_is_a_session() -> None:
    found = read(span({"genkit:type": "helper", "genkit:name": "send", "genkit:sessionId": "s-1", "genkit:threadName": "main"}))
    assert (found.kind.label, found.values["session.id"]) == ("chain", "s-1")


def test_braintrust_calls_an_embedding_a_model_call() -> None:
    call = {"braintrust.span_attributes": '{"type": "llm", "name": "Embedding"}', "braintrust.input_json": '["hello", "world"]',
            "braintrust.output_json": '{"embedding_length": 4}', "braintrust.metrics": '{"tokens": 14, "prompt_tokens": 14}',
            "braintrust.metadata": '{"model": "text-embedding-3-small"}'}
    found = read(span(call, name="Embedding"))
    assert (found.kind.label, found.values["embedding.inputs"], found.values["tokens.input"]) == (
        "embedding", ["hello", "world"], 14)
    task = {"braintrust.span_attributes": '{"type": "task"}', "braintrust.metadata": '{"plan": "pro"}'}
    assert "param.all" not in read(span(task)).values


def test_the_content_of_googles_client_has_parts_and_a_role() -> None:
    """`opentelemetry-instrumentation-google-genai` dumps the client's objects, with every key that they may have."""
    asked = {"parts": [{"text": None, "function_call": {"id": None, "name": "get_weather", "args": {"city": "Paris"}},
                        "inline_data": None}], "role": "model"}
    answered = {"parts": [{"text": "18", "thought": None, "function_call": None}, {"text": None}], "role": "model"}
    found = read(span({"gen_ai.operation.name": "generate_content", "gen_ai.system": "gemini"}), [
        log("gen_ai.user.message", {"content": "Paris?"}), log("gen_ai.user.message", {"content": asked}),
        log("gen_ai.choice", {"index": 0, "content": answered, "finish_reason": "STOP"})]).values
    assert found["input.messages"] == [
        {"role": "user", "parts": [{"type": "text", "content": "Paris?"}]},
        {"role": "assistant", "parts": [
            {"type": "tool_call", "id": None, "name": "get_weather", "arguments": {"city": "Paris"}}]}]
    assert found["output.messages"] == [
        {"role": "assistant", "parts": [{"type": "text", "content": "18"}], "finish_reason": "stop"}]


def test_content_that_was_left_out_is_not_said() -> None:
    call = span({"gen_ai.operation.name": "generate_content", "gen_ai.system": "gemini"})
    left = [log("gen_ai.user.message", {"content": "<elided>"}), log("gen_ai.choice", {"index": 0, "content": "<elided>"})]
    assert not {"input.messages", "output.messages"} & read(call, left).values.keys()


def test_events_of_googles_client_in_logfire_have_no_names() -> None:
    events = [{"content": "Paris?", "role": "user"},
              {"index": 0, "finish_reason": "STOP", "message": {"role": "assistant", "content": ["18", " degrees"]}}]
    call = {"gen_ai.operation.name": "chat", "logfire.msg": "generate_content", "events": json.dumps(events)}
    found = read(span(call)).values
    assert found["input.messages"] == [{"role": "user", "parts": [{"type": "text", "content": "Paris?"}]}]
    assert found["output.messages"] == [{"role": "assistant", "finish_reason": "stop", "parts": [
        {"type": "text", "content": "18"}, {"type": "text", "content": " degrees"}]}]


@pytest.mark.parametrize("said", [
    {"code.function.parameters.city.type": "str", "code.function.parameters.city.value": "Paris"},
    {"gen_ai.tool.call.arguments": '{"code.function.parameters.city.type": "str", '
                                   '"code.function.parameters.city.value": "Paris"}'},
    {"gen_ai.tool.call.arguments": '{"city": "Paris"}'}])
def test_a_tool_of_googles_client_tells_its_arguments_one_by_one(said: dict[str, Any]) -> None:
    call = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_weather", "code.function.return.value": "18",
            "logfire.msg": "execute_tool", **said}
    for more in (call, {name: value for name, value in call.items() if name != "logfire.msg"}):
        found = read(span(more)).values
        assert (found["tool.args"], found["tool.result"]) == ({"city": "Paris"}, 18)


def test_what_googles_client_was_told_is_a_parameter() -> None:
    found = read(span({"gen_ai.operation.name": "generate_content", "gcp.gen_ai.operation.config.response_mime_type": "text/x",
                       "gcp.gen_ai.operation.config.seed": 7})).values
    assert (found["param.seed"], found["param.all"]) == (7, {"response_mime_type": "text/x"})
