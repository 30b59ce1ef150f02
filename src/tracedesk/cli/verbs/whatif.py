"""`tracedesk whatif`: one trace, or many, under perturbations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from tracedesk.base import nesting
from tracedesk.base.clock import NARROW, format_duration, now_ns, parse_duration
from tracedesk.base.errors import DataError
from tracedesk.base.money import format_total
from tracedesk.cli.main import store_option
from tracedesk.cli.target import Target, is_file, load_target, matching, one_of, price_book, reading_store
from tracedesk.cli.whatif_json import AskedRule, many_json, whatif_json
from tracedesk.model.query import parse
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import Trace
from tracedesk.store import questions
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Change, SwapModel, change_from_json, changes_from_json
from tracedesk.whatif.many import Many, over_many
from tracedesk.whatif.outcome import Outcome
from tracedesk.whatif.perturbation import all_perturbations
from tracedesk.whatif.profile import Profile, fit_profile
from tracedesk.whatif.rule_text import parse_rule, shown
from tracedesk.whatif.words import in_words
from tracedesk.whatif.work import PriceFunction, ProfileFunction

RANKED = 8


@click.command("whatif")
@click.argument("target", required=False)
@click.option("--rule", "-r", "rules", multiple=True, metavar="KEY[:SETTING=VALUE,…][@CONDITION&…]",
              help="A perturbation, for example slow_rerank:factor=3 or tool_timeout:at=5s@name=find. May be repeated.")
@click.option("--spec", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A JSON file: a list of changes.")
@click.option("--query", help="Ask the latest traces of this filter instead of one target.")
@click.option("--last", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many of them.")
@click.option("--budget", help="The time the whole may take, for example 5s.")
@click.option("--trace", "trace_id", help="Which trace, where the file holds several.")
@click.option("--no-skew", is_flag=True, help="Leave clocks of different services as they are.")
@click.option("--list", "list_rules", is_flag=True, help="List the perturbations and their settings.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON document.")
@store_option
def whatif(
    target: str | None, rules: tuple[str, ...], spec: Path | None, query: str | None, last: int, budget: str | None,
    trace_id: str | None, no_skew: bool, list_rules: bool, as_json: bool, store: Path | None,
) -> None:
    """What if a step of this trace had been slower, faster, retried, or gone?

    TARGET is a trace id in the store, a unique prefix of one, or a file.
    """
    if list_rules:
        _list_rules()
        return
    if (target is None) == (query is None):
        raise click.UsageError("give a TARGET, or --query for many traces")
    asked = _asked(rules, spec)
    budget_ns = _budget(budget)
    if query is not None:
        found = _ask_many(query, last, asked, budget_ns, store)
        _print_many(found, [_text(rule) for rule, _ in asked], as_json)
        return
    chosen = one_of(load_target(target or "", store), trace_id)
    baseline = Baseline.of(chosen.trace, chosen.others, fix_skew=not no_skew)
    changes = [change for _, listed in asked for change in listed]
    swaps = any(isinstance(change, SwapModel) for change in changes)
    price = _price_function(target, store) if swaps else None
    profile = _profile_function(chosen.rows, target, store)

    def answer(wanted: Sequence[Change]) -> Outcome:
        return apply(baseline, wanted, price=price, profile=profile, counted=chosen.counted)

    outcome = answer(changes)
    if as_json:
        alone = [AskedRule(rule, listed, answer(listed)) for rule, listed in asked]
        click.echo(json.dumps(whatif_json(outcome, alone, budget_ns=budget_ns), ensure_ascii=False))
    else:
        _print(outcome, budget_ns)


PART = whatif


def _asked(rules: tuple[str, ...], spec: Path | None) -> list[tuple[Any, tuple[Change, ...]]]:
    """(rule as given, its changes) of `--rule` and `--spec`, in order."""
    asked: list[tuple[Any, tuple[Change, ...]]] = [(text, tuple(parse_rule(text).changes())) for text in rules]
    if spec is not None:
        try:
            document = nesting.loads(spec.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DataError(f"{spec} is no JSON file.", hint=str(error)) from error
        changes_from_json(document)                          # the whole list, with its own complaint where it is none
        listed = document.get("changes", []) if isinstance(document, dict) else document
        asked += [(item, (change_from_json(item),)) for item in listed]
    if not asked:
        raise click.UsageError("give at least one --rule, or a --spec; --list shows what there is")
    return asked


def _budget(text: str | None) -> int | None:
    if text is None:
        return None
    found = parse_duration(text)
    if found is None:
        raise click.UsageError(f"--budget {text} is not a duration; write for example 5s")
    return found


def _price_function(target: str | None, store: Path | None) -> PriceFunction:
    """Prices of the price book, for models that a call is swapped to."""
    from tracedesk.pricing.on_model import price_of_tokens  # only now: it loads every price there is

    return price_of_tokens(price_book(target, store), now_ns())


def _profile_function(rows: Iterable[SpanRow], target: str | None, store: Path | None) -> ProfileFunction:
    """Speeds fitted from the calls at hand and, for what is in the store, from its latest calls of the model."""
    by_model: dict[str, list[SpanRow]] = {}
    for row in rows:
        if row.model:
            by_model.setdefault(row.model, []).append(row)

    def profile(model: str) -> Profile | None:
        calls = {(row.trace_id, row.span_id): row for row in by_model.get(model, ())}
        if target is None or not is_file(target):
            with reading_store(store) as opened:
                calls.update(((row.trace_id, row.span_id), row) for row in questions.calls_of_model(opened, model))
        return fit_profile(calls.values())

    return profile


def _ask_many(
    query: str, last: int, asked: Sequence[tuple[Any, tuple[Change, ...]]], budget_ns: int | None, store: Path | None
) -> Many:
    changes = [change for _, listed in asked for change in listed]
    filters = parse(query)
    with reading_store(store) as opened:
        targets: list[Target] = list(matching(opened, filters, last))
    profile = _profile_function((row for target in targets for row in target.rows), None, store)
    counted = {id(target.trace): target.counted for target in targets}
    traces: list[Trace] = [target.trace for target in targets]
    return over_many(traces, changes, budget_ns=budget_ns, price=_price_function(None, store), profile=profile,
                     counted=lambda trace: counted[id(trace)])


def _text(rule: Any) -> str:
    return rule if isinstance(rule, str) else json.dumps(rule, ensure_ascii=False)


def _print(outcome: Outcome, budget_ns: int | None) -> None:
    """The answer for people: totals, words, and the ranking."""
    trace = outcome.baseline.trace
    total = f"{format_duration(outcome.total_before_ns)} → {format_duration(outcome.total_ns)}"
    if outcome.low_ns != outcome.high_ns:
        total += f"  (between {format_duration(outcome.low_ns)} and {format_duration(outcome.high_ns)})"
    click.echo(f"total  {total}")
    click.echo(f"cost   {format_total(outcome.cost_before_nusd, outcome.unpriced_before)} → "
               f"{format_total(outcome.cost_nusd, outcome.unpriced)}")
    click.echo()
    click.echo(_plain(in_words(outcome, budget_ns=budget_ns)))
    click.echo()
    for ranked in outcome.ranking(RANKED):
        saves = f"10 % faster saves {format_duration(ranked.saved_ns)}" if ranked.saved_ns > 0 else "faster has no effect"
        click.echo(_plain(f"{format_duration(ranked.on_path_ns):>10}  {100 * ranked.share:5.1f} %  {trace.name[ranked.span]}"
                          f"  ({saves})"))


def _print_many(found: Many, rules: Sequence[str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(many_json(found, rules), ensure_ascii=False))
        return
    click.echo(f"{len(found.traces)} traces, {found.touched} of them touched")
    for label in ("p50", "p95", "p99"):
        before, after = getattr(found.before, f"{label}_ns"), getattr(found.after, f"{label}_ns")
        click.echo(f"{label}    {format_duration(before)} → {format_duration(after)}")
    click.echo(f"cost   {format_total(found.before.cost_nusd, found.before.unpriced)} → "
               f"{format_total(found.after.cost_nusd, found.after.unpriced)}")
    if found.budget_ns is not None:
        click.echo(f"over {format_duration(found.budget_ns)}: {found.before.misses} → {found.after.misses}")


def _list_rules() -> None:
    for part in all_perturbations():
        knobs = ", ".join(f"{knob.name}={shown(knob, knob.default)}" for knob in part.knobs)
        click.echo(f"{part.key:<18} {part.title}{f'  ({knobs})' if knobs else ''}")


def _plain(text: str) -> str:
    """Text from a trace without control characters: names come from outside."""
    return "".join(char if char.isprintable() or char == NARROW else "\ufffd" for char in text)
