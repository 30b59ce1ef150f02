"""Claude Code: the transcripts of its sessions, the dump of its web version, and `--output-format stream-json`.

A prompt starts a trace; below it stand the model calls (one per message id, although each content block is a line of its own
that repeats the usage), the tools (from the line that asks to the line that answers) and the subagents under their tool. The
lines of a file are held in memory. Stream-json has no times at all: its steps are spread over what the run is said to have
taken, ending when the file was last written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tracedesk.importers.formats._calls import usage
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import STATUS_ERROR, Making, hashed
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, duration_ns, integer, json_text, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch

NS_PER_S = 1_000_000_000
MOST_STEPS = 100_000
"""How far `parentUuid` is followed."""


@dataclass(slots=True)
class Line:
    """One line that speaks: a message of the user or of the model."""

    kind: str
    own: str
    parent: str
    time_ns: int
    message: dict[str, Any]
    raw: dict[str, Any]
    where: str
    number: int

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Its content blocks; plain text is one."""
        content = self.message.get("content")
        if isinstance(content, str):
            return [{"type": "text", "text": content}]
        return [one if isinstance(one, dict) else {"type": "text", "text": one} for one in sequence(content)
                if isinstance(one, dict | str)]

    @property
    def is_prompt(self) -> bool:
        """Whether a person (or, in a subagent, the tool that started it) asks something."""
        speaks = any(one.get("type") != "tool_result" for one in self.blocks)
        return self.kind == "user" and not self.raw.get("isMeta") and speaks


@dataclass(slots=True)
class Turn:
    """A prompt and what followed."""

    first: Line
    lines: list[Line] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)


def sniff(glance: Glance) -> Sniff:
    """Lines with `uuid` and `sessionId`, a summary, `loglines`, or the first line of a stream."""
    if isinstance(at(glance.document, "loglines"), list):
        return Sniff(0.95, "the member loglines")
    for one in glance.objects:
        if "uuid" in one and isinstance(one.get("message"), dict) and ("sessionId" in one or "parentUuid" in one):
            return Sniff(0.95, "lines with uuid, sessionId and message")
        if one.get("subtype") == "init" and "session_id" in one:
            return Sniff(0.95, "a first line of subtype init with session_id")
        if "parent_tool_use_id" in one and "session_id" in one:
            return Sniff(0.9, "lines with parent_tool_use_id and session_id")
        if one.get("type") == "result" and {"session_id", "num_turns", "duration_ms"} <= one.keys():
            return Sniff(0.9, "a result with session_id and num_turns")
        if one.get("type") == "summary" and "leafUuid" in one:
            return Sniff(0.8, "a summary with leafUuid")
    return NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """A trace a prompt."""
    making = Making(report, scope="claude_code")
    found = list(records(source, report, each=("", "loglines")))
    stream = any(isinstance(value, dict) and "session_id" in value and "sessionId" not in value for value, _ in found)
    clock = _clock(source, found, report) if stream else {}
    turns = _turns(list(_lines(found, report, clock)))
    titles = [(text(value.get("leafUuid")), title) for value, _ in found if isinstance(value, dict)
              and value.get("type") == "summary" and (title := text(value.get("summary")))]
    for place, (value, where) in enumerate(found):
        if at(value, "type") != "result":
            continue
        if turns:
            next((one for one in reversed(turns) if one.first.number < place), turns[0]).results.append(value)
        else:
            with making.record(where):
                _bare_result(value, clock.get(place), source, making)
    for turn in turns:
        with making.record(turn.first.where):
            _Telling(making, turn, source, titles).tell()
        yield from making.full()
    yield from making.rest()


