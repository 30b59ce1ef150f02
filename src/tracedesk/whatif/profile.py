"""How fast a model answers: time to the first token, then so much per token, fitted from calls that were recorded.

A least-squares line through a handful of calls easily says nonsense (negative times, a slope from noise), so every term
must be earned: without enough spread in the token counts there is no slope, and no term is ever negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tracedesk.model.kinds import Kind, Status
from tracedesk.model.row import SpanRow

CALLS_FOR_SLOPE = 5
SPREAD_FOR_SLOPE = 0.15
"""A slope needs at least so many calls, and token counts that vary by so much of their mean."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Duration of a call = ttft_ns + output tokens × ns_per_output_token + input tokens × ns_per_input_token."""

    ttft_ns: float
    ns_per_output_token: float
    ns_per_input_token: float = 0.0
    calls: int = 0

    def duration_ns(self, input_tokens: int, output_tokens: int) -> float:
        """How long a call with these tokens takes."""
        return self.ttft_ns + self.ns_per_output_token * output_tokens + self.ns_per_input_token * input_tokens


def fit_profile(rows: Iterable[SpanRow]) -> Profile | None:
    """The profile of the model that these spans are calls of; None where no usable call is among them.

    Usable are LLM calls that ended, without error, with known output tokens.
    """
    used = [row for row in rows if row.kind == Kind.LLM and row.status != Status.ERROR and row.end_ns is not None
            and row.end_ns > row.start_ns and row.output_tokens is not None]
    if not used:
        return None
    length = np.array([(row.end_ns or 0) - row.start_ns for row in used], np.float64)
    out = np.array([row.output_tokens or 0 for row in used], np.float64)
    into = np.array([row.input_tokens or 0 for row in used], np.float64)
    first = [row.ttft_ns for row in used if row.ttft_ns is not None]
    if first:                                                # the first token was measured: only the rest is fitted
        ttft = float(np.median(first))
        produced = float(out.sum())
        return Profile(ttft, max(0.0, float((length - ttft).sum()) / produced) if produced else 0.0, 0.0, len(used))
    terms = [column for column in (out, into) if _varies(column)]
    while terms:
        solution, *_ = np.linalg.lstsq(np.column_stack([np.ones(len(used)), *terms]), length, rcond=None)
        if (solution >= 0).all():
            slopes = dict(zip((id(term) for term in terms), solution[1:].tolist(), strict=True))
            return Profile(float(solution[0]), slopes.get(id(out), 0.0), slopes.get(id(into), 0.0), len(used))
        if len(terms) == 1:
            return _through_origin(length, terms[0], terms[0] is out, len(used))
        terms = [out] if _varies(out) else [into]
    return Profile(float(np.median(length)), 0.0, 0.0, len(used))


def _varies(tokens: np.ndarray) -> bool:
    mean = float(tokens.mean())
    return len(tokens) >= CALLS_FOR_SLOPE and mean > 0 and float(tokens.std()) > SPREAD_FOR_SLOPE * mean


def _through_origin(length: np.ndarray, tokens: np.ndarray, is_output: bool, calls: int) -> Profile:
    """One slope and no start where a start would be negative; a median where the slope would be."""
    slope = float((length * tokens).sum() / (tokens * tokens).sum())
    centred = tokens - tokens.mean()
    if float((centred * length).sum()) <= 0:
        return Profile(float(np.median(length)), 0.0, 0.0, calls)
    return Profile(0.0, slope if is_output else 0.0, 0.0 if is_output else slope, calls)
