"""MCP conventions."""

from __future__ import annotations

from tracedesk.semconv.dialect import Detect, Dialect, Example
from tracedesk.semconv.kinds import by, has

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
        "tool.name": "gen_ai.tool.name",
        "tool.args": ("gen_ai.tool.call.arguments", "mcp.request.argument"),
        "tool.result": ("gen_ai.tool.call.result", "mcp.response.value"),
        "prompt.name": "gen_ai.prompt.name",
        "metadata": ("mcp.protocol.version", "jsonrpc.request.id", "rpc.response.status_code"),
        "error.type": "error.type",
    },
    examples=(
        Example({"mcp.method.name": "tools/call", "gen_ai.tool.name": "get_weather", "mcp.session.id": "s-1",
                 "mcp.request.argument": '{"city": "Paris"}', "mcp.response.value": "18", "mcp.protocol.version": "2025-06-18"},
                kind="tool", name="tools/call get_weather",
                fields={"mcp.method": "tools/call", "tool.name": "get_weather", "tool.args": {"city": "Paris"},
                        "mcp.session_id": "s-1"}),
        Example({"mcp.method.name": "resources/read", "mcp.resource.uri": "file:///notes"}, kind="mcp",
                name="resources/read", fields={"mcp.resource_uri": "file:///notes"}),
    ),
)
