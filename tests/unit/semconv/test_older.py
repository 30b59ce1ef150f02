"""What older versions of SDKs wrote, or left in the raw request and answer alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.helpers.attributed import span
from tracedesk.model.span import Event, Scope
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.read import hot, read

OLD = "openinference.instrumentation."
TOKENS = {"llm.token_count.prompt": 42, "llm.token_count.completion": 17}
WEATHER = {"name": "get_weather", "arguments": '{"city": "Paris"}'}


def openinference(package: str, attributes: dict[str, Any], whole: Any = None) -> dict[str, Any]:
    said = {"openinference.span.kind": "LLM", **attributes}
    if whole is not None:
        said["output.value"] = json.dumps(whole)
    return read(span(said, scope=OLD + package)).values


def test_ids_of_calls_are_in_the_whole_answer_where_the_flattened_one_lost_them() -> None:
    answer = {"choices": [{"message": {"role": "assistant", "tool_calls": [
        {"id": "call_1", "type": "function", "function": WEATHER}]}, "finish_reason": "tool_calls"}]}
    lead = "llm.output_messages.0.message."
    flat = {lead + "role": "assistant", lead + "tool_calls.0.tool_call.function.name": "get_weather",
            lead + "tool_calls.0.tool_call.function.arguments": WEATHER["arguments"]}
    called = {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert openinference("openai", flat, answer)["output.messages"] == [
        {"role": "assistant", "parts": [called], "finish_reason": "tool_calls"}]
    flat[lead + "tool_calls.0.tool_call.id"] = "call_1"
    assert openinference("openai", flat, answer)["output.messages"] == [{"role": "assistant", "parts": [called]}]


def test_all_results_are_in_the_whole_request_where_the_flattened_one_kept_the_last() -> None:
    results = [{"type": "tool_result", "tool_use_id": name, "content": "18"} for name in ("t1", "t2")]
    found = openinference("anthropic", {
        "input.value": json.dumps({"messages": [{"role": "user", "content": results}]}),
        "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "18",
        "llm.input_messages.0.message.tool_call_id": "t2"})
    assert [part["id"] for part in found["input.messages"][0]["parts"]] == ["t1", "t2"]


def test_calls_of_langchains_anthropic_are_in_the_whole_answer_alone() -> None:
    block = {"id": "t1", "input": {}, "name": "get_weather", "type": "tool_use", "partial_json": WEATHER["arguments"]}
    kwargs = {"content": [{"type": "text", "text": "Let me look."}, block], "response_metadata": {"stop_reason": "tool_use"},
              "tool_calls": [{"id": "t1", "name": "get_weather", "args": {"city": "Paris"}, "type": "tool_call"}]}
    answer = {"generations": [[{"text": "Let me look.", "message": {"lc": 1, "id": ["AIMessage"], "kwargs": kwargs}}]]}
    found = openinference("langchain", {"llm.output_messages.0.message.role": "assistant",
                                        "llm.output_messages.0.message.content": "Let me look."}, answer)
    assert found["finish_reasons"] == ["tool_calls"]
    assert found["output.messages"][0]["parts"][1] == {
        "type": "tool_call", "id": "t1", "name": "get_weather", "arguments": {"city": "Paris"}}


@pytest.mark.parametrize(("package", "answer"), [
    ("anthropic", {"usage": {"input_tokens": 33, "cache_read_input_tokens": 20}}),
    ("langchain", {"llm_output": {"usage": {"input_tokens": 33, "cache_read_input_tokens": 20}}})])
@pytest.mark.parametrize("counted", [33, 53])
def test_anthropics_own_count_is_known_by_the_answer(package: str, answer: dict[str, Any], counted: int) -> None:
    figures = {"llm.token_count.prompt": counted, "llm.token_count.completion": 21}
    made = span({"openinference.span.kind": "LLM", **figures, "output.value": json.dumps(answer)}, scope=OLD + package)
    for found in (read(made).values, hot(made).values):
        assert (found["tokens.input"], found["tokens.cache_read"]) == (53, 20)


def test_the_rest_of_openais_usage_is_in_the_answer() -> None:
    usage = {"prompt_tokens": 42, "prompt_tokens_details": {"cached_tokens": 8}, "completion_tokens_details": {
        "reasoning_tokens": 0}}
    found = openinference("openai", TOKENS, {"usage": usage})
    assert (found["tokens.input"], found["tokens.cache_read"]) == (42, 8)
    assert "tokens.reasoning" not in found


def test_nobody_asks_with_nothing() -> None:
    found = read(span({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 21,
                       "gen_ai.usage.cache_read_input_tokens": 0, "llm.usage.total_tokens": 21})).values
    assert {name for name in found if name.startswith("tokens.")} == {"tokens.output"}


def test_bedrocks_contents_were_written_as_json() -> None:
    said = read(span({
        "llm.request.type": "chat", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": '[{"text": "hi"}]',
        "gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": '"ho"', "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": '[{"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": 1}}}]'},
        scope="opentelemetry.instrumentation.bedrock")).values
    assert [message["parts"][0]["content"] for message in said["input.messages"]] == ["hi", "ho"]
    assert said["output.messages"][0]["parts"] == [{"type": "tool_call", "id": "t1", "name": "f", "arguments": {"a": 1}}]
    assert read(span({}, name="bedrock.converse", scope="opentelemetry.instrumentation.bedrock")).kind.label == "llm"


def test_no_text_beside_calls_may_be_the_json_of_no_text() -> None:
    lead = "gen_ai.completion.0."
    said = read(span({lead + "role": "unknown", lead + "content": '""', lead + "tool_calls.0.id": "c1",
                      lead + "tool_calls.0.name": "f"})).values["output.messages"]
    assert [part["type"] for part in said[0]["parts"]] == ["tool_call"]


def test_openlit_wrote_calls_of_a_model_as_lists_in_text() -> None:
    said = read(span({
        "telemetry.sdk.name": "openlit", "gen_ai.operation.name": "chat", "gen_ai.tool.name": "f, g",
        "gen_ai.tool.call.id": "c1, c2", "gen_ai.tool.args": '{"a": 1, "b": 2}, {"a": 3}', "gen_ai.completion": ""})).values
    assert [(part["id"], part["name"], part["arguments"]) for part in said["output.messages"][0]["parts"]] == [
        ("c1", "f", {"a": 1, "b": 2}), ("c2", "g", {"a": 3})]


def test_pieces_of_googles_streams_are_one_message() -> None:
    pieces = [{"role": "assistant", "parts": [{"type": "text", "content": said}], "finish_reason": reason}
              for said, reason in (("Paris is su", ""), ("nny.", "stop"), ("Rome is wet.", "stop"))]
    said = read(span({"gen_ai.operation.name": "generate_content", "gen_ai.output.messages": json.dumps(pieces)},
                     scope="opentelemetry.instrumentation.google_genai")).values["output.messages"]
    assert [message["parts"][0]["content"] for message in said] == ["Paris is sunny.", "Rome is wet."]


def logfire(name: str, asked: Any, answer: Any = None, **more: Any) -> Any:
    said = {"request_data": json.dumps(asked), "logfire.msg_template": name, "logfire.msg": name, **more}
    if answer is not None:
        said["response_data"] = json.dumps(answer)
    return read(span(said, name=name, scope="logfire"))


def test_logfires_old_calls_are_known_by_their_names() -> None:
    names = ("Chat Completion with {request_data[model]!r}", "Message with {request_data[model]!r}",
             "streaming response from {request_data[model]!r} took {duration:.2f}s",
             "Embedding Creation with {request_data[model]!r}", "Message of mine")
    assert [logfire(name, {"model": "m"}).kind.label for name in names] == ["llm", "llm", "llm", "embedding", "other"]
    assert read(span({"logfire.msg": "x"}, name=names[0], scope="logfire")).kind.label == "other"


def test_logfires_old_usage_is_the_providers_own() -> None:
    found = logfire("Chat Completion with {request_data[model]!r}", {"model": "gpt-4o-mini", "temperature": 0.2}, {"usage": {
        "prompt_tokens": 42, "completion_tokens": 17, "prompt_tokens_details": {"cached_tokens": 8},
        "completion_tokens_details": {"reasoning_tokens": 5}}}).values
    assert {name: found[name] for name in ("tokens.input", "tokens.output", "tokens.cache_read", "tokens.reasoning",
                                           "param.temperature")} == {
        "tokens.input": 42, "tokens.output": 17, "tokens.cache_read": 8, "tokens.reasoning": 5, "param.temperature": 0.2}
    call = {"function": {"name": "get_weather", "arguments": '{"input": {"city": "Paris"}}'}}
    found = logfire("Message with {request_data[model]!r}", {
        "model": "claude", "system": "Be terse.", "messages": [{"role": "user", "content": "hi"}]}, {
        "message": {"role": "assistant", "content": "Let me look.", "tool_calls": [call]},
        "usage": {"input_tokens": 33, "output_tokens": 21, "cache_read_input_tokens": 20}}).values
    assert (found["tokens.input"], found["tokens.cache_read"]) == (53, 20)
    assert [message["role"] for message in found["input.messages"]] == ["system", "user"]
    assert found["output.messages"][0]["parts"][1]["arguments"] == {"city": "Paris"}


def test_logfires_events_of_a_response_end_with_the_answer() -> None:
    events = [{"event.name": "gen_ai.user.message", "content": "hi", "role": "user"},
              {"event.name": "gen_ai.assistant.message", "content": "ho", "role": "assistant"}]
    call = {"gen_ai.request.model": "m", "events": json.dumps(events)}
    found = read(span({**call, "gen_ai.usage.output_tokens": 5}, scope="logfire.openai")).values
    assert [[message["role"] for message in found[name]] for name in ("input.messages", "output.messages")] == [
        ["user"], ["assistant"]]
    assert "output.messages" not in read(span(call, scope="logfire.openai")).values       # no figures: nobody answered


def test_pydantic_ai_began_without_operations() -> None:
    answer = {"kind": "response", "parts": [{"part_kind": "tool-call", "tool_name": "f", "tool_call_id": "c1",
                                             "args": {"args_json": '{"a": 1}'}}]}
    found = read(span({"run_step": 1, "logfire.msg": "model request", "response": json.dumps(answer), "usage": json.dumps(
        {"requests": 0, "request_tokens": 61, "response_tokens": 19, "details": {"cached_tokens": 16}})},
        name="model request", scope="pydantic-ai"))
    assert (found.kind.label, found.values["tokens.input"], found.values["tokens.cache_read"]) == ("llm", 61, 16)
    assert found.values["output.messages"] == [{"role": "assistant", "parts": [
        {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": 1}}]}]


def test_a_text_of_langfuse_was_json_until_3_2() -> None:
    call = {"langfuse.observation.type": "generation", "langfuse.observation.output": '"Caf\\u00e9"'}
    for version, said in (("3.0.8", "Café"), ("3.5.0", '"Caf\\u00e9"')):
        made = span(call)
        made.scope = Scope("langfuse-sdk", version)
        assert read(made).values["output.messages"][0]["parts"] == [{"type": "text", "content": said}]


def test_calls_may_be_among_the_additional_arguments_of_langchain() -> None:
    said = {"role": "assistant", "content": "", "additional_kwargs": {"tool_calls": [
        {"id": "c1", "type": "function", "function": WEATHER}], "refusal": None}}
    assert exchange([said], "assistant") == [{"role": "assistant", "parts": [
        {"type": "tool_call", "id": "c1", "name": "get_weather", "arguments": {"city": "Paris"}}]}]


def mlflow(attributes: dict[str, Any], *pieces: Any, name: str = "ChatCompletionChunk") -> dict[str, Any]:
    events = tuple(Event(f"chunk_{number}", 10**18, {name: json.dumps(piece)}) for number, piece in enumerate(pieces))
    return read(span({"mlflow.spanType": '"CHAT_MODEL"', **attributes}, events=events)).values


def test_mlflow_had_usage_in_the_answer_alone() -> None:
    openai = {"usage": {"prompt_tokens": 42, "completion_tokens": 17}}
    anthropic = {"usage": {"input_tokens": 33, "cache_read_input_tokens": 20, "output_tokens": 21}}
    for answer, figures in ((openai, (42, 17)), (anthropic, (53, 21))):
        found = mlflow({"mlflow.spanOutputs": json.dumps(answer)})
        assert (found["tokens.input"], found["tokens.output"]) == figures


def test_mlflow_had_the_end_of_a_stream_in_its_pieces_alone() -> None:
    def delta(**said: Any) -> dict[str, Any]:
        return {"id": "c-1", "model": "gpt-4o-mini-2024-07-18", "choices": [{"delta": said, "finish_reason": None}]}

    call = {"index": 0, "id": "call_1", "function": {"name": "get_weather", "arguments": '{"city": '}}
    found = mlflow({"mlflow.spanOutputs": '""', "model": '"gpt-4o-mini"'}, delta(tool_calls=[call]),
                   delta(tool_calls=[{"index": 0, "function": {"arguments": '"Paris"}'}}]),
                   {"id": "c-1", "choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
                   {"id": "c-1", "choices": [], "usage": {"prompt_tokens": 61, "completion_tokens": 19}})
    assert (found["model.response"], found["response.id"], found["finish_reasons"], found["tokens.input"]) == (
        "gpt-4o-mini-2024-07-18", "c-1", ["tool_calls"], 61)
    assert found["output.messages"] == [{"role": "assistant", "parts": [
        {"type": "tool_call", "id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}]}]


def test_an_agent_of_strands_named_no_operation() -> None:
    said = {"gen_ai.event.start_time": "t", "gen_ai.system": "strands-agents", "gen_ai.agent.name": "Strands Agent",
            "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.prompt_tokens": 106, "gen_ai.usage.completion_tokens": 42}
    kinds = [read(span(said, name=name)).kind.label for name in ("Strands Agent", "Model invoke")]
    tool = read(span({"gen_ai.event.start_time": "t", "tool.name": "f", "tool.id": "c1", "tool.parameters": '{"a": 1}',
                      "tool.status": "error"}, name="Tool: f", scope="strands.telemetry.tracer")).values
    assert kinds == ["agent", "llm"]
    assert (tool["tool.call_id"], tool["tool.args"], tool["tool.is_error"]) == ("c1", {"a": 1}, True)


def test_a_tool_of_adk_was_in_the_name_of_its_span() -> None:
    found = read(span({"gen_ai.system": "gcp.vertex.agent", "gcp.vertex.agent.tool_call_args": '{"city": "Paris"}'},
                      name="tool_call [get_weather]", scope="gcp.vertex.agent"))
    assert (found.kind.label, found.values["tool.name"], found.values["tool.args"]) == (
        "tool", "get_weather", {"city": "Paris"})


def test_an_answer_of_agno_was_told_whole_alone() -> None:
    answer = {"id": "c-1", "model": "gpt-4o-mini-2024-07-18", "choices": [
        {"message": {"role": "assistant", "content": "ho"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 42, "completion_tokens": 17, "prompt_tokens_details": {"cached_tokens": 8}}}
    found = openinference("agno", {"llm.model_name": "gpt-4o-mini", "llm.provider": "OpenAI"}, answer)
    assert (found["model.requested"], found["model.response"]) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert [found[f"tokens.{name}"] for name in ("input", "output", "cache_read")] == [42, 17, 8]
    assert found["output.messages"] == [
        {"role": "assistant", "parts": [{"type": "text", "content": "ho"}], "finish_reason": "stop"}]
    claude = {"role": "assistant", "content": [{"type": "text", "text": "ho"}], "model": "claude", "usage": {
        "input_tokens": 33, "output_tokens": 21, "cache_read_input_tokens": 20}}
    found = openinference("agno", {"llm.model_name": "claude", "llm.provider": "Anthropic"}, claude)
    assert (found["tokens.input"], found["output.messages"][0]["parts"]) == (53, [{"type": "text", "content": "ho"}])


def test_messages_of_bedrock_were_among_the_parameters() -> None:
    asked = {"max_tokens": 9, "system": "Be terse.", "messages": [{"role": "user", "content": "hi"}]}
    found = openinference("bedrock", {"llm.invocation_parameters": json.dumps(asked)})
    assert [message["role"] for message in found["input.messages"]] == ["system", "user"]


def test_the_text_of_a_class_names_an_error() -> None:
    made = span({"gen_ai.operation.name": "chat", "error.type": "<class 'openai.RateLimitError'>"})
    assert read(made).values["error.type"] == "openai.RateLimitError"


def test_agno_packed_a_message_into_one_attribute() -> None:
    said = {"role": "assistant", "content": "Let me look.", "tool_calls": [
        {"id": "c1", "type": "function", "function": WEATHER}]}
    found = openinference("agno", {"llm.output_messages.0": json.dumps(said)})
    assert [part["type"] for part in found["output.messages"][0]["parts"]] == ["text", "tool_call"]


@pytest.mark.parametrize("counted", [33, 53])
def test_an_invoked_model_of_bedrock_may_count_what_was_cached(counted: int) -> None:
    answer = {"usage": {"input_tokens": 33, "cache_read_input_tokens": 20, "output_tokens": 21}}
    figures = {"llm.token_count.prompt": counted, "llm.token_count.prompt_details.cache_read": 20}
    assert openinference("bedrock", figures, answer)["tokens.input"] == 53


def test_all_of_an_input_may_be_cached() -> None:
    found = read(span({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 0, "gen_ai.usage.output_tokens": 21,
                       "gen_ai.usage.cache_read_input_tokens": 20})).values
    assert found["tokens.input"] == 20


def test_arguments_may_be_json_twice() -> None:
    call = {"role": "assistant", "tool_calls": [{"id": "c1", "function": {
        "name": "get_weather", "arguments": json.dumps(WEATHER["arguments"])}}]}
    assert exchange([call], "assistant")[0]["parts"][0]["arguments"] == {"city": "Paris"}      # type: ignore[index]


def test_traceloop_on_openai_agents_tells_who_answered_in_place_of_who_was_asked() -> None:
    call = {"llm.request.type": "response", "gen_ai.operation.name": "response", "gen_ai.usage.prompt_tokens": 61,
            "gen_ai.usage.completion_tokens": 19, "gen_ai.request.model": "gpt-4o-mini-2024-07-18"}
    found = read(span(call, scope="opentelemetry.instrumentation.openai_agents")).values
    assert (found.get("model.requested"), found.get("model.response")) == (None, "gpt-4o-mini-2024-07-18")
    found = read(span(call, scope="opentelemetry.instrumentation.openai.v1")).values
    assert (found.get("model.requested"), found.get("model.response")) == ("gpt-4o-mini-2024-07-18", None)
