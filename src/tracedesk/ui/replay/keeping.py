"""Verdicts and notes on steps: shown at once, kept in the store by the id of the step's span."""

from __future__ import annotations

import threading
from typing import Any

from tracedesk.base.clock import now_ns
from tracedesk.replay.steps import Step
from tracedesk.store import notes
from tracedesk.store.connect import open_store
from tracedesk.store.notes import Judgement, Verdict
from tracedesk.ui.replay.reader import Loaded


class Keeping:
    """One per page of `desk`."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk
        self._writing = threading.Lock()

    def of(self, loaded: Loaded, step: Step) -> Judgement | None:
        """What was said of a step."""
        span_id = loaded.script.span_id(step)
        return loaded.judged.get((loaded.script.turn_of(step).trace_id, span_id)) if span_id is not None else None

    def keep(self, loaded: Loaded, step: Step, verdict: Verdict | None, text: str) -> None:
        """Say something of a step, or take it back with neither verdict nor text; a step without a span cannot be judged."""
        trace_id, span_id = loaded.script.turn_of(step).trace_id, loaded.script.span_id(step)
        if span_id is None:
            return
        key = (trace_id, span_id)
        if verdict is None and not text:
            loaded.judged.pop(key, None)
        else:
            loaded.judged[key] = Judgement(span_id, verdict, text, now_ns())
        path, writing, judged = self._desk.store_path, self._writing, loaded.judged

        def write() -> None:
            with writing, open_store(path, role="write") as store:
                found = judged.get(key)              # what holds now: of two writes that overtake each other both write it
                notes.put(store, trace_id, span_id, found.verdict if found else None, found.text if found else "")

        self._desk.tasks.run(f"replay.note.{span_id.hex()}", write, lambda _done: None)
        self._desk.toast.say(f"Step {step.n}: {verdict or ('noted' if text else 'taken back')}")
