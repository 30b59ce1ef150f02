"""MCP conventions."""

from __future__ import annotations

from tracedesk.model.kinds import Kind
from tracedesk.semconv.dialect import At, Detect, Dialect, Example, Source
from tracedesk.semconv.kinds import by, has
from tracedesk.semconv.sources import each_json

PART = Dialect(
    key="mcp",
    title="MCP conventions",
    priority=46,
    detect=(
        Detect(prefix=("mcp.",)),
    ),
    kinds=(
        by("mcp.method.name", {"tools/call": "tool"}),
        has("mcp", "mcp.method.name"),
    ),
    fields={
        "mcp.method": "mcp.method.name",
        "mcp.session_id": "mcp.session.id",
        "mcp.resource_uri": "mcp.resource.uri",
        "tool.name": ("gen_ai.tool.name", "mcp.tool.name"),
        "tool.args": (
            "gen_ai.tool.call.arguments", "mcp.request.argument",
            Source("mcp.request.argument", At.MAP, "", (Kind.TOOL,), each_json),
        ),
        "tool.result": ("gen_ai.tool.call.result", "mcp.response.value", "mcp.tool.result.content"),
        "tool.is_error": "mcp.tool.result.is_error",
        "prompt.name": ("gen_ai.prompt.name", "mcp.prompt.name"),
        "metadata": ("mcp.protocol.version", "jsonrpc.request.id", "rpc.response.status_code"),
        "error.type": "error.type",
    },
    examples=(
        Example({"mcp.method.name": "tools/call", "gen_ai.tool.name": "get_weather", "mcp.session.id": "s-1",
                 "mcp.request.argument": '{"city": "Paris"}', "mcp.response.value": "18", "mcp.protocol.version": "2025-06-18"},
                kind="tool", name="tools/call get_weather",
                fields={"mcp.method": "tools/call", "tool.name": "get_weather", "tool.args": {"city": "Paris"},
                        "mcp.session_id": "s-1"}),
        Example({"mcp.method.name": "tools/call", "mcp.tool.name": "get_weather", "mcp.request.argument.city": '"Paris"',
                 "mcp.tool.result.content": '{"temp_c": 18}', "mcp.tool.result.is_error": False},
                kind="tool", name="tools/call get_weather",
                fields={"tool.name": "get_weather", "tool.args": {"city": "Paris"}, "tool.result": {"temp_c": 18},
                        "tool.is_error": False}),
        Example({"mcp.method.name": "resources/read", "mcp.resource.uri": "file:///notes"}, kind="mcp",
                name="resources/read", fields={"mcp.resource_uri": "file:///notes"}),
    ),
)
