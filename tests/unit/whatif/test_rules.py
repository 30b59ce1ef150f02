"""Every rule of inference: a picture where it holds, and one where what looks alike must not be taken for it."""

from __future__ import annotations

import pytest

from tests.helpers.drawn import TRACE_ID, drawn
from tests.unit.whatif.ask import cells, end, named, outcome_of, program_of, shift, slower, start, total
from tracedesk.model.row import SpanRow
from tracedesk.model.trace import build_trace
from tracedesk.whatif.apply import apply
from tracedesk.whatif.baseline import Baseline
from tracedesk.whatif.changes import Remove, Scale
from tracedesk.whatif.doubts import doubts
from tracedesk.whatif.program import Rule
from tracedesk.whatif.sweep import _Sweep


def rules_of(picture: str) -> set[Rule]:
    program = program_of(picture)
    return ({constraint.rule for constraint in program.constraints} | {pool.rule for pool in program.pools}
            | set(program.evidence.values()))


SEQUENCE = """
    agent  |----------------|
      a     |---|
      b          |----|
      c                |---|
"""


def test_a_sequence_moves_behind_what_grew() -> None:
    outcome = slower(SEQUENCE, "a", 2)
    assert total(outcome) == 21
    assert (shift(outcome, "b"), shift(outcome, "c")) == (4, 4)


def test_what_ran_beside_it_stays() -> None:
    outcome = slower("""
        agent  |--------------|
          a     |------|
          b     |---|
          c             |---|
    """, "b", 2)
    assert total(outcome) == 16                              # b went from 4 to 8, a step of 1 past the end of a
    assert shift(outcome, "a") == 0
    assert shift(outcome, "c") == 1


def test_own_work_of_a_span_scales_with_it() -> None:
    outcome = slower("""
        agent    |------------------|
          step      |-----------|
            tool      |---|
    """, "step", 2)
    assert total(outcome) == 31
    assert (start(outcome, "tool"), end(outcome, "tool")) == (7, 15)


def test_a_class_that_outlived_its_parent_is_never_waited_for() -> None:
    picture = """
        agent  |------------------|
          one   |-----|
            log    |-----|
          two            |------|       as=one
            work          |--|
            log            |-|
    """
    assert total(slower(picture, "log", 2, nth=1)) == 19
    assert total(slower(picture, "work", 2)) == 22


def test_a_side_call_is_not_waited_for_by_its_name() -> None:
    picture = """
        agent     |--------------|
          fetch    |------|
          audit_log  |--|
          answer           |----|
    """
    assert total(slower(picture, "audit_log", 5)) == 15
    assert total(slower(picture.replace("audit_log", "check_one"), "check_one", 5)) > 15


def test_a_retry_waits_for_its_own_failed_attempt_only() -> None:
    picture = """
        agent    |----------------------|
          call    |---x                     as=call
          call      |---------|             as=other
          call       |---------|            as=side
          again         |------------|      as=call
    """
    assert Rule.RETRY in rules_of(picture)
    outcome = slower(picture, "other", 1.2)
    assert shift(outcome, "call", 1) == 0


def test_a_back_off_is_a_timer_and_does_not_scale() -> None:
    outcome = slower("""
        agent    |-------------------|
          call    |---x
          call          |-------|
    """, "agent", 2)
    assert start(outcome, "call", 1) - end(outcome, "call", 0) == 2


def test_removing_a_failed_attempt_takes_its_back_off_along() -> None:
    picture = """
        agent    |-------------------|
          call    |---x
          call          |-------|
    """
    outcome = outcome_of(picture, Remove(named("call", nth=0)))
    assert total(outcome) == 14


CHAINS = """
    agent   |--------------------------------|
      fetch  |---|
      fetch  |--------|
      fetch  |-------------|
      parse       |----|
      parse            |-----|
      parse                 |----|
      report                      |--|
"""


def test_each_item_is_fed_by_its_own_feeder() -> None:
    assert Rule.FEEDING in rules_of(CHAINS)
    outcome = slower(CHAINS, "fetch", 3, nth=0)
    assert (shift(outcome, "parse", 0), shift(outcome, "parse", 1)) == (8, 0)


def test_one_wave_after_another_is_not_feeding() -> None:
    assert Rule.FEEDING not in rules_of("""
        agent   |--------------------------------|
          fetch  |---|
          fetch  |-------|
          parse           |----|
          parse           |-----|
    """)


