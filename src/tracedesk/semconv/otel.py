"""The gen_ai.* attributes of the OpenTelemetry GenAI conventions, which most dialects share; a non-part.

Old and new names side by side, newest first: a name that any version or widespread emitter ever wrote is accepted for ever.
Versions: usage names 1.28, provider.name 1.37, cached tokens 1.40, reasoning tokens 1.41, cache_write and the per-modality
counts from the separate GenAI repository.
"""

from __future__ import annotations

from tracedesk.semconv.dialect import A, Fields, Source, below
from tracedesk.semconv.fields import called_with
from tracedesk.semconv.values import python_repr

OTEL_CACHE_READ: tuple[str | Source, ...] = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cache_read_tokens",
    "gen_ai.usage.input_cached_tokens",
    "gen_ai.usage.cached_input_tokens",
    "gen_ai.usage.cached_tokens",
    "gen_ai.usage.input_tokens.cached",
    "gen_ai.usage.details.cache_read_tokens",
    "gen_ai.usage.details.cached_tokens",
    "gen_ai.usage.details.cache_read_input_tokens",
    A("gen_ai.usage.input_token_details", "cache_read", decode=python_repr),
)

OTEL_CACHE_WRITE: tuple[str | Source, ...] = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.cache_write_input_tokens",
    "gen_ai.usage.cache_write_tokens",
    "gen_ai.usage.input_tokens.cache_write",
    "gen_ai.usage.details.cache_write_tokens",
    "gen_ai.usage.details.cache_creation_input_tokens",
)

OTEL_REASONING: tuple[str | Source, ...] = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.reasoning_tokens",
    "gen_ai.usage.reasoning_output_tokens",
    "gen_ai.usage.output_tokens.reasoning",
    "gen_ai.usage.details.reasoning_tokens",
    "gen_ai.usage.details.thoughts_tokens",
    A("gen_ai.usage.output_token_details", "reasoning", decode=python_repr),
    A("gen_ai.usage.raw", "completion_tokens_details.reasoning_tokens|output_tokens_details.reasoning_tokens"),
)

OTEL_TIER: tuple[str | Source, ...] = (
    "openai.response.service_tier",
    "gen_ai.openai.response.service_tier",
    "gen_ai.response.service_tier",
    "anthropic.response.service_tier",
    "openai.request.service_tier",
    "gen_ai.openai.request.service_tier",
    "anthropic.request.service_tier",
)

