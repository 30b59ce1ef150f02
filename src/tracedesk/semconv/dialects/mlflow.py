"""MLflow Tracing (autolog / @mlflow.trace exported over OTLP)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracedesk.model.span import Event
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, Source, below, call
from tracedesk.semconv.fields import levels
from tracedesk.semconv.genai_events import first_event_wait
from tracedesk.semconv.kinds import by
from tracedesk.semconv.messages import exchange
from tracedesk.semconv.sources import quoted, span_name
from tracedesk.semconv.values import count, dig, json_value, structure, text
from tracedesk.semconv.view import View

_LAST = 4


def _tags(value: Any) -> list[str] | None:
    """{name: value} as `name=value`; values are JSON texts like everything of MLflow's."""
    return [f"{name}={json_value(item)}" for name, item in value.items()] if isinstance(value, dict) else None


def _is_response(view: View) -> bool:
    """Whether the attributes are those of a response object: so does the tracer for OpenAI Agents write them."""
    return view.attributes.get("object") == '"response"'


def _answers_model(view: View) -> Any:
    return json_value(view.attributes.get("model")) if _is_response(view) else None


def _response_id(view: View) -> Any:
    return json_value(view.attributes.get("id")) if _is_response(view) else None


def _of_last_chunk(*names: str) -> Callable[[View], str | None]:
    """What the provider said at the end of a stream, from LangChain's chunks: one span event each; the last few have it."""
    def said(view: View) -> str | None:
        for event in view.events[:-1 - _LAST:-1]:
            chunk = structure(event.attributes.get("chunk")) if event.name == "new_token" else None
            about = dig(chunk, "kwargs.message.kwargs.response_metadata")
            found = next((text(about[name]) for name in names if name in about), None) if isinstance(about, dict) else None
            if found is not None:
                return found
        return None

    return said


_CHUNKS = ("ChatCompletionChunk", "mlflow.chunk.value")
_LANGCHAIN = "generations[0][0].message.response_metadata."
_MOST_CHUNKS = 4_096


def _piece(event: Event) -> Any:
    return next((event.attributes[name] for name in _CHUNKS if name in event.attributes), None)


def _of_last_pieces(path: str) -> Source:
    """What OpenAI said at the end of a stream, from its pieces: one span event each, of which the last few have it (2.20 keeps
    nothing else of them but the text)."""
    def said(view: View) -> Any:
        for event in view.events[:-1 - _LAST:-1]:
            found = dig(structure(_piece(event)), path)
            if found is not None:
                return found
        return None

    return call(said, "event:chunk_0", needs=_PIECES, only="llm")


_PIECES = ("@chunk_0", "@mlflow.chunk.item.0")


def _streamed(view: View) -> list[dict[str, Any]] | None:
    """The calls of tools in OpenAI's pieces of a stream, where the text put together from them has none."""
    calls: dict[Any, dict[str, Any]] = {}
    for event in view.events[:_MOST_CHUNKS]:
        raw = _piece(event)
        if not isinstance(raw, str) or '"tool_calls": [' not in raw:
            continue
        pieces = dig(structure(raw), "choices[0].delta.tool_calls")
        for piece in pieces if isinstance(pieces, list) else ():
            if not isinstance(piece, dict) or not isinstance(function := piece.get("function"), dict):
                continue
            made = calls.setdefault(str(piece.get("index")), {"id": None, "name": None, "arguments": ""})
            made["id"] = made["id"] or piece.get("id")
            made["name"] = made["name"] or function.get("name")
            made["arguments"] += function.get("arguments") if isinstance(function.get("arguments"), str) else ""
    return [{"role": "assistant", "tool_calls": list(calls.values())}] if calls else None


def _asked_tokens(view: View) -> Any:
    """The input that the answer's own usage counts (2.20 repeats it nowhere); Anthropic's leaves cached tokens out."""
    usage = dig(view.decoded("mlflow.spanOutputs"), "usage")
    if not isinstance(usage, dict):
        return None
    if "input_tokens" not in usage:
        return usage.get("prompt_tokens")
    apart = [usage["input_tokens"], usage.get("cache_read_input_tokens"), usage.get("cache_creation_input_tokens")]
    known = [number for number in map(count, apart) if number is not None]
    return sum(known) if known else None


