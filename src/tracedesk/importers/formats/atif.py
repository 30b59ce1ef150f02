"""ATIF trajectories (Harbor): the steps of an agent's run. Timestamps are optional; without them only the order is known, and
the steps are laid out a second apart, which the report says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tracedesk.importers.formats._calls import usage
from tracedesk.importers.glance import Glance
from tracedesk.importers.importer import NOT_MINE, Importer, Report, Sniff
from tracedesk.importers.making import Making, hashed
from tracedesk.importers.records import records
from tracedesk.importers.source import Source
from tracedesk.importers.values import at, besides, json_text, mapping, number, sequence, text, time_ns
from tracedesk.model.batch import SpanBatch

STEP_NS = 1_000_000_000
MOST_LEVELS = 50
RUN = {"schema_version", "session_id", "agent", "steps", "notes", "final_metrics", "subagent_trajectories"}
AGENT = {"name", "version", "model_name", "tool_definitions"}
STEP = {"timestamp", "source", "message", "model_name", "reasoning_content", "tool_calls", "observation", "metrics"}
COUNTS = {"prompt_tokens", "completion_tokens", "cached_tokens", "cost_usd"}


def sniff(glance: Glance) -> Sniff:
    """`schema_version` that begins ATIF-."""
    version = at(glance.document, "schema_version")
    return Sniff(0.95, f"schema_version {version}") if isinstance(version, str) and version.startswith("ATIF-") else NOT_MINE


def read(source: Source, report: Report) -> Iterator[SpanBatch]:
    """The run, its model calls and its tools."""
    making = Making(report, scope="atif")
    written_ns = int(source.path.stat().st_mtime) * STEP_NS
    for document, where in records(source, report, each=("",), keep=("steps",)):
        run = mapping(document)
        session = text(run.get("session_id")) or text(run.get("trajectory_id")) or source.fingerprint
        with making.record(where or "the trajectory"):
            _Run(making, run, session, hashed(f"atif {session}", 16).hex(), f"atif {session} run", None, written_ns).tell()
        yield from making.full()
    yield from making.rest()


class _Run:
    """Makes the spans of one trajectory and of those embedded in it, which stand below the tool that refers to them."""

    def __init__(
        self, making: Making, run: dict[str, Any], session: str, trace: str, own: str, parent: str | None, else_ns: int,
        depth: int = 0,
    ) -> None:
        self.making, self.run, self.session, self.trace, self.own, self.parent = making, run, session, trace, own, parent
        self.depth = depth
        self.root = hashed(own, 8).hex()
        self.agent = mapping(run.get("agent"))
        self.steps = [mapping(one) for one in sequence(run.get("steps"))]
        self.times = self._times(else_ns)
        self.children: dict[str, tuple[str, int]] = {}       # id of an embedded trajectory → the span below which, its start

    def _times(self, else_ns: int) -> list[int]:
        moments = [time_ns(step.get("timestamp")) for step in self.steps]
        if None in moments:
            self.making.report.assume("steps without a time are laid out one second apart; only their order is known")
        before = next((moment for moment in moments if moment is not None), else_ns) - STEP_NS
        found: list[int] = []
        for moment in moments:
            before = moment if moment is not None else before + STEP_NS
            found.append(before)
        return found

    def tell(self) -> None:
        """The run, its steps, the runs inside it."""
        asked: list[dict[str, Any]] = []
        first, last = (min(self.times), max(self.times)) if self.times else (None, None)
        answered = max((place for place, step in enumerate(self.steps) if step.get("source") == "agent"), default=-1)
        self.making.span(
            trace=self.trace, span=self.root, parent=self.parent, name=text(self.agent.get("name")) or "agent",
            start_ns=first, end_ns=last,
            attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": text(self.agent.get("name")),
                        "gen_ai.agent.version": text(self.agent.get("version")), "gen_ai.conversation.id": self.session,
                        "gen_ai.tool.definitions": json_text(self.agent.get("tool_definitions") or None),
                        "atif.notes": text(self.run.get("notes")), "atif.not_answered": self.steps[answered + 1:] or None,
                        "atif.final_metrics": json_text(mapping(self.run.get("final_metrics")) or None),
                        **besides(self.agent, AGENT, "atif.agent"), **besides(self.run, RUN, "atif")})
        for place, step in enumerate(self.steps):
            if step.get("source") == "agent":
                self._step(step, asked, place)
                asked = []
            else:
                self._refers(sequence(at(step, "observation", "results")), self.root, self.times[place])
                asked.append(step)
        for place, one in enumerate(sequence(self.run.get("subagent_trajectories"))):
            self._embedded(mapping(one), place)

    def _embedded(self, run: dict[str, Any], place: int) -> None:
        if self.depth >= MOST_LEVELS:
            self.making.report.skip("a trajectory is embedded too deep", first=self.own)
            return
        named = text(run.get("trajectory_id"))
        parent, start = self.children.get(named or "", (self.root, min(self.times, default=0)))
        _Run(self.making, run, self.session, self.trace, f"{self.own} > {named or place}", parent, start, self.depth + 1).tell()

    def _refers(self, results: list[Any], span: str, start: int) -> None:
        for result in results:
            for one in sequence(at(result, "subagent_trajectory_ref")):
                if named := text(at(one, "trajectory_id")):
                    self.children.setdefault(named, (span, start))

    def _step(self, step: dict[str, Any], asked: list[dict[str, Any]], place: int) -> None:
        """A step of the agent: a model call unless the file says that there was none, or that it was copied from a run before,
        where its counts stand already."""
        called = step.get("llm_call_count") != 0 and step.get("is_copied_context") is not True
        metrics, model = mapping(step.get("metrics")), text(step.get("model_name")) or text(self.agent.get("model_name"))
        tools = [mapping(one) for one in sequence(step.get("tool_calls"))]
        results = [mapping(one) for one in sequence(at(step, "observation", "results"))]
        own, end = f"{self.own} step {place}", self.times[place]
        named = {text(one.get("tool_call_id")) for one in tools} - {None}
        counts = {"prompt_tokens": metrics.get("prompt_tokens"), "completion_tokens": metrics.get("completion_tokens"),
                  "prompt_tokens_details": {"cached_tokens": metrics.get("cached_tokens")}}
        kind = {"gen_ai.operation.name": "chat", "gen_ai.usage.cost": number(metrics.get("cost_usd")),
                **usage(counts), **besides(metrics, COUNTS, "atif.metrics")} if called else {
                    "atif.metrics": json_text(metrics or None)}
        self.making.span(
            trace=self.trace, span=hashed(own, 8).hex(), parent=self.root,
            name=("chat" if called else "step") + (f" {model}" if model else ""),
            start_ns=self.times[place - 1] if place else end, end_ns=end, otel_kind=3 if called else 0,
            attributes={"gen_ai.request.model": model, "gen_ai.input.messages": json_text(_asked(asked)),
                        "gen_ai.output.messages": json_text(_answer(step, tools)),
                        "atif.results": [one for one in results if text(one.get("source_call_id")) not in named] or None,
                        "atif.before": [kept for one in asked
                                        if (kept := besides(one, STEP - {"observation"}, "step"))] or None,
                        **besides(step, STEP, "atif"), **kind})
        self._refers(results, hashed(own, 8).hex(), end)
        for at_, tool in enumerate(tools):
            self._tool(tool, [one for one in results if text(one.get("source_call_id")) == text(tool.get("tool_call_id"))],
                       f"{own} tool {text(tool.get('tool_call_id')) or at_}", end)

    def _tool(self, tool: dict[str, Any], results: list[dict[str, Any]], own: str, start: int) -> None:
        if text(tool.get("tool_call_id")) is None:
            results = []
        span, result = hashed(own, 8).hex(), results[0] if results else {}
        for one in results:
            for ref in sequence(one.get("subagent_trajectory_ref")):
                if named := text(at(ref, "trajectory_id")):
                    self.children[named] = (span, start)
        self.making.span(
            trace=self.trace, span=span, parent=self.root, name=text(tool.get("function_name")) or "tool", start_ns=start,
            attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": text(tool.get("function_name")),
                        "gen_ai.tool.call.id": text(tool.get("tool_call_id")),
                        "gen_ai.tool.call.arguments": json_text(tool.get("arguments")),
                        "gen_ai.tool.call.result": json_text(result.get("content")), "atif.more_results": results[1:] or None,
                        **besides(tool, {"function_name", "tool_call_id", "arguments"}, "atif.tool"),
                        **besides(result, {"source_call_id", "content"}, "atif.result")})


def _asked(steps: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """What stood between the agent's last step and this one, as messages."""
    return [{"role": text(step.get("source")) or "user", "content": step["message"]}
            for step in steps if step.get("message")] or None