QUEUE = """
    agent   |------------------------------------------|
      make   |---|
      make   |-----|
      make   |-----------------------|
      eat        |-------|
      eat                |-------|
      eat                            |----|
"""


def test_an_item_that_waits_for_a_busy_consumer_may_come_later() -> None:
    assert Rule.FEEDING in rules_of(QUEUE)
    later = slower(QUEUE, "make", 1.6, nth=1)
    assert [shift(later, "eat", nth) for nth in range(3)] == [0, 0, 0]
    too_late = slower(QUEUE, "make", 3, nth=1)
    assert [shift(too_late, "eat", nth) for nth in range(3)] == [0, 6, 2]
    busier = slower(QUEUE, "eat", 2, nth=0)
    assert [shift(busier, "eat", nth) for nth in range(3)] == [0, 8, 4]


POOL = """
    agent  |-----------------------------|
      call  |-----|
      call  |---|
      call      |-------|
      call        |-----|
      call              |------|
      call              |---|
      last                      |--|
"""


def test_a_pool_among_siblings_hands_its_places_on() -> None:
    program = program_of(POOL)
    assert [(pool.rule, pool.places, len(pool.jobs)) for pool in program.pools] == [(Rule.SIBLING_POOL, 2, 6)]
    outcome = slower(POOL, "call", 2, nth=1)                 # 4 → 8: the first place is free before it now
    assert start(outcome, "call", 2) == 7


def test_batches_are_no_pool() -> None:
    assert Rule.SIBLING_POOL not in rules_of("""
        agent  |----------------------|
          call  |-----|
          call  |---|
          call         |-------|
          call         |-----|
          call                  |-|
          call                  |--|
    """)


def test_a_pool_across_parents_is_seen_by_never_being_idle() -> None:
    picture = """
        fleet     |---------------------------------------|
          worker   |--------------------|
            gen     |------|
            tool           |---|
            gen                 |---|
          worker   |--------------------|
            gen            |----|
            tool                |---|
          worker   |--------------------------|
            gen                     |----|
    """
    program = program_of(picture)
    assert [(pool.rule, pool.places) for pool in program.pools] == [(Rule.SHARED_POOL, 1)]
    outcome = slower(picture, "gen", 2, nth=0)
    assert start(outcome, "gen", 1) == 16
    assert Baseline.of(drawn(picture)).replay_error_ns == 0


def test_paced_starts_hang_on_the_clock() -> None:
    picture = """
        bulk   |-----------------------------------------|
          call  |----------------|
          call       |--|
          call            |----------|
          call                 |---|
          call                      |-------------|
    """
    assert Rule.PACING in rules_of(picture)
    outcome = slower(picture, "call", 1.5)
    assert [shift(outcome, "call", nth) for nth in range(5)] == [0] * 5


def test_a_loop_that_sleeps_out_its_interval_waits_for_its_own_work_too() -> None:
    picture = """
        bulk   |-----------------------------------------|
          tick  |-|
          tick       |---|
          tick            |-|
          tick                 |--|
          tick                      |---|
    """
    assert Rule.PACING in rules_of(picture)
    outcome = slower(picture, "tick", 2, nth=1)              # 4 → 8, longer than the interval of 5
    assert [shift(outcome, "tick", nth) for nth in range(5)] == [0, 0, 3, 3, 3]


POLLING = """
    batch    |------------------------------------|
      job     |-----------------|
      poll      |-|
      poll           |-|
      poll                |-|
      poll                     |-|
      fetch                          |----|
"""


def test_polling_goes_on_until_the_job_is_done() -> None:
    assert Rule.POLLING in rules_of(POLLING)
    outcome = slower(POLLING, "job", 1.5)
    assert [added.why for added in outcome.added] == ["poll", "poll"]
    assert shift(outcome, "fetch") == 10


def test_polls_that_are_not_needed_any_more_are_dropped() -> None:
    outcome = slower(POLLING, "job", 0.5)
    assert outcome.removed.sum() == 2
    assert shift(outcome, "fetch") == -10


def test_a_counterexample_elsewhere_kills_a_wait() -> None:
    here = """
        chat     |-------------------|
          guard   |---|
          search  |----|
          answer        |--------|
    """
    elsewhere = """
        chat     |-------------------|
          guard   |--------|
          search  |----|
          answer        |--------|
    """
    assert total(slower(here, "guard", 4)) > 20
    baseline = Baseline.of(drawn(here), [drawn(elsewhere)])
    assert total(apply(baseline, [Scale(named("guard"), 3)])) == 20