def _text(value: Any) -> Any:
    """An answer, which is JSON even where it is a text."""
    return exchange(json_value(value) if isinstance(value, str) and value[:1] == '"' else value, "assistant")


PART = Dialect(
    key="mlflow",
    title="MLflow Tracing (autolog / @mlflow.trace exported over OTLP)",
    priority=12,
    detect=(
        Detect(prefix=("mlflow.",)),
        Detect(scope=("mlflow",)),
    ),
    kinds=(
        by("mlflow.spanType", {
            "LLM": "llm", "CHAT_MODEL": "llm", "EMBEDDING": "embedding", "RETRIEVER": "retriever",
            "RERANKER": "reranker", "TOOL": "tool", "AGENT": "agent", "CHAIN": "chain", "PARSER": "chain",
            "WORKFLOW": "chain", "TASK": "chain", "MEMORY": "other", "GUARDRAIL": "guardrail", "EVALUATOR": "evaluator",
            "UNKNOWN": "other",
        }, decode=json_value),
    ),
    fields={
        "input.value": "mlflow.spanInputs",
        "output.value": "mlflow.spanOutputs",
        "input.messages": A("mlflow.spanInputs", "messages|input|contents|body|@self", only="llm"),
        "output.messages": (A("mlflow.spanOutputs", "body", only="llm"), A("mlflow.spanOutputs", only="llm", form=_text),
                            call(_streamed, "event:chunk_0", needs=_PIECES, only="llm")),
        "system": (A("mlflow.spanInputs", "system|instructions|config.system_instruction"), quoted("instructions", only="llm")),
        "service_tier": quoted("service_tier", only="llm"),
        "tools": ("mlflow.chat.tools", A("mlflow.spanInputs", "tools")),
        "model.requested": (quoted("model"), A("mlflow.spanInputs", "model"),
                            A("invocation_params", "model|model_name"), quoted("mlflow.llm.model")),
        "model.response": (A("mlflow.spanOutputs", "model|model_version|model_name|body.model", only="llm"),
                           A("mlflow.spanOutputs", f"{_LANGCHAIN}model_name|{_LANGCHAIN}model", only="llm"),
                           call(_answers_model, "model", needs="model", only="llm"),
                           call(_of_last_chunk("model_name"), "event:new_token", needs="@new_token", only="llm"),
                           _of_last_pieces("model"), quoted("mlflow.llm.model")),
        "provider": (quoted("mlflow.llm.provider"), quoted("mlflow.message.format")),
        "tokens.input": (A("mlflow.chat.tokenUsage", "input_tokens"), A("usage", "input_tokens", only="llm"),
                         call(_asked_tokens, "mlflow.spanOutputs", needs="mlflow.spanOutputs", only="llm"),
                         _of_last_pieces("usage.prompt_tokens")),
        "tokens.output": (A("mlflow.chat.tokenUsage", "output_tokens"), A("usage", "output_tokens", only="llm"),
                          A("mlflow.spanOutputs", "usage.completion_tokens|usage.output_tokens", only="llm"),
                          _of_last_pieces("usage.completion_tokens")),
        "tokens.total": (A("mlflow.chat.tokenUsage", "total_tokens"), A("usage", "total_tokens", only="llm")),
        "tokens.cache_read": (
            A("mlflow.chat.tokenUsage", "cache_read_input_tokens"),
            A("usage", "input_tokens_details.cached_tokens", only="llm"),
            A("mlflow.spanOutputs", "usage.prompt_tokens_details.cached_tokens|usage.input_tokens_details.cached_tokens",
              only="llm"),
            A("mlflow.spanOutputs", "usage.cache_read_input_tokens", only="llm"),
            A("mlflow.spanOutputs", _LANGCHAIN + "token_usage.prompt_tokens_details.cached_tokens", only="llm"),
            _of_last_pieces("usage.prompt_tokens_details.cached_tokens"),
        ),
        "tokens.cache_write": A("mlflow.chat.tokenUsage", "cache_creation_input_tokens"),
        "tokens.cache_write_1h": A("mlflow.chat.tokenUsage", "cache_creation_input_tokens_above_1hr"),
        "tokens.reasoning": (A("usage", "output_tokens_details.reasoning_tokens", only="llm"), A(
            "mlflow.spanOutputs",
            "usage.completion_tokens_details.reasoning_tokens|usage.output_tokens_details.reasoning_tokens|"
            "usage_metadata.thoughts_token_count|usage.output_reasoning_tokens|"
            f"{_LANGCHAIN}token_usage.completion_tokens_details.reasoning_tokens",
        )),
        "cost.input": A("mlflow.llm.cost", "input_cost"),
        "cost.output": A("mlflow.llm.cost", "output_cost"),
        "cost.total": A("mlflow.llm.cost", "total_cost"),
        "param.all": ("invocation_params", A("mlflow.spanInputs", "config|inferenceConfig", only="llm")),
        "param.temperature": ("temperature", A("mlflow.spanInputs", "temperature|body.temperature", only="llm")),
        "param.top_p": ("top_p", A("mlflow.spanInputs", "top_p|body.top_p", only="llm")),
        "param.max_tokens": (
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            A("mlflow.spanInputs", "max_tokens|max_completion_tokens|max_output_tokens|body.max_tokens", only="llm"),
        ),
        "param.stop": "stop",
        "param.seed": "seed",
        "param.presence_penalty": "presence_penalty",
        "param.frequency_penalty": "frequency_penalty",
        "param.stream": "stream",
        "param.end_user": quoted("user"),
        "finish_reasons": (A("mlflow.spanOutputs", "choices[*].finish_reason|candidates[*].finish_reason|stop_reason|"
                             "stopReason|body.stop_reason|finish_reason"),
                           call(_of_last_chunk("finish_reason", "stop_reason"), "event:new_token", needs="@new_token",
                                only="llm"),
                           A("mlflow.spanOutputs", f"generations[0][0].generation_info.finish_reason|{_LANGCHAIN}finish_reason|"
                             f"{_LANGCHAIN}stop_reason", only="llm"),
                           _of_last_pieces("choices[0].finish_reason")),
        "response.id": (A("mlflow.spanOutputs", "id|response_id|body.id|provider_response_id"),
                        A("mlflow.spanOutputs", _LANGCHAIN + "id", only="llm"),
                        _of_last_pieces("id"),
                        call(_response_id, "id", needs="id", only="llm")),
        "tool.name": (quoted("mlflow.spanFunctionName", only="tool"), span_name(only="tool")),
        "tool.args": A("mlflow.spanInputs", only="tool"),
        "tool.result": A("mlflow.spanOutputs", only="tool"),
        "retrieval.query": A("mlflow.spanInputs", only="retriever", decode=json_value),
        "retrieval.documents": A("mlflow.spanOutputs", only="retriever"),
        "embedding.inputs": A("mlflow.spanInputs", "input|contents", only="embedding"),
        "ttft_s": first_event_wait("mlflow.chunk.item.0"),
        "user.id": (quoted("user.id"), quoted("mlflow.trace.user")),
        "session.id": (quoted("session.id"), quoted("mlflow.trace.session")),
        "tags": below("mlflow.traceTag", form=_tags),
        "prompt.name": A("mlflow.linkedPrompts", "[0].name"),
        "prompt.version": A("mlflow.linkedPrompts", "[0].version"),
        "level": A(
            "mlflow.spanLogLevel", form=levels({10: "debug", 20: "info", 30: "warning", 40: "error", 50: "fatal"}),
        ),
        "experiment": (quoted("mlflow.experimentId"), quoted("mlflow.traceRequestId")),
        "agent.name": span_name(only="agent"),
    },
    examples=(
        Example({"mlflow.spanType": '"LLM"', "mlflow.message.format": '"gemini"', "mlflow.llm.model": '"gemini-2.5-flash"',
                 "mlflow.spanInputs": '{"model": "gemini-2.5-flash", "contents": "hi", "config": {"temperature": 0.2,'
                                      ' "seed": null, "system_instruction": "Be terse."}}',
                 "mlflow.spanOutputs": '{"candidates": [{"content": {"parts": [{"function_call": null, "text": "ho"}],'
                                       ' "role": "model"}, "finish_reason": "STOP"}], "model_version": "gemini-2.5-flash-001",'
                                       ' "response_id": "r1", "usage_metadata": {"thoughts_token_count": 5}}',
                 "mlflow.chat.tokenUsage": '{"input_tokens": 42, "output_tokens": 12, "total_tokens": 59}'},
                kind="llm", name="Models.generate_content",
                fields={"model.requested": "gemini-2.5-flash", "model.response": "gemini-2.5-flash-001", "response.id": "r1",
                        "tokens.output": 17, "tokens.reasoning": 5, "param.temperature": 0.2, "finish_reasons": ["stop"],
                        "system": "Be terse.",
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}]}]}),
        Example({"mlflow.spanType": '"LLM"', "mlflow.llm.model": '"anthropic.claude"', "mlflow.llm.provider": '"anthropic"',
                 "mlflow.spanInputs": '{"modelId": "anthropic.claude", "body": "{\\"max_tokens\\": 256,'
                                      ' \\"system\\": \\"Be terse.\\",'
                                      ' \\"messages\\": [{\\"role\\": \\"user\\", \\"content\\": \\"hi\\"}]}"}',
                 "mlflow.spanOutputs": '{"ResponseMetadata": {}, "body": {"id": "msg_1", "role": "assistant", "model":'
                                       ' "claude-4", "content": [{"type": "text", "text": "ho"}], "stop_reason": "end_turn"}}'},
                kind="llm", name="BedrockRuntime.invoke_model",
                fields={"model.requested": "anthropic.claude", "model.response": "claude-4", "response.id": "msg_1",
                        "finish_reasons": ["stop"], "param.max_tokens": 256,
                        "input.messages": [{"role": "system", "parts": [{"type": "text", "content": "Be terse."}]},
                                           {"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
                        "output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "ho"}],
                                             "finish_reason": "stop"}]}),
        Example({"mlflow.spanType": '"CHAT_MODEL"', "mlflow.message.format": '"openai-agent"', "object": '"response"',
                 "model": '"gpt-4o-mini-2024-07-18"', "id": '"resp_1"',
                 "usage": '{"input_tokens": 45, "output_tokens": 23, "input_tokens_details": {"cached_tokens": 8}}',
                 "mlflow.spanOutputs": '[{"type": "message", "role": "assistant", "content": [{"type": "output_text",'
                                       ' "text": "ho"}]}]'},
                kind="llm", name="Response",
                fields={"model.requested": None, "model.response": "gpt-4o-mini-2024-07-18", "response.id": "resp_1",
                        "tokens.input": 45, "tokens.output": 23, "tokens.cache_read": 8}),
        Example({"mlflow.spanType": '"CHAT_MODEL"', "mlflow.message.format": '"langchain"', "mlflow.llm.model": '"gpt-4o-mini"',
                 "mlflow.spanInputs": '{"messages": [{"role": "user", "content": "hi"}]}',
                 "invocation_params": '{"model": "gpt-4o-mini", "temperature": 0.2, "stop": null}',
                 "mlflow.chat.tokenUsage": '{"input_tokens": 45, "output_tokens": 23, "total_tokens": 68}'},
                kind="llm", name="ChatOpenAI",
                events=(("new_token", {"token": "", "chunk": '{"kwargs": {"message": {"kwargs": {"response_metadata":'
                                       ' {"finish_reason": "stop", "model_name": "gpt-4o-mini-2024-07-18"}}}}}'}),
                        ("new_token", {"token": "", "chunk": '{"kwargs": {"message": {"kwargs": {"content": ""}}}}'})),
                fields={"model.requested": "gpt-4o-mini", "model.response": "gpt-4o-mini-2024-07-18",
                        "finish_reasons": ["stop"], "param.temperature": 0.2}),
        Example({"mlflow.spanType": '"CHAT_MODEL"', "mlflow.traceRequestId": '"tr-1"', "mlflow.message.format": '"openai"',
                 "mlflow.spanInputs": '{"messages": [{"role": "user", "content": "hi"}], "model": "gpt-4o-mini"}',
                 "mlflow.spanOutputs": '{"id": "chatcmpl-1", "choices": [{"finish_reason": "stop", "message":'
                                       ' {"role": "assistant", "content": "ho"}}]}',
                 "mlflow.chat.tokenUsage": '{"input_tokens": 42, "output_tokens": 17, "total_tokens": 59}',
                 "model": '"gpt-4o-mini"', "mlflow.llm.model": '"gpt-4o-mini-2024-07-18"', "temperature": "0.2"},
                kind="llm",
                fields={"model.requested": "gpt-4o-mini", "model.response": "gpt-4o-mini-2024-07-18", "tokens.input": 42,
                        "provider": "openai", "param.temperature": 0.2, "finish_reasons": ["stop"],
                        "response.id": "chatcmpl-1",
                        "input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]}),
    ),
)
