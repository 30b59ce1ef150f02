"""What to paste so that a program sends its first trace here: per SDK, for bash, PowerShell and `.env`. Data, no Qt."""

from __future__ import annotations

from dataclasses import dataclass

BASH, POWERSHELL, DOTENV = "bash", "PowerShell", ".env"
SHELLS = (BASH, POWERSHELL, DOTENV)


@dataclass(frozen=True)
class Line:
    """`# comment`, `NAME=value`, or a command as it is typed."""

    comment: str = ""
    name: str = ""
    value: str = ""
    command: str = ""


@dataclass(frozen=True)
class Snippet:
    """One SDK. Values may hold `{http}` and `{grpc}`: the addresses the receiver really has."""

    key: str
    title: str
    lines: tuple[Line, ...]


def _common(service: str) -> tuple[Line, ...]:
    return (
        Line(comment="in the shell that starts your app"),
        Line(name="OTEL_SERVICE_NAME", value=service),
        Line(name="OTEL_EXPORTER_OTLP_ENDPOINT", value="{http}"),
        Line(name="OTEL_EXPORTER_OTLP_PROTOCOL", value="http/protobuf"),
    )


_MESSAGES = (
    Line(comment="show prompts and replies, not only timings"),
    Line(name="OTEL_SEMCONV_STABILITY_OPT_IN", value="gen_ai_latest_experimental"),
    Line(name="OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value="SPAN_ONLY"),
)

SNIPPETS = (
    Snippet("otel", "OTel SDK", (*_common("support-bot"), *_MESSAGES)),
    Snippet("openai", "OpenAI", (
        *_common("support-bot"), *_MESSAGES,
        Line(comment="once, then start your app through it"),
        Line(command="pip install opentelemetry-distro opentelemetry-exporter-otlp opentelemetry-instrumentation-openai-v2"),
        Line(command="opentelemetry-instrument python app.py"))),
    Snippet("openinference", "OpenInference", (
        *_common("support-bot"),
        Line(comment="messages are sent unless you hide them"),
        Line(command="pip install openinference-instrumentation-openai opentelemetry-distro opentelemetry-exporter-otlp"),
        Line(command="opentelemetry-instrument python app.py"))),
    Snippet("openllmetry", "OpenLLMetry", (
        Line(comment="in the shell that starts your app"),
        Line(name="TRACELOOP_BASE_URL", value="{http}"),
        Line(name="TRACELOOP_TRACE_CONTENT", value="true"),
        Line(comment="in your app: Traceloop.init(app_name=\"support-bot\")"),
        Line(command="pip install traceloop-sdk"))),
    Snippet("langchain", "LangChain", (
        *_common("support-bot"),
        Line(comment="LangSmith's own tracer, sending here only"),
        Line(name="LANGSMITH_TRACING", value="true"),
        Line(name="LANGSMITH_OTEL_ENABLED", value="true"),
        Line(name="LANGSMITH_OTEL_ONLY", value="true"),
        Line(command="pip install \"langsmith[otel]\""))),
    Snippet("vercel", "Vercel AI", (
        *_common("support-bot"),
        Line(comment="in your call: experimental_telemetry: { isEnabled: true }"),
        Line(command="npm install @opentelemetry/sdk-node @opentelemetry/auto-instrumentations-node"),
        Line(command="node --require @opentelemetry/auto-instrumentations-node/register app.js"))),
)

Piece = tuple[str, str]
"""(text, tone): tone is comment, word, name or value."""


def pieces(line: Line, shell: str, http: str, grpc: str) -> list[Piece]:
    """One line in a shell's own way; empty where a `.env` file has no place for it."""
    if line.comment:
        return [(f"# {line.comment}", "comment")]
    if line.command:
        return [] if shell == DOTENV else [(line.command, "name")]
    value = line.value.format(http=http, grpc=grpc)
    if shell == BASH:
        return [("export ", "word"), (f"{line.name}=", "name"), (value, "value")]
    if shell == POWERSHELL:
        return [("$env:", "word"), (f"{line.name} = ", "name"), (f'"{value}"', "value")]
    return [(f"{line.name}=", "name"), (value, "value")]


def text(snippet: Snippet, shell: str, http: str, grpc: str) -> str:
    """What Copy gives."""
    lines = (pieces(line, shell, http, grpc) for line in snippet.lines)
    return "".join("".join(part for part, _ in found) + "\n" for found in lines if found)