OTEL_FIELDS: Fields = {
    "operation": "gen_ai.operation.name",
    "provider": ("gen_ai.provider.name", "gen_ai.system"),
    "model.requested": ("gen_ai.request.model", "gen_ai.request_model"),
    "model.response": ("gen_ai.response.model", "gen_ai.response_model"),
    "provider.endpoint": ("server.address", "gen_ai.openai.api_base", "url.full", "gen_ai.endpoint"),
    "api.type": "openai.api.type",
    "service_tier": OTEL_TIER,
    "response.id": "gen_ai.response.id",
    "param.temperature": "gen_ai.request.temperature",
    "param.top_p": "gen_ai.request.top_p",
    "param.top_k": "gen_ai.request.top_k",
    "param.max_tokens": (
        "gen_ai.request.max_tokens",
        "gen_ai.request.max_completion_tokens",
        "gen_ai.request.max_output_tokens",
    ),
    "param.stop": "gen_ai.request.stop_sequences",
    "param.seed": ("gen_ai.request.seed", "gen_ai.openai.request.seed"),
    "param.presence_penalty": "gen_ai.request.presence_penalty",
    "param.frequency_penalty": "gen_ai.request.frequency_penalty",
    "param.repetition_penalty": "gen_ai.request.repetition_penalty",
    "param.n": ("gen_ai.request.choice.count", "gen_ai.request.n"),
    "param.stream": ("gen_ai.request.stream", "gen_ai.is_streaming", "gen_ai.request.is_stream"),
    "param.reasoning_effort": (
        "gen_ai.request.reasoning.level",
        "gen_ai.request.reasoning_effort",
        "gen_ai.request.reasoning.effort",
        "gen_ai.openai.request.reasoning_effort",
    ),
    "param.output_type": (
        "gen_ai.output.type",
        "gen_ai.openai.request.response_format",
        "gen_ai.request.response_format",
    ),
    "param.encoding_formats": ("gen_ai.request.encoding_formats", "gen_ai.request.encoding_format"),
    "param.tool_choice": "gen_ai.request.tool_choice",
    "param.end_user": ("gen_ai.request.user", "gen_ai.user"),
    "finish_reasons": (
        "gen_ai.response.finish_reasons",
        "gen_ai.response.finish_reason",
        "gen_ai.response.stop_reason",
        "anthropic.message.stop_reason",
    ),
    "tokens.input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "tokens.output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "tokens.total": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens", "gen_ai.client.token.usage"),
    "tokens.cache_read": OTEL_CACHE_READ,
    "tokens.cache_write": OTEL_CACHE_WRITE,
    "tokens.cache_write_1h": "anthropic.usage.cache_creation.ephemeral_1h_input_tokens",
    "tokens.reasoning": OTEL_REASONING,
    "tokens.input_text": "gen_ai.usage.text.input_tokens",
    "tokens.output_text": "gen_ai.usage.text.output_tokens",
    "tokens.input_audio": ("gen_ai.usage.audio.input_tokens", "gen_ai.usage.details.input_audio_tokens"),
    "tokens.output_audio": ("gen_ai.usage.audio.output_tokens", "gen_ai.usage.details.output_audio_tokens"),
    "tokens.input_image": "gen_ai.usage.image.input_tokens",
    "tokens.output_image": "gen_ai.usage.image.output_tokens",
    "cost.total": ("gen_ai.usage.cost", "gen_ai.cost.total_cost", "operation.cost"),
    "cost.input": ("gen_ai.usage.input_cost", "gen_ai.cost.input_cost"),
    "cost.output": ("gen_ai.usage.output_cost", "gen_ai.cost.output_cost"),
    "cost.details": below("gen_ai.cost"),
    "ttft_s": (
        "gen_ai.response.time_to_first_chunk",
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.server.time_to_first_token",
        "gen_ai.response.time_to_first_token",
    ),
    "session.id": ("gen_ai.conversation.id", "session.id"),
    "user.id": ("user.id", "enduser.id"),
    "agent.name": "gen_ai.agent.name",
    "agent.id": "gen_ai.agent.id",
    "agent.description": "gen_ai.agent.description",
    "agent.version": "gen_ai.agent.version",
    "workflow.name": ("gen_ai.workflow.name", "gen_ai.task.name"),
    "tool.name": A("gen_ai.tool.name", only="tool mcp"),
    "tool.call_id": A("gen_ai.tool.call.id", only="tool mcp"),
    "tool.args": (
        A("gen_ai.tool.call.arguments", only="tool mcp agent chain other"),
        A("gen_ai.tool.args", only="tool mcp"),
        A("gen_ai.tool.input", only="tool mcp"),
        below("code.function.parameters", form=called_with),
    ),
    "tool.result": ("gen_ai.tool.call.result", "gen_ai.tool.output", A("code.function.return.value", only="tool")),
    "tool.description": "gen_ai.tool.description",
    "tool.type": "gen_ai.tool.type",
    "tool.schema": "gen_ai.tool.json_schema",
    "retrieval.query": ("gen_ai.retrieval.query.text", "gen_ai.retrieval.query"),
    "retrieval.k": ("gen_ai.retrieval.top_k", A("gen_ai.request.top_k", only="retriever")),
    "retrieval.documents": "gen_ai.retrieval.documents",
    "retrieval.source": ("gen_ai.data_source.id", "gen_ai.retrieval.source"),
    "embedding.dimensions": (
        "gen_ai.embeddings.dimension.count",
        "gen_ai.request.embedding_dimension",
        "gen_ai.request.dimensions",
    ),
    "embedding.inputs": (
        A("gen_ai.input.messages", only="embedding"),
        "gen_ai.embeddings.input",
        "gen_ai.request.embedding_inputs",
    ),
    "prompt.name": "gen_ai.prompt.name",
    "prompt.version": "gen_ai.prompt.version",
    "prompt.variables": below("gen_ai.prompt.variable"),
    "mcp.method": "mcp.method.name",
    "mcp.session_id": "mcp.session.id",
    "mcp.resource_uri": "mcp.resource.uri",
    "error.type": "error.type",
}
