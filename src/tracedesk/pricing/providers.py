"""Whose price counts: the providers under which a call may be listed, in the order of how much they are to be trusted.

The provider that the span names; then the host it called; then a `vendor/` in front of the model. Only where none of these
says anything is the model looked up with every provider of a fixed list, and a find counts only if it is the only one, or
that of the model's maker: the same open model costs ten times as much here as there.
"""

from __future__ import annotations

import re

LOCAL = frozenset({"ollama", "vllm", "lmstudio", "lm_studio", "llama.cpp", "llamacpp", "llama_cpp", "localai", "tgi", "sglang",
                   "mlx", "transformers", "sentence-transformers", "onnx", "gpt4all"})
"""Servers of open models on somebody's own machine: no list price, whatever others ask for the same model."""

UNLISTED = frozenset({"ibm", "huggingface", "replicate", "oracle"})
"""Providers we know by name and the price table does not: the price of another provider would be wrong."""

FIXED = ("openai", "anthropic", "google", "mistral", "cohere", "deepseek", "x-ai", "perplexity", "voyageai", "moonshotai",
         "zai", "minimax", "groq", "together", "fireworks", "cerebras", "aws", "azure")
"""Asked where a span says nothing about its provider."""

_MAKERS = (
    ("openai", r"gpt-(?!oss)|chatgpt-|o[134](-|$)|text-embedding-[^0]|(text-)?(davinci|curie|babbage|ada)|codex-"
               r"|whisper-|tts-|dall-e"),
    ("anthropic", r"claude"),
    ("google", r"gemini|text-embedding-0|palm|(text|chat)-bison|imagen|veo-"),
    ("mistral", r"(?:labs-)?(?:mi|code|dev|magi|mini)stral|mixtral|pixtral|voxtral|open-mi"),
    ("cohere", r"command|embed-|rerank-|c4ai-"),
    ("deepseek", r"deepseek-(chat|reasoner)"),
    ("x-ai", r"grok"),
    ("perplexity", r"sonar"),
    ("voyageai", r"voyage|rerank-2"),
    ("moonshotai", r"kimi|moonshot"),
    ("minimax", r"minimax"),
)
_MAKER = [(provider, re.compile(pattern)) for provider, pattern in _MAKERS]

_LOOPBACK = re.compile(r"^(localhost|127\.|\[?::1|0\.0\.0\.0|host\.docker\.internal|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)")


def makers(model: str) -> list[str]:
    """Providers who make a model of this name."""
    low = model.lower()
    return [provider for provider, pattern in _MAKER if pattern.match(low)]


def api_url(endpoint: str) -> str:
    """The URL by which the price table knows a host: `api.groq.com:443` is `https://api.groq.com`."""
    if "://" in endpoint:
        scheme, _, rest = endpoint.partition("://")
        return f"https://{rest}" if scheme in ("http", "https") else endpoint
    return "https://" + endpoint.removesuffix(":443")


def is_own_machine(endpoint: str | None) -> bool:
    """Whether an endpoint is this machine or one of a private network."""
    return endpoint is not None and bool(_LOOPBACK.match(endpoint.rpartition("://")[2]))


def vendor_prefix(model: str) -> tuple[str, str] | None:
    """(vendor, model) of `vendor/model`; None without one. `models/gemini-2.5-pro` has no vendor, but Google's folder."""
    vendor, slash, rest = model.partition("/")
    if not slash or not vendor or not rest:
        return None
    return ("google", rest) if vendor == "models" else (vendor.lower(), rest)
