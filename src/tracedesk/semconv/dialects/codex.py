"""Codex CLI (OpenAI): Rust's `tracing` spans over OTLP, with the content in log records.

Read from runs of @openai/codex 0.104 and 0.171 (`[otel] exporter`, `trace_exporter`). Hundreds of spans a turn, few of which
stand for anything of a program with models: a call is `try_run_sampling_request`, and since some version between the two the
last `handle_responses` below it has its tokens. A tool's arguments and output are in the `codex.tool_result` record of the span
that dispatches it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracedesk.model.kinds import Kind
from tracedesk.semconv.dialect import LOGS, A, Detect, Dialect, Example, Rule, call
from tracedesk.semconv.kinds import called
from tracedesk.semconv.values import flag
from tracedesk.semconv.view import View


def _records(view: View, event: str) -> dict[str, Any]:
    """What the span's events and own records of that name say; the record says more."""
    found: dict[str, Any] = {}
    for said in (*(one.attributes for one in view.events), *(one.attributes for one in view.logs)):
        if said.get("event.name") == event:
            found |= said
    return found


def _said(event: str, name: str) -> Callable[[View], Any]:
    return lambda view: _records(view, event).get(name)


def _tool_failed(view: View) -> bool | None:
    succeeded = flag(_records(view, "codex.tool_result").get("success"))
    return None if succeeded is None else not succeeded


PART = Dialect(
    key="codex",
    title="Codex CLI (OpenAI)",
    priority=31,
    detect=(
        Detect(scope=("codex_", "codex-")),
        Detect(resource=tuple(("service.name", name) for name in (
            "codex_exec", "codex_cli_rs", "codex_tui", "codex_vscode", "codex_mcp_server", "codex-app-server"))),
    ),
    kinds=(
        Rule("gen_ai.usage.input_tokens", ("gen_ai.usage.input_tokens",),
             lambda view: Kind.LLM if view.name == "handle_responses" else None),
        called({
            "try_run_sampling_request": "llm", "session_task.turn": "agent", "dispatch_tool_call": "tool",
            "dispatch_tool_call_with_state": "tool",
        }),
    ),
    fields={
        "model.requested": A("model", only="llm agent"),
        "tokens.input": ("gen_ai.usage.input_tokens", A("codex.turn.token_usage.input_tokens", only="agent")),
        "tokens.output": ("gen_ai.usage.output_tokens", A("codex.turn.token_usage.output_tokens", only="agent")),
        "tokens.total": ("codex.usage.total_tokens", A("codex.turn.token_usage.total_tokens", only="agent")),
        "tokens.cache_read": ("gen_ai.usage.cache_read.input_tokens",
                              A("codex.turn.token_usage.cached_input_tokens", only="agent")),
        "tokens.cache_write": ("gen_ai.usage.cache_write.input_tokens",
                               A("codex.turn.token_usage.cache_write_input_tokens", only="agent")),
        "tokens.reasoning": ("codex.usage.reasoning_output_tokens",
                             A("codex.turn.token_usage.reasoning_output_tokens", only="agent")),
        "tool.name": call(_said("codex.tool_result", "tool_name"), "codex.tool_result/tool_name", only="tool"),
        "tool.call_id": call(_said("codex.tool_result", "call_id"), "codex.tool_result/call_id", only="tool"),
        "tool.args": call(_said("codex.tool_result", "arguments"), "codex.tool_result/arguments", only="tool"),
        "tool.result": call(_said("codex.tool_result", "output"), "codex.tool_result/output", only="tool"),
        "tool.is_error": call(_tool_failed, "codex.tool_result/success", only="tool"),
        "input.value": call(_said("codex.user_prompt", "prompt"), "log:codex.user_prompt/prompt", needs=LOGS),
        "session.id": ("conversation.id", "thread_id", "thread.id"),
        "error.type": "error.type",
    },
    examples=(
        Example({"gen_ai.usage.input_tokens": 61, "gen_ai.usage.cache_read.input_tokens": 16, "gen_ai.usage.output_tokens": 19,
                 "codex.usage.reasoning_output_tokens": 0, "codex.usage.total_tokens": 80},
                kind="llm", scope="codex_exec", name="handle_responses",
                fields={"tokens.input": 61, "tokens.cache_read": 16, "tokens.output": 19, "tokens.reasoning": 0}),
        Example({"model": "gpt-5", "turn_id": "t-1"}, kind="llm", scope="codex_exec", name="try_run_sampling_request",
                fields={"model.requested": "gpt-5"}),
        Example({"from": "output_item_added"}, kind="other", scope="codex_exec", name="handle_responses", fields={}),
        Example({"code.line.number": 54}, kind="tool", scope="codex_exec", name="dispatch_tool_call_with_state",
                logs=(("event otel/src/tool_result.rs:54", None,
                       {"event.name": "codex.tool_result", "tool_name": "exec_command", "call_id": "c1", "success": "false",
                        "arguments": '{"cmd": "ls"}', "output": "no shell"}),),
                fields={"tool.name": "exec_command", "tool.call_id": "c1", "tool.args": {"cmd": "ls"},
                        "tool.result": "no shell", "tool.is_error": True}),
    ),
)
