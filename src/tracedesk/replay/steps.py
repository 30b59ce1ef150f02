"""One step of the story of a trace, and everything that is said about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tracedesk.model.kinds import Kind


class Act(StrEnum):
    """What happened at a step."""

    USER = "user"                # somebody asked
    CHECKED = "checked"          # a guard looked at the input or the output
    ROUTED = "routed"            # a way was chosen: a route, another agent
    RETRIEVED = "retrieved"      # documents were looked up
    EMBEDDED = "embedded"
    RERANKED = "reranked"
    CHOSE = "chose"              # a model asked for tools
    CALLED = "called"            # a tool ran
    WROTE = "wrote"              # a model answered, not to the user
    REPLIED = "replied"          # a model answered the user
    ANSWERED = "answered"        # the program answered the user without a model, or after one
    JUDGED = "judged"            # an evaluator gave a score
    RAN = "ran"                  # something else that is all there is to tell
    FAILED = "failed"            # something else went wrong
    WAITED = "waited"            # nothing ran


class Link(NamedTuple):
    """A step that this one came from or led to: `in step 5 chat gpt-4o asked for it`, with the actor apart."""

    step: int
    actor: str
    text: str

    def __str__(self) -> str:
        return " ".join(part for part in (f"in step {self.step}", self.actor, self.text) if part)


class Change(NamedTuple):
    """A value of the state that a step set; `was` is None where it is new."""

    name: str
    value: str
    was: str | None


class Aside(NamedTuple):
    """A span that is told along with a step and not as one of its own: a check that passed as before."""

    span: int
    text: str


@dataclass(slots=True)
class Figures:
    """Tokens and cost of some calls. A sum of which nothing is known is None; `unpriced` calls make it a lower bound."""

    cost_nusd: int | None = None
    unpriced: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    calls: int = 0

    @property
    def tokens(self) -> int | None:
        """Input and output tokens together."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    def plus(self, other: Figures) -> Figures:
        """The sum of both."""
        return Figures(_plus(self.cost_nusd, other.cost_nusd), self.unpriced + other.unpriced,
                       _plus(self.input_tokens, other.input_tokens), _plus(self.output_tokens, other.output_tokens),
                       self.calls + other.calls)


def _plus(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else a + b


@dataclass(slots=True)
class Step:
    """One step. Indexes are those of the columns of its turn's trace; times are ns since 1970; nobody changes it once told.

    `span` is the span that the step is about, or -1 (waiting, or a user who left no span). `members` are all spans told by it,
    `span` among them. `n` counts from 1 through the whole script, `turn` from 1. Branches that run at the same time stand in
    different lanes. `own` are the figures of this step, `so_far` those of its turn up to and including it.
    """

    act: Act
    kind: Kind
    span: int
    start_ns: int
    end_ns: int
    title: str
    detail: str = ""
    actor: str = ""
    members: list[int] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    n: int = 0
    turn: int = 1
    lane: int = 0
    parent: int = -1                                  # span of the told step around this one, or -1
    attempt: int = 1
    unfinished: bool = False
    cause: Link | None = None
    led_to: list[Link] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    shown: str | None = None                          # what the user sees because of this step
    own: Figures = field(default_factory=Figures)
    so_far: Figures = field(default_factory=Figures)

    @property
    def duration_ns(self) -> int:
        """How long it took."""
        return self.end_ns - self.start_ns

    @property
    def encloses(self) -> bool:
        """Whether what happens below its span happens inside this step."""
        return self.span in self.members and self.act is not Act.USER and (self.act is not Act.FAILED or self.kind is Kind.LLM)

    @property
    def problem(self) -> str | None:
        """What looks wrong here, in words, or None."""
        return "; ".join(self.problems) or None
