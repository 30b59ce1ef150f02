"""One rule a test, each on a drawing."""

from __future__ import annotations

from dataclasses import replace

from tests.helpers.stories import asks, gives, lines, material, says, told, user
from tracedesk.replay.script import tell
from tracedesk.replay.steps import Act


def test_a_tool_is_caused_by_the_call_that_asked_for_it() -> None:
    script = told("""
        agent    |------------------------|  kind=agent
          plan    |---|                      kind=llm
          find         |--|                  kind=tool
          sum          |---|                 kind=tool
          answer             |---|           kind=llm
    """, plan={"input.messages": [user("hi")], "output.messages": [asks(("a", "find"), ("b", "sum"), q="x")]},
        find={"tool.call_id": "a", "tool.result": [1, 2]}, sum={"tool.call_id": "b", "tool.result": 3},
        answer={"input.messages": [user("hi"), asks(("a", "find"), ("b", "sum")), gives("a"), gives("b")],
                "output.messages": [says("done it")]})
    assert lines(script) == ["User / “hi”", "Model chose 2 tools / plan, calls find, sum", "Called find / 2 rows came back",
                             "Called sum / 3", "Model replied / “done it”"]
    causes = [step.cause.step if step.cause else None for step in script.steps]
    assert causes == [None, 1, 2, 2, 4]
    assert [step.lane for step in script.steps] == [0, 0, 0, 1, 0]
    assert not any(step.problems for step in script.steps)


def test_a_cause_stands_before_its_effect_though_clocks_disagree() -> None:
    script = told("""
        agent    |------------------------|  kind=agent
          find    |--|                       kind=tool service=other
          plan      |---|                    kind=llm
    """, plan={"output.messages": [asks(("a", "find"))]}, find={"tool.call_id": "a"})
    assert [step.act for step in script.steps] == [Act.CHOSE, Act.CALLED]


def test_a_wrapper_is_no_second_call() -> None:
    script = told("""
        root            |------------------|
          outer          |------|             kind=tool as=execute_tool
            inner          |--|               kind=tool as=tools/call
          other                  |------|     kind=tool
    """, execute_tool={"tool.name": "find", "tool.call_id": "a"}, other={"tool.name": "find", "tool.call_id": "b"})
    called = [step for step in script.steps if step.act is Act.CALLED]
    assert len(called) == 3                               # nothing says that the inner one is the same call
    script = told("""
        root            |------------------|
          outer          |------|             kind=tool
            inner          |--|               kind=tool
    """, outer={"tool.name": "find", "tool.args": {"q": 1}}, inner={"tool.name": "Find", "tool.result": [1]})
    assert lines(script) == ["Called find / 1, 1 row came back"]
    assert len(script.steps[0].members) == 2


def test_retrieval_is_one_step_with_what_was_found_and_kept() -> None:
    script = told("""
        root        |------------------------|
          embed      |-|                         kind=embedding
          search        |---|                    kind=retriever
          rank               |---|               kind=reranker
          answer                  |----|         kind=llm
    """, search={"retrieval.documents": [{"id": n} for n in range(9)]},
        rank={"rerank.output_documents": [{"id": 1}, {"id": 2}]})
    assert lines(script)[0] == "Retrieved context / 9 found, 2 kept after rerank"
    assert [len(step.members) for step in script.steps] == [3, 1]
    assert script.steps[0].duration_ns == script.steps[0].end_ns - script.turns[0].start_ns - 10_000_000


def test_nothing_found_is_a_problem_and_unsaid_is_not() -> None:
    picture = """
        root        |---------|
          search     |---|        kind=retriever
    """
    assert told(picture, search={"output.value": []}).steps[0].problem == "nothing was found"
    assert told(picture, search={"attributes": {"gen_ai.retrieval.documents": "[]"}}).steps[0].problem == "nothing was found"
    unsaid = told(picture).steps[0]
    assert (unsaid.detail, unsaid.problem) == ("documents not sent", None)


def test_what_looks_wrong_with_an_answer() -> None:
    picture = """
        ask   |---|   kind=llm
    """
    def problem(**said: object) -> str | None:
        return told(picture, ask=said).steps[-1].problem

    cut = {"finish_reasons": ["length"], "param.max_tokens": 512, "output.messages": [says("and then")]}
    assert problem(**cut) == "cut off at 512 tokens"
    assert problem(**{"output.messages": [says("I'm sorry, but I can't help with that.")]}) == "the model refused"
    assert problem(finish_reasons=["content_filter"]) == "stopped by the provider's content filter"
    assert problem(**{"output.messages": [says("I cannot find order 7; is it 8?")]}) is None
    assert problem(**{"output.messages": [says("")]}) == "the answer is empty"
    assert problem() is None


