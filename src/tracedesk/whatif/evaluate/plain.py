"""Plain parents, a level of the tree at a time.

A parent is plain if each wait is for a wave of children launched together: its duration is the sum over its waves of
the longest (gap + duration), plus its tail. For all parents of a level at once that is one `maximum.reduceat` and one
running sum; starts then follow downwards with one addition a level. Levels of a few spans would pay numpy's overhead
for nothing (a chain 1,000 deep has 1,000 of them), so stretches of narrow levels are done with plain loops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracedesk.whatif.evaluate.amounts import Amounts, Floats
from tracedesk.whatif.program import Program

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NARROW = 12
"""Levels of at most this many spans are done by loops; measured: numpy wins from about 12 on."""


@dataclass(slots=True)
class WideLevel:
    """The children of the plain parents of one level. Waves and parents are stretches of `children`.

    `children` is a slice where the whole level takes part. `wave_start`: position of the first child of each wave;
    `first_wave`, `last_wave`: of each parent. `waited` is None where someone waits for every child.
    """

    children: Ints | slice
    above: Ints
    wave_start: Ints
    first_wave: Ints
    last_wave: Ints
    parents: Ints
    wave_of_child: Ints
    parent_of_wave: Ints
    waited: Flags | None
    wave_waited: Flags | None


@dataclass(slots=True)
class NarrowStretch:
    """Consecutive narrow levels: families as (parent, children, whether each begins a wave, whether it is waited for),
    bottom up; `lo:hi` covers all of them and their parents."""

    lo: int
    hi: int
    families: list[tuple[int, range, list[bool], list[bool]]]


Level = WideLevel | NarrowStretch


def compile_levels(program: Program, general: Flags) -> list[Level]:
    """The plain part of a program, deepest level first. `general` marks the parents left to `general.py`."""
    spans = program.spans
    levels: list[Level] = []
    depth = len(spans.level) - 2
    while depth >= 1:
        top = depth
        while top >= 1 and spans.level[top + 1] - spans.level[top] <= NARROW:
            top -= 1
        if top < depth:
            levels.append(_narrow(program, general, top + 1, depth))
            depth = top
            continue
        wide = _wide(program, general, spans.level[depth], spans.level[depth + 1])
        if wide is not None:
            levels.append(wide)
        depth -= 1
    return levels


def _wide(program: Program, general: Flags, lo: int, hi: int) -> WideLevel | None:
    parent = program.spans.parent
    taking_part = ~general[parent[lo:hi]]
    if not taking_part.any():
        return None
    children = np.flatnonzero(taking_part) + lo
    source, above = program.source[children], parent[children]
    new_wave = np.concatenate(([True], source[1:] != source[:-1]))
    wave_start = np.flatnonzero(new_wave)
    wave_parent = above[wave_start]
    new_parent = np.concatenate(([True], wave_parent[1:] != wave_parent[:-1]))
    first_wave = np.flatnonzero(new_parent)
    last_wave = np.concatenate((first_wave[1:], [len(wave_start)])) - 1
    waited = program.target[children] >= 0
    all_waited = bool(waited.all())
    return WideLevel(
        children=slice(lo, hi) if len(children) == hi - lo else children, above=above, wave_start=wave_start,
        first_wave=first_wave, last_wave=last_wave, parents=wave_parent[first_wave],
        wave_of_child=np.cumsum(new_wave) - 1, parent_of_wave=np.cumsum(new_parent) - 1,
        waited=None if all_waited else waited,
        wave_waited=None if all_waited else np.logical_or.reduceat(waited, wave_start),
    )


def _narrow(program: Program, general: Flags, top: int, bottom: int) -> NarrowStretch:
    spans = program.spans
    lo, hi = spans.level[top - 1], spans.level[bottom + 1]
    families = []
    for parent in range(spans.level[bottom] - 1, lo - 1, -1):
        children = spans.children(parent)
        if children and not general[parent]:
            source = program.source[children.start:children.stop]
            starts_wave = np.concatenate(([True], source[1:] != source[:-1])).tolist()
            waited = (program.target[children.start:children.stop] >= 0).tolist()
            families.append((parent, children, starts_wave, waited))
    return NarrowStretch(lo, hi, families)


def durations(levels: list[Level], amounts: Amounts, leaf: Flags, duration: Floats) -> tuple[Floats, Floats | None]:
    """(start of each span after its plain parent's start, time of failed attempts before it), bottom up.

    `duration` comes in with the tails of the leaves and leaves with the durations of all plain parents.
    """
    offset = np.zeros(len(duration))
    before = None if amounts.extra_attempts is None else np.zeros(len(duration))
    _bound(duration, amounts, leaf)
    for level in levels:
        if isinstance(level, WideLevel):
            _wide_durations(level, amounts, duration, offset, before)
        else:
            _narrow_durations(level, amounts, duration, offset, before)
    return offset, before


def _bound(duration: Floats, amounts: Amounts, which: Flags | Ints) -> None:
    """Forced lengths, then caps, for these spans."""
    if amounts.forced_ns is not None:
        forced = amounts.forced_ns[which]
        duration[which] = np.where(np.isnan(forced), duration[which], forced)
    if amounts.cap_ns is not None:
        duration[which] = np.minimum(duration[which], amounts.cap_ns[which])


def _wide_durations(
    level: WideLevel, amounts: Amounts, duration: Floats, offset: Floats, before: Floats | None
) -> None:
    children, parents = level.children, level.parents
    lead = amounts.gap_ns[children]
    length = duration[children]
    if before is not None and amounts.extra_attempts is not None and amounts.extra_back_off_ns is not None:
        before[children] = amounts.extra_attempts[children] * length + amounts.extra_back_off_ns[children]
        lead = lead + before[children]
    done = lead + length
    if amounts.afterwards_ns is not None:
        done = done + amounts.afterwards_ns[children]
    if level.waited is not None:
        done = np.where(level.waited, done, -np.inf)
    wave = np.maximum.reduceat(done, level.wave_start)
    if level.wave_waited is not None:
        wave = np.where(level.wave_waited, wave, 0.0)
    running = np.cumsum(wave)
    begins = running - wave
    first = begins[level.first_wave]
    offset[children] = (begins - first[level.parent_of_wave])[level.wave_of_child] + lead
    duration[parents] = np.maximum(running[level.last_wave] - first + amounts.tail_ns[parents], 0.0)
    _bound(duration, amounts, parents)


def _narrow_durations(
    level: NarrowStretch, amounts: Amounts, duration: Floats, offset: Floats, before: Floats | None
) -> None:
    lo, stretch = level.lo, slice(level.lo, level.hi)
    gap, tail, length = amounts.gap_ns[stretch].tolist(), amounts.tail_ns[stretch].tolist(), duration[stretch].tolist()
    at = offset[stretch].tolist()
    attempts = back_off = earlier = after = forced = cap = None
    if before is not None and amounts.extra_attempts is not None and amounts.extra_back_off_ns is not None:
        attempts, back_off = amounts.extra_attempts[stretch].tolist(), amounts.extra_back_off_ns[stretch].tolist()
        earlier = before[stretch].tolist()
    if amounts.afterwards_ns is not None:
        after = amounts.afterwards_ns[stretch].tolist()
    if amounts.forced_ns is not None:
        forced = amounts.forced_ns[stretch].tolist()
    if amounts.cap_ns is not None:
        cap = amounts.cap_ns[stretch].tolist()
    for parent, children, starts_wave, waited in level.families:
        moment = wave = 0.0
        for nth, child in enumerate(range(children.start - lo, children.stop - lo)):
            if starts_wave[nth]:
                moment += wave
                wave = 0.0
            lead = gap[child]
            if attempts is not None and back_off is not None and earlier is not None:
                earlier[child] = attempts[child] * length[child] + back_off[child]
                lead += earlier[child]
            at[child] = moment + lead
            if waited[nth]:
                done = lead + length[child] + (after[child] if after is not None else 0.0)
                wave = max(wave, done)
        parent_at = parent - lo
        total = max(moment + wave + tail[parent_at], 0.0)
        if forced is not None and forced[parent_at] == forced[parent_at]:
            total = forced[parent_at]
        if cap is not None and cap[parent_at] < total:
            total = cap[parent_at]
        length[parent_at] = total
    duration[stretch] = length
    offset[stretch] = at
    if before is not None and earlier is not None:
        before[stretch] = earlier


def starts(levels: list[Level], offset: Floats, start: Floats) -> None:
    """Absolute starts of the children of plain parents, top down, into `start`."""
    for level in reversed(levels):
        if isinstance(level, WideLevel):
            start[level.children] = start[level.above] + offset[level.children]
        else:
            lo, stretch = level.lo, slice(level.lo, level.hi)
            moment, at = start[stretch].tolist(), offset[stretch].tolist()
            for parent, children, _, _ in reversed(level.families):
                begin = moment[parent - lo]
                for child in children:
                    moment[child - lo] = begin + at[child - lo]
            start[stretch] = moment
