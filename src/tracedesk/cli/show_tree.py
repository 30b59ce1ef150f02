"""One trace in a terminal: a header, the tree with a bar per span, and what failed.

A bar starts and ends at half a character. The stretches of the critical path are drawn heavy, so the picture reads without
colour too. Everything that comes from a trace is escaped and never read as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tracedesk.base.clock import NARROW, format_duration, iso_time
from tracedesk.base.money import format_cost, format_total
from tracedesk.base.words import counted
from tracedesk.cli.printing import escaped
from tracedesk.cli.show_json import unpriced
from tracedesk.cli.target import Target
from tracedesk.model.kinds import Kind, Status
from tracedesk.model.llm import CostStatus
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import Trace
from tracedesk.semconv.counting import error_causes
from tracedesk.store.totals import Totals
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.critical_path import critical_path

ROWS_AT_MOST = 1_000
DEEPEST_INDENT = 12
"""After this depth the indent stops growing and a number says the depth (DESIGN section 5)."""
NARROWEST, BAR_AT_LEAST = 60, 12

COLOURS = {
    Kind.LLM: "magenta", Kind.TOOL: "yellow", Kind.MCP: "yellow", Kind.RETRIEVER: "cyan", Kind.RERANKER: "bright_magenta",
    Kind.EMBEDDING: "blue", Kind.AGENT: "white", Kind.DECISION: "white", Kind.CHAIN: "bright_white",
    Kind.PROMPT: "bright_white", Kind.GUARDRAIL: "green", Kind.EVALUATOR: "bright_yellow", Kind.HTTP: "bright_black",
    Kind.DB: "bright_black", Kind.OTHER: "bright_black",
}
THIN, HEAVY = ("━", "╺", "╸"), ("█", "▐", "▌")
"""A whole character, its right half, its left half."""


def print_trace(console: Console, target: Target) -> None:
    """Print one trace."""
    totals = Totals.of(target.rows, target.counted_on)
    console.print(_header(target, totals), highlight=False, soft_wrap=True)
    console.print(_table(target, console.width), highlight=False)
    trace = target.trace
    if trace.n > ROWS_AT_MOST:
        console.print(f"{trace.n - ROWS_AT_MOST:,} more spans; --json has them all.", highlight=False)
    console.print(Text("━ span   █ on the critical path", style="dim"), highlight=False)
    for line in _footnotes(target):
        console.print(line, highlight=False, soft_wrap=True)


def _header(target: Target, totals: Totals) -> Text:
    """Name and id; then the sums, each saying what it does not know."""
    card = totals.card()
    head = Text()
    head.append(escaped(card[0]), style="bold")
    head.append(f"  {target.trace.trace_id.hex()}", style="dim")
    if card[1]:
        head.append(f"\n“{escaped(card[1])}”", style="italic")
    failed = f"{totals.bad:,} failed" if totals.bad else "no error"
    facts = [iso_time(totals.start), format_duration(max(0, totals.end - totals.start)),
             counted(totals.spans, "span"), failed, counted(totals.llm_calls, "model call"),
             _tokens(totals.tokens[0], totals.tokens[1], totals.tokens[2]), format_total(totals.cost, totals.unpriced)]
    head.append("\n" + " · ".join(facts))
    people = [f"{what} {escaped(names[0])}" for what, names in (("user", card[4]), ("session", card[5])) if names]
    if people or card[2]:
        head.append("\n" + " · ".join([", ".join(map(escaped, card[2])), *people]), style="dim")
    return head


def _tokens(given: int | None, made: int | None, cached: int | None) -> str:
    """`2,316 → 142 tokens (640 cached)`; what is not known is said so."""
    if given is None and made is None:
        return "tokens not reported"
    both = f"{_count(given)} → {_count(made)} tokens"
    return f"{both} ({cached:,} cached)" if cached else both



def _count(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _table(target: Target, width: int) -> Table:
    """Columns: tree, kind, bar, duration, tokens, cost. Where the terminal is narrow, tokens and kind go first."""
    trace, rows = target.trace, {row.span_id: row for row in target.rows}
    width = max(width, NARROWEST)
    with_tokens, with_kind = width >= 92, width >= 76
    shown = range(min(trace.n, ROWS_AT_MOST))
    rest = width - 9 - 10 - 2 * 3 - (13 + 2 if with_tokens else 0) - (10 + 2 if with_kind else 0)
    tree_width = min(max(len(_label(trace, index, rows)) for index in shown), max(20, rest * 45 // 100))
    bar_width = max(BAR_AT_LEAST, rest - tree_width)
    bars = _Bars(target, bar_width)
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    table.add_column(width=tree_width, no_wrap=True, overflow="ellipsis")
    if with_kind:
        table.add_column(width=10, no_wrap=True)
    table.add_column(width=bar_width, no_wrap=True)
    table.add_column(width=9, justify="right", no_wrap=True)
    if with_tokens:
        table.add_column(width=13, justify="right", no_wrap=True, overflow="ellipsis")
    table.add_column(width=10, justify="right", no_wrap=True)
    for index in shown:
        row = rows[trace.span_ids[index]]
        kind, failed = Kind(row.kind), row.status == Status.ERROR
        colour = COLOURS[kind]
        name = _label(trace, index, rows)
        cells = [name]
        if with_kind:
            cells.append(Text(kind.label, style=colour))
        cells.append(bars.bar(index, "red" if failed else colour))
        duration = format_duration(int(trace.end_ns[index] - trace.start_ns[index]))
        cells.append(Text(duration + "…" if trace.unfinished[index] else duration))
        if with_tokens:
            cells.append(_tokens_cell(row))
        cells.append(_cost_cell(row, row.span_id in target.counted_on))
        table.add_row(*cells)
    return table


def _label(trace: Trace, index: int, rows: dict[bytes, SpanRow]) -> Text:
    """Guides, a cross where it failed, and the name."""
    depth, row = int(trace.depth[index]), rows[trace.span_ids[index]]
    text = Text("  " * min(depth, DEEPEST_INDENT), style="")
    if depth > DEEPEST_INDENT:
        text.append(f"{depth} ", style="dim")
    if trace.orphan[index]:
        text.append("⋯ ", style="dim")
    if row.status == Status.ERROR:
        text.append("✗ ", style="red")
    text.append(escaped(row.name), style="red" if row.status == Status.ERROR else "")
    if row.label:
        text.append(f" {escaped(row.label)}", style="dim")
    return text


def _tokens_cell(row: SpanRow) -> Text:
    if row.input_tokens is None and row.output_tokens is None:
        return Text("not sent" if row.cost_status else "", style="dim")
    if row.kind == Kind.EMBEDDING and row.output_tokens is None:
        return Text(_count(row.input_tokens))
    return Text(f"{_count(row.input_tokens)} → {_count(row.output_tokens)}", style="" if row.cost_status else "dim")


def _cost_cell(row: SpanRow, elsewhere: bool) -> Text:
    status = CostStatus(row.cost_status)
    if status is CostStatus.NONE:
        return Text("")
    if elsewhere:
        return Text("counted ↑", style="dim")
    return Text(format_cost(row.cost_nusd)) if status.known and row.cost_nusd is not None else Text("unpriced", style="yellow")


class _Bars:
    """Bars on a line of `width` characters that stands for the whole trace."""

    def __init__(self, target: Target, width: int) -> None:
        self.trace, self.width = target.trace, width
        self.start, self.length = self.trace.t0_ns, max(1, self.trace.t1_ns - self.trace.t0_ns)
        self.heavy: dict[int, list[tuple[int, int]]] = {}
        for piece in critical_path(Baseline.of(self.trace)):
            self.heavy.setdefault(piece.span, []).append((self._half(piece.start_ns), self._half(piece.end_ns)))

    def _half(self, moment_ns: int) -> int:
        """A moment in half characters from the left."""
        return min(2 * self.width, max(0, round((moment_ns - self.start) * 2 * self.width / self.length)))

    def bar(self, index: int, colour: str) -> Text:
        """The bar of one span, at least half a character long."""
        trace = self.trace
        low = min(self._half(int(trace.start_ns[index])), 2 * self.width - 1)
        high = max(low + 1, self._half(int(trace.end_ns[index])))
        heavy = [(a, max(b, a + 1)) for a, b in self.heavy.get(index, ())]
        line = "".join(_cell(at, low, high, heavy) for at in range(0, high + high % 2, 2))
        if trace.unfinished[index]:
            line = line[:self.width - 1] + "┄"
        return Text(line, style=colour)


def _cell(at: int, low: int, high: int, heavy: Sequence[tuple[int, int]]) -> str:
    """The character for the half characters `at` and `at + 1` of a bar from `low` to `high`."""
    left, right = low <= at < high, low <= at + 1 < high
    if not left and not right:
        return " "
    whole, right_half, left_half = HEAVY if any(a < at + 2 and at < b for a, b in heavy) else THIN
    return whole if left and right else left_half if left else right_half


def _footnotes(target: Target) -> Iterator[Text]:
    """Where failures began, and what the cost leaves out."""
    causes = error_causes(target.rows)
    for row in sorted((row for row in target.rows if row.span_id in causes), key=lambda row: row.start_ns)[:8]:
        said = " ".join(part for part in (row.error_type, row.error_message) if part) or "failed without a message"
        yield Text.assemble(("✗ ", "red"), (escaped(row.name), "red"), ": ", escaped(said))
    for entry in unpriced(target):
        model, reason = escaped(entry["model"] or "an unnamed model"), entry["reason"].replace("_", " ")
        yield Text(f"unpriced: {counted(entry['calls'], 'call')} of {model} ({reason})", "yellow")


def print_list(console: Console, targets: Sequence[Target]) -> None:
    """Traces of a file in one line each."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for _ in range(5):
        table.add_column(no_wrap=True, overflow="ellipsis")
    for target in targets:
        totals = Totals.of(target.rows, target.counted_on)
        failed = Text(f"{totals.bad:,} failed", style="red") if totals.bad else Text("")
        table.add_row(Text(target.trace.trace_id.hex()), Text(escaped(totals.speaker().name)),
                      Text(format_duration(max(0, totals.end - totals.start))),
                      Text(f"{totals.spans:,}{NARROW}spans"), failed)
    console.print(table, highlight=False)