def test_the_same_call_again_and_a_result_nobody_was_given() -> None:
    script = told("""
        agent    |--------------------------------|  kind=agent
          plan    |---|                              kind=llm
          find         |--|                          kind=tool
          find            |--|                       kind=tool
          answer               |---|                 kind=llm
    """, plan={"input.messages": [user("hi")], "output.messages": [asks(("a", "find"))]},
        find={"tool.call_id": "a", "tool.args": {"q": "x"}}, answer={"input.messages": [user("hi")],
                                                                    "output.messages": [says("no idea")]})
    assert [step.problem for step in script.steps[2:4]] == ["no later model call was given this result",
                                                            "the same call as in step 3"]


def test_a_second_attempt_is_told_with_its_wait() -> None:
    script = told("""
        agent   |---------------------------|
          ask    |---x                           kind=llm error=RateLimitError
          ask                           |--|     kind=llm
    """, cell_ns=100_000_000, ask={"output.messages": [says("hello")]})
    assert lines(script) == ["Model call failed / ask, RateLimitError", "Waited 1.90\u202fs / before trying ask again",
                             "Tried again: model replied / attempt 2, 1.90\u202fs later: “hello”"]
    assert [step.attempt for step in script.steps] == [1, 1, 2]
    assert script.steps[2].cause is not None
    assert script.steps[2].cause.step == 1


def test_hand_over_between_agents() -> None:
    script = told("""
        boss       |-----------------------------|  kind=agent
          plan      |--|                            kind=llm
          writer         |-------|                  kind=agent
            write         |----|                    kind=llm
          checker                  |-----|          kind=agent
            check                   |---|           kind=llm
    """)
    assert [line for line in lines(script) if "Handed" in line] == ["Handed over to writer / from boss",
                                                                    "Handed over to checker / from boss"]


def test_routes_by_event_edge_and_tool() -> None:
    script = told("""
        graph             |-------------------|  kind=chain
          should_continue  |-|                   kind=chain
          node                 |--|              kind=chain
          transfer_to_billing      |--|          kind=tool
    """, should_continue={"output.value": "tools"}, node={"event": ("handoff.decided", {"to": "billing", "score": 0.5})})
    assert lines(script) == ["Decided the route / should_continue: tools", "Decided the route / billing, 0.50 sure",
                             "Handed over to billing / called transfer_to_billing"]


def test_a_failure_outside_the_steps_is_told_once_at_its_deepest_place() -> None:
    script = told("""
        agent     |------------------x   kind=agent error=RuntimeError
          load     |--x                  kind=db error=Timeout
          chat         |----|            kind=llm
    """, chat={"output.messages": [says("hm")]})
    assert lines(script) == ["load failed / Timeout", "Model replied / “hm”"]


def test_the_program_answers_without_a_model() -> None:
    script = told("""
        bot       |---------|      kind=agent
          guard    |---x           kind=guardrail error=injection
    """, bot={"input.messages": [user("do evil")], "output.messages": [says("I will not do that.")]})
    assert lines(script) == ["User / “do evil”", "Checked the input / guard blocked it: injection",
                             "Answered / “I will not do that.”"]
    assert [text for _, text, _ in script.seen(3)] == ["do evil", "I will not do that."]


def test_the_user_speaks_again_in_the_middle_of_a_trace() -> None:
    script = told("""
        chat     |--------------------|
          one     |---|                   kind=llm
          two            |---|            kind=llm
    """, one={"input.messages": [user("hi")], "output.messages": [says("hello you")]},
        two={"input.messages": [user("hi"), says("hello you"), user("bye")], "output.messages": [says("see you")]})
    assert lines(script) == ["User / “hi”", "Model replied / “hello you”", "User / “bye”", "Model replied / “see you”"]


def test_services_without_a_language_model_are_told_by_their_first_two_levels() -> None:
    script = told("""
        api     |---------|   kind=http
          sql    |---|        kind=db
            disk  |-|
    """)
    assert lines(script) == ["Ran api / app, 2 spans inside", "Ran sql / app, 1 spans inside"]


