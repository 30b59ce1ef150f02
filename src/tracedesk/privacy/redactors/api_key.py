"""Keys and tokens that say what they are by how they begin (as their makers document), bearer headers, and JSON Web Tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracedesk.privacy.redact import Redactor

_KEYS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"sk-(?:ant-|proj-|or-v1-|svcacct-|lf-)?[A-Za-z0-9_-]{16,}"          # OpenAI, Anthropic, OpenRouter, Langfuse
    r"|pk-lf-[A-Za-z0-9-]{16,}|lsv2_[a-z]{2}_[A-Za-z0-9_]{20,}"         # Langfuse, LangSmith
    r"|(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{16,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{20,}"
    r"|xox[abeprs]-[A-Za-z0-9-]{10,}|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|dop_v1_[a-f0-9]{40,}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r")")
_BEARER = re.compile(r"(?i)\bbearer\s+([A-Za-z0-9._~+/-]{16,}=*)")
_BLOCK = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.{0,10000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
                    re.DOTALL)


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where keys stand."""
    yield from (match.span() for match in _BLOCK.finditer(text))
    yield from (match.span() for match in _KEYS.finditer(text))
    yield from (match.span(1) for match in _BEARER.finditer(text))


PART = Redactor("api_key", "Keys and tokens", 0, find, (
    "use sk-proj-abcdefghijklmnop1234 here", "Authorization: Bearer abcdefghij.klmnop-qrst", "AKIAIOSFODNN7EXAMPLE"))
