"""`tracedesk prices`: the prices that the user set, and the calls that have none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracedesk.cli.main import store_option
from tracedesk.cli.printing import escaped, print_json

if TYPE_CHECKING:
    from tracedesk.pricing.override import Override
    from tracedesk.store.connect import Store
    from tracedesk.store.unpriced import Unpriced


class _Usd(click.ParamType):
    """An amount of dollars, as nano-dollars."""

    name = "USD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from tracedesk.base.money import nusd

        amount = value if isinstance(value, int) else nusd(str(value).removeprefix("$"))
        if amount is None or amount < 0:
            self.fail(f"{value} is no amount of dollars.", param, ctx)
        return amount


class _Moment(click.ParamType):
    """A date or time in ISO form, as ns since 1970."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        from tracedesk.base.clock import parse_iso

        found = value if isinstance(value, int) else parse_iso(value)
        if found is None:
            self.fail(f"{value} is no date; write for example 2025-06-17.", param, ctx)
        return found


_KINDS = {"input": "input tokens", "output": "output tokens", "cache-read": "tokens read from the cache",
          "cache-write": "tokens written to the cache", "cache-write-1h": "tokens cached for an hour",
          "reasoning": "reasoning tokens", "input-audio": "audio input", "output-audio": "audio output",
          "input-image": "image input", "output-image": "image output"}


def _per_million(command: Any) -> Any:
    """One option for each kind of token."""
    for name, what in reversed(_KINDS.items()):
        command = click.option(f"--{name}", type=_Usd(), help=f"Dollars per million {what}.")(command)
    return command


@click.group("prices", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@store_option
@click.pass_context
def prices(ctx: click.Context, as_json: bool, store: Path | None) -> None:
    """The prices that you set. They count before the price table, for calls that come from then on; `tracedesk reprice`
    applies them to what is stored."""
    ctx.obj = store
    if ctx.invoked_subcommand is None:
        from tracedesk.store import prices as kept

        with _reading(store) as opened:
            found = kept.all(opened)
        if as_json:
            print_json({"prices": [_json(one) for one in found]})
        else:
            _print(found)


PART = prices


@prices.command("set")
@click.argument("model")
@click.option("--provider", help="Only for this provider (openai, ollama, …); default: for any.")
@click.option("--prefix", "match", flag_value="prefix", help="MODEL is the beginning of the names meant.")
@click.option("--pattern", "match", flag_value="pattern", help="MODEL is an RE2 pattern for the whole name.")
@_per_million
@click.option("--request", type=_Usd(), help="Dollars per call, beside its tokens.")
@click.option("--free", is_flag=True, help="It costs nothing: a local model.")
@click.option("--from", "valid_from_ns", type=_Moment(), help="From this day (UTC) on.")
@click.option("--until", "valid_to_ns", type=_Moment(), help="Until this day (UTC), which is not included.")
@click.pass_obj
def set_price(store: Path | None, model: str, provider: str | None, match: str | None, request: int | None, free: bool,
              valid_from_ns: int | None, valid_to_ns: int | None, **per_million: int | None) -> None:
    """Set the price of MODEL, in dollars per million tokens. A kind of token without a price costs what it is part of:
    cached input what input costs, reasoning what output costs."""
    from tracedesk.pricing.override import Override
    from tracedesk.store import prices as kept

    given = {kind: amount for kind, amount in per_million.items() if amount is not None}
    if free:
        if given or request is not None:
            raise click.UsageError("--free, or a price, not both")
        given = {"input": 0, "output": 0}
    with _writing(store) as opened:
        number = kept.put(opened, Override(model, match or "exact", provider, valid_from_ns, valid_to_ns, given, request))
    click.echo(f"Price {number} is set for calls from now on. `tracedesk reprice` applies it to stored calls.")


@prices.command("unset")
@click.argument("number", type=int)
@click.pass_obj
def unset_price(store: Path | None, number: int) -> None:
    """Forget the price of this NUMBER."""
    from tracedesk.base.errors import NotFound
    from tracedesk.store import prices as kept

    with _writing(store) as opened:
        if not kept.remove(opened, number):
            raise NotFound(f"There is no price {number}.", hint="`tracedesk prices` lists them.")
    click.echo(f"Price {number} is forgotten for calls from now on. `tracedesk reprice` applies that to stored calls.")


@prices.command("unpriced")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def list_unpriced(store: Path | None, as_json: bool) -> None:
    """The models whose calls cost something that nobody knows."""
    from tracedesk.store.unpriced import unpriced

    with _reading(store) as opened:
        found = unpriced(opened)
    if as_json:
        print_json({"unpriced": [
            {"model": one.model, "provider": one.provider, "calls": one.calls, "reason": one.status and one.status.label,
             "trace_id": one.trace_id and one.trace_id.hex(), "span_id": one.span_id and one.span_id.hex()} for one in found]})
    else:
        _print_unpriced(found)


@contextmanager
def _reading(store: Path | None) -> Iterator[Store]:
    from tracedesk.cli.target import reading_store

    with reading_store(store) as opened:
        yield opened


@contextmanager
def _writing(store: Path | None) -> Iterator[Store]:
    from tracedesk.base.paths import default_store
    from tracedesk.store.connect import notebook

    with notebook(store or default_store()) as opened:
        yield opened


def _json(one: Override) -> dict[str, Any]:
    return {"number": one.number, "model": one.model, "match": one.match, "provider": one.provider,
            "valid_from_ns": one.valid_from_ns, "valid_to_ns": one.valid_to_ns, "nano_usd_per_mtok": one.nusd_per_mtok,
            "nano_usd_per_request": one.nusd_per_request}


def _print(found: list[Override]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tracedesk.base.clock import iso_time
    from tracedesk.base.money import format_cost_exact

    if not found:
        click.echo("No price is set. `tracedesk prices unpriced` lists the models that have none.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("No.", "Model", "Provider", "From", "Until", "Per million tokens"):
        table.add_column(head, justify="right" if head == "No." else "left")
    for one in found:
        named = escaped(one.model) if one.match == "exact" else f"{escaped(one.model)} ({one.match})"
        days = ["—" if moment is None else iso_time(moment)[:10] for moment in (one.valid_from_ns, one.valid_to_ns)]
        amounts = [f"{kind.replace('_', ' ')} {format_cost_exact(amount)}" for kind, amount in one.nusd_per_mtok.items()]
        if one.nusd_per_request is not None:
            amounts.append(f"per call {format_cost_exact(one.nusd_per_request)}")
        table.add_row(str(one.number), Text(named), Text(escaped(one.provider or "any")), *days, ", ".join(amounts))
    Console().print(table)


def _print_unpriced(found: list[Unpriced]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not found:
        click.echo("Every call has a price.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Calls", "Model", "Provider", "Why", "Latest"):
        table.add_column(head, justify="right" if head == "Calls" else "left")
    for one in found:
        why = one.status.label.replace("_", " ") if one.status else "—"
        table.add_row(f"{one.calls:,}", Text(escaped(one.model or "not named")), Text(escaped(one.provider or "—")), why,
                      one.trace_id.hex()[:12] if one.trace_id else "—")
    Console().print(table)
