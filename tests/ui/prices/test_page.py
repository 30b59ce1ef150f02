"""The prices page: what has no price gets one, and the stored calls are priced again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.ui.conftest import Desk
from tracedesk.base.money import nusd
from tracedesk.store import prices, questions
from tracedesk.store.connect import open_store


def opened(desk: Desk):
    desk.open_title("Help with my refund")
    desk.run("price.list")
    return desk.window.page("prices")


def test_unpriced_models_are_listed_and_one_click_begins_a_price(desk: Desk) -> None:
    page = opened(desk)
    assert [(row[0], row[3]) for row in page.missing.texts()] == [("llama-guard3:8b", "unknown model"), ("gpt-4o", "no usage")]
    page.missing.selectRow(0)
    assert page.form.model.text() == "llama-guard3:8b"


def test_a_price_is_kept_and_stored_calls_are_priced_again(new_desk: Callable[..., Desk], sample: Path) -> None:
    desk = new_desk(sample)
    page = opened(desk)
    page.set_for("llama-guard3:8b")
    page.form.amounts["input"].setText("0.20")
    page.form.amounts["output"].setText("0.20")
    page.form.save()
    desk.qtbot.waitUntil(lambda: [row[0] for row in page.missing.texts()] == ["gpt-4o"], timeout=60_000)
    desk.settle()
    with open_store(desk.window.store_path, role="read") as store:
        assert [one.nusd_per_mtok for one in prices.all(store)] == [{"input": nusd("0.20"), "output": nusd("0.20")}]
        hero = questions.summary(store, desk.window.state.trace_id)
    assert hero.unpriced_calls == 0
    assert hero.cost_nusd == 11_175_280 + 121 * 200, "118 + 3 tokens of the guard at 200 nano-dollars each"


def test_what_cannot_be_used_is_said_and_nothing_is_kept(desk: Desk) -> None:
    page = opened(desk)
    page.set_for("x")
    page.form.save()
    assert "A price is missing" in page.form._problem.text()
    page.form.amounts["input"].setText("cheap")
    page.form.save()
    assert "no amount of dollars" in page.form._problem.text()
    with open_store(desk.window.store_path, role="read") as store:
        assert prices.all(store) == []


def test_a_local_model_may_cost_nothing_on_purpose(desk: Desk) -> None:
    page = opened(desk)
    kept = []
    page.form.saved.disconnect()
    page.form.saved.connect(kept.append)
    page.set_for("llama-guard3:8b")
    page.form._free.click()
    page.form.save()
    assert kept[0].nusd_per_mtok == {"input": 0, "output": 0}


def test_the_open_trace_on_another_model(desk: Desk) -> None:
    page = opened(desk)
    page._other.setText("gpt-4o-mini")
    page.ask_other()
    desk.settle()
    assert "instead of ≥ $0.0112" in page._answer.text()
    page._other.setText("no-such-model-at-all")
    page.ask_other()
    desk.settle()
    assert page._answer.text() == "No price is known for no-such-model-at-all."


def test_the_header_leads_to_the_list(desk: Desk) -> None:
    desk.open_title("Help with my refund")
    desk.page.centre.header.hole.click()
    desk.settle()
    assert desk.window.state.page == "prices"
