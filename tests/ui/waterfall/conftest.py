"""A waterfall on the screen, with the sample story of the mock-ups."""

from __future__ import annotations

import pytest

from tests.helpers.drawn import drawn
from tracedesk.model.trace import Trace
from tracedesk.ui import theme
from tracedesk.ui.waterfall.view import WaterfallView

STORY = """
    agent       |--------------------------------------------|   kind=agent
      guard      |--|                                            kind=guardrail
      load          |----|                                       kind=db
      context       |-------------|                              kind=chain
        embed        |-|                                         kind=embedding
        rerank         |---------|                               kind=reranker
      plan                        |-------*---|                  kind=llm in=1842 out=24 cost=4845000
      orders                                  |----x             kind=tool error=TimeoutError
        get                                   |---|              kind=http
      reply                                        |----*----|   kind=llm in=2316 out=78 cost=4330000
"""


@pytest.fixture
def story() -> Trace:
    """The trace."""
    trace = drawn(STORY, cell_ns=100_000_000)
    trace.ttft_ns[trace.kind == 1] = 400_000_000
    return trace


@pytest.fixture
def view(qtbot, story: Trace) -> WaterfallView:
    """The view of it, 900 × 400, dark, shown."""
    theme.choose("dark")
    made = WaterfallView()
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    qtbot.waitExposed(made)
    made.set_trace(story)
    on_path = [index for index in range(story.n) if story.name[index] in ("guard", "embed", "rerank", "plan", "get", "reply")]
    made.set_critical_path([(index, int(story.start_ns[index]), int(story.end_ns[index])) for index in on_path])
    return made
