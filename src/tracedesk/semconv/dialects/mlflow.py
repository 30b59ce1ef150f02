"""MLflow Tracing (autolog / @mlflow.trace exported over OTLP)."""

from __future__ import annotations

from typing import Any

from tracedesk.semconv.dialect import A, Detect, Dialect, Example, below
from tracedesk.semconv.fields import levels
from tracedesk.semconv.genai_events import first_event_wait
from tracedesk.semconv.kinds import by
from tracedesk.semconv.sources import quoted, span_name
from tracedesk.semconv.values import json_value


def _tags(value: Any) -> list[str] | None:
    """{name: value} as `name=value`; values are JSON texts like everything of MLflow's."""
    return [f"{name}={json_value(item)}" for name, item in value.items()] if isinstance(value, dict) else None


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
        "input.messages": A("mlflow.spanInputs", "messages|input|contents|@self", only="llm"),
        "output.messages": A("mlflow.spanOutputs", only="llm"),
        "system": A("mlflow.spanInputs", "system|instructions"),
        "tools": ("mlflow.chat.tools", A("mlflow.spanInputs", "tools")),
        "model.requested": (quoted("model"), A("mlflow.spanInputs", "model"), quoted("mlflow.llm.model")),
        "model.response": quoted("mlflow.llm.model"),
        "provider": (quoted("mlflow.llm.provider"), quoted("mlflow.message.format")),
        "tokens.input": A("mlflow.chat.tokenUsage", "input_tokens"),
        "tokens.output": A("mlflow.chat.tokenUsage", "output_tokens"),
        "tokens.total": A("mlflow.chat.tokenUsage", "total_tokens"),
        "tokens.cache_read": A("mlflow.chat.tokenUsage", "cache_read_input_tokens"),
        "tokens.cache_write": A("mlflow.chat.tokenUsage", "cache_creation_input_tokens"),
        "tokens.cache_write_1h": A("mlflow.chat.tokenUsage", "cache_creation_input_tokens_above_1hr"),
        "tokens.reasoning": A(
            "mlflow.spanOutputs",
            "usage.completion_tokens_details.reasoning_tokens|usage.output_tokens_details.reasoning_tokens",
        ),
        "cost.input": A("mlflow.llm.cost", "input_cost"),
        "cost.output": A("mlflow.llm.cost", "output_cost"),
        "cost.total": A("mlflow.llm.cost", "total_cost"),
        "param.temperature": ("temperature", A("mlflow.spanInputs", "temperature", only="llm")),
        "param.top_p": ("top_p", A("mlflow.spanInputs", "top_p", only="llm")),
        "param.max_tokens": (
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            A("mlflow.spanInputs", "max_tokens|max_completion_tokens|max_output_tokens", only="llm"),
        ),
        "param.stop": "stop",
        "param.seed": "seed",
        "param.presence_penalty": "presence_penalty",
        "param.frequency_penalty": "frequency_penalty",
        "param.stream": "stream",
        "param.end_user": quoted("user"),
        "finish_reasons": A("mlflow.spanOutputs", "choices[*].finish_reason|stop_reason"),
        "response.id": A("mlflow.spanOutputs", "id"),
        "tool.name": (quoted("mlflow.spanFunctionName", only="tool"), span_name(only="tool")),
        "tool.args": A("mlflow.spanInputs", only="tool"),
        "tool.result": A("mlflow.spanOutputs", only="tool"),
        "retrieval.query": A("mlflow.spanInputs", only="retriever"),
        "retrieval.documents": A("mlflow.spanOutputs", only="retriever"),
        "embedding.inputs": A("mlflow.spanInputs", "input", only="embedding"),
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
