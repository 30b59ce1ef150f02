"""LangSmith SDK in OTel mode."""

from __future__ import annotations

from typing import Any

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below
from tracedesk.semconv.kinds import by
from tracedesk.semconv.tokens import langchain_written
from tracedesk.semconv.values import comma_strings, python_repr

_ANSWER = "generations[0][0].message.kwargs.response_metadata."
"""Where LangChain keeps what the provider said about its answer."""


def _metadata(value: Any) -> Any:
    """User metadata: the SDK copies the environment (LANGSMITH_*, LANGCHAIN_*) into it, which is nobody's business."""
    hidden = ("LANGSMITH_", "LANGCHAIN_")
    return {key: item for key, item in value.items() if not key.startswith(hidden)} or None if isinstance(value, dict) else None


PART = Dialect(
    key="langsmith",
    title="LangSmith SDK in OTel mode",
    priority=11,
    detect=(
        Detect(prefix=("langsmith.",)),
        Detect(scope=("langsmith",)),
    ),
    kinds=(
        by("langsmith.span.kind", {
            "llm": "llm", "chat_model": "llm", "embedding": "embedding", "retriever": "retriever", "tool": "tool",
            "chain": "chain", "prompt": "prompt", "parser": "chain", "agent": "agent",
        }),
    ),
    fields={
        "model.requested": ("gen_ai.request.model", "langsmith.metadata.ls_model_name"),
        "model.response": ("gen_ai.response.model", A("gen_ai.completion", _ANSWER + "model_name", only="llm"),
                           A("gen_ai.completion", "model", only="llm")),
        "provider": ("langsmith.metadata.ls_provider", "gen_ai.system"),
        "operation": "gen_ai.operation.name",
        "response.id": ("gen_ai.response.id", A("gen_ai.completion", _ANSWER + "id", only="llm"),
                        A("gen_ai.completion", "id", only="llm")),
        "service_tier": ("gen_ai.response.service_tier", A("gen_ai.completion", _ANSWER + "service_tier", only="llm")),
        "param.temperature": ("gen_ai.request.temperature", "langsmith.metadata.ls_temperature"),
        "param.max_tokens": ("gen_ai.request.max_tokens", "langsmith.metadata.ls_max_tokens"),
        "param.stop": "langsmith.metadata.ls_stop",
        "param.top_p": "gen_ai.request.top_p",
        "param.frequency_penalty": "gen_ai.request.frequency_penalty",
        "param.presence_penalty": "gen_ai.request.presence_penalty",
        "param.reasoning_effort": A("gen_ai.prompt", "reasoning_effort|reasoning.effort", only="llm"),
        "param.all": "langsmith.metadata.ls_invocation_params",
        "param.stream": "langsmith.request.streaming",
        "input.messages": A("gen_ai.prompt", only="llm"),
        "output.messages": A("gen_ai.completion", only="llm"),
        "input.value": ("gen_ai.prompt", "langsmith.entity.input"),
        "output.value": ("gen_ai.completion", "langsmith.entity.output"),
        "tools": ("gen_ai.tool.definitions", A("gen_ai.prompt", "tools", only="llm")),
        "tool.name": (A("gen_ai.tool.name", only="tool"), A("langsmith.trace.name", only="tool")),
        "tool.call_id": "gen_ai.tool.call.id",
        "tool.args": A("gen_ai.prompt", only="tool"),
        "tool.result": A("gen_ai.completion", "output|@self", only="tool"),
        "retrieval.query": A("gen_ai.prompt", "query|q|input", only="retriever"),
        "retrieval.documents": A("gen_ai.completion", "documents|output", only="retriever"),
        "tokens.input": "gen_ai.usage.input_tokens",
        "tokens.output": "gen_ai.usage.output_tokens",
        "tokens.total": "gen_ai.usage.total_tokens",
        "tokens.cache_read": (
            A("gen_ai.usage.input_token_details", "cache_read", decode=python_repr),
            A("langsmith.metadata.usage_metadata", "input_token_details.cache_read"),
        ),
        "tokens.cache_write": (
            A("gen_ai.usage.input_token_details", "@self", decode=python_repr, form=langchain_written),
            A("langsmith.metadata.usage_metadata", "input_token_details", form=langchain_written),
        ),
        "tokens.reasoning": (
            A("gen_ai.usage.output_token_details", "reasoning", decode=python_repr),
            A("langsmith.metadata.usage_metadata", "output_token_details.reasoning"),
        ),
        "cost.total": A("langsmith.metadata.usage_metadata", "total_cost"),
        "finish_reasons": (
            "gen_ai.response.finish_reasons",
            A("gen_ai.completion", "generations[0][0].generation_info.finish_reason|"
              f"{_ANSWER}finish_reason|{_ANSWER}stop_reason|finishReason.unified|finishReason"),   # wrapAISDK of JavaScript
        ),
        "session.id": (
            "langsmith.metadata.session_id",
            "langsmith.metadata.thread_id",
            "langsmith.metadata.conversation_id",
        ),
        "user.id": ("langsmith.metadata.user_id", "langsmith.metadata.ls_user_id"),
        "tags": A("langsmith.span.tags", form=comma_strings),
        "metadata": below("langsmith.metadata", form=_metadata),
        "project": "langsmith.trace.session_name",
        "display_name": "langsmith.trace.name",
        "error.type": "error.type",
    },
    examples=(
        Example({"langsmith.span.kind": "llm", "gen_ai.usage.input_tokens": 43, "gen_ai.usage.output_tokens": 27,
                 "gen_ai.usage.input_token_details": "{'cache_read': 0, 'cache_creation': 0, 'ephemeral_5m_input_tokens': 12}",
                 "gen_ai.completion": '{"generations": [[{"message": {"lc": 1, "id": ["AIMessage"], "kwargs": {"content": "ho",'
                                      ' "response_metadata": {"id": "msg_1", "stop_reason": "tool_use"}}}}]]}'},
                kind="llm", scope="langsmith", name="ChatAnthropic",
                fields={"tokens.input": 43, "tokens.cache_write": 12, "finish_reasons": ["tool_calls"],
                        "response.id": "msg_1"}),
        Example({"langsmith.span.kind": "llm", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini",
                 "langsmith.metadata.ls_provider": "openai", "langsmith.metadata.ls_temperature": "0.2",
                 "gen_ai.usage.input_tokens": 42, "gen_ai.usage.output_tokens": 17,
                 "langsmith.metadata.usage_metadata": '{"input_token_details": {"cache_read": 8}}',
                 "gen_ai.prompt": '{"messages": [[{"lc": 1, "type": "constructor", "id": ["langchain", "HumanMessage"],'
                                  ' "kwargs": {"content": "hi", "type": "human"}}]]}',
                 "gen_ai.completion": '{"generations": [[{"text": "ho", "generation_info": {"finish_reason": "stop"},'
                                      ' "message": {"lc": 1, "type": "constructor", "id": ["langchain", "AIMessage"],'
                                      ' "kwargs": {"content": "ho", "response_metadata": {"model_name":'
                                      ' "gpt-4o-mini-2024-07-18", "id": "chatcmpl-1"}}}}]]}'},
                kind="llm", scope="langsmith", name="ChatOpenAI",
                fields={"model.response": "gpt-4o-mini-2024-07-18", "response.id": "chatcmpl-1", "tokens.cache_read": 8,
                        "param.temperature": 0.2, "finish_reasons": ["stop"],
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"langsmith.span.kind": "llm", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.prompt": '{"messages": [{"role": "user", "content": "hi"}], "reasoning_effort": "low", "tools":'
                                  ' [{"type": "function", "function": {"name": "get_time"}}]}',
                 "gen_ai.completion": '{"output":null}'},
                kind="llm", scope="langsmith", name="ChatOpenAI",
                fields={"output.messages": None, "param.reasoning_effort": "low", "tools": [
                            {"name": "get_time", "description": None, "parameters": None, "type": "function"}],
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
        Example({"langsmith.span.kind": "tool", "gen_ai.tool.name": "get_weather", "gen_ai.prompt": '{"city":"Paris"}',
                 "gen_ai.completion": '{"output":"18"}'},
                kind="tool", scope="langsmith", name="get_weather",
                fields={"tool.args": {"city": "Paris"}, "tool.result": 18, "input.messages": None, "output.messages": None}),
        Example({"langsmith.span.kind": "llm", "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini",
                 "gen_ai.completion": '{"finishReason": {"unified": "tool-calls", "raw": "tool_calls"}, "role": "assistant",'
                                      ' "content": [{"type": "text", "text": "ho"}]}'},
                kind="llm", scope="langsmith", name="openai.chat", fields={"finish_reasons": ["tool_calls"]}),
    ),
)