def _answer(step: dict[str, Any], tools: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """What the model said, thought and called, as one message."""
    message = step.get("message")
    content: list[Any] = [{"type": "reasoning", "content": step["reasoning_content"]}] if step.get("reasoning_content") else []
    content += message if isinstance(message, list) else [{"type": "text", "content": message}] if message else []
    content += [{"type": "tool_call", "id": text(one.get("tool_call_id")), "name": text(one.get("function_name")),
                 "arguments": one.get("arguments")} for one in tools]
    return [{"role": "assistant", "parts": content}] if content else None


SAMPLE = b"""{"schema_version":"ATIF-v1.4","session_id":"s-1","agent":{"name":"bot","version":"1","model_name":"gpt-4o-mini"},
"steps":[{"step_id":1,"timestamp":"2026-03-01T10:00:00Z","source":"user","message":"Where?"},
{"step_id":2,"timestamp":"2026-03-01T10:00:02.2Z","source":"agent","message":"I look.","tool_calls":[{"tool_call_id":"c1",
"function_name":"search","arguments":{"q":1}}],"observation":{"results":[{"source_call_id":"c1","content":"found"}]},
"metrics":{"prompt_tokens":42,"completion_tokens":17}}]}
"""

PART = Importer("atif", "ATIF trajectory", (".json",), sniff, read, SAMPLE,
                leaves_out="ATIF has no times for tools: when one ended is not known.")
