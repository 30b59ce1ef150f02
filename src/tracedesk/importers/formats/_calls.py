"""The requests and answers of model providers (OpenAI, Anthropic, Gemini shapes) → the GenAI attributes of OpenTelemetry.

For files that keep what went over the wire. Only what is there is said: no count, model or message is made up.
"""

from __future__ import annotations

from typing import Any

from tracedesk.importers.values import at, besides, integer, json_text, mapping, number, sequence, text

PARAMETERS = ("temperature", "top_p", "max_tokens", "seed", "frequency_penalty", "presence_penalty")


ASKED = ("messages", "contents", "input", "prompt")


def _asked(body: dict[str, Any]) -> str:
    return next((name for name in ASKED if body.get(name)), "")


def request(body: dict[str, Any]) -> dict[str, Any]:
    """What was asked: model, parameters, messages, tools."""
    asked = body.get(_asked(body))
    messages = asked if isinstance(asked, list) else [{"role": "user", "content": asked}] if isinstance(asked, str) else None
    found: dict[str, Any] = {"gen_ai.request.model": text(body.get("model")), "gen_ai.input.messages": json_text(messages),
                             "gen_ai.tool.definitions": json_text(body.get("tools") or None)}
    system = body.get("system") or body.get("instructions")
    if isinstance(system, str | list):
        found["gen_ai.system_instructions"] = json_text([{"type": "text", "content": system}] if isinstance(system, str) else [
            {"type": "text", "content": at(part, "text")} for part in system if isinstance(at(part, "text"), str)])
    for name in PARAMETERS:
        found[f"gen_ai.request.{name}"] = number(body.get(name))
    return found


def request_rest(body: dict[str, Any], prefix: str) -> dict[str, Any]:
    """What of a request `request` does not say."""
    used = {"model", "tools", _asked(body), "system" if body.get("system") else "instructions",
            *(name for name in PARAMETERS if number(body.get(name)) is not None)}
    return besides(body, used, prefix)


def response_rest(body: dict[str, Any], prefix: str) -> dict[str, Any]:
    """What of an answer `response` does not say, with all of its usage."""
    used = {"model", "id", "choices", "candidates", "content", "role", "stop_reason", "type", "output"}
    more: dict[str, Any] = {}
    for name, said in (("choices", ("message", "text", "finish_reason", "index")),
                       ("candidates", ("content", "finishReason", "index"))):
        left = [{key: value for key, value in mapping(one).items() if key not in said and value is not None}
                for one in sequence(body.get(name))]
        more[name] = left if any(left) else None
    if body.get("choices") or body.get("candidates"):
        used -= {"content", "output"}
    elif body.get("content") is not None:
        used -= {"output"}
    return besides({**{key: value for key, value in body.items() if key not in used}, **more}, (), prefix)


def response(body: dict[str, Any]) -> dict[str, Any]:
    """What came back: model, id, messages with why they ended."""
    answers = [{**mapping(at(one, "message")), "finish_reason": at(one, "finish_reason")}
               for one in sequence(body.get("choices")) if isinstance(at(one, "message"), dict)]
    answers += [{"role": "assistant", "content": at(one, "text"), "finish_reason": at(one, "finish_reason")}
                for one in sequence(body.get("choices")) if isinstance(at(one, "text"), str)]
    if not answers and body.get("content") is not None and body.get("type") in (None, "message"):
        answers = [{"role": text(body.get("role")) or "assistant", "content": body["content"],
                    "finish_reason": body.get("stop_reason")}]
    for one in sequence(body.get("candidates")):
        answers.append({"role": "assistant", "parts": at(one, "content", "parts"), "finish_reason": at(one, "finishReason")})
    if not answers and isinstance(body.get("output"), list):
        answers = [one for one in body["output"] if isinstance(one, dict)]
    answers = [{key: value for key, value in one.items() if value is not None} for one in answers]
    reasons = [str(one["finish_reason"]) for one in answers if one.get("finish_reason")]
    return {"gen_ai.response.model": text(body.get("model")), "gen_ai.response.id": text(body.get("id")),
            "gen_ai.output.messages": json_text(answers or None), "gen_ai.response.finish_reasons": reasons or None}


def usage(told: dict[str, Any]) -> dict[str, Any]:
    """Counts in the names of OpenAI, Anthropic, Gemini or the Vercel AI SDK; Anthropic's input leaves out what came from the
    cache, so that is added, as OpenTelemetry counts it."""

    def count(*names: str) -> int | None:
        return next((known for name in names if (known := integer(told.get(name))) is not None), None)

    given = count("prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens", "promptTokens")
    read, written = count("cache_read_input_tokens"), count("cache_creation_input_tokens")
    if given is not None and (read is not None or written is not None) and "prompt_tokens" not in told:
        given += (read or 0) + (written or 0)
    if read is None:
        read = next((known for side in ("prompt_tokens_details", "input_tokens_details")
                     if (known := integer(at(told, side, "cached_tokens"))) is not None), count("cachedContentTokenCount"))
    thought = next((known for side in ("completion_tokens_details", "output_tokens_details")
                    if (known := integer(at(told, side, "reasoning_tokens"))) is not None), count("thoughtsTokenCount"))
    return {"gen_ai.usage.input_tokens": given,
            "gen_ai.usage.output_tokens": count("completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens",
                                                "completionTokens"),
            "gen_ai.usage.total_tokens": count("total_tokens", "totalTokenCount", "totalTokens"),
            "gen_ai.usage.cache_read.input_tokens": read, "gen_ai.usage.cache_creation.input_tokens": written,
            "gen_ai.usage.reasoning.output_tokens": thought}
