"""Full-text search in many scripts, and that it looks where the filter says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import log, reading, send, span, storing, trace_id
from tracedesk.model.query import parse
from tracedesk.store import questions

SPOKEN = {
    "Chinese": ("请问我的退款什么时候到账", ["退款", "什么时候", "账", "我的退款什么"]),
    "Japanese": ("返金はいつ届きますか。カタカナも、ﾊﾝｶｸも", ["返金", "いつ届き", "カタカナ", "ﾊﾝｶｸ"]),
    "Korean": ("환불은 언제 되나요", ["환불은", "환불", "언제 되나요"]),
    "Arabic": ("متى يصل استرداد أموالي؟", ["استرداد", "يصل استرداد", "است", "أموالي"]),
    "Hebrew": ("מתי יגיע ההחזר שלי", ["ההחזר", "יגיע ההחזר"]),
    "Russian": ("Когда придёт возврат денег", ["возврат", "ВОЗВРАТ", "придет", "возв"]),
    "Hindi": ("मेरा रिफंड कब आएगा", ["रिफंड", "कब आएगा"]),
    "Thai": ("เงินคืนของฉันจะมาเมื่อไหร่", ["เงินคืน", "ของฉัน"]),
    "Burmese": ("ငွေပြန်အမ်း", ["ပြန်အမ်း"]),
    "Greek": ("Πότε θα λάβω την επιστροφή", ["επιστροφη", "ΛΑΒΩ"]),
    "Vietnamese": ("Khi nào tôi nhận được tiền hoàn lại", ["nhan", "hoan lai", "tiền"]),
    "German": ("Wann kommt meine Rückerstattung, Straße 5?", ["rückerstattung", "Ruckerst", "straße 5"]),
    "accents apart": ("cafe\u0301 cre\u0300me", ["café", "creme", "cafe\u0301"]),
    "emoji and code": ("ORD-90417 → `get_order(id=\"x_1\")` 👍", ["ORD-90417", "ord 90417", "get_order", "x_1"]),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("words") / "t.db"
    with storing(path) as writer:
        for number, (text, _) in enumerate(SPOKEN.values(), 1):
            send(writer, [span(number, 1, None, "chat", text=text), span(number, 2, 1, "other", text="nothing of note")])
        send(writer, [span(90, 1, None, "first alpha"), span(90, 2, 1, "beta second"),
                      span(91, 1, None, "calm", error_type="TimeoutError", error_message="no answer from upstream")])
        send(writer, [span(92, 1, None, "silent")])
        send(writer, [], [log(92, 1, "the late word")])
        writer.settle()
    with reading(path) as opened:
        yield opened


def found(store, query: str) -> set[int]:
    return {int.from_bytes(one.trace_id, "big") for one in questions.traces(store, parse(query))}


@pytest.mark.parametrize("language", SPOKEN)
def test_words_are_found_in_any_script(store, language: str) -> None:
    number = list(SPOKEN).index(language) + 1
    for word in SPOKEN[language][1]:
        assert found(store, f'text has "{word}"' if " " in word else f"text has {word}") == {number}, word


def test_no_phrase_reaches_over_two_spans(store) -> None:
    assert found(store, '"beta second"') == {90}
    assert found(store, '"alpha beta"') == set()


def test_names_errors_and_texts_lie_apart(store) -> None:
    assert found(store, "span has alpha") == {90}
    assert found(store, "error has alpha") == set()
    assert found(store, "error has upstream") == {91}
    assert found(store, "error has timeout") == {91}
    assert found(store, "text has upstream") == set()
    assert found(store, "upstream") == {91}


def test_a_late_log_record_makes_its_span_found(store) -> None:
    assert found(store, '"late word"') == {92}
    assert questions.summary(store, trace_id(92)).title == "the late word"


def test_a_replaced_message_is_not_found_any_more(tmp_path: Path) -> None:
    with storing(tmp_path / "t.db") as writer:
        send(writer, [span(1, 1, text="first draft", length_ms=None), span(1, 2, 1, text="neighbour")])
        writer.settle()
        send(writer, [span(1, 1, text="final version", length_ms=5)])
        writer.settle()
    with reading(tmp_path / "t.db") as store:
        assert found(store, "draft") == set()
        assert found(store, "version") == found(store, "neighbour") == {1}
