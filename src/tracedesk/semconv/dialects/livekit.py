"""LiveKit Agents."""

from __future__ import annotations

from typing import Any

from tracedesk.model.llm import Message
from tracedesk.semconv.dialect import A, Detect, Dialect, Example, call
from tracedesk.semconv.kinds import called
from tracedesk.semconv.messages import one_message
from tracedesk.semconv.otel import OTEL_FIELDS
from tracedesk.semconv.values import structure, text
from tracedesk.semconv.view import View


def _output(view: View) -> list[Message] | None:
    """One assistant message of the response's text and function calls; 1.8 moved both below `lk.pii`."""
    said = view.attributes
    words = text(said.get("lk.pii.response.text")) or text(said.get("lk.response.text"))
    listed = said.get("lk.pii.response.function_calls") or said.get("lk.response.function_calls")
    found = structure(listed)
    calls = [structure(item) if isinstance(item, str) else item for item in found] if isinstance(found, list) else []
    blocks: list[Any] = [] if words is None else [{"type": "text", "text": words}]
    blocks += [{**item, "type": "function_call"} for item in calls if isinstance(item, dict)]
    return [one_message({"role": "assistant", "content": blocks}, "assistant")] if blocks else None


def _metrics(value: Any) -> Any:
    """Only model metrics belong to a call's parameters; LiveKit repeats usage and latency there."""
    found = structure(value)
    return found if isinstance(found, dict) and found.get("type") == "llm_metrics" else None


PART = Dialect(
    key="livekit",
    title="LiveKit Agents",
    priority=22,
    detect=(
        Detect(scope=("livekit-agents", "livekit")),
        Detect(prefix=("lk.",)),
    ),
    kinds=(
        called({
            "agent_session": "chain", "agent_turn": "agent", "start_agent_activity": "agent", "user_turn": "chain",
            "llm_request": "llm", "llm_request_run": "other", "llm_node": "chain", "function_tool": "tool",
            "tts_node": "other", "tts_request": "other", "eou_detection": "other", "eou_wait": "other",
            "realtime_assistant_turn": "llm", "agent_speaking": "other", "user_speaking": "other", "on_enter": "other",
            "on_exit": "other", "drain_agent_activity": "other", "session_start": "other", "session_close": "other",
            "setup_toolsets": "other", "job_entrypoint": "chain",
        }),
    ),
    fields={
        "ttft_s": ("gen_ai.response.time_to_first_chunk", "lk.response.ttft"),
        "session.id": ("gen_ai.conversation.id", "lk.room_sid", "lk.room_name", "livekit.session.id"),
        "agent.name": ("gen_ai.agent.name", "lk.agent_name", "lk.agent_label"),
        "tool.name": ("lk.function_tool.name", "gen_ai.tool.name"),
        "tool.call_id": ("lk.function_tool.id", "gen_ai.tool.call.id"),
        "tool.args": ("gen_ai.tool.call.arguments", "lk.pii.function_tool.arguments", "lk.function_tool.arguments"),
        "tool.result": ("gen_ai.tool.call.result", "lk.pii.function_tool.output", "lk.function_tool.output"),
        "input.messages": ("gen_ai.input.messages", "lk.pii.chat_ctx", "lk.chat_ctx"),
        "output.messages": (
            "gen_ai.output.messages", call(_output, "lk.response", needs=("lk.response.", "lk.pii.response.")),
        ),
        "system": ("gen_ai.system_instructions", "lk.pii.instructions"),
        "tools": ("gen_ai.tool.definitions", "lk.function_tools"),
        "tool.is_error": "lk.function_tool.is_error",
        "input.value": (
            "lk.pii.user_input",
            "lk.user_input",
            "lk.pii.user_transcript",
            "lk.user_transcript",
            "lk.pii.input_text",
            "lk.input_text",
        ),
        "output.value": ("lk.pii.response.text", "lk.response.text"),
        "param.all": A("lk.llm_metrics", form=_metrics),
        "first_token_time": "langfuse.observation.completion_start_time",
    },
    extends=OTEL_FIELDS,
    examples=(
        Example({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "127.0.0.1:8199",
                 "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 61,
                 "gen_ai.usage.cache_read.input_tokens": 16, "gen_ai.response.time_to_first_chunk": 0.115},
                kind="llm", scope="livekit-agents", name="llm_request",
                fields={"tokens.input": 61, "tokens.cache_read": 16, "ttft_s": 0.115}),
        Example({"lk.pii.chat_ctx": '{"items": [{"id": "item_1", "type": "function_call_output", "call_id": "call_1",'
                                    ' "name": "get_weather", "output": "18"}]}'},
                kind="chain", scope="livekit-agents", name="llm_node", fields={"input.messages": [
                    {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "18"}]}]}),
        Example({"lk.function_tool.name": "get_weather", "lk.function_tool.id": "call_1",
                 "lk.pii.function_tool.arguments": '{"city": "Paris"}', "lk.pii.function_tool.output": "18",
                 "lk.function_tool.is_error": False},
                kind="tool", scope="livekit-agents", name="function_tool",
                fields={"tool.name": "get_weather", "tool.call_id": "call_1", "tool.args": {"city": "Paris"},
                        "tool.is_error": False}),
    ),
)