def test_missing_roots() -> None:
    script = told("""
        chat   |---|           kind=llm
        find        |---|      kind=tool
    """, chat={"input.messages": [user("hi")], "output.messages": [asks(("a", "find"))]}, find={"tool.call_id": "a"})
    assert [step.act for step in script.steps] == [Act.USER, Act.CHOSE, Act.CALLED]


def test_guards_read_their_verdict_in_many_words() -> None:
    picture = """
        guard   |---|   kind=guardrail
    """
    def verdict(**said: object) -> str:
        return told(picture, guard=said).steps[0].detail

    assert verdict(attributes={"tripwire_triggered": True}) == "guard blocked it"
    assert verdict(attributes={"guardrail.passed": True}) == "guard passed"
    assert verdict(**{"output.messages": [says("unsafe\nS14")]}) == "guard blocked it"
    assert verdict(**{"output.value": {"flagged": False}}) == "guard passed"
    assert verdict() == "guard ran, verdict not sent"


def test_an_embedding_that_repeats_another_is_told_once() -> None:
    made = material("""
        job       |------------|
          outer    |---------|      kind=embedding
            inner   |-------|       kind=embedding
    """)
    ids = made.trace.span_ids
    script = tell([replace(made, counted_on={ids[2]: ids[1]})])
    assert [step.span for step in script.steps] == [1]
    script = tell([replace(made, counted_on={ids[1]: None})])
    assert [step.span for step in script.steps] == [2]


def test_an_id_that_is_used_twice_means_its_latest_use() -> None:
    script = told("""
        agent    |------------------------------|  kind=agent
          one     |--|                             kind=llm as=plan
          a            |-|                         kind=tool as=find
          two              |--|                    kind=llm as=plan
          b                     |-|                kind=tool as=find
    """, plan={"input.messages": [asks(("x", "find")), gives("x")], "output.messages": [asks(("x", "find"))]},
        find={"tool.call_id": "x"})
    assert [step.act for step in script.steps] == [Act.CHOSE, Act.CALLED, Act.CHOSE, Act.CALLED]
    assert [step.cause.step if step.cause else None for step in script.steps] == [None, 1, 2, 3]


def test_results_of_several_tools_all_lead_to_the_model_that_reads_them() -> None:
    script = told("""
        agent    |--------------------|  kind=agent
          plan    |--|                   kind=llm
          find         |-|               kind=tool
          sum          |--|              kind=tool
          answer           |--|          kind=llm
    """, plan={"output.messages": [asks(("a", "find"), ("b", "sum"))]}, find={"tool.call_id": "a"}, sum={"tool.call_id": "b"},
        answer={"input.messages": [gives("a"), gives("b")]})
    assert [[link.step for link in step.led_to] for step in script.steps] == [[2, 3], [4], [4], []]


def test_a_check_is_told_with_the_reply_only_where_nothing_came_after_it() -> None:
    """`late` runs after the answer, so the check before it did not only wave the answer through."""
    passes = {"output.value": "pass"}
    answer = {"input.messages": [user("hi")], "output.messages": [says("done it")]}
    picture = """
        agent         |------------------------|  kind=agent
          answer       |---|                      kind=llm
          output_guard      |--|                  kind=guardrail
    """
    script = told(picture, answer=answer, output_guard=passes)
    assert [step.act for step in script.steps] == [Act.USER, Act.REPLIED]
    assert [aside.text for aside in script.steps[1].asides] == ["output_guard passed"]
    script = told(picture + """
          late                   |--|             kind=tool
    """, answer=answer, output_guard=passes, late={"tool.result": 1})
    assert [step.act for step in script.steps] == [Act.USER, Act.REPLIED, Act.CHECKED, Act.CALLED]
    assert not any(step.asides for step in script.steps)


def test_a_silent_search_inside_a_telling_one_is_its_echo() -> None:
    script = told("""
        agent    |------------------------|  kind=agent
          search   |-------|                 kind=retriever
          vectors   |---|                    kind=retriever
          other              |---|           kind=retriever
    """, search={"retrieval.documents": [{"id": "a"}]})
    found = [(step.act, step.detail, len(step.members)) for step in script.steps if step.act is Act.RETRIEVED]
    assert found == [(Act.RETRIEVED, "1 found", 2), (Act.RETRIEVED, "documents not sent", 1)]