def _clock(source: Source, found: list[Any], report: Report) -> dict[int, int]:
    """Made-up times for a stream: record number → ns."""
    report.assume("the stream has no times: its steps are spread evenly over the time the run is said to have taken, and it is "
                  "taken to end when the file was last written")
    result: dict[str, Any] = next((value for value, _ in reversed(found) if at(value, "type") == "result"), {})
    length = duration_ns(result.get("duration_ms"), "ms") or NS_PER_S * max(1, len(found))
    end = int(source.path.stat().st_mtime) * NS_PER_S
    steps = len(found) - 1
    return {place: end - length + length * place // steps if steps else end for place in range(len(found))}


def _said(results: list[dict[str, Any]]) -> dict[str, Any]:
    """What the last line of a run says of it; sums in it go on from those of the results before."""
    return {} if not results else {"claude_code.earlier_results": json_text(results[:-1] or None)} | {
        f"claude_code.result.{key}": json_text(value) if isinstance(value, dict | list) else value
        for key, value in results[-1].items() if key not in ("type", "session_id", "uuid") and value not in (None, {}, [], "")}


def _failure(results: list[dict[str, Any]]) -> dict[str, Any]:
    result = results[-1] if results else {}
    if not result.get("is_error"):
        return {}
    return {"status": STATUS_ERROR, "status_message": text(result.get("result")) or text(result.get("subtype"))}


def _bare_result(result: dict[str, Any], end: int | None, source: Source, making: Making) -> None:
    """A result without the lines before it: one span with the counts and the cost of the run."""
    length = duration_ns(result.get("duration_ms"), "ms")
    session = text(result.get("session_id")) or source.fingerprint
    models = list(mapping(result.get("modelUsage")))
    trace = hashed(f"{session} result {result.get('uuid')} {length}", 16).hex()
    making.span(
        trace=trace, span=hashed(f"{trace} turn", 8).hex(), name="turn",
        start_ns=None if end is None else end - (length or 0), end_ns=None if length is None else end, **_failure([result]),
        resource=making.resource({"service.name": "claude-code"}),
        attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Claude Code",
                    "gen_ai.conversation.id": session, "gen_ai.request.model": models[0] if len(models) == 1 else None,
                    "gen_ai.usage.cost": number(result.get("total_cost_usd")), **usage(mapping(result.get("usage"))),
                    **_said([result])})


def _lines(found: list[Any], report: Report, clock: dict[int, int]) -> Iterator[Line]:
    seen: set[str] = set()
    before = ""
    for place, (value, where) in enumerate(found):
        kind = at(value, "type")
        if kind not in ("user", "assistant"):
            if kind not in ("summary", "result"):
                report.skip("a line is bookkeeping, not a message", first=f"{where}: {text(kind) or 'no type'}")
            continue
        moment = clock.get(place) if clock else time_ns(value.get("timestamp"))
        message = mapping(value.get("message"))
        own = text(value.get("uuid")) or f"line {place}"
        if moment is None or not message:
            report.skip("a message has no time" if message else "a line has no message", first=where)
        elif own in seen:
            report.skip("a line is there twice", first=where)
        else:
            seen.add(own)
            chained = text(value.get("parentUuid")) if "parentUuid" in value else before
            before = own
            yield Line(str(kind), own, chained or "", moment, message, value, where, place)


def _turns(lines: list[Line]) -> list[Turn]:
    """The lines by the prompt that they go back to; those that go back to none belong to the latest before them."""
    by_id = {line.own: line for line in lines}
    turn_of: dict[str, Turn] = {}
    turns: list[Turn] = []
    for line in lines:
        above: Line | None = line
        steps = 0
        turn: Turn | None = None
        while above is not None and steps < MOST_STEPS:
            if above.own in turn_of:
                turn = turn_of[above.own]
                break
            above, steps = by_id.get(above.parent), steps + 1
        side = bool(line.raw.get("isSidechain")) or bool(line.raw.get("parent_tool_use_id"))
        if turns and (turn is None or side):
            turn = turn or turns[-1]
        if (line.is_prompt and not side) or turn is None:
            turn = Turn(line)
            turns.append(turn)
        turn.lines.append(line)
        turn_of[line.own] = turn
    return turns