def test_calls_cut_at_one_length_have_a_deadline() -> None:
    picture = """
        agent   |---------------------------------------|
          call   |---------x                                error=TimeoutError
          call              |---|
          call                   |---------x                error=TimeoutError
          last                               |-----|
    """
    outcome = slower(picture, "call", 4)
    assert end(outcome, "call", 1) - start(outcome, "call", 1) == 10
    assert outcome.status[[i for i in range(5) if outcome.baseline.trace.name[i] == "call"][1]] == 2


def test_a_call_that_was_cut_does_not_grow() -> None:
    picture = """
        agent   |----------------|
          call   |-------x            error=TimeoutError
          last            |-----|
    """
    assert total(slower(picture, "call", 3)) == 17


def test_a_call_that_was_cut_and_is_made_faster_is_a_range() -> None:
    outcome = slower("""
        agent   |---------------------|
          call   |---------x            error=TimeoutError
          after             |---|
    """, "call", 0.5)
    assert (cells(outcome.low_ns), total(outcome), cells(outcome.high_ns)) == (17, 22, 22)
    assert [doubt.text.split(",")[0] for doubt in doubts(outcome)] == ["if call"]


def test_a_link_holds_a_start() -> None:
    picture = """
        pipeline     |--------------------------|
          producer    |---------------|
            produce     |------|
            produce2           |----|            as=produce
          consumer    |----------------------|
            consume1           |--|               link=produce as=consume
            consume2                |----|        link=produce2 as=consume
    """
    assert Rule.LINK in rules_of(picture)
    outcome = slower(picture, "produce", 2)
    assert (shift(outcome, "consume", 0), shift(outcome, "consume", 1)) == (7, 12)


def test_the_consumer_of_a_stream_hangs_on_its_first_token() -> None:
    picture = """
        voice   |--------------------------|
          llm    |---*------------|
          render     |-------------|
          speak                     |----|
    """
    assert Rule.STREAM in rules_of(picture)
    outcome = slower(picture, "llm", 2)
    assert shift(outcome, "render") == 4
    assert shift(outcome, "speak") == 17


def test_a_sibling_beside_a_stream_that_starts_elsewhere_is_parallel() -> None:
    assert Rule.STREAM not in rules_of("""
        voice   |--------------------------|
          llm    |---*------------|
          other         |----------|
    """)


def test_the_loser_of_a_race_ends_with_the_winner() -> None:
    picture = """
        hedged    |--------------------|
          first    |--------|
          second   |--------x               error=CancelledError
          format             |----|
    """
    assert Rule.RACE in rules_of(picture)
    outcome = slower(picture, "first", 2)
    assert end(outcome, "second") == end(outcome, "first")


def test_an_ancestor_waits_for_an_escaped_child() -> None:
    picture = """
        agent      |-----------------------|
          step      |------|
            upload     |-------------------|
    """
    assert Rule.ESCAPED in rules_of(picture)
    assert total(slower(picture, "upload", 2)) == 24 + 20


def test_a_launch_loop_of_tiny_calls_is_no_chain() -> None:
    rows = """
        agent  |----------------------------------------------------------------------|
          a     |-|
          b       |-|
          c         |-|
    """
    program = Baseline.of(drawn(rows, cell_ns=200_000)).full.program
    assert len(set(program.source[1:].tolist())) == 1


def test_a_long_launch_loop_is_not_looked_through_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of 2,000 tiny calls could wait for all before it; they are told from how they were launched."""
    looked: list[int] = []
    real = _Sweep._candidates
    monkeypatch.setattr(_Sweep, "_candidates", lambda self, child: looked.append(child) or real(self, child))
    step = 1_000_000
    rows = [SpanRow(TRACE_ID, b"\0" * 7 + b"\1", None, "root", "app", 0, 2_001 * step)]
    rows += [SpanRow(TRACE_ID, number.to_bytes(8, "big"), b"\0" * 7 + b"\1", "tiny", "app", number * step,
                     number * step + step // 2) for number in range(2, 2_000)]
    baseline = Baseline.of(build_trace(rows))
    outcome = apply(baseline, [Scale(named("tiny"), 2)])
    assert len(looked) < 20
    assert baseline.replay_error_ns == 0
    assert outcome.total_ns > 2_001 * step - step