class _Telling:
    """Makes the spans of one turn."""

    def __init__(self, making: Making, turn: Turn, source: Source, titles: list[tuple[str | None, str]]) -> None:
        self.making, self.turn = making, turn
        raw = turn.first.raw
        self.session = text(raw.get("sessionId") or raw.get("session_id")) or source.fingerprint
        self.trace = hashed(f"{self.session} {turn.first.own}", 16).hex()
        self.root = hashed(f"{self.trace} turn", 8).hex()
        own = {line.own for line in turn.lines}
        self.title = next((title for leaf, title in titles if leaf in own), titles[-1][1] if titles else None)
        self.resource = making.resource({"service.name": "claude-code", "service.version": text(raw.get("version"))})
        self.answers = {str(block["tool_use_id"]): (line, block) for line in turn.lines for block in line.blocks
                        if block.get("type") == "tool_result" and block.get("tool_use_id")}

    def tell(self) -> None:
        """The turn, its calls, its tools, its subagents."""
        sides: dict[str, list[Line]] = {}
        main: list[Line] = []
        for line in self.turn.lines:
            side = self._side(line)
            (sides.setdefault(side, []) if side else main).append(line)
        first, raw = self.turn.first, self.turn.first.raw
        end = max(line.time_ns for line in self.turn.lines)
        self._agent(self.root, None, "turn", main, first.time_ns, end, {
            "claude_code.title": self.title, "claude_code.cwd": text(raw.get("cwd")),
            "claude_code.git_branch": text(raw.get("gitBranch")), "claude_code.prompt_uuid": first.own,
            "claude_code.user_type": text(raw.get("userType")), **_said(self.turn.results)}, _failure(self.turn.results))
        self._steps(main, self.root)
        for side, lines in sides.items():
            tool = self._tool_of(side, lines)
            own = hashed(f"{self.trace} side {side}", 8).hex()
            self._agent(own, self._tool_id(tool) if tool else self.root, "subagent", lines, lines[0].time_ns,
                        max(line.time_ns for line in lines), {"claude_code.agent_id": text(lines[0].raw.get("agentId"))})
            self._steps(lines, own)

    def _side(self, line: Line) -> str:
        """Which subagent a line belongs to, `""` for the main thread."""
        named = text(line.raw.get("parent_tool_use_id") or line.raw.get("agentId"))
        if named and (line.raw.get("parent_tool_use_id") or line.raw.get("isSidechain")):
            return named
        return "side" if line.raw.get("isSidechain") else ""

    def _tool_of(self, side: str, lines: list[Line]) -> str:
        """The id of the tool call that started a subagent: by its id, by its prompt, else the last one before it."""
        if side in self.answers:
            return side
        prompt = "".join(text(block.get("text")) or "" for block in lines[0].blocks)
        found = ""
        for line in self.turn.lines:
            for block in line.blocks if not self._side(line) else ():
                if block.get("type") == "tool_use" and block.get("name") in ("Task", "Agent"):
                    if at(block, "input", "prompt") == prompt:
                        return text(block.get("id")) or ""
                    if line.time_ns <= lines[0].time_ns:
                        found = text(block.get("id")) or found
        return found

    def _tool_id(self, tool: str) -> str:
        return hashed(f"{self.trace} tool {tool}", 8).hex()

    def _agent(
        self, own: str, parent: str | None, name: str, lines: list[Line], start: int, end: int, more: dict[str, Any],
        failure: dict[str, Any] | None = None,
    ) -> None:
        prompt = next((line for line in lines if line.is_prompt), None)
        answers = [line for line in lines if line.kind == "assistant"]
        final = [block for block in answers[-1].blocks if block.get("type") == "text"] if answers else []
        self.making.span(
            trace=self.trace, span=own, parent=parent, name=name, start_ns=start, end_ns=end, resource=self.resource,
            **(failure or {}),
            attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "Claude Code",
                        "gen_ai.conversation.id": self.session,
                        "gen_ai.input.messages": json_text([{"role": "user", "content": prompt.blocks}] if prompt else None),
                        "gen_ai.output.messages": json_text([{"role": "assistant", "content": final}] if final else None),
                        **more})

    def _steps(self, lines: list[Line], parent: str) -> None:
        """Model calls and tools of one thread."""
        calls: dict[str, list[Line]] = {}
        before: dict[str, Line | None] = {}
        previous: Line | None = None
        for line in lines:
            if line.kind == "assistant":
                key = text(line.message.get("id")) or line.own
                before.setdefault(key, previous)
                calls.setdefault(key, []).append(line)
            previous = line
        for key, parts in calls.items():
            self._call(key, parts, before[key], parent)
        for line in lines:
            for block in line.blocks if line.kind == "assistant" else ():
                if block.get("type") == "tool_use":
                    self._tool(line, block, parent)

    def _call(self, key: str, parts: list[Line], before: Line | None, parent: str) -> None:
        """One answer of the model: from the line before it to its last line."""
        last, message = parts[-1], parts[-1].message
        asked = [{"role": "user", "content": before.blocks}] if before is not None and before.kind == "user" else None
        said = text(message.get("model"))
        failed = bool(last.raw.get("isApiErrorMessage")) or said == "<synthetic>"
        model = None if failed else said
        blocks = [block for line in parts for block in line.blocks]
        told = mapping(message.get("usage"))
        known = {} if failed else {name: value for name, value in usage(told).items() if value is not None}
        hour = integer(at(told, "cache_creation", "ephemeral_1h_input_tokens"))
        self.making.span(
            trace=self.trace, span=hashed(f"{self.trace} call {key}", 8).hex(), parent=parent,
            name=f"chat {model}" if model else "chat", start_ns=before.time_ns if before is not None else parts[0].time_ns,
            end_ns=last.time_ns, resource=self.resource, otel_kind=3, status=STATUS_ERROR if failed else 0,
            status_message="".join(text(block.get("text")) or "" for block in blocks) if failed else None,
            attributes={"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic",
                        "gen_ai.request.model": model, "gen_ai.response.model": model,
                        "gen_ai.response.id": text(message.get("id")), "gen_ai.conversation.id": self.session,
                        "gen_ai.response.finish_reasons": [reason] if (reason := text(message.get("stop_reason"))) else None,
                        "gen_ai.input.messages": json_text(asked),
                        "gen_ai.output.messages": json_text([{"role": "assistant", "content": blocks}]),
                        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": hour,
                        "claude_code.uuids": [text(line.raw.get("uuid")) for line in parts if line.raw.get("uuid")] or None,
                        "claude_code.request_id": text(last.raw.get("requestId")),
                        "claude_code.service_tier": text(told.get("service_tier")), **known})

    def _tool(self, line: Line, block: dict[str, Any], parent: str) -> None:
        """A tool: from the line that asks for it to the line with its result; without one it has not ended."""
        own = text(block.get("id")) or f"{line.own} {block.get('name')}"
        answer = self.answers.get(own)
        failed = answer is not None and bool(answer[1].get("is_error"))
        result = answer[1].get("content") if answer else None
        said = json_text(result)
        self.making.span(
            trace=self.trace, span=self._tool_id(own), parent=parent, name=text(block.get("name")) or "tool",
            start_ns=line.time_ns, end_ns=answer[0].time_ns if answer else None, resource=self.resource,
            status=STATUS_ERROR if failed else 0, status_message=said if failed else None,
            attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": text(block.get("name")),
                        "gen_ai.tool.call.id": text(block.get("id")),
                        "gen_ai.tool.call.arguments": json_text(block.get("input")),
                        "gen_ai.tool.call.result": said,
                        "claude_code.result_uuid": text(answer[0].raw.get("uuid")) if answer else None,
                        "claude_code.tool_use_result": json_text(answer[0].raw.get("toolUseResult")) if answer else None})


SAMPLE = b"""{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"s-1","timestamp":"2026-03-01T10:00:00.000Z",\
"message":{"role":"user","content":"Where is it?"}}
{"type":"assistant","uuid":"u2","parentUuid":"u1","sessionId":"s-1","timestamp":"2026-03-01T10:00:01.000Z",\
"message":{"id":"m1","role":"assistant","model":"claude-sonnet-4-20250514","content":[{"type":"tool_use","id":"t1",\
"name":"Bash","input":{"command":"ls"}}],"usage":{"input_tokens":42,"output_tokens":17}}}
{"type":"user","uuid":"u3","parentUuid":"u2","sessionId":"s-1","timestamp":"2026-03-01T10:00:02.000Z",\
"message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"a.txt"}]}}
"""

PART = Importer("claude-code", "Claude Code transcript or stream", (".jsonl", ".json"), sniff, read, SAMPLE,
                leaves_out="Claude Code's transcripts have no durations: a call lasts from the line before it to its last "
                           "line. Large tool results lie in files of their own.")
